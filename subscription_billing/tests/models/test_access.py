from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import SubscriptionCommon

MODELS = (
    "subscription.plan.group",
    "subscription.plan",
    "subscription.plan.variant",
    "subscription.component",
    "subscription.price",
    "subscription.contract",
    "subscription.contract.line",
    "subscription.charge",
    "subscription.event",
    "subscription.billing.run",
)


@tagged("post_install", "-at_install", "contracts")
class TestAccess(SubscriptionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = {
            "user": "subscription_billing.subscription_billing_group_user",
            "manager": "subscription_billing.subscription_billing_group_manager",
            "accountant": "account.group_account_invoice",
            "employee": "base.group_user",
            "portal": "base.group_portal",
        }
        cls.users = {
            name: cls._clerk(f"sub_{name}", group) for name, group in groups.items()
        }

    def _rights(self, user, model):
        target = self.env[model].with_user(self.users[user])
        operations = ("read", "write", "create", "unlink")
        return "".join(
            letter
            for letter, operation in zip("rwcu", operations, strict=True)
            if target.has_access(operation)
        )

    def test_rights_by_group(self):
        catalogue = MODELS[:5]
        for model in MODELS:
            for user in ("employee", "portal"):
                self.assertEqual(self._rights(user, model), "", (user, model))
        for model in catalogue:
            self.assertEqual(self._rights("user", model), "r", model)
            self.assertEqual(self._rights("manager", model), "rwcu", model)
        for model in ("subscription.charge", "subscription.event"):
            for user in ("user", "manager", "accountant"):
                self.assertEqual(self._rights(user, model), "r", (user, model))
        self.assertEqual(self._rights("user", "subscription.contract"), "rwcu")
        self.assertEqual(self._rights("accountant", "subscription.contract"), "r")
        self.assertEqual(self._rights("user", "subscription.billing.run"), "r")

    def test_a_user_sells_but_does_not_run_the_billing(self):
        contract = self.draft("2024-01-01").with_user(self.users["user"])
        contract.action_activate()
        self.assertEqual(contract.state, "active")
        with self.assertRaises(AccessError):
            self.env["subscription.billing.wizard"].with_user(
                self.users["user"]
            ).create({"date": "2024-01-01"})

    def test_a_manager_bills_without_accounting_rights(self):
        self.subscribe("2024-01-01")
        wizard = (
            self.env["subscription.billing.wizard"]
            .with_user(self.users["manager"])
            .create({"date": "2024-01-01", "company_id": self.company.id})
        )
        run = self.env["subscription.billing.run"].browse(
            wizard.action_bill()["res_id"]
        )
        self.assertEqual(run.invoice_count, 1)

    def test_an_accountant_cancels_a_draft_and_the_period_opens(self):
        self.company.subscription_invoice_policy = "draft"
        contract = self.subscribe("2024-01-01")
        move = self.bill("2024-01-01").move_ids
        move.with_user(self.users["accountant"]).button_cancel()
        self.assertEqual(contract.date_next_billing, self.day("2024-01-01"))

    def test_companies_do_not_see_each_other(self):
        other = self.setup_other_company()["company"]
        foreign = self._clerk(
            "sub_foreign",
            "subscription_billing.subscription_billing_group_manager",
            company=other,
        )
        contract = self.subscribe("2024-01-01")
        self.bill("2024-01-01")
        for model in MODELS[5:]:
            found = self.env[model].with_user(foreign).search([])
            self.assertFalse(found, model)
        with self.assertRaises(AccessError):
            contract.with_user(foreign).read(["name"])

    def test_o2_each_company_bills_its_own_contracts(self):
        other = self.setup_other_company()["company"]
        plan = self.plan.create({"name": "Theirs", "company_id": other.id})
        contract = self.subscribe("2024-01-01")
        self.assertFalse(contract.search([("plan_id", "=", plan.id)]))
        with self.assertRaises(Exception) as caught:
            variant = self._variant("x", plan_id=plan.id)
            self.draft("2024-01-01", variant)
        self.assertIn("compan", str(caught.exception))
        runs = self.env["subscription.billing.run"].sudo()
        run = runs.create({"company_id": other.id, "date": "2024-01-01"})
        run._process([("company_id", "=", other.id)])
        self.assertEqual(run.contract_count, 0)
        self.assertFalse(contract.charge_ids)
