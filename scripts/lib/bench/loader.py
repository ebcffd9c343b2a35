"""Loading a file of events: scripts/usage-load against COPY and a merge in SQL."""

import csv
import io
import tempfile
import time
from pathlib import Path

import usage_load

from . import data
from .table import Row, interleave, per_second

ROWS, QUICK_ROWS = 100_000, 10_000
FIELDS = ("contract", "meter", "quantity", "instant", "key", "region")
COLUMNS = ", ".join(data.COLUMNS)
STAGE = f"""
    CREATE TEMPORARY TABLE bench_staging ON COMMIT DROP AS
    SELECT {COLUMNS} FROM subscription_usage LIMIT 0
"""
COPY = f"COPY bench_staging ({COLUMNS}) FROM STDIN (FORMAT csv)"
MERGE = f"""
    INSERT INTO subscription_usage ({COLUMNS})
    SELECT {COLUMNS} FROM bench_staging
    ON CONFLICT (company_id, key) DO NOTHING
"""


def run(env, contracts, rounds, quick):
    """Yield the row of the table."""
    count = QUICK_ROWS if quick else ROWS
    with tempfile.TemporaryDirectory() as folder:
        times = interleave(
            rounds,
            {
                "load": lambda n: load(
                    env, contracts, Path(folder, f"load-{n}"), count
                ),
                "copy": lambda n: copy(env, contracts, f"copy-{n}", count),
            },
        )
    loaded = per_second(count, times["load"])
    copied = per_second(count, times["copy"])
    yield Row("usage-load, against COPY", "events/s", loaded, copied, least=1 / 3)


def load(env, contracts, path, count):
    """What scripts/usage-load does once Odoo is loaded."""
    events = data.prepare_events(contracts, path.name, count)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        for event in events:
            writer.writerow([*(event[name] for name in FIELDS[:-1]), "eu"])
    started = time.perf_counter()
    with path.open("rb") as raw:
        counts = usage_load.load(env, contracts.company_id, raw, path)
    if counts["created"] != count:
        raise SystemExit(f"the file was not loaded: {counts}")
    return time.perf_counter() - started


def copy(env, contracts, prefix, count):
    """The same rows with every name looked up already, in chunks of the same size."""
    events = data.prepare_events(contracts, prefix, count)
    rows = data.prepare_rows(contracts, events)
    seconds = 0
    for start in range(0, count, usage_load.CHUNK_ROWS):
        file = io.StringIO()
        csv.writer(file).writerows(rows[start : start + usage_load.CHUNK_ROWS])
        file.seek(0)
        started = time.perf_counter()
        env.cr.execute(STAGE)
        env.cr.copy_expert(COPY, file)
        env.cr.execute(MERGE)
        env.cr.commit()
        seconds += time.perf_counter() - started
    return seconds
