from base64 import b64encode

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..usage_intake_common import UsageIntakeCommon

CONTRACTS = "reference,customer,plan,variant,start\n{},C1,cloud,monthly,2024-01-01\n"
HEADER = "contract,meter,quantity,instant,key\n"
NOT_WHOLE = "did not arrive whole"
OTHER_FILE = "not the file that was checked"


@tagged("post_install", "-at_install")
class TestImportFiles(UsageIntakeCommon):
    """A file belongs to whoever brings it, and is imported as it was checked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.ref = "C1"
        group = "subscription_billing.subscription_billing_group_manager"
        cls.clerk, cls.colleague = (
            new_test_user(
                cls.env,
                login=f"import_{login}",
                groups=f"{group},account.group_account_invoice",
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for login in ("clerk", "colleague")
        )

    def make(self, model, text):
        vals = {"file": b64encode(text.encode()), "filename": "file.csv"}
        return self.env[model].with_user(self.clerk).create(vals)

    def swap(self, wizard, text):
        wizard.file = b64encode(text.encode())

    def test_contracts_of_another_file_are_not_imported(self):
        wizard = self.make("subscription.contract.import", CONTRACTS.format("S1"))
        wizard.action_check()
        self.swap(wizard, CONTRACTS.format("S2"))
        with self.assertRaisesRegex(UserError, OTHER_FILE):
            wizard.action_import()
        wizard.is_backlog_billed = True
        wizard.action_check()
        wizard.action_import()
        names = self.env["subscription.contract"].search([("name", "=like", "S_")])
        self.assertEqual(names.mapped("name"), ["S2"])

    def test_usage_of_another_file_is_not_imported(self):
        row = f"{self.contract.name},calls,1,2024-01-05 10:00:00,"
        wizard = self.make("subscription.usage.import", f"{HEADER}{row}k1\n")
        wizard.action_check()
        self.swap(wizard, f"{HEADER}{row}k2\n")
        with self.assertRaisesRegex(UserError, "file.csv is " + OTHER_FILE):
            wizard.action_import()
        self.swap(wizard, f"{HEADER}{row}k1\n")
        wizard.action_import()
        self.assertEqual(wizard.state, "done")

    def test_what_is_not_base64_is_refused_in_words(self):
        for model in ("contract", "usage", "return"):
            wizards = self.env[f"subscription.{model}.import"].with_user(self.clerk)
            for broken in ("abcde", "ä", "\ud800", 7):
                with (
                    self.subTest(model=model, file=broken),
                    self.assertRaisesRegex(UserError, NOT_WHOLE),
                ):
                    wizards.create({"file": broken})
        wizard = self.make("subscription.contract.import", CONTRACTS)
        with self.assertRaisesRegex(UserError, NOT_WHOLE):
            wizard.file = "abcde"

    def test_a_colleague_does_not_reach_it(self):
        for model, text in (
            ("subscription.contract.import", CONTRACTS.format("S1")),
            ("subscription.usage.import", HEADER + "x,calls,1,2024-01-05,k\n"),
        ):
            wizard = self.make(model, text)
            wizard.action_check()
            theirs = wizard.with_user(self.colleague)
            for verb, *args in (
                ("read", ["file"]),
                ("write", {"file": b64encode(b"x")}),
                ("action_check",),
                ("action_import",),
                ("unlink",),
            ):
                with (
                    self.subTest(model=model, verb=verb),
                    self.assertRaises(AccessError),
                ):
                    getattr(theirs, verb)(*args)
            self.assertFalse(theirs.search([]))
            lines = wizard.line_ids.with_user(self.colleague)
            with self.assertRaises(AccessError):
                lines.read(["message"])

    def test_each_dialog_is_its_creator_s(self):
        """Every model that is cleaned up by itself has the rule."""
        rules = self.env["ir.rule"].search([("active", "=", True)])
        own = rules.filtered(
            lambda rule: rule.domain_force == "[('create_uid', '=', user.id)]"
            and not rule.groups
        )
        dialogs = {
            name
            for name, model in self.registry.items()
            if name.startswith("subscription.") and model._transient
        }
        self.assertGreater(len(dialogs), 12)
        self.assertEqual(dialogs - set(own.model_id.mapped("model")), set())
