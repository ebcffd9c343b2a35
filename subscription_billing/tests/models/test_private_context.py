import ast
from pathlib import Path

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ...models.private_context import PRIVATE, Private, get_private, remembering
from ..notice_common import NoticeCommon
from ..usage_common import UsageCommon

# Keys that are read as a client sends them, and why they may be.
HARMLESS = {
    "active_id": "which record a dialog is opened for; its rights are checked",
    "active_ids": "the same for several",
    "active_model": "what kind of record that is",
    "install_mode": "counts for the superuser alone",
    "lang": "language of texts",
    "subscription_short_name": "how a name is shown",
}
ADDON = Path(__file__).parents[2]
HOSTILE = {
    "subscription_applying": True,
    "subscription_import": True,
    "subscription_known": {},
    "subscription_lost_token_ids": [1],
    "subscription_notice": {"change": 1},
    "subscription_preview": True,
    "subscription_price_change": True,
    "subscription_replacing": True,
    "subscription_saving_price": True,
    "subscription_silent": True,
    "install_mode": True,
}


@tagged("post_install", "-at_install")
class TestPrivateContext(UsageCommon, NoticeCommon):
    """What decides what is written is not for the context of a client to say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "subscription_billing.subscription_billing_group_manager"
        cls.clerk = cls._clerk("hostile", f"{group},account.group_account_manager")

    def hostile(self, records):
        return records.with_user(self.clerk).with_context(**HOSTILE)

    def test_only_what_this_process_made_counts(self):
        contexts = self.env["subscription.contract"]
        for sent in (True, 1, "yes", [1], {"value": True}):
            env = contexts.with_context(some_key=sent).env
            self.assertIsNone(get_private(env, "some_key"))
            self.assertEqual(get_private(env, "some_key", ()), ())
        self.assertTrue(
            get_private(contexts.with_context(some_key=PRIVATE).env, "some_key")
        )
        held = contexts.with_context(some_key=Private([7]))
        self.assertEqual(get_private(held.env, "some_key"), [7])

    def test_what_a_run_was_told_once_is_asked_anew_by_the_next(self):
        """Taxes and accounts may have become others in between."""
        contract = self.subscribe("2024-03-01")
        first = self.bill("2024-03-01").move_ids.invoice_line_ids
        self.product_a.taxes_id = self.tax_sale_b
        account = first.account_id.copy({"code": "499997"})
        self.product_a.property_account_income_id = account
        second = self.bill("2024-04-01", contract).move_ids.invoice_line_ids
        self.assertNotEqual(second.tax_ids, first.tax_ids)
        self.assertEqual(second.tax_ids, self.tax_sale_b)
        self.assertEqual(second.account_id, account)

    def test_each_product_company_position_and_day_is_asked_for(self):
        builder = remembering(self.env["subscription.invoice.builder"])
        line = self.subscribe("2024-03-01").line_ids
        other = line.new({"product_id": self.product_b.id}, origin=line)
        self.product_b.taxes_id = self.tax_sale_b
        position, day = self.fiscal_pos_a, self.day("2024-03-01")
        asked = [
            builder._get_taxes(line, position.browse(), day),
            builder._get_taxes(other, position.browse(), day),
            builder._get_taxes(line, position, day),
        ]
        self.assertEqual(
            asked,
            [
                self.tax_sale_a,
                self.tax_sale_b,
                position.map_tax(self.tax_sale_a),
            ],
        )
        line.product_id.taxes_id = False
        self.assertEqual(
            builder._get_taxes(line, position.browse(), day), self.tax_sale_a
        )
        self.assertFalse(
            builder._get_taxes(line, position.browse(), self.day("2024-03-02"))
        )

    def test_no_other_key_is_read_from_what_a_client_sends(self):
        """Each ``context.get(name)`` of the addon reads a harmless key."""
        found = set()
        for path in ADDON.rglob("*.py"):
            if {"tests", "migrations"} & set(path.relative_to(ADDON).parts):
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                if ast.unparse(node.func).endswith("context.get"):
                    found.add(getattr(node.args[0], "value", ast.unparse(node)))
        # Silence of data that is loaded with the addon, and the reader itself.
        dynamic = {"self.env.context.get(name)", "env.context.get(key)"}
        self.assertLessEqual(dynamic, found)
        self.assertEqual(found - dynamic, {*HARMLESS})

    def test_a_change_is_not_claimed(self):
        contract = self.hostile(self.subscribe("2024-01-01"))
        self.assertFalse(contract._is_applying())
        self.assertFalse(contract.sudo()._is_applying())
        self.assertTrue(contract._get_applying()._is_applying())
        with self.assertRaises(UserError):
            contract.sudo().line_ids.create(
                {"contract_id": contract.id, "component_id": self.foreign().id}
            )

    def foreign(self):
        plan = self.env["subscription.plan"].create({"name": "Other", "code": "o"})
        return self._component("other", "Other", plan_id=plan.id)

    def test_the_customer_is_told_all_the_same(self):
        contract = self.draft("2024-01-01")
        self.hostile(contract).action_activate()
        self.assertEqual(self.mails(contract).mapped("subject"), ["order_confirmed"])

    def test_a_preview_of_an_email_does_not_fail_on_it(self):
        contract = self.subscribe("2024-01-01")
        facts = self.hostile(contract)._get_notice_facts("change_confirmed")
        self.assertEqual(facts["what"], "")

    def test_tiers_are_checked_all_the_same(self):
        tier = self.hostile(self.api_price.tier_ids[0])
        with self.assertRaisesRegex(ValidationError, "last tier"):
            tier.up_to = 0

    def test_a_credit_note_enters_the_ledger_all_the_same(self):
        contract = self.subscribe("2024-01-01")
        self.bill("2024-01-01")
        move = contract.charge_ids.move_id
        wizards = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard = self.hostile(
            wizards.create({"journal_id": move.journal_id.id, "date": "2024-01-20"})
        )
        wizard.refund_moves()
        wizard.new_move_ids.action_post()
        self.assertEqual(sum(contract.charge_ids.mapped("amount")), 0)

    def test_a_policy_without_levels_is_refused_all_the_same(self):
        policies = self.hostile(self.env["subscription.dunning.policy"])
        with self.assertRaises(ValidationError):
            policies.create({"name": "Empty"})
