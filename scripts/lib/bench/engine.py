"""The engine alone: quantities through a three-tier price."""

from decimal import Decimal

from .table import Row, interleave

LINES = 10_000
MICROSECONDS = 1_000_000


def run(rounds):
    """Yield the rows of the table."""
    from odoo.addons.subscription_billing.engine.limits import Limited
    from odoo.addons.subscription_billing.engine.tier import Tier
    from odoo.addons.subscription_billing.engine.tiers import Graduated, Volume

    tiers = (
        Tier(Decimal(100), Decimal("0.05")),
        Tier(Decimal(1000), Decimal("0.03")),
        Tier(None, Decimal("0.02")),
    )
    quantities = [Decimal(n * 37 % 2500) + Decimal("0.25") for n in range(LINES)]
    prices = {
        "graduated": Graduated(tiers),
        "volume": Volume(tiers),
        "graduated, with free quantity": Limited(Graduated(tiers), Decimal(10)),
    }
    times = interleave(
        rounds,
        {name: rating(price, quantities) for name, price in prices.items()},
    )
    for name in prices:
        figures = [seconds / LINES * MICROSECONDS for seconds in times[name]]
        yield Row(f"engine: three tiers, {name}", "us/line", figures, most=10)


def rating(price, quantities):
    def work(_number):
        for quantity in quantities:
            price.rate(quantity)

    return work
