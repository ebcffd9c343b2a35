"""Taking events in one process: `record_usage` against plain SQL and the ORM."""

import time

from psycopg2.extras import execute_values

from . import data
from .table import Row, interleave, per_second

PAGE = 1_000
PAGES, QUICK_PAGES = 20, 3
SINGLES = 200
PLAIN = """
    INSERT INTO subscription_usage ({}) VALUES %s
    ON CONFLICT (company_id, key) DO NOTHING
""".format(", ".join(data.COLUMNS))


def run(env, contracts, rounds, quick):
    """Yield the rows of the table."""
    count = PAGE * (QUICK_PAGES if quick else PAGES)
    times = interleave(
        rounds,
        {
            "record": lambda n: record(env, contracts, f"record-{n}", count),
            "plain": lambda n: insert_plain(env, contracts, f"plain-{n}", count),
            "orm": lambda n: create_singly(env, contracts, f"orm-{n}"),
        },
    )
    recorded = per_second(count, times["record"])
    plain = per_second(count, times["plain"])
    created = per_second(SINGLES, times["orm"])
    what = "record_usage by 1,000"
    yield Row(f"{what}, against INSERT", "events/s", recorded, plain, least=1 / 3)
    yield Row(f"{what}, against create by 1", "events/s", recorded, created, least=5)


def record(env, contracts, prefix, count):
    events = data.prepare_events(contracts, prefix, count)
    started = time.perf_counter()
    for start in range(0, count, PAGE):
        answer = env["subscription.usage"].record_usage(events[start : start + PAGE])
        if answer["created"] != PAGE:
            raise SystemExit(f"events were not taken: {answer['results'][0]}")
        env.cr.commit()
    return time.perf_counter() - started


def insert_plain(env, contracts, prefix, count):
    events = data.prepare_events(contracts, prefix, count)
    rows = data.prepare_rows(contracts, events)
    cursor = env.cr._cnx.cursor()
    started = time.perf_counter()
    for start in range(0, count, PAGE):
        execute_values(cursor, PLAIN, rows[start : start + PAGE], page_size=PAGE)
        env.cr.commit()
    return time.perf_counter() - started


def create_singly(env, contracts, prefix):
    events = data.prepare_events(contracts, prefix, SINGLES)
    vals_list = prepare_vals(contracts, events)
    started = time.perf_counter()
    for vals in vals_list:
        env["subscription.usage"].create(vals)
        env.cr.commit()
    return time.perf_counter() - started


def prepare_vals(contracts, events):
    """The events as values for `create`."""
    ids = {contract.name: contract.id for contract in contracts}
    meter = contracts[:1].line_ids.component_id.meter_id.id
    return [
        {
            "contract_id": ids[event["contract"]],
            "meter_id": meter,
            "quantity": event["quantity"],
            "instant": event["instant"][:19].replace("T", " "),
            "key": event["key"],
            "properties": event["properties"],
        }
        for event in events
    ]
