"""What the demo says of its usage, and how it checks that all of it is billed right."""

from collections import defaultdict
from csv import DictReader
from decimal import Decimal

from . import usage as demo_usage


def get_charges(env):
    """Live charges of usage of the company."""
    return env["subscription.charge"].search(
        [
            ("company_id", "=", env.company.id),
            ("component_id.kind", "=", "metered"),
            ("is_void", "=", False),
        ]
    )


def print_revenue(env):
    """Usage revenue by component, and what discounts and bonuses took off."""
    charges = get_charges(env)
    print(f"\n{'usage':26} {'events':>9} {'quantity':>16} {'net':>12} {'late':>9}")
    for component, group in charges.grouped("component_id").items():
        late = group.filtered(lambda charge: charge.kind == "late")
        print(
            f"{component.name:26} {sum(group.mapped('usage_count')):9}"
            f" {sum((group - late).mapped('quantity')):16,.2f}"
            f" {sum(group.mapped('amount')):12,.2f}"
            f" {sum(late.mapped('amount')):9,.2f}"
        )
    given = defaultdict(Decimal)
    for charge in env["subscription.charge"].search(
        [("contract_id.plan_id.code", "=", "platform"), ("is_void", "=", False)]
    ):
        for part in charge.explanation["slices"]:
            if part["kind"] == "discount":
                given[part["label"]] += Decimal(part["amount"])
    for label, amount in given.items():
        print(f"discount {label:56} {amount:12,.2f}")


def check_usage(env, folder):
    """Yield what is wrong with the billed usage of the loaded files."""
    paths = [folder / name for name in ("usage.csv", "usage_late.csv")]
    charges = get_charges(env)
    yield from check_statements(env, charges)
    yield from check_events(env, paths, charges)
    for path in paths:
        if demo_usage.load(env, path)["created"]:
            yield f"{path.name}: loading it again created events"


def check_statements(env, charges):
    """Every statement adds up to the line of its invoice."""
    from odoo.exceptions import UserError

    # Rounded once, on the charge; what was billed before is rounded already.
    half_a_cent = Decimal("0.005")
    wrong = 0
    charges = charges.filtered(lambda charge: charge.usage_count or charge.amount)
    for charge in charges:
        try:
            statement = env["subscription.usage.statement"]._of_charge(charge)
        except UserError as error:
            yield str(error)
            continue
        amount = Decimal(str(round(get_invoiced(charge), 2)))
        total = sum(Decimal(part["amount"]) for part in statement.slices)
        wrong += statement.amount != amount or abs(total - amount) > half_a_cent
    print(f"\nstatements: {len(charges)}, of which wrong: {wrong}")
    if wrong:
        yield f"{wrong} statements do not add up to their invoice lines"


def get_invoiced(charge):
    """What the invoice asks for a charge; without one, nothing was to be paid. What
    costs nothing hangs on the line of another charge."""
    line = charge.move_line_id
    sign = -1 if line.move_id.move_type == "out_refund" else 1
    others = line.subscription_charge_ids.filtered(lambda it: not it.is_void) - charge
    billed = sign * line.price_subtotal - sum(others.mapped("amount"))
    return billed if line else charge.amount


def check_events(env, paths, charges):
    """Billed and open events are those of the files; sums are those of the files."""
    usage = env["subscription.usage"]
    scope = [("company_id", "=", env.company.id)]
    opened = usage.search_count([*scope, ("charge_id", "=", False)])
    billed = usage.search_count([*scope, ("charge_id", "!=", False)])
    rows = [row for path in paths for row in read(path)]
    print(f"events: {len(rows)} loaded, {billed} billed, {opened} open")
    if billed + opened != len(rows):
        yield f"{len(rows)} events were loaded, but {billed + opened} are there"
    if opened or billed != sum(charges.mapped("usage_count")):
        yield "the charges do not bill all events once"
    expected = defaultdict(Decimal)
    for row in rows:
        expected[row["meter"]] += Decimal(row["quantity"])
    for code in ("api", "support", "payments"):
        measured = measure(charges, code)
        if abs(measured - float(expected[code])) > 0.01:
            yield f"{code}: {measured} measured, {expected[code]} in the files"


def measure(charges, code):
    """What was measured of a meter: the last charge of a period knows all of it."""
    last = {}
    for charge in charges.sorted("id"):
        if charge.component_id.meter_id.code == code:
            last[charge.line_id, charge.whole_date_start] = charge.quantity_raw
    return sum(last.values())


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(DictReader(file))
