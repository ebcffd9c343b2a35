from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..change_common import ChangeCommon


@tagged("post_install", "-at_install", "changes")
class TestChangeCompanies(ChangeCommon):
    """O2, M1: changes in other companies, currencies and time zones."""

    def sell_in(self, code, base, seats):
        currency = self.env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", code)])
        currency.active = True
        for component, amount, model in (
            (self.base, base, "flat"),
            (self.seats, seats, "per_unit"),
        ):
            self._price(component, amount, model=model, currency_id=currency.id)
        contract = self.draft(
            "2024-01-01",
            currency_id=currency.id,
            line_ids=[
                Command.create({"component_id": self.base.id}),
                Command.create({"component_id": self.seats.id, "quantity": 3}),
            ],
        )
        contract.action_activate()
        return contract

    def test_m1_yen_have_no_cents(self):
        contract = self.sell_in("JPY", 1000, 70)
        self.advance("2024-01-01")
        line = self.line(contract, self.seats, "2024-01-12")
        self.change(contract, "quantity", "2024-01-12", line_id=line.id, quantity=4)
        self.advance("2024-01-12")
        self.assertCharges(
            contract,
            [
                ("fee", "2024-01-01", "2024-01-31", 1000.0),
                ("fee", "2024-01-01", "2024-01-31", 210.0),
                ("credit", "2024-01-12", "2024-01-31", -135.0),  # 210 x 20 / 31
                ("fee", "2024-01-12", "2024-01-31", 181.0),  # 280 x 20 / 31
            ],
        )
        self.assertHealthy()

    def test_m1_seats_there_and_back_in_francs_of_five_centimes(self):
        contract = self.sell_in("CHF", 30.0, 4.9)
        contract.currency_id.rounding = 0.05
        self.advance("2024-01-01")
        for quantity in (7, 3):
            line = self.line(contract, self.seats, "2024-01-12")
            vals = {"line_id": line.id, "quantity": quantity}
            self.change(contract, "quantity", "2024-01-12", **vals)
            self.advance("2024-01-12")
        self.assertEqual(self.total(contract), 44.7)
        self.assertHealthy()

    def test_o2_transfer_stays_in_the_currency_of_the_contract(self):
        contract = self.sell_in("JPY", 1000, 70)
        self.advance("2024-01-01")
        other = self._customer("Tokyo KK")
        self.change(contract, "transfer", "2024-01-12", partner_new_id=other.id)
        self.advance("2024-01-12")
        new = contract.successor_id
        self.assertEqual(new.currency_id.name, "JPY")
        self.assertEqual(self.total(contract) + self.total(new), 1210.0)

    def test_o2_variant_of_another_company_is_refused(self):
        company = self.setup_other_company()["company"]
        group = self.env["subscription.plan.group"].create(
            {"name": "Shared", "company_id": False}
        )
        self.plan.group_id = group
        plan = self.env["subscription.plan"].create(
            {"name": "Foreign", "company_id": company.id, "group_id": group.id}
        )
        variant = self._variant("foreign", plan_id=plan.id)
        contract = self.subscribe("2024-01-01")
        with self.assertRaises(UserError):
            self.change(contract, "variant", "2024-01-12", variant_id=variant.id)

    def test_t3_today_is_the_day_of_the_contract(self):
        """A change of today counts from the day it is where the customer is."""
        contract = self.subscribe("2024-01-01")
        runs = type(self.env["subscription.billing.run"])
        asked = []

        def billing_date(_self, tz):
            asked.append(tz)
            return self.day("2024-01-20")

        contract._get_applying().tz = "Pacific/Auckland"
        self.patch(runs, "_get_billing_date", billing_date)
        change = self.draft_change(contract, "pause", timing="now")
        change.action_apply()
        self.assertEqual(str(change.date_effective), "2024-01-20")
        self.assertEqual(set(asked), {"Pacific/Auckland"})
