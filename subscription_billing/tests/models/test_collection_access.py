from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..collection_common import CollectionCommon


@tagged("post_install", "-at_install", "collection")
class TestCollectionAccess(CollectionCommon):
    """O2: money is for accountants; other companies see nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company()["company"]
        group = "subscription_billing.subscription_billing_group_user"
        cls.seller = cls._clerk("money_seller", group, cls.company)
        accountant = "account.group_account_invoice"
        cls.accountant = cls._clerk("money_accountant", accountant, cls.company)
        cls.foreign = cls._clerk("money_foreign", accountant, cls.other)

    def setUp(self):
        super().setUp()
        self.card = self.token()
        self.contract = self.subscribe("2026-01-01")
        self.move = self.invoice("2026-01-01", self.contract)
        self.collect("2026-01-01", "Insufficient funds")
        self.attempt = self.move.subscription_attempt_ids[0]

    def test_o2_a_seller_sees_how_it_stands_and_no_token(self):
        contract = self.contract.with_user(self.seller)
        self.assertEqual(contract.collection_state, "failed")
        self.assertTrue(self.attempt.with_user(self.seller).read(["state"]))
        for record, name in (
            (self.attempt, "token_id"),
            (self.attempt, "transaction_id"),
            (self.contract, "token_choice_ids"),
            (self.contract, "payment_method_label"),
        ):
            with self.subTest(name=name), self.assertRaises(AccessError):
                record.with_user(self.seller).read([name])

    def test_o2_a_seller_decides_nothing(self):
        for action in ("action_try_again", "action_was_paid", "action_was_not_paid"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(self.attempt.with_user(self.seller), action)()

    def test_o2_nobody_writes_attempts(self):
        for user in (self.seller, self.accountant):
            for operation in ("write", "create", "unlink"):
                self.assertFalse(self.attempt.with_user(user).has_access(operation))

    def test_o2_an_accountant_tries_again(self):
        with self.at("2026-01-02"):
            self.attempt.with_user(self.accountant).action_try_again()
        self.collect("2026-01-02")
        self.assertTrue(self.move._is_settled())

    def test_o2_other_companies_see_nothing(self):
        attempts = self.env["subscription.collection.attempt"].with_user(self.foreign)
        self.assertFalse(attempts.search([("id", "=", self.attempt.id)]))
        with self.assertRaises(AccessError):
            self.attempt.with_user(self.foreign).action_try_again()

    def test_o2_a_token_of_another_company_is_not_charged(self):
        bank = self.env["account.journal"].search(
            [("company_id", "=", self.other.id), ("type", "=", "bank")], limit=1
        )
        foreign = self._provider("Foreign", self.other, bank)
        partner = self._customer("Both")
        self.token("0000", partner=partner, provider=foreign)
        move = self.invoice("2026-02-01", partner_id=partner.id)
        self.assertEqual(self.collect("2026-02-01").calls[:1][0][0][:3], "INV")
        self.assertFalse(move.subscription_attempt_ids)

    def test_o2_a_provider_without_the_currency_is_left_out(self):
        euro = self.setup_other_currency("EUR")
        self.provider.available_currency_ids = euro
        move = self.invoice("2026-02-01")
        self.collect("2026-02-01")
        self.assertFalse(move.subscription_attempt_ids)
