"""Measures how fast usage is taken and rated, debits are written, debtors are dunned,
a year is forecast, and invoices are exported. Started by scripts/bench."""

import argparse
import sys

from odoo_session import open_env, require_addon

from . import (
    data,
    datev,
    debits,
    dunning,
    engine,
    forecast,
    http,
    intake,
    loader,
    rating,
)
from .table import conclude, machine

ROUNDS, QUICK_ROUNDS = 5, 1
INTAKE_CONTRACTS = 1_000
# In this order: rating begins with an empty table.
PARTS = (
    "engine",
    "debits",
    "intake",
    "loader",
    "http",
    "rating",
    "forecast",
    "dunning",
    "datev",
)


def parse_arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("database", help=argparse.SUPPRESS)
    parser.add_argument(
        "--quick", action="store_true", help="small sizes: does it work at all?"
    )
    parser.add_argument(
        "--only", choices=PARTS, action="append", help="this part; may be repeated"
    )
    return parser.parse_args()


def run_parts(env, options):
    """Yield the rows of all parts that were asked for."""
    rounds = QUICK_ROUNDS if options.quick else ROUNDS
    wanted = options.only or PARTS
    if "engine" in wanted:
        yield from engine.run(rounds)
    if "debits" in wanted:
        yield from debits.run(rounds)
    taking = {
        "intake": intake.run,
        "loader": loader.run,
        "http": http.run,
    }
    if not taking.keys().isdisjoint(wanted):
        contracts = data.create_contracts(env, "intake", INTAKE_CONTRACTS)
        env.cr.commit()
        for name, run in taking.items():
            if name in wanted:
                yield from run(env, contracts, rounds, options.quick)
    if "rating" in wanted:
        yield from rating.run(env, rounds, options.quick)
    if "forecast" in wanted:
        yield from forecast.run(env, rounds, options.quick)
    if "dunning" in wanted:
        yield from dunning.run(env, options.quick)
    if "datev" in wanted:
        yield from datev.run(env, options.quick)


def main():
    options = parse_arguments()
    require_addon(options.database, "subscription_billing")
    print(f"Machine: {machine()} before")
    rows = []
    with open_env(options.database) as env:
        for row in run_parts(env, options):
            print(f"  measured: {row.what}", flush=True)
            rows.append(row)
    print(f"Machine: {machine()} after")
    code = conclude(rows)
    return 0 if options.quick else code


if __name__ == "__main__":
    sys.exit(main())
