from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..debit_common import IBANS
from ..dunning_common import DunningCommon
from ..every_field_mixin import EveryFieldMixin
from ..usage_common import UsageCommon

# Fields that may be written without a word in a log, and why.
SILENT = {
    ("subscription.sepa.mandate", "access_token"): "Odoo's own, of the portal",
}


@tagged("post_install", "-at_install", "collection", "debits", "dunning")
class TestEveryMoneyField(EveryFieldMixin, UsageCommon, DunningCommon):
    """What a bank, a debtor or an adviser was told is written by the buttons alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "subscription_billing.subscription_billing_group_manager"
        cls.clerk = cls._clerk("money_field", f"{group},account.group_account_manager")
        cls._customer("Other")

    def make_records(self):
        """In force, sent, dunned, blocked, applied."""
        mandate = self.mandate(IBANS[1])
        mandate.sudo().date_last_collection = "2026-01-01"
        debited = self.subscribe(
            "2026-01-01", collection_method="debit", quantities={self.api: 1}
        )
        usage = self.use(debited, ("2026-01-05 10:00", 3000))
        self.bill("2026-01-01", debited)
        batch = self.debit("2026-01-20")
        self.assertEqual(batch.state, "sent")
        self.owed()
        self.dun("2026-03-01", automatic=False)
        discount = self.env["subscription.discount"].create(
            {"name": "D", "percent": 5, "code": "D"}
        )
        redeem = self.env["subscription.redeem"].create(
            {"contract_id": debited.id, "discount_id": discount.id}
        )
        redeem.action_redeem()
        files = self.env["subscription.return.file"].sudo()
        file = files.create(
            {"name": "camt.xml", "company_id": self.company.id, "checksum": "0"}
        )
        hold = self.env["subscription.dunning.hold"].create(
            {
                "partner_id": self.business.id,
                "reason": "Asked for time",
                "date_until": "2026-12-31",
            }
        )
        change = self.env["subscription.price.change"].create(
            {"date": "2027-05-01", "mode": "percent", "percent": 5}
        )
        change.action_preview()
        change.action_apply()
        self.assertEqual(change.state, "applied")
        return [
            mandate,
            batch,
            batch.line_ids[:1],
            self.case(),
            self.steps()[:1],
            hold,
            change,
            change.line_ids[:1],
            debited.charge_ids.move_id.subscription_attempt_ids[:1],
            usage,
            debited.discount_ids,
            file,
        ]

    def test_no_field_of_them_is_written_unlogged(self):
        silent, refused = set(), set()
        for record in self.make_records():
            self.assertTrue(record)
            results = self.try_all(record)
            silent |= results["silent"]
            refused |= results["refused"]
        self.assertEqual(silent, {*SILENT})
        self.assertGreater(len(refused), 100)

    def test_a_block_is_lifted_and_not_rewritten(self):
        hold = self.make_records()[5].with_user(self.clerk)
        with self.assertRaisesRegex(UserError, "Lift it, and enter another"):
            hold.date_until = "2030-12-31"
        hold.action_lift()
        self.assertEqual(hold.state, "over")

    def test_a_file_that_was_sent_is_not_sent_again(self):
        batch = self.make_records()[1].with_user(self.clerk)
        for vals in ({"state": "draft"}, {"sent_at": False}, {"checksum": "0"}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                batch.write(vals)
        batches = self.env["subscription.debit.batch"].with_user(self.clerk)
        with self.assertRaises(AccessError):
            batches.create({"journal_id": self.bank.id, "state": "sent"})
