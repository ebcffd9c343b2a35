from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..change_common import ChangeCommon

GROUP = "subscription_billing.subscription_billing_group_"
# Values nobody may choose for himself.
FORGED = (
    {"state": "applied"},
    {"state": "scheduled"},
    {"state": "withdrawn"},
)
GUARDED = (
    {"state": "ended"},
    {"is_annulled": True},
    {"end_method": "annulment"},
    {"cancelled_at": "2024-01-01 00:00:00"},
    {"date_next_step": "2024-01-01"},
    {"is_trial_over_told": True},
)


@tagged("post_install", "-at_install", "changes")
class TestChangeAccess(ChangeCommon):
    """C4, O2: who may change a contract, and what no client may write."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company()["company"]
        cls.user = cls._clerk("change_user", f"{GROUP}user", cls.company)
        cls.foreign = cls._clerk("change_foreign", f"{GROUP}manager", cls.other)
        cls.accountant = cls._clerk(
            "change_accountant", "account.group_account_invoice", cls.company
        )
        cls.employee = cls._clerk("change_employee", "base.group_user", cls.company)
        cls.portal = cls._clerk("change_portal", "base.group_portal", cls.company)

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        self.seat_line = self.line(self.contract, self.seats, "2024-01-01")

    def values(self, **vals):
        return {
            "contract_id": self.contract.id,
            "kind": "quantity",
            "line_id": self.seat_line.id,
            "quantity": 5,
            "timing": "date",
            "date": "2024-02-01",
            **vals,
        }

    def test_o2_a_user_drafts_previews_applies_and_withdraws(self):
        changes = self.env["subscription.change"].with_user(self.user)
        change = changes.create(self.values())
        self.assertTrue(change._preview(self.day("2024-01-10"))["documents"])
        change._apply(self.day("2024-01-10"))
        self.assertEqual((change.state, change.user_id), ("scheduled", self.user))
        self.assertLastEvent(
            self.contract, type="change_scheduled", user_id=self.user.id
        )
        change._withdraw(self.day("2024-01-11"))
        self.assertEqual(change.state, "withdrawn")
        self.assertLastEvent(self.contract, type="change_withdrawn")

    def test_o2_nobody_else_drafts_a_change(self):
        for user in (self.foreign, self.accountant, self.employee, self.portal):
            changes = self.env["subscription.change"].with_user(user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                changes.create(self.values())

    def test_o2_nobody_else_applies_or_withdraws_one(self):
        change = self.env["subscription.change"].create(self.values())
        scheduled = self.change(
            self.contract,
            "unbook",
            "2024-03-01",
            "2024-01-10",
            line_id=self.seat_line.id,
        )
        for user in (self.foreign, self.accountant, self.employee, self.portal):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    change.with_user(user)._apply(self.day("2024-01-10"))
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    scheduled.with_user(user)._withdraw(self.day("2024-01-10"))
        self.assertEqual((change.state, scheduled.state), ("draft", "scheduled"))

    def test_o2_accountants_read_changes_and_pauses(self):
        change = self.change(self.contract, "pause", "2024-02-01", "2024-01-10")
        self.env.invalidate_all()
        reader = change.with_user(self.accountant)
        self.assertEqual(reader.kind, "pause")
        self.assertEqual(str(reader.contract_id.pause_ids.date_start), "2024-02-01")
        with self.assertRaises(AccessError):
            reader.contract_id.pause_ids.date_end = "2024-02-03"

    def test_o2_changes_of_another_company_are_not_seen(self):
        change = self.change(self.contract, "pause", "2024-02-01", "2024-01-10")
        found = self.env["subscription.change"].with_user(self.foreign).search([])
        self.assertNotIn(change, found)
        with self.assertRaises(AccessError):
            change.with_user(self.foreign).read(["kind"])

    def test_c4_the_state_of_a_change_is_not_chosen(self):
        changes = self.env["subscription.change"].with_user(self.user)
        draft = changes.create(self.values())
        for vals in FORGED:
            with self.subTest(vals=vals):
                with self.assertRaisesRegex(AccessError, "Use the buttons"):
                    changes.create(self.values(**vals))
                with self.assertRaisesRegex(AccessError, "Use the buttons"):
                    draft.write(vals)

    def test_c4_an_applied_change_is_not_edited_or_deleted(self):
        change = self.env["subscription.change"].create(self.values())
        change.with_user(self.user)._apply(self.day("2024-01-10"))
        with self.assertRaisesRegex(UserError, "stays as it is"):
            change.with_user(self.user).quantity = 1
        with self.assertRaisesRegex(UserError, "history of its contract"):
            change.with_user(self.user).unlink()
        with self.assertRaisesRegex(UserError, "was applied already"):
            change.with_user(self.user)._apply(self.day("2024-01-10"))

    def test_c1_what_changes_write_is_not_written_by_clients(self):
        contract = self.contract.with_user(self.user)
        for vals in GUARDED:
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                contract.write(vals)
            context = {"subscription_applying": True}
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                contract.with_context(**context).write(vals)

    def test_c4_terms_of_a_running_contract_are_not_edited(self):
        contract = self.contract.with_user(self.user)
        contract = contract.with_context(subscription_applying=True)
        for name, value in (("billing_day", 7), ("date_anchor", "2024-01-15")):
            with self.subTest(name=name), self.assertRaises(UserError):
                contract[name] = value
        with self.assertRaises(UserError):
            contract.date_billed_until = "2024-05-01"

    def test_old_drafts_are_cleaned_up_and_nothing_else(self):
        drafts = self.env["subscription.change"].create(self.values())
        applied = self.change(self.contract, "pause", "2024-02-01", "2024-01-10")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE subscription_change"
            " SET create_date = create_date - interval '2 day'"
        )
        self.env.invalidate_all()
        self.env["subscription.change"]._gc_drafts()
        self.assertFalse(drafts.exists())
        self.assertTrue(applied.exists())

    def test_end_reasons_are_kept_by_managers(self):
        reasons = self.env["subscription.end.reason"]
        self.assertTrue(reasons.with_user(self.user).search([]))
        with self.assertRaises(AccessError):
            reasons.with_user(self.user).create({"name": "Mine"})
        reasons.with_user(self.foreign).create({"name": "Theirs", "code": "theirs"})
