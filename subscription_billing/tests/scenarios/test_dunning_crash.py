from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import tagged

from ..dunning_common import DunningCommon


class Killed(BaseException):
    """The process ends here."""


@tagged("post_install", "-at_install", "dunning")
class TestDunningCrash(DunningCommon):
    """Killed between mail, booking and level: nothing is sent or booked twice. What a
    process had not committed is rolled back, as by a savepoint here."""

    def setUp(self):
        super().setUp()
        self.company.subscription_dunning_policy_id = self.policy_of(
            {
                "days": 7,
                "channel": "both",
                "flat_fee": 40.0,
                "charges_interest": True,
                "pauses_contracts": True,
            }
        )
        self.contract = self.subscribe("2026-01-01", partner_id=self.business.id)
        self.move = self.invoice("2026-01-01", self.contract)

    @contextmanager
    def killed(self, name, model="subscription.dunning.step", after=False):
        """The process dies when it comes to a method, or when it leaves it."""
        cls = type(self.env[model])
        original = getattr(cls, name)

        def die(records, *args, **kwargs):
            if after:
                original(records, *args, **kwargs)
            raise Killed

        with patch.object(cls, name, die):
            yield

    def run_until_killed(self, *args, **kwargs):
        try:
            with self.env.cr.savepoint(), self.killed(*args, **kwargs):
                self.dun("2026-01-08")
        except Killed:
            self.env.invalidate_all()
            return
        self.fail("It was not reached.")

    def assertOnce(self):
        """One letter, one e-mail, one entry per claim, one pause."""
        step = self.steps()
        self.assertEqual((len(step), step.state), (1, "done"))
        kinds = step.claim_move_ids.mapped("subscription_claim_kind")
        self.assertEqual(sorted(kinds), ["fee", "interest"])
        claims = self.env["account.move"].search_count(
            [("subscription_claim_kind", "!=", False)]
        )
        self.assertEqual(claims, 2)
        mails = self.env["mail.mail"].search_count([("model", "=", step._name)])
        self.assertEqual(mails, 1)
        self.assertEqual(len(self.contract.pause_ids), 1)
        letters = self.env["ir.attachment"].search_count(
            [
                ("res_model", "=", step.case_id._name),
                ("mimetype", "=", "application/pdf"),
            ]
        )
        self.assertEqual(letters, 1)

    def resume(self):
        self.dun("2026-01-08")
        self.assertOnce()
        self.dun("2026-01-08")
        self.assertOnce()

    def test_p3_before_the_booking(self):
        self.run_until_killed("_book")
        self.resume()

    def test_p3_between_booking_and_level(self):
        self.run_until_killed("_book", after=True)
        self.resume()

    def test_p3_between_level_and_letter(self):
        self.run_until_killed("_write_letters")
        self.resume()

    def test_p3_between_letter_and_mail(self):
        self.run_until_killed("_queue_mails")
        self.resume()

    def test_p3_after_the_mail(self):
        self.run_until_killed("_queue_mails", after=True)
        self.resume()

    def test_p3_after_the_pause(self):
        self.run_until_killed("_act", after=True)
        self.resume()

    def test_p3_before_the_commit(self):
        self.run_until_killed("_log", after=True)
        self.resume()

    def test_p3_while_proposing(self):
        self.run_until_killed("_propose", "subscription.dunning", after=True)
        self.resume()

    def test_p3_what_another_process_works_on_is_left(self):
        self.dun("2026-01-08", automatic=False)
        step = self.steps()
        step.action_approve()
        cases = type(self.env["subscription.dunning.case"])
        with patch.object(
            cases, "try_lock_for_update", lambda records, **kw: records.browse()
        ):
            self.dun("2026-01-08", automatic=False)
        self.assertEqual(step.state, "approved")
        self.dun("2026-01-08", automatic=False)
        self.assertOnce()

    def test_p3_the_database_allows_one_proposal_per_case(self):
        self.dun("2026-01-08", automatic=False)
        names = self.env["subscription.dunning.step"]._fields
        self.assertIn("state", names)
        self.env.cr.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = %s AND indexdef ILIKE "
            "'%%unique%%case_id%%where%%'",
            ["subscription_dunning_step"],
        )
        self.assertTrue(self.env.cr.fetchall())
