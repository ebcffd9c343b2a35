from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..collection_common import CollectionCommon


@tagged("post_install", "-at_install", "collection")
class TestCollectionMethods(CollectionCommon):
    """Payment methods that expire, go and come."""

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2026-01-01")
        self.card = self.token(subscription_expiry_date="2026-11-30")

    def told(self):
        return [str(it.date_effective) for it in self.mails("payment_method_expiring")]

    def test_told_60_30_and_7_days_before_it_expires(self):
        """11/2026, 60/30/7: on 1 Oct, 31 Oct and 23 Nov."""
        mails = []
        for day in ("09-30", "10-01", "10-02", "10-30", "10-31", "11-22", "11-23"):
            self.collect(f"2026-{day}")
            mails.append((day, len(self.told())))
        self.assertEqual([n for _day, n in mails], [0, 1, 1, 1, 2, 2, 3])
        self.assertEqual(self.told(), ["2026-10-01", "2026-10-31", "2026-11-23"])

    def test_a_run_that_comes_late_tells_once(self):
        self.collect("2026-11-25")
        self.collect("2026-11-26")
        self.assertEqual(self.told(), ["2026-11-23"])

    def test_a_new_token_clears_it(self):
        self.collect("2026-10-01")
        with self.at("2026-10-05"):
            self.token("9999")
        self.collect("2026-10-31")
        self.assertEqual(self.told(), ["2026-10-01"])

    def test_expired_and_the_customer_is_asked_for_another(self):
        move = self.invoice("2026-01-01", self.contract)
        self.collect("2026-12-01")
        self.assertTrue(self.contract.is_payment_method_missing)
        self.assertEqual(self.contract.collection_state, "missing")
        self.assertEqual(len(self.mails("payment_method_missing")), 1)
        self.assertEqual(len(self.contract.activity_ids), 1)
        self.assertFalse(move.subscription_attempt_ids)
        self.collect("2026-12-02")
        self.assertEqual(len(self.mails("payment_method_missing")), 1)
        self.assertEqual(len(self.contract.activity_ids), 1)

    def test_expired_by_policy(self):
        for policy, mails, state in (
            ("notify", 0, "active"),
            ("ask", 1, "active"),
            ("pause", 1, "paused"),
        ):
            with self.subTest(policy=policy):
                self.company.subscription_expired_policy = policy
                partner = self._customer(policy, email=f"{policy}@example.com")
                contract = self.subscribe("2026-01-01", partner_id=partner.id)
                self.token(
                    policy, partner=partner, subscription_expiry_date="2026-02-28"
                )
                self.collect("2026-03-01")
                sent = self.mails("payment_method_missing")
                sent = sent.filtered(lambda it, own=contract: it.contract_id == own)
                self.assertEqual((len(sent), contract.state), (mails, state))
                self.assertTrue(contract.is_payment_method_missing)

    def test_expired_ends_the_contract_by_term_and_notice(self):
        self.company.subscription_expired_policy = "end"
        self.collect("2026-12-01")
        self.assertTrue(self.contract.date_end)
        self.assertEqual(self.contract.end_method, "regular")

    def test_a_provider_is_switched_off(self):
        """Tokens archived, contracts flagged, an activity each, no charge, no error."""
        move = self.invoice("2026-01-01", self.contract)
        self.collect("2026-01-01", "Insufficient funds")
        with self.at("2026-01-02"):
            self.provider.state = "disabled"
        self.assertFalse(self.card.active)
        self.assertTrue(self.contract.is_payment_method_missing)
        self.assertEqual(len(self.contract.activity_ids), 1)
        self.assertEqual(len(self.mails("payment_method_missing")), 1)
        self.assertEqual(self.collect("2026-01-20").calls, [])
        self.assertAttempts(
            move, [(1, "2026-01-01", "failed"), (2, "2026-01-04", "skipped")]
        )

    def test_a_removed_token_with_another_one_flags_nothing(self):
        self.token("9999")
        self.card.active = False
        self.assertFalse(self.contract.is_payment_method_missing)
        self.assertFalse(self.contract.activity_ids)

    def test_a_saved_token_clears_the_flag_and_collects(self):
        move = self.invoice("2026-01-01", self.contract)
        self.collect("2026-01-01", "stolen")
        with self.at("2026-01-02"):
            self.card.active = False
            self.assertTrue(self.contract.is_payment_method_missing)
            self.token("9999")
        self.assertFalse(self.contract.is_payment_method_missing)
        self.assertFalse(self.contract.activity_ids)
        self.collect("2026-01-02")
        self.assertTrue(move._is_settled())

    def test_the_portal_warns_before_a_used_one_is_deleted(self):
        info = self.card.get_linked_records_info()
        self.assertEqual([it["name"] for it in info], [self.contract.name])
        self.assertEqual(self.token("9").get_linked_records_info()[:0], [])

    def test_c3_a_trial_that_waits_goes_on_with_a_payment_method(self):
        tried = self._variant("tried", trial_count=2, trial_unit="week")
        tried.trial_end_policy = "wait"
        partner = self._customer("Waiting", email="w@example.com")
        contract = self.subscribe("2026-01-01", tried, partner_id=partner.id)
        self.advance("2026-01-15", contract)
        self.assertTrue(contract.is_trial_over_told)
        with self.at("2026-01-20"):
            self.token("1111", partner=partner)
        self.assertEqual(contract.state, "active")
        self.assertEqual(str(contract._get_paid_start()), "2026-01-20")

    def test_settings_refuse_what_is_no_plan(self):
        for plan in ("", "3, 7", "0, 7, 3", "0, 0", "0; 3", "0, -3", "0, 999", "x"):
            with self.subTest(plan=plan), self.assertRaises(ValidationError):
                self.company.subscription_retry_days = plan
        with self.assertRaisesRegex(ValidationError, "no days"):
            self.company.subscription_expiry_notice_days = "soon"
        self.company.subscription_expiry_notice_days = ""
        self.collect("2026-11-25")
        self.assertFalse(self.told())

    def test_another_plan_of_tries(self):
        self.company.subscription_retry_days = "0, 1"
        move = self.invoice("2026-01-01", self.contract)
        for day in ("01", "02", "03", "09"):
            self.collect(f"2026-01-{day}", "Declined")
        self.assertAttempts(
            move, [(1, "2026-01-01", "failed"), (2, "2026-01-02", "failed")]
        )
