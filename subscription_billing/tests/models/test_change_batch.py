from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..change_common import ChangeCommon

BATCH = "odoo.addons.subscription_billing.models.changes.subscription_change_batch"


@tagged("post_install", "-at_install", "changes")
class TestChangeBatch(ChangeCommon):
    """C4: the same change for many contracts, with a report for each."""

    def setUp(self):
        super().setUp()
        self.good = self.subscribe("2024-01-01")
        self.bad = self.subscribe("2024-01-01")
        self.bad._set_end(self.day("2024-06-30"), "Ends")
        self.advance("2024-01-01")
        self.yearly = self._variant(
            "yearly", fee_interval_unit="year", billing_interval_unit="year"
        )

    def batch(self, **vals):
        return self.env["subscription.change.batch"].create(
            {
                "contract_ids": [(6, 0, (self.good + self.bad).ids)],
                "kind": "variant",
                "variant_id": self.yearly.id,
                "timing": "date",
                "date": "2024-07-15",
                **vals,
            }
        )

    def test_c4_one_that_fails_does_not_stop_the_others(self):
        batch = self.batch()
        batch.action_preview()
        self.assertEqual(batch.failed_count, 1)
        self.assertEqual(self.good.variant_id, self.monthly)
        batch.action_apply()
        self.assertEqual((batch.applied_count, batch.failed_count), (1, 1))
        self.assertEqual(self.good.variant_id, self.yearly)
        self.assertEqual(self.bad.variant_id, self.monthly)
        failed = batch.change_ids.filtered("preview_error")
        self.assertEqual(failed.contract_id, self.bad)
        self.assertIn("ends on 06/30/2024", failed.preview_error)

    def test_c4_applying_again_only_tries_what_failed(self):
        batch = self.batch()
        batch.action_apply()
        self.bad._set_end(False, "Runs on")
        batch.action_apply()
        self.assertEqual((batch.applied_count, batch.failed_count), (2, 0))
        self.assertEqual(len(self.good.change_ids), 1)

    def test_c4_bulk_cancellation_and_billing_day(self):
        reason = self.env.ref("subscription_billing.subscription_end_reason_other")
        self.batch(
            kind="billing_day", billing_day_new=15, date="2024-02-01"
        ).action_apply()
        self.assertEqual(self.good.billing_day, 15)
        self.batch(
            kind="end",
            end_method="extraordinary",
            date_last="2024-03-31",
            end_reason_id=reason.id,
        ).action_apply()
        self.assertEqual(str(self.good.date_end), "2024-03-31")

    def test_c4_empty_selection_is_refused(self):
        with self.assertRaisesRegex(UserError, "at least one contract"):
            self.batch(contract_ids=False).action_apply()

    def test_c4_the_preview_says_what_it_costs_before_and_after(self):
        batch = self.batch()
        batch.action_preview()
        change = batch.change_ids.filtered(lambda it: it.contract_id == self.good)
        self.assertEqual((change.amount_before, change.amount_after), (30.0, 2.5))
        self.assertIn("Change the plan – Cloud, Yearly", batch.display_name)
        batch.action_apply()
        self.assertEqual((change.state, change.amount_before), ("applied", 30.0))

    def test_c4_a_preview_together_is_the_preview_alone(self):
        more = self.good.union(*(self.subscribe("2024-01-20") for _i in range(3)))
        more |= self.subscribe("2024-02-01", quantities={self.seats: 4})
        batch = self.batch(contract_ids=[(6, 0, more.ids)])
        batch.action_preview()
        self.assertEqual(len(batch.change_ids), 5)
        for change in batch.change_ids:
            alone = change._preview(change.contract_id._get_today())
            self.assertEqual(change.preview, alone)

    def test_c4_what_cannot_be_billed_or_applied_leaves_the_others_alone(self):
        """Each is found where it fails; the others are reckoned once."""
        homeless = self.subscribe("2024-01-01")
        homeless.partner_id = self._customer("Homeless")
        homeless.partner_id.country_id = False
        batch = self.batch(contract_ids=[(6, 0, (self.good + self.bad + homeless).ids)])
        service = self.env.registry["subscription.change.batch"]
        work = service._preview
        with patch.object(service, "_preview", autospec=True, side_effect=work) as once:
            batch.action_preview()
        reasons = {it.contract_id: it.preview_error for it in batch.change_ids}
        once.assert_called_once()
        self.assertFalse(reasons[self.good])
        self.assertIn("ends on 06/30/2024", reasons[self.bad])
        self.assertIn("has no country", reasons[homeless])

    def test_c4_another_wish_needs_another_preview(self):
        batch = self.batch()
        batch.action_preview()
        batch.date = "2024-08-15"
        self.assertFalse(batch.change_ids)
        batch.action_apply()
        applied = batch.change_ids.filtered(lambda it: it.state != "draft")
        self.assertFalse(applied.filtered(lambda it: str(it.date) != "2024-08-15"))

    def test_c4_many_are_worked_on_in_the_background(self):
        user = self._clerk(
            "bulk", "subscription_billing.subscription_billing_group_manager"
        )
        batch = self.batch().with_user(user)
        limits = {"MAX_AT_ONCE": 1, "PART": 1}
        with patch.multiple(BATCH, **limits), self.no_commit():
            told = batch.action_preview()["params"]["message"]
            self.assertIn("2 contracts", told)
            self.assertEqual((batch.task, batch.progress), ("preview", 0.0))
            with self.no_commit(left=0.0):
                batch.sudo()._cron_work()  # its time is up after the first part
            self.assertEqual((batch.task, batch.progress), ("preview", 50.0))
            batch.sudo()._cron_work()
            self.assertEqual((batch.task, batch.failed_count), (False, 1))
            batch.action_apply()
            batch.sudo()._cron_work()
        self.assertEqual((batch.applied_count, batch.task), (1, False))
        self.assertEqual(self.good.change_ids.user_id, user)

    def no_commit(self, left=60.0):
        """The transaction of a test is not to be committed."""
        crons = type(self.env["ir.cron"])
        return patch.object(crons, "_commit_progress", return_value=left)

    def test_c4_a_contract_more_costs_few_queries(self):
        contracts = self.good.union(*(self.subscribe("2024-01-01") for _i in range(41)))
        few = self.batch(contract_ids=[(6, 0, contracts[:12].ids)])
        many = self.batch(contract_ids=[(6, 0, contracts.ids)])
        few.action_preview()  # warm

        def count(batch):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            batch.action_preview()
            return self.cr.sql_log_count - before

        first, second = count(few), count(many)
        self.assertLessEqual((second - first) / 30, 10)
