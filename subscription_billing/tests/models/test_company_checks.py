from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon

# Relations without a check of the company, and why they need none.
EXEMPT = {
    "subscription.token.choice": "the family of customers is checked, over branches",
    "res.company": "settings, written by administrators",
    "res.config.settings": "settings, written by administrators",
    "res.users": "mirrors the partner of the user",
}
MANAGER = "subscription_billing.subscription_billing_group_manager"
ACCOUNTANT = "account.group_account_manager"


@tagged("post_install", "-at_install")
class TestCompanyChecks(SubscriptionCommon):
    """What belongs to another company is neither sold, used nor looked at by its id."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company()["company"]
        cls.clerk = cls._clerk("company_clerk", f"{MANAGER},{ACCOUNTANT}")
        theirs = {"company_id": cls.other.id}
        cls.their_plan = cls.env["subscription.plan"].create(
            {"name": "Theirs", "code": "theirs", **theirs}
        )
        cls.their_variant = cls.env["subscription.plan.variant"].create(
            {"name": "Theirs", "code": "theirs", "plan_id": cls.their_plan.id}
        )
        product = cls.product_a.copy({"name": "Theirs", **theirs})
        cls.their_component = cls.env["subscription.component"].create(
            {
                "name": "Secret component",
                "code": "theirs",
                "plan_id": cls.their_plan.id,
                "product_id": product.id,
                "kind": "base",
            }
        )
        cls.their_price = cls.env["subscription.price"].create(
            {"component_id": cls.their_component.id, "amount": 1.0}
        )
        cls.their_customer = cls._customer("Secret customer", **theirs)
        cls.their_contract = (
            cls.env["subscription.contract"]
            .with_company(cls.other)
            .create(
                {
                    "partner_id": cls.their_customer.id,
                    "variant_id": cls.their_variant.id,
                    "date_start": "2024-01-01",
                    **theirs,
                }
            )
        )

    def client(self, records):
        return records.with_user(self.clerk).with_context(
            allowed_company_ids=self.company.ids
        )

    def get_relations(self):
        """Relations of this addon a client may set, to what belongs to a company."""
        for name, model in self.registry.items():
            records = self.env[name]
            if model._abstract or not self.can_be_written(records):
                continue
            for field in records._fields.values():
                if (
                    field.type in ("many2one", "many2many")
                    and "subscription_billing" in " ".join(field._modules)
                    and field.store
                    and not field.readonly
                    and field.comodel_name != "res.users"
                    and {"company_id", "company_ids"}
                    & self.env[field.comodel_name]._fields.keys()
                ):
                    yield records, field

    def can_be_written(self, records):
        mine = records.with_user(self.clerk)
        return any(mine.has_access(verb) for verb in ("create", "write"))

    def test_o2_each_relation_has_a_check_of_the_company(self):
        unchecked, count = set(), 0
        dialogs = self.registry["subscription.dialog.mixin"]
        for records, field in self.get_relations():
            count += 1
            company = records._fields.get("company_id")
            is_parent = company is None or (company.related or "").split(".")[0] == (
                field.name
            )
            is_checked = field.check_company and records._check_company_auto
            is_dialog = issubclass(self.registry[records._name], dialogs)
            if not (is_checked or is_parent or is_dialog):
                unchecked.add((records._name, field.name))
        self.assertGreater(count, 60)
        self.assertEqual({it for it in unchecked if it[0] not in EXEMPT}, set())

    def refused(self, *parts):
        return self.assertRaisesRegex((UserError, AccessError), "|".join(parts) or ".")

    def test_o2_a_line_takes_no_price_and_no_component_of_theirs(self):
        draft = self.client(self.draft("2024-01-01"))
        for vals in (
            {"price_id": self.their_price.id},
            {"component_id": self.their_component.id},
        ):
            with self.subTest(vals=vals), self.refused():
                draft.line_ids[:1].write(vals)
        with self.refused():
            draft.line_ids = [Command.create({"component_id": self.their_component.id})]
        for vals in (
            {"partner_id": self.their_customer.id},
            {"variant_id": self.their_variant.id},
        ):
            with self.subTest(vals=vals), self.refused():
                draft.write(vals)

    def test_o2_the_catalogue_is_of_one_company(self):
        """What belongs to ours can't be made of theirs."""
        self.plan.company_id = self.company
        bonus = {"name": "B", "plan_id": self.plan.id, "percent": 5}
        cases = (
            (self.base, {"product_id": self.their_component.product_id.id}),
            (self.base, {"requires_ids": [Command.link(self.their_component.id)]}),
            (self.base, {"excludes_ids": [Command.link(self.their_component.id)]}),
            (self.monthly, {"next_variant_id": self.their_variant.id}),
            (self.base.price_ids[:1], {"partner_id": self.their_customer.id}),
            (self.base.price_ids[:1], {"variant_id": self.their_variant.id}),
        )
        for record, vals in cases:
            with self.subTest(vals=vals), self.refused():
                self.client(record).write(vals)
        their = {"variant": self.their_variant, "component": self.their_component}
        for name, record in their.items():
            with self.subTest(bonus=name), self.refused():
                bonuses = self.client(self.env["subscription.bonus"])
                bonuses.create({**bonus, f"{name}_id": record.id})

    def test_o2_a_dialog_tells_nothing_of_theirs(self):
        """Neither the name nor what is read through it."""
        theirs = self.their_contract.id
        for model, vals in (
            ("subscription.redeem", {"contract_id": theirs}),
            ("subscription.billing.wizard", {"contract_ids": [theirs]}),
            ("subscription.forecast.wizard", {"contract_ids": [theirs]}),
            ("subscription.change", {"contract_id": theirs, "kind": "pause"}),
            ("subscription.change.batch", {"contract_ids": [theirs]}),
            ("subscription.month.end", {"company_id": self.other.id}),
            ("subscription.contract.import", {"company_id": self.other.id}),
            ("subscription.usage.import", {"company_id": self.other.id}),
            ("subscription.return.import", {"company_id": self.other.id}),
        ):
            vals = {"file": "YQ==", **vals} if model.endswith(".import") else vals
            with self.subTest(model=model), self.refused():
                self.client(self.env[model]).create(vals)

    def test_o2_nor_when_it_is_filled_in(self):
        dialogs = self.client(self.env["subscription.redeem"])
        spec = {"contract_id": {}, "state": {}, "company_id": {}}
        values = {"contract_id": self.their_contract.id}
        with self.assertRaises(AccessError):
            dialogs.onchange(values, ["contract_id"], spec)

    def test_o2_a_dialog_does_not_change_over_to_theirs(self):
        ours = self.subscribe("2024-01-01")
        dialogs = self.client(self.env["subscription.redeem"])
        dialog = dialogs.create({"contract_id": ours.id})
        with self.assertRaises(AccessError):
            dialog.contract_id = self.their_contract
