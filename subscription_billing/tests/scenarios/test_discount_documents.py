from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..discount_common import DiscountCommon


@tagged("post_install", "-at_install", "discounts")
class TestDiscountDocuments(DiscountCommon):
    """O2, M4: the discount on the invoice, in the customer's words; and who may give
    one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            name: cls._clerk(f"sub_discount_{name}", group)
            for name, group in (
                ("user", "subscription_billing.subscription_billing_group_user"),
                ("manager", "subscription_billing.subscription_billing_group_manager"),
                ("accountant", "account.group_account_invoice"),
            )
        }

    def _redeem_form(self, contract, user="user"):
        wizard = self.env["subscription.redeem"].with_user(self.users[user])
        return Form(wizard.with_context(active_id=contract.id))

    def test_m4_the_line_says_what_was_taken_off(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 3})
        self.redeem(contract, self._discount())
        move = self.bill("2024-01-01").move_ids
        base, seats = move.invoice_line_ids
        self.assertIn("Welcome 10 %: -3.00", base.name)
        self.assertIn("3 × 5.00 = 15.00\nWelcome 10 %: -1.50", seats.name)
        self.assertRecordValues(seats, [{"quantity": 1.0, "price_unit": 13.5}])
        self.assertEqual(move.amount_untaxed, 40.5)

    def test_m4_a_part_of_a_period_explains_its_discount(self):
        variant = self._variant("calendar", alignment="calendar")
        contract = self.subscribe("2024-01-15", variant)
        self.redeem(contract, self._discount(amount=10.0))
        text = self.bill("2024-01-15").move_ids.invoice_line_ids.name
        self.assertIn("Welcome: -10.00", text)
        self.assertIn("17 of 31 days of $\xa020.00", text)

    def test_o2_a_german_customer_reads_a_german_discount(self):
        self.env["res.lang"]._activate_lang("de_DE")
        discount = self._discount("Welcome")
        discount.with_context(lang="de_DE").name = "Willkommen"
        customer = self._customer("Hans GmbH", lang="de_DE")
        contract = self.subscribe("2024-01-01", partner_id=customer.id)
        redemption = self.redeem(contract, discount)
        self.assertEqual(redemption.name, "Willkommen")
        text = self.bill("2024-01-01").move_ids.invoice_line_ids.name
        self.assertIn("Willkommen 10 %: -3,00", text)

    def test_the_charge_knows_before_and_after(self):
        contract = self.subscribe("2024-01-01")
        redemption = self.redeem(contract, self._discount(amount=4.0))
        self.bill("2024-01-01")
        charge = contract.charge_ids
        self.assertRecordValues(charge, [{"amount_list": 30.0, "amount": 26.0}])
        self.assertEqual(charge.explanation["billing_start"], "2024-01-01")
        self.assertEqual(
            charge.explanation["slices"][1],
            {
                "kind": "discount",
                "quantity": "1",
                "price_unit": "0",
                "amount": "-4.0",
                "label": "Welcome",
                "key": f"discount-{redemption.id}",
            },
        )

    def test_a_user_redeems_a_code_on_a_draft(self):
        self._discount(code="hello")
        contract = self.draft("2024-01-01")
        with self._redeem_form(contract) as form:
            form.code = " Hello"
            self.assertEqual(form.discount_id.name, "Welcome")
            self.assertFalse(form.date_from)
        form.record.action_redeem()
        self.assertEqual(contract.discount_ids.date_start, self.day("2024-01-01"))
        contract.discount_ids.with_user(self.users["user"]).action_end()
        self.assertFalse(contract.discount_ids)

    def test_a_user_books_a_discount_on_a_running_contract(self):
        discount = self._discount(duration="forever")
        contract = self.subscribe("2024-01-15")
        self.bill("2024-02-15")
        with self._redeem_form(contract) as form:
            form.discount_id = discount
            form.date = "2024-02-20"
            self.assertEqual(str(form.date_from), "2024-02-20")
        form.record.action_redeem()
        self.assertEqual(contract.discount_ids.date_start, self.day("2024-03-15"))

    def test_a_wrong_code_or_none_says_so(self):
        contract = self.draft("2024-01-01")
        with self._redeem_form(contract) as form:
            form.code = "nonsense"
        with self.assertRaisesRegex(UserError, "no discount with the code NONSENSE"):
            form.record.action_redeem()
        with self._redeem_form(contract) as form:
            pass
        with self.assertRaisesRegex(UserError, "Enter a code"):
            form.record.action_redeem()

    def test_an_expired_code_says_so(self):
        self._discount(code="old", date_redeem_end="2024-01-31")
        with self._redeem_form(self.draft("2024-03-01")) as form:
            form.code = "old"
            form.date = "2024-02-01"
        with self.assertRaisesRegex(UserError, "until 01/31/2024"):
            form.record.action_redeem()

    def test_rights_by_group(self):
        models = (
            ("subscription.discount", "r", "rwcu", "r"),
            ("subscription.bonus", "r", "rwcu", "r"),
            ("subscription.contract.discount", "r", "r", "r"),
            ("subscription.redeem", "rwcu", "rwcu", ""),
        )
        operations = {"r": "read", "w": "write", "c": "create", "u": "unlink"}
        for model, *expected in models:
            for name, rights in zip(self.users, expected, strict=True):
                target = self.env[model].with_user(self.users[name])
                actual = [
                    key for key, name in operations.items() if target.has_access(name)
                ]
                self.assertEqual("".join(actual), rights, (model, name))

    def test_nobody_writes_a_redemption_directly(self):
        contract = self.subscribe("2024-01-01")
        redemption = self.redeem(contract, self._discount())
        for name in self.users:
            mine = redemption.with_user(self.users[name])
            with self.subTest(name), self.assertRaises(AccessError):
                mine.percent = 99.0
        accountant = self.users["accountant"]
        with self.assertRaises(AccessError):
            redemption.with_user(accountant).action_end()
        with self.assertRaises(AccessError):
            contract.with_user(accountant)._redeem(
                self._discount(), self.day("2024-01-01")
            )

    def test_o2_companies_do_not_see_each_others_discounts(self):
        other = self.setup_other_company()["company"]
        theirs = self._discount(company_id=other.id)
        mine = self._discount()
        self.redeem(self.draft("2024-01-01"), mine)
        foreign = self._clerk(
            "sub_discount_foreign",
            "subscription_billing.subscription_billing_group_manager",
            company=other,
        )
        found = mine.with_user(foreign).search([("id", "in", (theirs + mine).ids)])
        self.assertEqual(found, theirs)
        redemptions = self.env["subscription.contract.discount"].with_user(foreign)
        self.assertFalse(redemptions.search([]))
