"""Replay of pricing cases: model, tiers and parameters become one price."""

from ...engine.bucketed import Bucketed
from ...engine.limits import Limited
from ...engine.money import ZERO, Rounding
from ...engine.percentage import Percentage
from ...engine.price import Flat, Package, PerUnit
from ...engine.tier import Tier
from ...engine.tiers import (
    DiscountScale,
    Graduated,
    GraduatedPercentage,
    Stairstep,
    Volume,
)
from .vector_values import (
    MalformedError,
    decimal,
    optional_decimal,
    refuse_unknown,
    settled,
)

TIERED = {
    "graduated": Graduated,
    "graduated_percentage": GraduatedPercentage,
    "volume": Volume,
    "stairstep": Stairstep,
}
TIER_FIELDS = {"up_to", "unit", "flat", "rate", "package_size", "unit_cap_amount"}
# Every model takes these besides its own.
LIMITS = {"minimum_amount", "maximum_amount", "free_units"}
PARAMETERS = {
    **dict.fromkeys(TIERED, {"unit_cap_amount"}),
    "flat": {"flat"},
    "per_unit": {"unit"},
    "package": {"package_size", "price", "round"},
    "percentage": {
        "rate",
        "fixed",
        "free_events",
        "free_amount",
        "min_per_event",
        "max_per_event",
    },
    "discount_scale": {"unit"},
}


def replay_pricing(case):
    """Return the unrounded amount, unless the case expects a rounded one."""
    price = build_price(case)
    parts = [decimal(part) for part in case.get("events") or case.get("buckets") or ()]
    quantity = optional_decimal(case, "quantity", sum(parts, ZERO))
    amount = price.rate(quantity, parts or None).amount
    rounding = Rounding.from_digits(case["currency_digits"])
    return {"expected_amount": settled(amount, case["expected_amount"], rounding)}


def build_price(case):
    """Return the price of a case, minimum and maximum around it."""
    params, tiers = dict(case.get("params") or {}), case.get("tiers")
    model = case["model"]
    if model == "bucketed":
        inner = params.pop("inner_model")
        price = Bucketed(_free(_model(inner, tiers, params), params))
    else:
        price = _free(_model(model, tiers, params), params)
    return Limited(
        price,
        minimum=optional_decimal(params, "minimum_amount"),
        maximum=optional_decimal(params, "maximum_amount"),
    )


def _free(price, params):
    free = optional_decimal(params, "free_units", ZERO)
    return Limited(price, free) if free else price


def _model(model, tiers, params):
    if model not in PARAMETERS:
        raise MalformedError(f"unknown model {model!r}")
    refuse_unknown(params, PARAMETERS[model] | LIMITS)
    if model in TIERED:
        return TIERED[model](_tiers(tiers, params))
    if model == "discount_scale":
        return DiscountScale(decimal(params["unit"]), _tiers(tiers, params))
    if tiers:
        raise MalformedError(f"{model} has no tiers")
    if model == "package":
        is_down = {"up": False, "down": True}[params.get("round") or "up"]
        size, price = (decimal(params[key]) for key in ("package_size", "price"))
        return Package(size, price, is_down)
    if model == "percentage":
        return _percentage(params)
    if model == "per_unit":
        return PerUnit(decimal(params["unit"]))
    return Flat(decimal(params["flat"]))


def _percentage(params):
    events = params.get("free_events")
    return Percentage(
        decimal(params["rate"]),
        optional_decimal(params, "fixed", ZERO),
        free_events=None if events is None else int(events),
        free_amount=optional_decimal(params, "free_amount"),
        event_minimum=optional_decimal(params, "min_per_event"),
        event_maximum=optional_decimal(params, "max_per_event"),
    )


def _tiers(rows, params):
    cap = optional_decimal(params, "unit_cap_amount")
    for row in rows:
        refuse_unknown(row, TIER_FIELDS)
    return tuple(
        Tier(
            up_to=optional_decimal(row, "up_to"),
            price_unit=optional_decimal(row, "unit", ZERO),
            amount_flat=optional_decimal(row, "flat", ZERO),
            percent=optional_decimal(row, "rate", ZERO),
            package_size=optional_decimal(row, "package_size"),
            amount_maximum=optional_decimal(row, "unit_cap_amount", cap),
        )
        for row in rows
    )
