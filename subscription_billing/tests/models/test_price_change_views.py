import ast

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..price_change_common import PriceChangeCommon

USER = "subscription_billing.subscription_billing_group_user"
MANAGER = "subscription_billing.subscription_billing_group_manager"
ACCOUNTANT = "account.group_account_invoice"
BUTTONS = ("action_preview", "action_apply", "action_undo", "action_announce")


@tagged("post_install", "-at_install", "price_changes")
class TestPriceChangeViews(PriceChangeCommon):
    """The forms of a price change, by who may do what."""

    def _user(self, group, company=None):
        company = company or self.company
        return self._clerk(f"price_view_{group}_{company.id}", group, company=company)

    def test_a_manager_fills_in_the_form(self):
        contract = self.subscribe("2024-01-01")
        changes = self.env["subscription.price.change"].with_user(self._user(MANAGER))
        with Form(changes) as form:
            form.date = "2024-06-01"
            form.percent = 7.5
            form.rounding_step = 0.5
            form.contract_ids.add(contract)
        change = form.record
        change.action_preview()
        self.assertEqual(change.line_ids.amount_new, 32.5)
        self.assertTrue(change.name.startswith("PC/"))

    def test_only_what_the_mode_needs_is_asked(self):
        with Form(self.env["subscription.price.change"]) as form:
            form.date = "2024-06-01"
            for mode, shown in (
                ("percent", {"percent", "rounding_step"}),
                ("amount", {"amount", "rounding_step"}),
                ("new_price", {"price_ids"}),
                ("catalog", set()),
            ):
                form.mode = mode
                names = ("percent", "amount", "rounding_step", "price_ids")
                visible = {
                    name for name in names if not form._get_modifier(name, "invisible")
                }
                with self.subTest(mode):
                    self.assertEqual(visible - {"price_ids"}, shown - {"price_ids"})
            form.mode = "percent"

    def test_new_prices_are_typed_into_the_form(self):
        contract = self.subscribe("2024-01-01")
        with Form(self.env["subscription.price.change"]) as form:
            form.date = "2024-06-01"
            form.mode = "new_price"
            with form.price_ids.new() as price:
                price.component_id = self.base
                price.amount = 31.5
        change = form.record
        change.action_preview()
        change.action_apply()
        self.assertEqual(contract.line_ids[-1].price_unit, 31.5)
        self.assertEqual(change.price_ids.change_id, change)

    def test_the_buttons_are_the_managers(self):
        changes = self.env["subscription.price.change"]
        for group, expected in ((USER, False), (MANAGER, True), (ACCOUNTANT, False)):
            model = changes.with_user(self._user(group))
            arch = model.get_view(view_type="form")["arch"]
            for name in BUTTONS:
                with self.subTest(group=group, button=name):
                    self.assertEqual(f'name="{name}"' in arch, expected)

    def test_forms_open_in_every_state(self):
        self.subscribe("2024-01-01")
        draft = self.change("2024-08-01")
        undone = self.apply("2024-06-01")
        undone.action_undo()
        done, applied = self.apply("2024-04-01"), self.apply("2024-07-01")
        manager = self._user(MANAGER)
        for change in (draft, undone, applied, done):
            with self.subTest(change.state):
                self.assertEqual(Form(change.with_user(manager)).state, change.state)
        states = (draft + undone + applied + done).mapped("state")
        self.assertEqual(states, ["draft", "undone", "applied", "done"])

    def test_the_action_on_contracts_proposes_them(self):
        contracts = self.subscribe("2024-01-01") + self.subscribe("2024-01-01")
        action = contracts.action_change_prices()
        changes = self.env[action["res_model"]].with_context(**action["context"])
        with Form(changes) as form:
            form.date = "2024-06-01"
            form.percent = 10
        self.assertEqual(form.record.contract_ids, contracts)

    def test_the_action_is_offered_to_managers_only(self):
        action = self.env.ref(
            "subscription_billing.subscription_price_change_action_contracts"
        )
        bound = self.env["ir.actions.actions"]
        for group, expected in ((USER, False), (MANAGER, True)):
            found = bound.with_user(self._user(group)).get_bindings(
                "subscription.contract"
            )
            ids = [each["id"] for each in found.get("action", [])]
            with self.subTest(group):
                self.assertEqual(action.id in ids, expected)

    def test_another_company_sees_nothing_of_it(self):
        self.subscribe("2024-01-01")
        change = self.change("2024-06-01")
        other = self.setup_other_company()["company"]
        stranger = self._user(MANAGER, other)
        for record in (change, change.line_ids):
            with self.subTest(record._name), self.assertRaises(AccessError):
                record.with_user(stranger).read(["company_id"])

    def test_the_smart_button_leads_to_the_contracts(self):
        contract = self.subscribe("2024-01-01")
        self.draft("2024-01-01")
        change = self.change("2024-06-01")
        action = change.action_view_contracts()
        found = self.env["subscription.contract"].search(action["domain"])
        self.assertEqual(found, contract)

    def test_prices_of_a_change_are_not_in_the_price_list(self):
        self.subscribe("2024-01-01")
        change = self.apply("2024-06-01")
        action = self.env.ref("subscription_billing.subscription_price_action")
        shown = self.env["subscription.price"].search(
            [*eval_domain(action.domain), ("component_id", "=", self.base.id)]
        )
        self.assertTrue(shown)
        self.assertFalse(shown & change.price_ids)


def eval_domain(text):
    """The domain of an action, which is written as a literal."""
    return list(map(tuple, ast.literal_eval(text)))
