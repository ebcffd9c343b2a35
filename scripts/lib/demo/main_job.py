"""The demo's main job: import contracts, bill, collect and dun month by month, check
the sums."""

import tempfile
import time
from pathlib import Path

from . import collection_checks, company, datev, desk, usage, usage_checks
from .collection import Collection
from .deferrals import Deferrals
from .stories import Stories, translate
from .window import Window


def main(env, months: int) -> int:
    """Do the whole job in the database of `env` and print what was done.

    Commits are real. Returns 0 when every check of the job holds, else 1.
    """
    with tempfile.TemporaryDirectory() as folder:
        return do_main_job(env, Path(folder), Window(months))


def do_main_job(env, folder, window):
    """`folder` is where the generated files go, `window` says when it takes place."""
    started = time.perf_counter()
    env = company.create_company(env)
    usage.create_plan(env)
    translate(env)
    positions = company.set_up_taxes(env)
    company.import_rates(env, window)
    partners = company.import_customers(env, positions, window)
    content = window.read_bytes("contracts.csv")
    contracts = company.import_contracts(env, content, "NL-%")
    contracts += usage.import_contracts(env, folder, window)
    env.cr.commit()
    print(
        f"{env.company.name}: {len(partners)} customers and {len(contracts)} contracts "
        f"imported in {time.perf_counter() - started:.1f} s"
    )
    usage.load(env, folder / "usage.csv")
    collection = Collection(env, window)
    collection.set_up(contracts)
    deferrals = Deferrals(env, window)
    stories = Stories(env, collection.clock)
    runs = bill_all_months(env, folder, window, collection, deferrals, stories)
    runs += bill(env, window.today)
    collection.collect_today()
    print_totals(env, runs)
    stories.print_changes()
    collection_checks.print_funnel(collection)
    collection.dunning.print_funnel()
    deferrals.print_balances()
    usage_checks.print_revenue(env)
    failures = [
        *check_sums(env),
        *usage_checks.check_usage(env, folder),
        *check_second_run(env, [*window.month_ends, window.today]),
        *collection_checks.check(collection),
        *collection.dunning.check(),
        *deferrals.differences,
        *datev.export_months(env, window.month_ends),
    ]
    usage.load(env, folder / "usage_open.csv")
    parked = stories.stop_here(window.today)
    desk.fill(env, collection.clock, window.today)
    failures += check_parked(env, parked)
    for failure in failures:
        print(f"FAILED: {failure}")
    return 1 if failures else 0


def bill(env, day):
    """One run, called as the scheduled action calls it."""
    return env["subscription.billing.run"]._run_for_date(
        day, env.company, trigger="schedule"
    )


def bill_all_months(env, folder, window, collection, deferrals, stories):
    print(
        f"{'month':8} contracts  invoices {'net':>13} {'tax':>13} {'gross':>13}  time"
    )
    runs = env["subscription.billing.run"]
    for number, day in enumerate(window.month_ends):
        if number == usage.LATE_RUN:
            usage.load(env, folder / "usage_late.csv")
        stories.go_on(day)
        started = time.perf_counter()
        run = bill(env, day)
        seconds = time.perf_counter() - started
        print_row(f"{day:%Y-%m}", run, f"{seconds:5.1f} s")
        runs += run
        collection.collect(day)
        deferrals.close_month(day)
    return runs


def print_row(label, runs, end):
    net, gross = (sum(runs.mapped(name)) for name in ("amount_untaxed", "amount_total"))
    print(
        f"{label:8} {sum(runs.mapped('contract_count')):9}"
        f" {sum(runs.mapped('invoice_count')):9}"
        f" {net:13,.2f} {gross - net:13,.2f} {gross:13,.2f}  {end}"
    )


def print_totals(env, runs):
    print_row("total", runs, "EUR")
    failed = sum(runs.mapped("failure_count"))
    print(f"\nparked contracts: {failed}\n\nlargest customers (net, EUR)")
    moves = env["account.move"]._read_group(
        [("subscription_run_id", "in", runs.ids)],
        ["commercial_partner_id"],
        ["amount_untaxed_signed:sum"],
    )
    for partner, amount in sorted(moves, key=lambda row: -row[1])[:5]:
        print(f"  {partner.name:32} {amount:13,.2f}")


def check_sums(env):
    """Charges = invoice lines = revenue postings, per currency, to the cent."""
    watchdog = env["subscription.watchdog"]
    print(f"\n{'currency':8} {'charges':>13} {'invoice lines':>13} {'revenue':>13}")
    for currency, totals in watchdog._get_totals(env.company).items():
        sums = [totals[name] for name in ("charged", "untaxed", "posted")]
        print(f"{currency.name:8} " + " ".join(f"{amount:13,.2f}" for amount in sums))
        if any(currency.compare_amounts(amount, sums[0]) for amount in sums):
            yield f"the sums in {currency.name} differ"
    yield from watchdog._get_findings(env.company)
    parked = env["subscription.contract"].search_count([("billing_error", "!=", False)])
    if parked:
        yield f"{parked} contracts are parked"


def check_parked(env, parked):
    """Those that are to fail do, each for a reason of its own, and nothing else is
    missing."""
    reasons = parked.mapped("billing_error")
    print(f"\n{len(parked)} contracts are sold to be parked:")
    for reason in reasons:
        print(f"  {reason}")
    if not all(reasons) or len({*reasons}) < len(parked):
        yield "a contract that is to be parked is not"
    for finding in env["subscription.watchdog"]._get_findings(env.company):
        if not any(name in finding for name in parked.mapped("name")):
            yield finding


def check_second_run(env, days):
    """Billing the same months once more must make nothing."""
    count = env["subscription.charge"].search_count([])
    runs = [run for day in days for run in bill(env, day)]
    made = env["subscription.charge"].search_count([]) - count
    print(f"\nsecond run of the same months: {len(runs)} runs, {made} charges")
    if runs or made:
        yield f"a second run of the same months made {made} charges"
