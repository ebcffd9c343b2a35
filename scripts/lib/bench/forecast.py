"""Forecasting a year of many contracts by the engine that bills."""

import gc
import time
from datetime import date

from . import data
from .table import Row

CONTRACTS, QUICK_CONTRACTS = 1_000, 100
LINES, MONTHS = 3, 12


def run(env, rounds, quick):
    """Yield the rows of the table."""
    count = QUICK_CONTRACTS if quick else CONTRACTS
    contracts = create_contracts(env, count)
    env.cr.commit()
    planned, stored = [], []
    for _round in range(rounds):
        planned.append(forecast(env, contracts.ids))
        stored.append(ask_wizard(env, contracts.ids))
    size = f"{count:,} contracts, {LINES} lines, {MONTHS} months"
    yield Row(f"forecast: {size}", "s", planned)
    yield Row("forecast: the same, stored for graph and pivot", "s", stored, most=30)


def create_contracts(env, count):
    """Contracts with a metered line and two fees."""
    variant = data.create_plan(env, "forecast")
    product = env["product.product"].create({"name": "Fee", "type": "service"})
    for n in range(LINES - 1):
        fee = env["subscription.component"].create(
            {
                "plan_id": variant.plan_id.id,
                "code": f"fee{n}",
                "name": f"Fee {n}",
                "product_id": product.id,
                "kind": "base",
            }
        )
        env["subscription.price"].create(
            {"component_id": fee.id, "currency_id": variant.currency_id.id, "amount": 9}
        )
    return data.create_contracts(env, "forecast", count, variant)


def forecast(env, ids):
    """Seconds of the rows alone, from an empty cache."""
    start(env)
    started = time.perf_counter()
    rows = env["subscription.forecast"]._get_rows(
        env["subscription.contract"].browse(ids),
        date.fromisoformat(data.START),
        date(2025, MONTHS, 31),
    )
    check(rows, ids)
    return time.perf_counter() - started


def ask_wizard(env, ids):
    """Seconds a user waits."""
    start(env)
    started = time.perf_counter()
    wizard = env["subscription.forecast.wizard"].create(
        {
            "scope": "selected",
            "contract_ids": ids,
            "date": data.START,
            "months": MONTHS,
        }
    )
    wizard.action_forecast()
    env.flush_all()
    seconds = time.perf_counter() - started
    check(wizard.row_ids, ids)
    env.cr.rollback()
    return seconds


def start(env):
    env.invalidate_all()
    gc.collect()


def check(rows, ids):
    # Usage of the last month is billed the day after.
    if len(rows) != len(ids) * (LINES * MONTHS - 1):
        raise SystemExit(f"the forecast has {len(rows)} rows")
