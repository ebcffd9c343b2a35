from odoo.exceptions import UserError
from odoo.tests import tagged

from ..change_common import ChangeCommon


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
