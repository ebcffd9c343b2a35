from datetime import date

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


@tagged("post_install", "-at_install", "billing", "contracts")
class TestContractVectors(ChangeCommon):
    """M3: what other systems credit and charge for a change, with real contracts."""

    def setUp(self):
        super().setUp()
        self.reason = self.env.ref("subscription_billing.subscription_end_reason_other")

    def test_m3_contracts_bill_what_peers_bill(self):
        tried = 0
        for case in read_cases(FOLDER / "proration.json"):
            is_plain = case["rule"] == "day" and "new_period_start" not in case
            # What begins with the next period is a matter of that.
            is_plain &= str(case["change_date"]) < str(case["period_end_exclusive"])
            if case["kind"] in (*KINDS, "start_partial") and is_plain:
                with self.subTest(case=case["id"]):
                    if case["kind"] == "start_partial":
                        self.assert_late_start(case)
                    else:
                        self.assert_billed(case)
                tried += 1
        self.assertGreaterEqual(tried, 20)

    def assert_billed(self, case):
        contract = self.sell(case)
        start, day = str(case["period_start"]), str(case["change_date"])
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
        contract = self.sell(
            {**case, "old_price": case["new_price"], "old_quantity": 1},
            date_start=str(case["change_date"]),
            date_anchor=str(case["period_start"]),
        )
        self.advance(str(case["change_date"]), contract)
        self.assertEqual(contract.charge_ids.amount, float(case["expected_charge"]))

    def sell(self, case, **vals):
        """A contract of one period with one line, or with a free one to add to."""
        length = as_day(case["period_end_exclusive"]) - as_day(case["period_start"])
        lines = []
        if case["old_price"]:
            lines.append(self.book(self.seats, case["old_price"], case["old_quantity"]))
        else:
            lines.append(self.book(self.base, 0, 1))
        rhythm = {
            f"{name}_interval_{part}": value
            for name in ("fee", "billing")
            for part, value in (("count", length.days), ("unit", "day"))
        }
        vals.setdefault("date_start", str(case["period_start"]))
        contract = self.draft(False, line_ids=lines, **{**rhythm, **vals})
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
