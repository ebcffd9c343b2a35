from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..entitlement_common import EntitlementCommon

GROUP = "subscription_billing.subscription_billing_group_"
# Rights of user, manager, accountant and employee: read, write, create, unlink.
RIGHTS = {
    f"{GROUP}user": "r",
    f"{GROUP}manager": "rwcu",
    "account.group_account_invoice": "r",
    "base.group_user": "",
    f"{GROUP}usage": "",
}
MODELS = ("subscription.feature", "subscription.feature.grant")


@tagged("post_install", "-at_install", "entitlements")
class TestEntitlementsFeatures(EntitlementCommon):
    """Features and their grants: what is refused, who may, and the screens."""

    def member(self, group, company=None):
        company = company or self.company
        return self._clerk(f"features {group} {company.id}", group, company=company)

    def assertRefused(self, message, function, *args, **kwargs):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(Exception, message),
            self.env.cr.savepoint(),
        ):
            function(*args, **kwargs)

    def test_codes_a_client_cannot_ask_for(self):
        for code in ("", " ", "two words", "größe", "-x", "a\n", "a/b", "x" + "\t"):
            with self.subTest(code=code), self.assertRaises(ValidationError):
                self._feature(code)
        for code in ("a", "A-1", "api.calls_v2", "eu:storage", "2fa"):
            self.assertEqual(self._feature(code).code, code)

    def test_codes_are_unique_in_a_company(self):
        self.assertRefused("feature_code_unique", self._feature, "sso")
        other = self.setup_other_company()["company"]
        self.assertTrue(self._feature("sso", company_id=other.id))

    def test_o2_a_shared_code_is_unique_in_all_companies(self):
        """Archived ones count as well: they may come back."""
        self.sso.active = False
        self.assertRefused("code sso is in use", self._feature, "sso", company_id=False)
        self._feature("all", company_id=False)
        self.assertRefused("code all is in use", self._feature, "all")
        self.assertRefused(
            "feature_code_unique", self._feature, "all", company_id=False
        )

    def test_a_switch_has_no_meter(self):
        meter = self.env["subscription.meter"].create({"name": "M", "code": "m"})
        with self.assertRaisesRegex(ValidationError, "is on or off"):
            self.sso.meter_id = meter
        self.storage.meter_id = meter
        with self.assertRaisesRegex(ValidationError, "is on or off"):
            self.storage.kind = "on_off"

    def test_exactly_one_grants(self):
        grants = self.env["subscription.feature.grant"]
        for sources in (
            {},
            {"plan_id": self.plan.id, "component_id": self.base.id},
            {"plan_id": self.plan.id, "variant_id": self.monthly.id},
        ):
            vals = {"feature_id": self.users.id, **sources}
            self.assertRefused("grant_one_source", grants.create, vals)

    def test_wrong_limits(self):
        for amount, message in (
            (-1, "amount_positive"),
            (float("nan"), "is no number"),
            (float("inf"), "is no number"),
        ):
            self.assertRefused(message, self._grant, self.plan, self.users, amount)

    def test_granted_once_per_phase(self):
        self.assertRefused("feature_grant_once", self._grant, self.plan, self.sso)
        self.assertTrue(self._grant(self.plan, self.sso, phase="trial"))
        self.assertTrue(self._grant(self.monthly, self.sso))

    def test_per_unit_of_what_has_units(self):
        for source in (self.plan, self.monthly):
            with self.assertRaisesRegex(ValidationError, "has no quantity"):
                self._grant(source, self.users, 1, is_per_unit=True)

    def test_a_granted_feature_is_archived_not_deleted(self):
        self.assertRefused("", self.sso.unlink)
        self.sso.active = False

    def test_o2_a_plan_grants_features_of_its_company(self):
        other = self.setup_other_company()["company"]
        theirs = self._feature("theirs", company_id=other.id)
        with self.assertRaisesRegex(UserError, "compan"):
            self._grant(self.plan, theirs)
        self.assertTrue(self._grant(self.plan, self._feature("s", company_id=False)))

    def test_o2_a_shared_plan_grants_shared_features(self):
        shared = self.plan.create({"name": "Shared", "company_id": False})
        with self.assertRaisesRegex(UserError, "compan"):
            self._grant(shared, self.sso)
        grant = self._grant(shared, self._feature("s", company_id=False))
        self.assertFalse(grant.company_id)

    def test_rights(self):
        for group, rights in RIGHTS.items():
            user = self.member(group)
            for model in MODELS:
                target = self.env[model].with_user(user)
                operations = ("read", "write", "create", "unlink")
                mine = "".join(
                    letter
                    for letter, operation in zip("rwcu", operations, strict=True)
                    if target.has_access(operation)
                )
                self.assertEqual(mine, rights, (group, model))

    def test_o2_companies_do_not_see_each_other(self):
        other = self.setup_other_company()["company"]
        user = self.member(f"{GROUP}manager", other)
        for model in MODELS:
            self.assertFalse(self.env[model].with_user(user).search([]))
        with self.assertRaises(AccessError):
            self.sso.with_user(user).name = "Mine"
        self._feature("shared", company_id=False)
        found = self.env["subscription.feature"].with_user(user).search([])
        self.assertEqual(found.mapped("code"), ["shared"])

    def test_features_in_the_forms_of_plan_and_component(self):
        manager = self.member(f"{GROUP}manager")
        for source in (self.plan, self.seats, self.monthly):
            form = Form(source.with_user(manager))
            with form.grant_ids.new() as grant:
                grant.feature_id = self.storage
                grant.phase = "trial"
                grant.amount = 3
            form.save()
            made = source.grant_ids.filtered(lambda it: it.phase == "trial")
            self.assertEqual((made.feature_id, made.amount), (self.storage, 3.0))

    def test_the_tab_of_a_contract(self):
        """What is granted today, as a clerk sees it; texts are escaped."""
        self.sso.name = "<b>Sign-on</b>"
        contract = self.subscribe("2024-01-01", quantities={self.seats: 1500})
        contract = contract.with_user(self.member(f"{GROUP}user"))
        html = contract.entitlements_html
        for text in ("Active", "&lt;b&gt;Sign-on", "1,500 users", "10 GB"):
            self.assertIn(text, html)
        contract.sudo()._set_end(self.day("2024-01-31"), "Test")
        self.assertIn("Nothing may be used today.", contract.entitlements_html)
        self.assertNotIn("10 GB", contract.entitlements_html)

    def test_no_tab_without_features_or_for_drafts(self):
        self.assertFalse(self.draft("2024-01-01").entitlements_html)
        contract = self.subscribe("2024-01-01")
        self.assertTrue(contract.entitlements_html)
        self.env["subscription.feature"].search([]).active = False
        contract.invalidate_recordset()
        self.assertFalse(contract.entitlements_html)
