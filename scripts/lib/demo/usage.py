"""The demo's metered business: plan "Platform", its contracts and its usage."""

import io
import time
from contextlib import redirect_stderr

import usage_load

from . import company, generate_usage

# The run before which the late events come in: that of the third month.
LATE_RUN = 2
METERS = {
    "api": {"name": "API calls", "unit_name": "calls"},
    "storage": {
        "name": "Storage",
        "unit_name": "GB",
        "aggregation": "weighted",
        "is_carry_over": True,
        "allow_negative": True,
        "rounding_mode": "half_up",
        "rounding_digits": 2,
    },
    "support": {"name": "Support", "unit_name": "hours"},
    "payments": {"name": "Payment volume", "unit_name": "EUR"},
}
PRICES = {
    "base": {"amount": 79},
    "seats": {
        "price_model": "graduated",
        "tiers": [(10, 12), (50, 10), (0, 8)],
    },
    "api_world": {
        "price_model": "graduated",
        "tiers": [(100_000, 0.0025), (0, 0.0015)],
    },
    "api": {
        "price_model": "graduated",
        "free_quantity": 10_000,
        "tiers": [(100_000, 0.002), (1_000_000, 0.001), (0, 0.0005)],
    },
    "storage": {"price_model": "per_unit", "amount": 0.25},
    "support": {"price_model": "package", "amount": 450, "package_size": 5},
    "payments": {"price_model": "percentage", "percent": 0.9, "event_minimum": 0.1},
}
# Code -> (name, kind, product of the addon's demo data, meter).
COMPONENTS = {
    "base": ("Platform", "base", "product_platform_demo", None),
    "seats": ("Seats", "quantity", "product_seats_demo", None),
    "api_world": ("API calls outside the EU", "metered", "product_api_demo", "api"),
    "api": ("API calls", "metered", "product_api_demo", "api"),
    "storage": ("Storage", "metered", "product_storage_demo", "storage"),
    "support": ("Support hours", "metered", "product_support_hours_demo", "support"),
    "payments": ("Payment volume", "metered", "product_payments_demo", "payments"),
}
DISCOUNTS = [
    {
        "name": "Welcome: 15 % in the first three months",
        "code": "WELCOME",
        "kind": "percent",
        "percent": 15,
        "duration": "periods",
        "period_count": 3,
        "is_once_per_customer": True,
    },
    {
        "name": "Starting credit",
        "code": "START50",
        "kind": "amount",
        "amount": 50,
        "duration": "once",
        "redemption_limit": 100,
    },
]


def create_plan(env):
    """The plan with its components, prices and loyalty bonus; products of the demo."""
    plan = env["subscription.plan"].create(
        {"name": "Platform", "code": "platform", "company_id": env.company.id}
    )
    env["subscription.plan.variant"].create(
        {
            "plan_id": plan.id,
            "name": "Monthly",
            "code": "monthly",
            "currency_id": env.company.currency_id.id,
            "alignment": "calendar",
            "notice_later_count": 1,
        }
    )
    meters = {
        code: env["subscription.meter"].create(
            {"aggregation": "sum", **vals, "code": code, "company_id": env.company.id}
        )
        for code, vals in METERS.items()
    }
    components = {
        code: create_component(env, plan, sequence, code, meters)
        for sequence, code in enumerate(COMPONENTS)
    }
    env["subscription.meter.filter"].create(
        {
            "component_id": components["api_world"].id,
            "property": "region",
            "operator": "not_in",
            "values": "eu",
        }
    )
    for code, vals in PRICES.items():
        create_price(env, components[code], dict(vals))
    env["subscription.bonus"].create(
        {
            "name": "Loyalty: 5 % after one year",
            "plan_id": plan.id,
            "kind": "loyalty",
            "reward": "percent",
            "percent": 5,
            "month_start": 12,
            "currency_id": env.company.currency_id.id,
        }
    )


def create_component(env, plan, sequence, code, meters):
    name, kind, product, meter = COMPONENTS[code]
    return env["subscription.component"].create(
        {
            "plan_id": plan.id,
            "sequence": sequence,
            "code": code,
            "name": name,
            "kind": kind,
            "product_id": env.ref(f"subscription_billing.{product}").id,
            "meter_id": meters[meter].id if meter else False,
            "is_required": True,
        }
    )


def create_price(env, component, vals):
    tiers = vals.pop("tiers", ())
    env["subscription.price"].create(
        {
            "component_id": component.id,
            "currency_id": env.company.currency_id.id,
            "amount": 0,
            "tier_ids": [
                (0, 0, {"up_to": up_to, "price_unit": price}) for up_to, price in tiers
            ],
            **vals,
        }
    )


def import_contracts(env, folder, window):
    """The contracts, with a coupon for every third and every fifth of them."""
    generate_usage.generate(folder, window)
    content = (folder / "platform_contracts.csv").read_bytes()
    contracts = company.import_contracts(env, content, "NP-%").sorted("name")
    currency = {"currency_id": env.company.currency_id.id}
    welcome, start = (
        env["subscription.discount"].create({**vals, **currency}) for vals in DISCOUNTS
    )
    for discount, every in ((welcome, 3), (start, 5)):
        for contract in contracts[::every]:
            contract._redeem(discount, contract.date_start)
    return contracts


def load(env, path):
    """Load a file of events as scripts/usage-load does; say how fast it was."""
    started = time.perf_counter()
    # Its progress bar is for files that take longer.
    with path.open("rb") as raw, redirect_stderr(io.StringIO()):
        counts = usage_load.load(env, env.company, raw, path)
    seconds = time.perf_counter() - started
    print(
        f"{path.name}: {counts['created']} events created, {counts['duplicate']} "
        f"duplicates, {counts['rejected']} rejected, "
        f"{sum(counts.values()) / seconds:,.0f} events/s"
    )
    if counts["rejected"]:
        raise SystemExit(path.with_suffix(".rejected.csv").read_text()[:2000])
    return counts
