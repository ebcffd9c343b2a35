"""Aggregating and rating a month, against the aggregation alone in SQL."""

import gc
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

from odoo_session import open_env

from . import data
from .table import Row, interleave

LINES, QUICK_LINES = 10_000, 1_000
EVENTS_PER_LINE = 100
# What a charge keeps of the events of its line, said plainly, for all lines at once.
BY_LINE = """
    SELECT line.id, sum(u.quantity), count(*), min(u.instant), max(u.instant)
    FROM subscription_contract_line line
    JOIN subscription_component component ON component.id = line.component_id
    JOIN subscription_usage u
        ON u.contract_id = line.contract_id AND u.meter_id = component.meter_id
    WHERE component.meter_id = %s AND u.charge_id IS NULL
        AND u.instant >= '2025-01-01' AND u.instant < '2025-02-01'
    GROUP BY line.id
"""
# The same without asking which line an event belongs to.
BY_CONTRACT = """
    SELECT contract_id, sum(quantity), count(*), min(instant), max(instant)
    FROM subscription_usage
    WHERE meter_id = %s AND charge_id IS NULL
        AND instant >= '2025-01-01' AND instant < '2025-02-01'
    GROUP BY contract_id
"""
MIB = 1024


def run(env, rounds, quick):
    """Yield the rows of the table."""
    lines = QUICK_LINES if quick else LINES
    large = data.create_contracts(env, "large", lines)
    small = data.create_contracts(env, "small", lines)
    env.cr.execute("TRUNCATE subscription_usage")
    count = lines * EVENTS_PER_LINE
    for month in (*data.HISTORY, data.START):
        data.create_usage(env, large, count, month)
        data.create_usage(env, small, count // 10, month)
    env.cr.commit()
    # What the server does by itself after a while: counts, and visible pages.
    with env.registry.cursor() as cr:
        cr._cnx.autocommit = True
        cr.execute("VACUUM ANALYZE subscription_usage")
    until = date.fromisoformat(data.DAY)
    growth = measure_memory(env.cr.dbname)
    planning = env["subscription.planning"]
    plans = {each: planning._plan_due(each, until) for each in (large, small)}
    times = interleave(
        rounds,
        {
            "line": lambda _n: aggregate(env, large, BY_LINE),
            "contract": lambda _n: aggregate(env, large, BY_CONTRACT),
            "rated": lambda _n: rate(env, plans[large]),
            "small": lambda _n: rate(env, plans[small]),
            "planned": lambda _n: plan(env, large.ids, until),
        },
    )
    size = f"{count:,} events, {lines:,} lines"
    rated = times["rated"]
    yield Row(f"rate: {size}, against SQL by line", "s", rated, times["line"], most=3)
    yield Row("rate: the same, against SQL by contract", "s", rated, times["contract"])
    yield Row(f"rate: {lines:,} lines", "s", rated, most=2)
    yield Row("rate: ten times the events", "s", rated, times["small"], most=12)
    yield Row("rate: memory grows, with planning", "MiB", [growth], most=300)
    yield Row("rate: the same with planning", "s", times["planned"])


def aggregate(env, contracts, query):
    env.cr.execute(query, (contracts.line_ids.component_id.meter_id.id,))
    if len(env.cr.fetchall()) != len(contracts):
        raise SystemExit("the aggregation misses contracts")


def rate(env, plans):
    """What a run does between planning and invoicing."""
    rated = env["subscription.rating"]._rate_plans(plans)
    check(plans, rated)


def check(plans, rated):
    for contract, due in rated.items():
        if len(due.charges) != len(plans[contract].charges):
            raise SystemExit(f"{contract.name} was rated otherwise than planned")
        if not due.charges[0].usage.quantity > Decimal(0):
            raise SystemExit(f"{contract.name} has no usage")


def plan(env, ids, until):
    """Timeline, ledger, usage and amounts, from an empty cache."""
    env.invalidate_all()
    gc.collect()
    started = time.perf_counter()
    contracts = env["subscription.contract"].browse(ids)
    env["subscription.planning"]._plan(contracts, until)
    return time.perf_counter() - started


def measure_memory(database):
    """By how many MiB a new process grows: this one has room from what it did."""
    command = [sys.executable, "-m", __spec__.name, database]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(answer.stdout.split()[-1])


def print_growth(database):
    """By how many MiB the peak of this process exceeds what it had before."""
    with open_env(database) as env:
        plan = [("variant_id.plan_id.code", "=", "large")]
        contracts = env["subscription.contract"].search(plan)
        gc.collect()
        before = memory("VmRSS")
        day = date.fromisoformat(data.DAY)
        env["subscription.planning"]._plan(contracts, day)
        print((memory("VmHWM") - before) / MIB)


def memory(name):
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise SystemExit(f"this system does not say {name} of a process")


if __name__ == "__main__":
    print_growth(sys.argv[1])
