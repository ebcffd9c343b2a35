from unittest.mock import patch

from odoo.exceptions import RedirectWarning
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "contracts", "billing")
class TestActivation(SubscriptionCommon):
    """The button asks before it bills more than the first period. The base fee is
    30.00 a month."""

    def press(self, contracts, today):
        """What the button asks about, None if it does not ask."""
        runs = type(self.env["subscription.billing.run"])
        day = self.day(today)
        with patch.object(runs, "_get_billing_date", return_value=day):
            try:
                with self.env.cr.savepoint():
                    contracts.action_activate_or_ask()
            except RedirectWarning as warning:
                self.assertEqual(set(contracts.mapped("state")), {"draft"})
                return warning
        return None

    def assertAsks(self, today, *texts, **vals):
        contract = self.draft("2024-01-01", **vals)
        message, action, _button, context = self.press(contract, today).args
        for text in texts:
            self.assertIn(text, message)
        action = self.env["ir.actions.server"].browse(action).with_context(**context)
        self.assertEqual(action.run()["tag"], "soft_reload")
        self.assertEqual(contract.state, "active")

    def assertDoesNotAsk(self, today, **vals):
        contract = self.draft("2024-01-01", **vals)
        self.assertIsNone(self.press(contract, today))
        self.assertIn(contract.state, ("active", "trial"))

    def test_it_asks_with_the_amount_and_goes_on(self):
        self.assertAsks("2026-09-15", "33 periods", "990.00", "Billed Until")

    def test_it_asks_for_two_periods(self):
        self.assertAsks("2024-02-01", "2 periods", "60.00")

    def test_the_amount_is_what_is_billed(self):
        """With the setup fee once, a trial before, and the part to the end."""
        vals = {"trial_count": 1, "trial_unit": "month", "date_end": "2024-03-15"}
        contract = self.draft("2024-01-01", **vals)
        message = self.press(contract, "2024-06-01").args[0]
        self.assertIn("2 periods", message)
        self.assertIn("44.52", message)  # 30.00 + 30.00 x 15 / 31
        contract.action_activate()
        self.assertEqual(self.bill("2024-06-01").move_ids.amount_untaxed, 44.52)

    def test_what_was_billed_elsewhere_is_not_counted(self):
        until = {"date_billed_until": "2024-05-31"}
        self.assertDoesNotAsk("2024-06-10", **until)
        self.assertAsks("2024-07-01", "2 periods", "60.00", **until)

    def test_it_does_not_ask_for_the_first_period_alone(self):
        for today in ("2023-12-01", "2024-01-01", "2024-01-31"):
            with self.subTest(today=today):
                self.assertDoesNotAsk(today)
        self.assertDoesNotAsk("2024-02-28", billing_mode="arrears")
        self.assertAsks("2024-03-01", "2 periods", billing_mode="arrears")

    def test_many_contracts_are_asked_about_together(self):
        contracts = self.env["subscription.contract"].union(
            *(self.draft("2024-01-01") for _number in range(12)),
            self.draft("2024-02-20"),
        )
        message = self.press(contracts, "2024-03-01").args[0]
        self.assertEqual(message.count("90.00"), 10)
        self.assertIn("and 2 more", message)
