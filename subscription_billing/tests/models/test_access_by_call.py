from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon

ACTIONS = (
    "action_activate",
    "action_activate_or_ask",
    "action_retry_billing",
    "action_toggle_hold",
)


@tagged("post_install", "-at_install")
class TestAccessByCall(SubscriptionCommon):
    """O2, X1: whatever is called by RPC, by whomever."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company()["company"]
        group = "subscription_billing.subscription_billing_group_"
        cls.user = cls._clerk("call_user", f"{group}user", cls.company)
        cls.manager = cls._clerk("call_manager", f"{group}manager", cls.company)
        cls.foreign = cls._clerk("call_foreign", f"{group}manager", cls.other)
        cls.accountant = cls._clerk(
            "call_accountant", "account.group_account_invoice", cls.company
        )
        cls.employee = cls._clerk("call_employee", "base.group_user", cls.company)
        cls.portal = cls._clerk("call_portal", "base.group_portal", cls.company)

    def test_o2_buttons_refuse_who_may_not_write_and_leave_no_event(self):
        contract = self.subscribe("2024-01-01")
        contract.sudo().billing_error = "Broken"
        before = contract.event_ids
        for user in (self.foreign, self.accountant, self.employee, self.portal):
            for action in ACTIONS:
                with (
                    self.subTest(user=user.login, action=action),
                    self.assertRaises(AccessError),
                    self.env.cr.savepoint(),
                ):
                    getattr(contract.with_user(user), action)()
        self.env.invalidate_all()
        self.assertEqual(contract.event_ids, before)
        self.assertEqual((contract.state, contract.is_on_hold), ("active", False))

    def test_o2_nobody_ends_a_contract_of_another_company(self):
        contract = self.subscribe("2024-01-01")
        changes = self.env["subscription.change"].with_user(self.foreign)
        with self.assertRaises(AccessError):
            changes.create(
                {
                    "contract_id": contract.id,
                    "kind": "end",
                    "end_method": "extraordinary",
                    "date_last": "2024-01-05",
                }
            )._apply(self.day("2024-01-01"))
        self.assertFalse(contract.date_end)

    def test_o2_nobody_bills_another_company(self):
        contract = self.subscribe("2024-01-01")
        wizards = self.env["subscription.billing.wizard"].with_user(self.foreign)
        with self.assertRaisesRegex(Exception, "Nothing is due|access|allowed"):
            wizards.create(
                {
                    "date": "2024-01-01",
                    "company_id": self.company.id,
                    "contract_ids": contract.ids,
                }
            ).action_bill()
        self.assertFalse(contract.charge_ids)

    def test_x1_nobody_writes_ledger_run_or_log(self):
        self.subscribe("2024-01-01")
        run = self.bill("2024-01-01")
        for record in (run.charge_ids, run, run.event_ids):
            for user in (self.user, self.manager, self.accountant):
                mine = record.with_user(user)
                for operation in ("write", "create", "unlink"):
                    self.assertFalse(mine.has_access(operation), (record, user.login))

    def test_x1_the_ledger_is_not_written_through_its_parents(self):
        contract = self.subscribe("2024-01-01")
        self.bill("2024-01-01")
        line, charge = contract.line_ids, contract.charge_ids
        for parent, field in (
            (contract, "charge_ids"),
            (line, "charge_ids"),
            (charge.move_line_id, "subscription_charge_ids"),
        ):
            command = [Command.update(charge.id, {"amount": 1.0})]
            for user in (self.manager, self.accountant):
                with self.assertRaises(AccessError):
                    parent.with_user(user).write({field: command})
        self.assertEqual(charge.amount, 30.0)

    def test_o1_events_are_not_forged_through_the_contract(self):
        contract = self.subscribe("2024-01-01").with_user(self.user)
        event = {"type": "billed", "message": "x", "company_id": self.company.id}
        with self.assertRaises(AccessError):
            contract.write({"event_ids": [Command.create(event)]})

    def test_o2_a_manager_previews_without_accounting_rights(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        wizard = (
            self.env["subscription.billing.wizard"]
            .with_user(self.manager)
            .create({"date": "2024-01-01", "contract_ids": contract.ids})
        )
        self.env.invalidate_all()
        self.assertEqual(wizard.line_ids.mapped("amount"), [30.0, 10.0])
        self.assertFalse(wizard.error_text)

    def test_o2_who_cancels_documents_need_not_read_the_ledger(self):
        group = self.env["res.groups"].create({"name": "Vendor bills"})
        for model in ("account.move", "account.move.line", "account.journal"):
            self.env["ir.model.access"].create(
                {
                    "name": model,
                    "model_id": self.env["ir.model"]._get_id(model),
                    "group_id": group.id,
                    "perm_read": True,
                    "perm_write": True,
                }
            )
        self.employee.group_ids += group
        bill = self.init_invoice("in_invoice", products=self.product_a)
        mine = bill.with_user(self.employee)
        self.env.invalidate_all()
        mine.write({"state": "cancel"})
        mine.write({"state": "draft"})
        self.assertEqual(bill.state, "draft")

    def test_x5_a_responsible_without_access_does_not_stop_the_run(self):
        self.subscribe("2024-01-01")
        bad = self.subscribe(
            "2024-01-01",
            partner_id=self._customer("Bad", country_id=False).id,
            user_id=self.employee.id,
        )
        run = self.bill("2024-01-01")
        self.assertEqual((run.invoice_count, run.failure_count), (1, 1))
        self.assertEqual(len(bad.activity_ids), 1)

    def test_o2_lines_and_charges_of_other_companies_cannot_be_reached(self):
        contract = self.subscribe("2024-01-01")
        self.bill("2024-01-01")
        for record in (contract.line_ids, contract.charge_ids, contract.event_ids):
            with self.assertRaises(AccessError):
                record.with_user(self.foreign).read(["display_name"])
        with self.assertRaises(AccessError):
            self.env["subscription.contract.line"].with_user(self.foreign).create(
                {"contract_id": contract.id, "component_id": self.base.id}
            )
