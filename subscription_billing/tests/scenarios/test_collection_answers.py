from unittest.mock import patch

import requests

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..collection_common import CollectionCommon, Provider

LOGGER = "odoo.addons.subscription_billing.models.collection"


ODD = UserError("Odd answer.")


class Killed(BaseException):
    """The process ends here."""


@tagged("post_install", "-at_install", "collection")
class TestCollectionAnswers(CollectionCommon):
    """P1: answers that are late, lost or never come, and crashes between the steps."""

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2026-01-01")
        self.token()
        self.move = self.advance("2026-01-01", self.contract).move_ids

    def attempt(self):
        return self.move.subscription_attempt_ids[0]

    def collect_until_killed(self, day):
        """What was committed stays; an assertRaises would roll it back."""
        try:
            self.collect(day, Provider(Killed()))
        except Killed:
            self.env.invalidate_all()
            return
        self.fail("The provider was not asked.")

    def transactions(self):
        return self.env["payment.transaction"].search_count(
            [("invoice_ids", "in", self.move.ids)]
        )

    def test_p1_pending_is_not_asked_for_again_and_settles_once(self):
        self.collect("2026-01-01", "pending")
        self.assertEqual(self.attempt().state, "pending")
        self.assertEqual(self.collect("2026-01-01").calls, [])
        self.assertEqual(self.collect("2026-01-09").calls, [])
        transaction = self.attempt().transaction_id
        transaction._set_done()
        transaction._post_process()
        self.assertTrue(self.move._is_settled())
        self.assertEqual(self.attempt().state, "done")
        self.assertEqual(self.transactions(), 1)

    def test_p1_a_crash_before_the_call_resumes_the_same_transaction(self):
        self.collect_until_killed("2026-01-01")
        self.env.invalidate_all()
        self.assertEqual(self.attempt().state, "running")
        before = self.attempt().transaction_id
        provider = self.collect("2026-01-01")
        self.assertEqual(self.attempt().transaction_id, before)
        self.assertEqual(provider.calls, [(before.reference, 30.0)])
        self.assertEqual(self.transactions(), 1)
        self.assertTrue(self.move._is_settled())

    def test_p1_what_cannot_be_repeated_safely_waits_for_somebody(self):
        self.provider.subscription_is_repeatable = False
        self.collect_until_killed("2026-01-01")
        provider = self.collect("2026-01-02")
        self.assertEqual(provider.calls, [])
        self.assertEqual(self.attempt().state, "unknown")
        self.assertTrue(self.attempt().is_to_look_after)
        self.assertEqual(len(self.contract.activity_ids), 1)
        self.assertEqual(self.collect("2026-01-09").calls, [])
        self.assertEqual(len(self.contract.activity_ids), 1)

    def test_p1_somebody_has_looked(self):
        self.provider.subscription_is_repeatable = False
        self.collect_until_killed("2026-01-01")
        self.collect("2026-01-01")
        attempt = self.attempt()
        with self.at("2026-01-02"):
            attempt.action_was_not_paid()
        self.assertEqual(
            (attempt.state, str(attempt.date_next)), ("failed", "2026-01-04")
        )
        self.collect_until_killed("2026-01-04")
        self.collect("2026-01-04")
        self.attempt().action_was_paid()
        self.assertTrue(self.move._is_settled())
        with self.assertRaisesRegex(UserError, "has answered"):
            self.attempt().action_was_paid()

    def collect_with_lost_answer(self, day, error):
        with (
            self.at(day),
            patch.object(
                type(self.env["payment.transaction"]),
                "_send_payment_request",
                lambda transaction: transaction._send_api_request("POST", "charge"),
            ),
            patch.object(requests, "request", side_effect=error),
        ):
            self.env["subscription.collecting"]._cron_collect()
        self.env.invalidate_all()

    def test_p1_a_lost_answer_is_unknown_and_the_same_request_is_sent_again(self):
        for error in (requests.exceptions.Timeout(), requests.ConnectionError()):
            self.collect_with_lost_answer("2026-01-01", error)
            self.assertEqual(self.attempt().state, "unknown")
            self.assertEqual(self.transactions(), 1)
        provider = self.collect("2026-01-01")
        self.assertEqual(provider.calls, [(self.move.name, 30.0)])
        self.assertEqual(self.transactions(), 1)
        self.assertTrue(self.move._is_settled())

    def test_p1_a_server_error_is_unknown_and_a_refusal_is_not(self):
        for status, state in ((503, "unknown"), (402, "failed")):
            response = requests.Response()
            response.status_code = status
            response._content = b"card declined"
            error = requests.exceptions.HTTPError(response=response)
            with (
                mute_logger("odoo.addons.payment.models.payment_provider"),
                patch.object(requests.Response, "raise_for_status", side_effect=error),
                patch.object(requests, "request", return_value=response),
                self.at("2026-01-01"),
                patch.object(
                    type(self.env["payment.transaction"]),
                    "_send_payment_request",
                    lambda transaction: transaction._send_api_request("POST", "x"),
                ),
            ):
                self.env["subscription.collecting"]._cron_collect()
            self.env.invalidate_all()
            self.assertEqual(self.move.subscription_attempt_ids[-1].state, state)

    @mute_logger(f"{LOGGER}.subscription_collection_attempt")
    def test_p1_a_fault_of_the_providers_module_leaves_it_unknown(self):
        self.provider.subscription_is_repeatable = False
        self.collect("2026-01-01", KeyError("status"))
        self.assertEqual(self.attempt().state, "unknown")
        self.assertEqual(self.collect("2026-01-02").calls, [])

    def answer_then_fail(self, day, answer):
        """The provider answers, and its module raises afterwards."""
        patched = type(self.env["payment.transaction"])

        def charge(transaction):
            transaction._send_api_request("POST", "charge")
            raise ODD

        with (
            self.at(day),
            patch.object(patched, "_send_payment_request", charge),
            patch.object(
                type(self.provider), "_send_api_request", side_effect=[answer]
            ),
        ):
            self.env["subscription.collecting"]._cron_collect()
        self.env.invalidate_all()

    @mute_logger(f"{LOGGER}.subscription_collection_attempt")
    def test_p1_an_error_after_the_provider_has_answered_is_no_refusal(self):
        self.provider.subscription_is_repeatable = False
        self.answer_then_fail("2026-01-01", {"status": "charged"})
        self.assertEqual(self.attempt().state, "unknown")
        self.assertEqual(self.collect("2026-01-02").calls, [])

    def test_p1_an_error_after_the_provider_has_refused_is_a_refusal(self):
        self.answer_then_fail("2026-01-01", ValidationError("Insufficient funds"))
        self.assertEqual(self.move.subscription_attempt_ids[-1].state, "failed")

    def test_p1_a_silent_provider_wants_an_authentication(self):
        self.collect("2026-01-01", "silent")
        self.assertRecordValues(
            self.attempt(), [{"state": "failed", "failure_class": "customer"}]
        )
        self.assertEqual(self.attempt().reason_id.code, "authentication_required")
        self.assertFalse(self.attempt().date_next)

    def test_p1_late_success_settles_and_drops_the_next_try(self):
        self.collect("2026-01-01", "Insufficient funds")
        first = self.attempt().transaction_id or self.move.transaction_ids
        first._set_done()
        first._post_process()
        self.assertTrue(self.move._is_settled())
        self.assertAttempts(
            self.move, [(1, "2026-01-01", "done"), (2, "2026-01-04", "skipped")]
        )
        self.assertEqual(self.collect("2026-01-04").calls, [])

    def test_p1_a_payment_in_the_portal_holds_ours(self):
        other = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "amount": 30.0,
                "currency_id": self.move.currency_id.id,
                "partner_id": self.customer.id,
                "operation": "online_direct",
                "invoice_ids": [(6, 0, self.move.ids)],
            }
        )
        other._set_pending()
        self.assertEqual(self.collect("2026-01-01").calls, [])
        self.assertAttempts(self.move, [(1, "2026-01-01", "scheduled")])
        other._set_done()
        self.assertEqual(self.collect("2026-01-01").calls, [], "not booked yet")
        other._post_process()
        self.collect("2026-01-02")
        self.assertAttempts(self.move, [(1, "2026-01-01", "skipped")])

    def test_p1_paid_by_hand_before_its_day(self):
        self.collect("2026-01-01", "Insufficient funds")
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.move.ids
        )
        register.create({})._create_payments()
        self.assertEqual(self.collect("2026-01-04").calls, [])
        self.assertEqual(self.attempt().state, "skipped")

    def test_p1_configuration_is_no_fault_of_the_customer(self):
        self.collect("2026-01-01", UserError("The provider is disabled."))
        self.assertEqual(self.attempt().failure_class, "configuration")
        self.assertFalse(self.mails("payment_failed"))
        self.assertEqual(len(self.contract.activity_ids), 1)

    def test_x5_what_fails_in_one_does_not_stop_the_others(self):
        other = self.invoice(partner_id=self._customer("Other").id)
        self.token("7777", partner=other.partner_id)
        answers = [ValidationError("Declined"), "done"]
        self.collect("2026-01-01", *answers)
        self.assertEqual({self.move._is_settled(), other._is_settled()}, {False, True})

    def test_x7_the_watchdog_sees_what_is_stuck_and_what_is_not_booked(self):
        self.assertHealthy()
        self.collect_until_killed("2026-01-01")
        attempt = self.attempt()
        attempt.transaction_id.state = "done"
        self.env.flush_all()
        for table, column, ids in (
            ("subscription_collection_attempt", "write_date", attempt.ids),
            ("payment_transaction", "last_state_change", attempt.transaction_id.ids),
        ):
            self.env.cr.execute(
                f"UPDATE {table} SET {column} = '2026-01-01' WHERE id IN %s",
                [tuple(ids)],
            )
        self.env.invalidate_all()
        findings = self.env["subscription.watchdog"]._get_findings(self.company)
        self.assertEqual(len(findings), 2)
        self.assertIn("still running", findings[0])
        self.assertIn("is not booked", findings[1])
        self.collect("2026-01-02")
        self.assertHealthy()
