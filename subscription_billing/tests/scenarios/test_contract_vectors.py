from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from dateutil.relativedelta import relativedelta

from odoo.fields import Command
from odoo.tests import tagged

from ..change_common import ChangeCommon
from ..engine.vectors import FOLDER, read_cases

# Kind of the case -> how it is done to a contract.
KINDS = {
    "change": "price",
    "quantity": "quantity",
    "add": "book",
    "remove": "unbook",
    "cancel": "end",
    "pause": "pause",
}
# A quantity that is agreed costs by these; the others need usage.
AGREED_MODELS = ("per_unit", "graduated", "volume", "stairstep", "package")
PARAMETERS = {
    "unit": "amount",
    "price": "amount",
    "package_size": "package_size",
    "free_units": "free_quantity",
    "minimum_amount": "amount_minimum",
    "maximum_amount": "amount_maximum",
    "round": "package_rounding",
}


@tagged("post_install", "-at_install", "billing", "contracts", "pricing")
class TestContractVectors(ChangeCommon):
    """M3: what other systems credit and charge for a change, with real contracts."""

    def setUp(self):
        super().setUp()
        self.base.is_required = False  # cases are about one component
        self.reason = self.env.ref("subscription_billing.subscription_end_reason_other")

    def test_m3_contracts_bill_what_peers_bill(self):
        tried = 0
        for case in read_cases(FOLDER / "proration.json"):
            # What begins with the next period is a matter of that, and a contract keeps
            # its periods.
            is_plain = "new_period_start" not in case and (
                as_day(case["change_date"]) < as_day(case["period_end_exclusive"])
            )
            if case["kind"] in (*KINDS, "start_partial") and is_plain:
                with self.subTest(case=case["id"]):
                    if case["kind"] == "start_partial":
                        self.assert_late_start(case)
                    else:
                        self.assert_billed(case)
                tried += 1
        self.assertGreaterEqual(tried, 26)

    def test_m4_contracts_cost_what_peers_charge(self):
        cases = [
            case
            for case in read_cases(FOLDER / "tiered_pricing.json")
            if case["model"] in AGREED_MODELS and self.is_agreeable(case)
        ]
        self.assertGreaterEqual(len(cases), 80)
        contracts = self.env["subscription.contract"]
        for case in cases:
            contracts += self.sell_priced(case)
        self.bill("2024-01-01", contracts)
        for case, contract in zip(cases, contracts, strict=True):
            with self.subTest(case=case["id"]):
                digits = contract.currency_id.decimal_places
                amount = Decimal(case["expected_amount"])
                amount = amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
                self.assertEqual(self.total(contract), float(amount))

    def is_agreeable(self, case):
        """Whether a contract can say so: a quantity above zero of two decimals at most
        and tiers without packages of their own."""
        return (
            round(float(case["quantity"]), 2) == float(case["quantity"]) > 0
            and PARAMETERS.keys() >= (case.get("params") or {}).keys()
            and all("package_size" not in tier for tier in case.get("tiers") or ())
        )

    def sell_priced(self, case):
        """A contract of a customer who has a price of their own."""
        partner = self._customer(case["id"])
        params = {
            PARAMETERS[key]: value if key == "round" else float(value)
            for key, value in (case.get("params") or {}).items()
        }
        tiers = [
            Command.create(
                {
                    "up_to": float(tier["up_to"] or 0),
                    "price_unit": float(tier["unit"]),
                    "amount_flat": float(tier["flat"]),
                }
            )
            for tier in case.get("tiers") or ()
        ]
        params.setdefault("amount", 0.0)
        self._price(
            self.seats,
            model=case["model"],
            partner_id=partner.id,
            tier_ids=tiers,
            **params,
        )
        quantity = {"component_id": self.seats.id, "quantity": float(case["quantity"])}
        contract = self.draft(
            "2024-01-01", partner_id=partner.id, line_ids=[Command.create(quantity)]
        )
        contract.action_activate()
        return contract

    def assert_billed(self, case):
        contract = self.sell(case)
        start, day = (
            as_day(case[name]).isoformat() for name in ("period_start", "change_date")
        )
        self.advance(start, contract)
        line = contract.line_ids[-1:]
        if KINDS[case["kind"]] in ("quantity", "price") and day == start:
            self.assertTrue(line.charge_ids)
        self.change_by(case, contract, line, day)
        before = contract.charge_ids
        self.advance(day, contract)
        new = contract.charge_ids - before
        credit = -sum(new.filtered(lambda it: it.kind == "credit").mapped("amount"))
        charge = sum(new.filtered(lambda it: it.kind == "fee").mapped("amount"))
        self.assertAlmostEqual(credit, float(case["expected_credit"] or 0), 2)
        self.assertAlmostEqual(charge, float(case["expected_charge"] or 0), 2)

    def assert_late_start(self, case):
        """The first period is a part of the one the anchor gives."""
        anchor = as_day(case["period_start"])
        if case["rule"] == "day_fixed_30":
            # A fee per month that is cut to the period of the case.
            anchor = as_day(case["period_end_exclusive"]) - relativedelta(months=1)
        contract = self.sell(
            {**case, "old_price": case["new_price"], "old_quantity": 1},
            date_start=str(case["change_date"]),
            date_anchor=anchor,
        )
        self.advance(str(case["change_date"]), contract)
        self.assertEqual(contract.charge_ids.amount, float(case["expected_charge"]))

    def sell(self, case, **vals):
        """A contract of one period with one line, or with a free one to add to."""
        self.seats.proration = case["rule"]
        length = as_day(case["period_end_exclusive"]) - as_day(case["period_start"])
        count, unit = length.days, "day"
        if case["rule"] == "day_fixed_30":
            count, unit = 1, "month"
        lines = []
        if case["old_price"]:
            lines.append(self.book(self.seats, case["old_price"], case["old_quantity"]))
        else:
            lines.append(self.book(self.base, 0, 1))
        rhythm = {
            f"{name}_interval_{part}": value
            for name in ("fee", "billing")
            for part, value in (("count", count), ("unit", unit))
        }
        vals.setdefault("date_start", as_day(case["period_start"]))
        contract = self.draft(False, line_ids=lines, **{**rhythm, **vals})
        if case["rule"] == "second":
            contract.tz = "Europe/Berlin"
        contract.action_activate()
        return contract

    def book(self, component, price, quantity):
        return Command.create(
            {
                "component_id": component.id,
                "quantity": float(quantity or 1),
                "has_price_override": True,
                "price_override": float(price),
            }
        )

    def change_by(self, case, contract, line, day):
        price = {"has_price_override": True, "price_override": case["new_price"]}
        vals = {
            "price": lambda: {"line_id": line.id, **as_floats(price)},
            "quantity": lambda: {
                "line_id": line.id,
                "quantity": float(case["new_quantity"]),
            },
            "book": lambda: {"component_id": self.seats.id, **as_floats(price)},
            "unbook": lambda: {"line_id": line.id},
            "pause": dict,
            "end": lambda: {
                "timing": "now",
                "end_method": "extraordinary",
                "end_reason_id": self.reason.id,
                "date_last": date.fromordinal(as_day(day).toordinal() - 1),
            },
        }[KINDS[case["kind"]]]()
        self.change(contract, KINDS[case["kind"]], day, day, **vals)


def as_day(value):
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def as_floats(vals):
    return {**vals, "price_override": float(vals["price_override"] or 0)}
