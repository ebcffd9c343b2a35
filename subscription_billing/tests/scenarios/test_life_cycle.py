from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "contracts")
class TestLifeCycle(SubscriptionCommon):
    """From the first day to the last invoice."""

    def test_a_contract_lives_is_cancelled_and_ends(self):
        variant = self._variant(
            "term", first_term_count=3, notice_first_count=1, notice_later_count=1
        )
        contract = self.subscribe("2024-01-15", variant)
        self.bill("2024-01-15")
        end = contract._get_earliest_end(self.day("2024-02-01"))
        self.assertEqual(str(end), "2024-04-14")
        contract._set_end(end, "Customer cancelled")
        self.bill("2024-12-31")
        self.assertCharges(
            contract,
            [
                ("fee", "2024-01-15", "2024-02-14", 30.0),
                ("fee", "2024-02-15", "2024-03-14", 30.0),
                ("fee", "2024-03-15", "2024-04-14", 30.0),
            ],
        )
        self.assertFalse(contract.date_next_billing)
        self.assertHealthy()

    def test_c5_an_end_within_a_billed_period_credits_the_rest(self):
        contract = self.subscribe("2024-03-01")
        invoice = self.bill("2024-03-01").move_ids
        contract._set_end(self.day("2024-03-14"), "Moved away")
        self.assertEqual(contract.date_next_billing, self.day("2024-03-15"))
        credit = self.bill("2024-03-20").move_ids
        self.assertRecordValues(
            invoice + credit,
            [
                {"move_type": "out_invoice", "amount_untaxed": 30.0},
                {"move_type": "out_refund", "amount_untaxed": 16.45},
            ],
        )
        line = credit.invoice_line_ids
        self.assertIn("Credit for days no longer used", line.name)
        self.assertIn("17 of 31 days of", line.name)
        charge = line.subscription_charge_ids
        self.assertEqual(
            charge.credited_charge_id, invoice.invoice_line_ids.subscription_charge_ids
        )
        self.assertHealthy()

    def test_an_end_that_is_taken_back_costs_nothing(self):
        contract = self.subscribe("2024-03-01")
        self.bill("2024-03-01")
        contract._set_end(self.day("2024-03-14"), "Cancelled")
        contract._set_end(False, "End taken back")
        self.assertLastEvent(contract, type="end_removed", message="End taken back")
        run = self.bill("2024-03-20")
        self.assertEqual(run.invoice_count, 0)
        self.assertEqual(contract.date_next_billing, self.day("2024-04-01"))

    def test_an_end_that_is_taken_back_after_the_credit_is_charged_again(self):
        contract = self.subscribe("2024-03-01")
        self.bill("2024-03-01")
        contract._set_end(self.day("2024-03-14"), "Cancelled")
        self.bill("2024-03-15")
        contract._set_end(False, "Stays after all")
        self.bill("2024-03-16")
        self.assertEqual(sum(contract.charge_ids.mapped("amount")), 30.0)
        self.assertHealthy()

    def test_an_add_on_booked_in_the_middle_of_a_period(self):
        contract = self.subscribe("2024-03-01")
        self.bill("2024-03-01")
        contract.line_ids = [
            Command.create(
                {
                    "component_id": self.seats.id,
                    "quantity": 3,
                    "date_start": "2024-03-20",
                }
            )
        ]
        self.assertLastEvent(
            contract, type="line_added", date_effective=self.day("2024-03-20")
        )
        self.assertEqual(contract.date_next_billing, self.day("2024-03-20"))
        self.bill("2024-04-01")
        seats = contract.line_ids.filtered(lambda line: line.component_id == self.seats)
        self.assertEqual(
            seats.charge_ids.sorted("date_start").mapped("amount"), [5.81, 15.0]
        )

    def test_nothing_is_booked_on_an_ended_contract(self):
        contract = self.subscribe("2024-03-01")
        contract._set_ended("Over")
        with self.assertRaisesRegex(UserError, "has ended"):
            contract.line_ids = [Command.create({"component_id": self.seats.id})]

    def test_an_add_on_without_a_date_starts_with_the_next_billing(self):
        contract = self.subscribe("2024-03-01")
        self.bill("2024-03-01")
        contract.line_ids = [Command.create({"component_id": self.seats.id})]
        self.assertEqual(contract.line_ids[-1:].date_start, self.day("2024-04-01"))

    def test_an_annual_contract_in_arrears_is_billed_at_its_end(self):
        variant = self._variant(
            "year_arrears",
            billing_mode="arrears",
            fee_interval_unit="year",
            billing_interval_unit="year",
        )
        contract = self.subscribe("2024-01-01", variant, date_end="2024-06-30")
        self.bill("2024-06-30")
        self.assertFalse(contract.charge_ids)
        self.bill("2024-07-01")
        self.assertCharges(contract, [("fee", "2024-01-01", "2024-06-30", 14.92)])
        self.assertFalse(contract.date_next_billing)

    def test_a_start_in_the_future_is_billed_when_it_comes(self):
        contract = self.subscribe("2030-05-10")
        self.assertEqual(self.bill("2030-05-09").invoice_count, 0)
        self.bill("2030-05-10")
        self.assertCharges(contract, [("fee", "2030-05-10", "2030-06-09", 30.0)])
