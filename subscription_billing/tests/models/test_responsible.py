from odoo.tests import new_test_user, tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "contracts", "billing")
class TestResponsible(SubscriptionCommon):
    """What is to be done goes to somebody who works for the company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sales = new_test_user(cls.env, "sales-1")
        cls.chief = new_test_user(cls.env, "chief-1")

    def get_told(self, responsible):
        """Who gets the activity of a contract that cannot be billed."""
        contract = self.draft("2024-01-01", user_id=responsible.id)
        contract._park(
            "…", self.day("2024-01-02"), self.env["subscription.billing.run"]
        )
        return contract.activity_ids.user_id

    def assertManager(self, user):
        self.assertTrue(user.active)
        self.assertIn(self.company, user.company_ids)
        group = "subscription_billing.subscription_billing_group_manager"
        self.assertTrue(user.has_group(group))

    def test_the_responsible_of_the_contract(self):
        self.company.subscription_responsible_id = self.chief
        self.assertEqual(self.get_told(self.sales), self.sales)

    def test_the_one_of_the_company_where_that_one_is_gone(self):
        self.company.subscription_responsible_id = self.chief
        self.sales.active = False
        self.assertEqual(self.get_told(self.sales), self.chief)
        nobody = self.env["res.users"]
        self.assertEqual(self.get_told(nobody), self.chief)

    def test_a_manager_where_that_one_is_gone_too(self):
        self.company.subscription_responsible_id = self.chief
        (self.sales | self.chief).active = False
        self.assertManager(self.get_told(self.sales))

    def test_nobody_who_works_elsewhere(self):
        other = self.setup_other_company()["company"]
        self.sales.write({"company_ids": other.ids, "company_id": other.id})
        self.assertManager(self.get_told(self.sales))
        self.assertManager(self.get_told(self.env.ref("base.user_root")))
