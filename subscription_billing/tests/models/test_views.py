import re
from unittest.mock import patch

from odoo.tests import Form, tagged

from ..common import SubscriptionCommon

USER = "subscription_billing.subscription_billing_group_user"
MANAGER = "subscription_billing.subscription_billing_group_manager"
ACCOUNTANT = "account.group_account_invoice"


@tagged("post_install", "-at_install")
class TestViews(SubscriptionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The test company has cash basis taxes; the settings insist on the option.
        cls.company.tax_exigibility = True
        cls.users = {
            group: cls._clerk(f"view_{number}", group)
            for number, group in enumerate((USER, MANAGER, ACCOUNTANT))
        }

    def _get_actions(self):
        data = self.env["ir.model.data"].search(
            [
                ("module", "=", "subscription_billing"),
                ("model", "=", "ir.actions.act_window"),
            ]
        )
        return self.env["ir.actions.act_window"].browse(data.mapped("res_id"))

    def _get_menus(self, group):
        """Names of the app's menus that a user of the group sees."""
        menus = self.env["ir.ui.menu"].with_user(self.users[group])
        visible = menus.browse(menus._visible_menu_ids())
        root = self.env.ref("subscription_billing.subscription_billing_menu_root")
        return visible.filtered(lambda menu: menu.parent_path.startswith(f"{root.id}/"))

    def _form(self, model, group=MANAGER, **kwargs):
        record = kwargs.pop("record", self.env[model])
        return Form(record.with_user(self.users[group]), **kwargs)

    def test_every_view_of_every_action_loads_for_who_may_read(self):
        for action in self._get_actions():
            views = [[False, mode] for mode in action.view_mode.split(",")]
            for group, user in self.users.items():
                model = self.env[action.res_model].with_user(user)
                if model.has_access("read"):
                    with self.subTest(action=action.name, group=group):
                        model.get_views([*views, [False, "search"]])

    def test_every_list_action_has_path_and_empty_state(self):
        for action in self._get_actions():
            if action.target != "new" and action.res_model != "res.config.settings":
                with self.subTest(action=action.name):
                    self.assertTrue(action.path)
                    self.assertIn("o_view_nocontent_smiling_face", action.help)

    def test_default_filters_exist(self):
        for action in self._get_actions():
            arch = self.env[action.res_model].get_view(view_type="search")["arch"]
            for name in re.findall(r"search_default_(\w+)", action.context):
                with self.subTest(action=action.name, filter=name):
                    self.assertIn(f'name="{name}"', arch)

    def test_menus_follow_the_groups(self):
        configuration = self.env.ref(
            "subscription_billing.subscription_configuration_menu"
        )
        wizard = self.env.ref("subscription_billing.subscription_billing_wizard_menu")
        contracts = self.env.ref("subscription_billing.subscription_contract_menu")
        self.assertIn(configuration, self._get_menus(MANAGER))
        self.assertIn(wizard, self._get_menus(MANAGER))
        for group in (USER, ACCOUNTANT):
            self.assertIn(contracts, self._get_menus(group))
            self.assertFalse((configuration + wizard) & self._get_menus(group), group)
        for menu in self._get_menus(ACCOUNTANT):
            if menu.action and menu.action._name == "ir.actions.act_window":
                model = self.env[menu.action.res_model]
                allowed = model.with_user(self.users[ACCOUNTANT]).has_access("read")
                self.assertTrue(allowed, menu.complete_name)

    def test_only_who_may_bill_sees_the_button(self):
        contracts = self.env["subscription.contract"]
        for group, expected in {USER: False, MANAGER: True, ACCOUNTANT: False}.items():
            model = contracts.with_user(self.users[group])
            arch = model.get_view(view_type="form")["arch"]
            self.assertEqual("Bill Now" in arch, expected, group)

    def test_contract_form_books_required_components(self):
        with self._form("subscription.contract", USER) as form:
            form.partner_id = self.customer
            form.variant_id = self.monthly
            form.date_start = "2025-01-31"
            with form.line_ids.new() as line:
                line.component_id = self.seats
                line.quantity = 3
                line.has_price_override = True
                line.price_override = 4
        contract = form.record
        self.assertEqual(contract.line_ids.component_id, self.base + self.seats)
        self.assertEqual(contract.amount_monthly, 42.0)

    def test_billed_contract_form_opens(self):
        contract = self.subscribe("2025-01-01", quantities={self.seats: 2})
        self.bill("2025-02-01")
        for group in (USER, ACCOUNTANT):
            form = self._form("subscription.contract", group, record=contract)
            self.assertEqual(form.charge_count, 4)
            self.assertEqual(len(form.charge_ids), 4)

    def test_plan_form_makes_variant_component_and_price(self):
        with self._form("subscription.plan") as form:
            form.name = "Team"
            with form.variant_ids.new() as variant:
                variant.name = "Monthly"
            with form.component_ids.new() as component:
                component.product_id = self.product_a
                component.name = "Workspace"
                component.amount = 49
        plan = form.record
        contract = self.draft("2025-01-01", plan.variant_ids)
        self.assertEqual(contract.line_ids.price_unit, 49.0)

    def test_catalogue_forms_open(self):
        records = (
            self.monthly,
            self.base,
            self.base.price_ids,
            self.env["subscription.plan.group"].create({"name": "Cloud"}),
        )
        for record in records:
            with self.subTest(model=record._name):
                self._form(record._name, record=record)

    def test_ledger_forms_open(self):
        contract = self.subscribe("2025-01-01")
        run = self.bill("2025-01-01")
        records = (run, contract.charge_ids, contract.event_ids[:1])
        for record in records:
            with self.subTest(model=record._name):
                self._form(record._name, USER, record=record)

    def test_invoice_leads_to_the_contract_and_back(self):
        contract = self.subscribe("2025-01-01")
        run = self.bill("2025-01-01")
        form = self._form("account.move", ACCOUNTANT, record=run.move_ids)
        self.assertEqual(form.subscription_contract_count, 1)
        action = run.move_ids.action_view_subscription_contracts()
        self.assertEqual(action["res_id"], contract.id)

    def test_billing_wizard_previews_what_is_due(self):
        contract = self.subscribe("2025-01-01")
        wizard = self.env["subscription.billing.wizard"].with_context(
            active_model=contract._name, active_ids=contract.ids
        )
        with Form(wizard) as form:
            form.date = "2025-03-01"
            self.assertEqual(form.contract_count, 1)
            self.assertEqual(len(form.line_ids), 3)

    def test_settings_write_to_the_company(self):
        with Form(self.env["res.config.settings"]) as form:
            form.subscription_invoice_policy = "draft"
            form.subscription_billing_group = "partner"
        form.record.execute()
        self.assertEqual(self.company.subscription_invoice_policy, "draft")
        self.assertEqual(self.company.subscription_billing_group, "partner")

    def test_a_variant_is_found_by_its_plan(self):
        variants = self.env["subscription.plan.variant"]
        for text in (self.plan.name, self.plan.code, self.monthly.name):
            with self.subTest(text=text):
                found = [id_ for id_, _name in variants.name_search(text)]
                self.assertIn(self.monthly.id, found)
        self.assertFalse(variants.name_search("no such plan"))

    def test_a_new_contract_starts_today_so_that_its_prices_show(self):
        runs = type(self.env["subscription.billing.run"])
        day = self.day("2025-03-05")
        with patch.object(runs, "_get_billing_date", return_value=day):
            form = self._form("subscription.contract", USER)
            form.partner_id = self.customer
            form.variant_id = self.monthly
            contract = form.save()
        self.assertEqual(contract.date_start, day)
        self.assertTrue(contract.line_ids.price_unit)
