from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..change_common import ChangeCommon

YEAR = {"first_term_count": 12, "notice_first_count": 1, "notice_later_count": 1}
# (terms, today) -> end of the current term, cancel by, end if cancelled today
CASES = (
    (YEAR, "2024-01-31", "2025-01-30", "2024-12-30", "2025-01-30"),
    (YEAR, "2024-12-30", "2025-01-30", "2024-12-30", "2025-01-30"),
    (YEAR, "2024-12-31", "2025-01-30", "2024-12-30", "2025-01-31"),
    (YEAR, "2025-03-01", False, False, "2025-04-01"),
    (
        {**YEAR, "later_term_count": 6},
        "2025-02-10",
        "2025-07-30",
        "2025-06-30",
        "2025-07-30",
    ),
    (
        {**YEAR, "later_term_count": 6},
        "2025-07-05",
        "2025-07-30",
        "2025-06-30",
        "2026-01-30",
    ),
    ({}, "2024-03-10", False, False, "2024-03-10"),
    ({"notice_later_count": 1}, "2024-03-10", False, False, "2024-04-10"),
)


# Written out, so that one that is opened by mistake is missed.
AGREED = (
    *("variant_id", "currency_id", "company_id", "date_start", "date_anchor"),
    *("date_billed_until", "date_trial_end", "date_term_start"),
    *("fee_interval_count", "fee_interval_unit", "billing_mode", "alignment"),
    *("billing_interval_count", "billing_interval_unit", "billing_day"),
    *("first_term_count", "first_term_unit", "later_term_count", "later_term_unit"),
    *("notice_first_count", "notice_first_unit"),
    *("notice_later_count", "notice_later_unit"),
    *("trial_count", "trial_unit", "trial_end_policy", "is_trial_usage_billed"),
)


@tagged("post_install", "-at_install", "contracts")
class TestTerms(ChangeCommon):
    """C2: what the form of a contract says about its term."""

    def on(self, day):
        """Let it be this day for all contracts."""
        runs = type(self.env["subscription.billing.run"])
        self.patch(runs, "_get_billing_date", lambda _self, _tz: self.day(day))
        self.env.invalidate_all()

    def test_c2_dates_of_the_term_on_each_day(self):
        for terms, today, end, cancel_by, cancelled in CASES:
            with self.subTest(terms=terms, today=today):
                contract = self.subscribe("2024-01-31", **terms)
                self.on(today)
                actual = (
                    contract.date_term_end,
                    contract.date_cancel_by,
                    contract.date_end_if_cancelled,
                )
                expected = tuple(day and self.day(day) for day in (end, cancel_by))
                self.assertEqual(actual, (*expected, self.day(cancelled)))

    def test_c2_the_form_tells_what_a_cancellation_does(self):
        contract = self.subscribe("2024-01-31", **YEAR)
        reason = self.env.ref("subscription_billing.subscription_end_reason_other")
        self.on("2024-12-31")
        told = contract.date_end_if_cancelled
        change = self.draft_change(
            contract, "end", timing="now", end_reason_id=reason.id
        )
        change.action_apply()
        self.assertEqual(contract.date_end, told)
        self.assertEqual(contract.end_method, "regular")
        self.assertTrue(contract.cancelled_at)

    def test_c2_a_new_first_term_begins_with_the_change(self):
        other = self._variant("other", **YEAR)
        contract = self.subscribe("2024-01-31", **YEAR)
        vals = {"variant_id": other.id, "restarts_term": True}
        self.change(contract, "variant", "2024-06-30", **vals)
        end = contract._get_earliest_end(self.day("2024-07-01"))
        self.assertEqual(str(end), "2025-06-29")

    def test_c2_without_it_the_term_goes_on(self):
        other = self._variant("other", **YEAR)
        contract = self.subscribe("2024-01-31", **YEAR)
        self.change(contract, "variant", "2024-06-30", variant_id=other.id)
        end = contract._get_earliest_end(self.day("2024-07-01"))
        self.assertEqual(str(end), "2025-01-30")

    def test_c4_change_at_the_end_of_the_term(self):
        for terms, expected in ((YEAR, "2025-01-31"), ({}, "2024-03-11")):
            contract = self.subscribe("2024-01-31", **terms)
            change = self.draft_change(contract, "pause", timing="term_end")
            day = change._get_effective_date(self.day("2024-03-10"))
            self.assertEqual(str(day), expected)

    def test_c4_change_at_the_end_of_the_period(self):
        contract = self.subscribe("2024-01-31")
        change = self.draft_change(contract, "pause", timing="period_end")
        for today, expected in (
            ("2024-01-01", "2024-02-29"),
            ("2024-02-28", "2024-02-29"),
            ("2024-02-29", "2024-03-31"),
        ):
            day = change._get_effective_date(self.day(today))
            self.assertEqual(str(day), expected)

    def test_c1_steps_are_taken_by_the_scheduled_action(self):
        self.company.subscription_trial_reminder_days = 0
        contract = self.subscribe("2024-01-31", trial_count=14, trial_unit="day")
        self.assertEqual(str(contract.date_next_step), "2024-02-14")
        runs = self.env["subscription.billing.run"]
        crons = type(self.env["ir.cron"])
        with patch.object(crons, "_commit_progress", return_value=60.0):
            runs._run_for_date(self.day("2024-02-13"), self.company)
            self.assertEqual(contract.state, "trial")
            runs._run_for_date(self.day("2024-02-14"), self.company)
        self.assertEqual(contract.state, "active")
        self.assertFalse(contract.date_next_step)
        self.assertEqual(self.total(contract), 30.0)

    def test_c6_what_is_agreed_changes_by_a_change_only(self):
        """Whoever asks, and whether anything was billed yet."""
        contract = self.subscribe("2024-01-31", **YEAR)
        billed = self.subscribe("2024-01-31", trial_count=30, trial_unit="day")
        self.advance("2024-03-31", billed)
        self.assertTrue(billed.charge_ids)
        for name in AGREED:
            for each in (contract, billed, contract.sudo(), billed.sudo()):
                with self.subTest(name=name, contract=each, su=each.env.su):
                    vals = each._convert_to_write({name: each[name]})
                    with self.assertRaisesRegex(UserError, "keeps its terms"):
                        each.write(vals)
