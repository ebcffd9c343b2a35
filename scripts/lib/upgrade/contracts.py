# Run by Odoo's shell with the code of an earlier version: contracts with changes that
# are scheduled and prices that are announced, in the order of their days and not.
import random
import sys
from itertools import count

from dateutil.relativedelta import relativedelta

from odoo.exceptions import UserError
from odoo.fields import Command

env = env(context={**env.context, "subscription_silent": True})
company = env.company
currency = company.currency_id
product = env["product.product"].create({"name": "Service", "type": "service"})
today = env["subscription.billing.run"]._get_billing_date("UTC")
first = today.replace(day=1)
draw = random.Random(20240229)


def make_plan(code, group, base, seats):
    plan = env["subscription.plan"].create(
        {"name": code, "code": code, "group_id": group.id}
    )
    components = [
        make_component(plan, "base", "base", base, "flat", is_required=True),
        make_component(plan, "seats", "quantity", seats, "per_unit"),
        make_component(plan, "phone", "on_off", 3 * base, "flat"),
        make_component(plan, "setup", "setup", base, "flat"),
    ]
    variant = env["subscription.plan.variant"].create(
        {
            "plan_id": plan.id,
            "name": "Monthly",
            "code": f"{code}-monthly",
            "currency_id": currency.id,
        }
    )
    return variant, components


def make_component(plan, code, kind, amount, model, is_required=False):
    component = env["subscription.component"].create(
        {
            "plan_id": plan.id,
            "code": code,
            "name": code,
            "kind": kind,
            "product_id": product.id,
            "is_required": is_required,
        }
    )
    make_price(component, amount, price_model=model)
    return component


def make_price(component, amount, **vals):
    sold = component.price_ids.sorted("id")[:1]
    env["subscription.price"].create(
        {
            "component_id": component.id,
            "currency_id": currency.id,
            "price_model": sold.price_model,
            "amount": amount,
            **vals,
        }
    )


group = env["subscription.plan.group"].create({"name": "Plans"})
basic, (base, seats, phone, setup) = make_plan("basic", group, 30.0, 5.5)
pro, _components = make_plan("pro", group, 100.0, 20.0)
reason = env.ref("subscription_billing.subscription_end_reason_price")
numbers = count(1)


def make_customer():
    return env["res.partner"].create(
        {"name": f"Customer {next(numbers)}", "country_id": env.ref("base.us").id}
    )


def subscribe():
    booked = {base: 1, seats: 2, phone: 1}
    contract = env["subscription.contract"].create(
        {
            "partner_id": make_customer().id,
            "variant_id": basic.id,
            "date_start": first - relativedelta(months=2),
            "line_ids": [
                Command.create({"component_id": component.id, "quantity": quantity})
                for component, quantity in booked.items()
            ],
        }
    )
    contract.action_activate()
    return contract


def current(contract, component):
    return contract.line_ids.filtered(
        lambda it: it.component_id == component and it._is_valid_on(today)
    )


def prepare_kinds(contract):
    """Kind of change, and how its values are drawn."""
    line, phone_line = current(contract, seats), current(contract, phone)
    return {
        "quantity": {"line_id": line.id, "quantity": 3 + len(contract.change_ids)},
        "price": {
            "line_id": line.id,
            "has_price_override": True,
            "price_override": float(1 + len(contract.change_ids)),
        },
        "unbook": {"line_id": phone_line.id},
        "variant": {"variant_id": pro.id},
        "one_off": {"component_id": setup.id},
        "pause": {"days": draw.randint(5, 40)},
        "billing_day": {"billing_day_new": draw.randint(1, 28)},
        "end": {
            "end_method": "extraordinary",
            "end_reason_id": reason.id,
            "timing": "now",
        },
        "transfer": {"partner_new_id": make_customer().id},
    }


def draw_days():
    return [
        first + relativedelta(months=draw.randint(1, 6), days=draw.randint(0, 27))
        for _ in range(3)
    ]


def schedule(contract, kind, day, vals):
    if "days" in vals:
        vals["date_until"] = day + relativedelta(days=vals.pop("days"))
    if kind == "end":
        vals["date_last"] = day
    change = env["subscription.change"].create(
        {
            "contract_id": contract.id,
            "kind": kind,
            "timing": "date",
            "date": day,
            **vals,
        }
    )
    change._apply(today)


def try_to_schedule(contract, kind, day):
    """What the version refuses, or breaks on, is left out."""
    try:
        with env.cr.savepoint():
            schedule(contract, kind, day, prepare_kinds(contract)[kind])
    except (UserError, ValueError):
        return 0
    return 1


def announce(contracts, months):
    price_change = env["subscription.price.change"].create(
        {
            "date": first + relativedelta(months=months),
            "percent": 10 * months,
            "component_ids": seats.ids,
            "contract_ids": contracts.ids,
        }
    )
    price_change.action_preview()
    price_change.action_apply()


contracts = env["subscription.contract"].union(*(subscribe() for _ in range(60)))
in_order = contracts[40:]
contracts.customer_reference, in_order.customer_reference = "any order", "in order"
env["subscription.billing.run"]._run_for_date(today, company)
show("nothing scheduled", contracts)

announce(contracts[:20], 4)
kinds = list(prepare_kinds(contracts[0]))
scheduled = sum(
    try_to_schedule(contract, draw.choice(kinds), day)
    for contract in contracts[:40]
    for day in draw_days()
)
announce(contracts[20:40], 2)
# These come out the same when they are derived anew; the others are mended by it, and
# so is an end after a transfer, and what the plan of the day does not have.
kinds = [kind for kind in kinds if kind not in ("transfer", "one_off")]
scheduled += sum(
    try_to_schedule(contract, draw.choice(kinds), day)
    for contract in in_order
    for day in sorted(draw_days())
)
# What was agreed stays, whatever the plan costs by then.
for component in env["subscription.component"].search([]):
    sold = component.price_ids.sorted("id")[0]
    make_price(component, 7 * sold.amount, date_start=first)
show("as it stands", env["subscription.contract"].search([]))
show("derived anew", in_order)
env.cr.commit()
print(f"{len(contracts)} contracts, {scheduled} changes scheduled", file=sys.stderr)
