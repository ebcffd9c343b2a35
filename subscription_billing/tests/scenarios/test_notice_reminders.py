from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from ..notice_common import NoticeCommon


@tagged("post_install", "-at_install", "notices")
class TestNoticeReminders(NoticeCommon):
    """C2, C3: customers are told in time, once per term."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.yearly = cls._variant(
            "yearly",
            first_term_count=1,
            first_term_unit="year",
            later_term_count=1,
            later_term_unit="year",
            notice_first_count=1,
            notice_later_count=1,
        )

    def told(self, contract):
        return self.mails(contract).filtered(lambda it: it.subject == "renewal_due")

    def test_thirty_days_before_the_last_day_to_cancel(self):
        """The last day to cancel is 30 November."""
        contract = self.subscribe("2024-01-01", self.yearly)
        self.assertEqual(str(contract.date_next_step), "2024-10-31")
        self.advance("2024-10-30")
        self.assertFalse(self.told(contract))
        self.advance("2024-10-31")
        self.assertTold(
            contract,
            cancel_by="11/30/2024",
            end="12/31/2024",
            day="01/01/2025",
            after_term="Otherwise it is renewed for 1 year.",
        )

    def test_once_per_term(self):
        contract = self.subscribe("2024-01-01", self.yearly)
        for day in ("2024-10-31", "2024-11-15", "2024-12-31", "2025-01-01"):
            self.advance(day)
        self.assertEqual(len(self.told(contract)), 1)
        self.assertEqual(str(contract.date_next_step), "2025-10-31")
        self.advance("2025-11-02")
        self.advance("2025-11-03")
        self.assertEqual(len(self.told(contract)), 2)
        self.assertTold(contract, cancel_by="11/30/2025", end="12/31/2025")

    def test_not_when_it_is_too_late(self):
        contract = self.subscribe("2024-01-01", self.yearly)
        self.advance("2024-12-01")
        self.assertFalse(self.told(contract))
        self.assertEqual(str(contract.date_next_step), "2025-10-31")

    def test_a_contract_from_elsewhere_is_not_told_of_old_terms(self):
        contract = self.subscribe(
            "2015-01-01", self.yearly, date_billed_until="2024-10-31"
        )
        self.advance("2024-11-02")
        self.assertMails(contract, "renewal_due")
        self.assertTold(contract, cancel_by="11/30/2024")
        self.assertEqual(str(contract.date_next_step), "2025-10-31")

    def test_not_when_it_ends_anyway_but_again_when_it_goes_on(self):
        contract = self.subscribe("2024-01-01", self.yearly)
        contract._set_end(self.day("2024-12-31"), "Agreed")
        self.assertFalse(contract.date_next_step)
        self.advance("2024-11-02")
        self.assertFalse(self.told(contract))
        contract._set_end(False, "Goes on")
        self.advance("2024-11-03")
        self.assertEqual(len(self.told(contract)), 1)

    def test_only_with_a_term(self):
        contract = self.subscribe("2024-01-01")
        self.assertFalse(contract.date_next_step)

    def test_then_indefinite(self):
        """After the first term there is nothing to tell."""
        self.yearly.later_term_count = 0
        contract = self.subscribe("2024-01-01", self.yearly)
        self.advance("2024-11-02")
        self.assertEqual(len(self.told(contract)), 1)
        self.assertTold(
            contract,
            after_term="Otherwise it goes on and can be ended at any time, with a "
            "notice of 1 month.",
        )
        self.assertFalse(contract.date_next_step)

    def test_a_term_that_is_too_short(self):
        monthly = self._variant("short", first_term_count=1, later_term_count=1)
        contract = self.subscribe("2024-01-01", monthly)
        self.assertFalse(contract.date_next_step)

    def test_a_short_first_term_before_long_ones(self):
        variant = self._variant(
            "short", first_term_count=1, later_term_count=1, later_term_unit="year"
        )
        contract = self.subscribe("2024-01-01", variant)
        self.assertEqual(str(contract.date_next_step), "2025-01-01")

    def test_not_during_a_trial(self):
        self.yearly.write({"trial_count": 10})
        contract = self.subscribe("2024-01-01", self.yearly)
        self.assertEqual(str(contract.date_next_step), "2024-01-07")
        self.advance("2024-01-11")
        self.assertEqual(contract.state, "active")
        self.assertEqual(str(contract.date_next_step), "2024-11-10")

    def test_a_pause_that_extends_the_term_moves_the_last_day(self):
        contract = self.subscribe("2024-01-01", self.yearly)
        self.change(
            contract,
            "pause",
            "2024-03-01",
            "2024-02-01",
            date_until="2024-03-31",
            is_term_extended=True,
        )
        for day in ("2024-03-01", "2024-04-01", "2024-10-31"):
            self.advance(day)
        self.assertFalse(self.told(contract))
        self.advance("2024-12-02")
        self.assertTold(contract, cancel_by="12/31/2024", end="01/31/2025")

    def test_a_trial_shorter_than_its_reminder(self):
        variant = self._variant("tried", trial_count=3, trial_unit="day")
        contract = self.subscribe("2024-01-01", variant)
        for day in ("2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"):
            self.advance(day)
        self.assertMails(contract, "order_confirmed")

    def test_never(self):
        self.company.subscription_renewal_reminder_days = 0
        self.company.subscription_trial_reminder_days = 0
        self.yearly.write({"trial_count": 10})
        contract = self.subscribe("2024-01-01", self.yearly)
        for day in ("2024-01-07", "2024-01-11", "2024-11-15"):
            self.advance(day)
        self.assertMails(contract, "order_confirmed")

    def test_other_days_count_for_running_contracts(self):
        """The next run looks at them again."""
        contract = self.subscribe("2024-01-01", self.yearly)
        self.company.subscription_renewal_reminder_days = 60
        self.advance("2024-05-01")
        self.assertEqual(str(contract.date_next_step), "2024-10-01")

    def test_contracts_from_before_the_update(self):
        """Their next step was never looked for."""
        contract = self.subscribe("2024-01-01", self.yearly)
        contract.sudo().date_next_step = False
        self.env.flush_all()
        contract._look_again(SQL())
        contract.invalidate_recordset()
        self.advance("2024-05-01")
        self.assertEqual(str(contract.date_next_step), "2024-10-31")

    def test_wrong_days(self):
        with self.assertRaisesRegex(ValidationError, "must not be negative"):
            self.company.subscription_renewal_reminder_days = -1
