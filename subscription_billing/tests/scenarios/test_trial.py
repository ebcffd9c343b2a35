from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..change_common import ChangeCommon


@tagged("post_install", "-at_install", "contracts")
class TestTrial(ChangeCommon):
    """C3: a trial is a phase before the first term. It ends by policy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tried = cls._variant(
            "tried",
            trial_count=14,
            trial_unit="day",
            first_term_count=1,
            first_term_unit="year",
        )

    def test_c3_trial_to_paid(self):
        contract = self.subscribe("2024-01-18", self.tried)
        self.assertEqual(contract.state, "trial")
        self.assertEqual(str(contract.date_trial_end), "2024-01-31")
        self.advance("2024-01-18")
        self.assertFalse(contract.charge_ids)
        self.advance("2024-02-01")
        self.assertEqual(contract.state, "active")
        self.assertCharges(contract, [("fee", "2024-02-01", "2024-02-29", 30.0)])
        end = contract._get_earliest_end(self.day("2024-02-01"))
        self.assertEqual(str(end), "2025-01-31")
        self.assertHealthy()

    def test_c3_setup_fee_is_due_after_the_trial(self):
        contract = self.subscribe("2024-01-18", self.tried, quantities={self.setup: 1})
        self.advance("2024-01-31")
        self.assertFalse(contract.charge_ids)
        self.advance("2024-02-01")
        self.assertEqual(self.total(contract), 129.0)

    def test_c3_trial_to_end(self):
        self.tried.trial_end_policy = "end"
        contract = self.subscribe("2024-01-18", self.tried)
        self.assertEqual(str(contract.date_end), "2024-01-31")
        self.advance("2024-02-01")
        self.assertEqual(contract.state, "ended")
        self.assertFalse(contract.charge_ids)

    def test_c3_trial_that_was_to_end_is_converted(self):
        self.tried.trial_end_policy = "end"
        contract = self.subscribe("2024-01-18", self.tried)
        contract._convert_trial(self.day("2024-01-25"))
        self.assertFalse(contract.date_end)
        self.advance("2024-02-01")
        self.assertEqual(contract.state, "active")
        self.assertEqual(self.total(contract), 30.0)

    def test_c3_trial_waits_for_a_decision(self):
        """The paid part begins when it is made, and so do its periods."""
        self.customer.email = "ada@example.com"
        self.tried.trial_end_policy = "wait"
        contract = self.subscribe("2024-01-18", self.tried)
        self.advance("2024-03-01")
        self.assertEqual(contract.state, "trial")
        self.assertFalse(contract.charge_ids)
        self.assertEqual(len(contract.activity_ids), 1)
        self.assertFalse(contract.date_next_step)
        contract._convert_trial(self.day("2024-03-10"))
        self.advance("2024-03-10")
        self.assertEqual(contract.state, "active")
        self.assertCharges(contract, [("fee", "2024-03-10", "2024-04-09", 30.0)])

    def test_c3_trial_goes_on_by_itself_with_a_payment_method(self):
        self.tried.trial_end_policy = "wait"
        contract = self.subscribe("2024-01-18", self.tried)
        method = self.env["payment.method"].create({"name": "Card", "code": "card1"})
        provider = self.env["payment.provider"].create(
            {"name": "Test", "state": "test"}
        )
        self.env["payment.token"].create(
            {
                "partner_id": self.customer.id,
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "provider_ref": "token",
            }
        )
        self.advance("2024-02-01")
        self.assertEqual(contract.state, "active")
        self.assertEqual(self.total(contract), 30.0)

    def test_c3_cancelled_in_the_trial_it_ends_with_it(self):
        contract = self.subscribe("2024-01-18", self.tried)
        end = contract._get_earliest_end(self.day("2024-01-20"))
        self.assertEqual(str(end), "2024-01-31")
        contract._set_end(end, "Cancelled")
        self.advance("2024-02-01")
        self.assertEqual(contract.state, "ended")
        self.assertFalse(contract.charge_ids)

    def test_c3_contract_keeps_the_trial_it_was_sold_with(self):
        contract = self.subscribe("2024-01-18", self.tried)
        self.tried.trial_count = 30
        self.assertEqual(str(contract.date_trial_end), "2024-01-31")

    def test_c3_wrong_input(self):
        with self.assertRaisesRegex(ValidationError, "trial must not be negative"):
            self.tried.trial_count = -1
        with self.assertRaisesRegex(ValidationError, "before the start 01/18/2024"):
            self.draft("2024-01-18", date_trial_end="2024-01-17")

    def test_billed_until_goes_on_from_the_next_day_on_the_old_anchor(self):
        contract = self.subscribe(
            "2021-03-15",
            quantities={self.setup: 1},
            date_billed_until="2024-02-14",
        )
        self.advance("2024-02-20")
        self.assertCharges(contract, [("fee", "2024-02-15", "2024-03-14", 30.0)])
        contract = self.subscribe("2021-03-15", date_billed_until="2024-02-29")
        self.advance("2024-03-01")
        self.assertCharges(contract, [("fee", "2024-03-01", "2024-03-14", 14.48)])
        self.assertHealthy()
