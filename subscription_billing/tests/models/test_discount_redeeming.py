from odoo.exceptions import UserError
from odoo.tests import tagged

from ..discount_common import DiscountCommon


@tagged("post_install", "-at_install", "discounts")
class TestDiscountRedeeming(DiscountCommon):
    """Who may redeem what, when, and how often."""

    def assertRefused(self, words, contract, discount, *dates):
        with (
            self.assertRaisesRegex(UserError, words),
            self.env.cr.savepoint(),
        ):
            self.redeem(contract, discount, *dates)
        self.assertFalse(contract.discount_ids)

    def test_the_days_it_can_be_redeemed_on_are_inclusive(self):
        discount = self._discount(
            date_redeem_start="2024-03-01", date_redeem_end="2024-03-31"
        )
        for day, words in (("2024-02-29", "from"), ("2024-04-01", "until")):
            self.assertRefused(words, self.draft("2024-05-01"), discount, day)
        for day in ("2024-03-01", "2024-03-31"):
            self.assertTrue(self.redeem(self.draft("2024-05-01"), discount, day))

    def test_it_is_for_its_plans_only(self):
        other = self.plan.create({"name": "Other"})
        discount = self._discount(plan_ids=other.ids)
        self.assertRefused("Other only", self.draft("2024-01-01"), discount)
        discount.plan_ids += self.plan
        self.assertTrue(self.redeem(self.draft("2024-01-01"), discount))

    def test_it_is_for_components_of_the_plan(self):
        other = self.plan.create({"name": "Other"})
        theirs = self._component("x", "Theirs", plan_id=other.id)
        discount = self._discount(component_ids=theirs.ids)
        self.assertRefused("Theirs only", self.draft("2024-01-01"), discount)

    def test_an_amount_is_for_contracts_in_its_currency(self):
        euro = self.env.ref("base.EUR")
        contract = self.draft("2024-01-01")
        self.assertNotEqual(contract.currency_id, euro)
        for vals in ({"amount": 5.0}, {"amount_minimum": 5.0}):
            discount = self._discount(currency_id=euro.id, **vals)
            self.assertRefused("it is in EUR", contract, discount)
        self.assertTrue(self.redeem(contract, self._discount(currency_id=euro.id)))

    def test_it_is_for_contracts_of_its_company(self):
        other = self.setup_other_company()["company"]
        discount = self._discount(code="theirs", company_id=other.id)
        contract = self.draft("2024-01-01")
        self.assertRefused("offered by", contract, discount)
        with self.assertRaisesRegex(UserError, "no discount"):
            discount._find("theirs", contract.company_id)

    def test_a_contract_has_it_once(self):
        contract, discount = self.draft("2024-01-01"), self._discount()
        self.redeem(contract, discount)
        with self.assertRaisesRegex(UserError, "already"):
            self.redeem(contract, discount)
        self.redeem(contract, self._discount("Another"))

    def test_once_per_customer_counts_all_contacts_of_a_company(self):
        discount = self._discount(is_once_per_customer=True)
        office = self._customer("Office", parent_id=self.customer.id)
        self.redeem(self.draft("2024-01-01"), discount)
        second = self.draft("2024-02-01", partner_id=office.id)
        self.assertEqual(second.commercial_partner_id, self.customer)
        self.assertRefused("once per customer", second, discount)
        stranger = self._customer("Stranger")
        self.redeem(self.draft("2024-02-01", partner_id=stranger.id), discount)

    def test_the_limit_is_never_exceeded(self):
        discount = self._discount(redemption_limit=2)
        for _n in range(2):
            self.redeem(self.draft("2024-01-01"), discount)
        self.assertRefused("2 times", self.draft("2024-01-01"), discount)

    def test_a_discount_taken_out_of_a_draft_may_be_redeemed_elsewhere(self):
        discount = self._discount(redemption_limit=1)
        contract = self.draft("2024-01-01")
        self.redeem(contract, discount).action_end()
        self.assertFalse(contract.discount_ids)
        self.redeem(self.draft("2024-01-01"), discount)

    def test_a_deleted_draft_gives_its_redemption_back(self):
        discount = self._discount(redemption_limit=1)
        contract = self.draft("2024-01-01")
        self.redeem(contract, discount)
        contract.unlink()
        self.redeem(self.draft("2024-01-01"), discount)

    def test_counting_writes_the_row_so_that_who_waited_starts_anew(self):
        discount = self._discount(redemption_limit=1)
        query = "SELECT ctid::text FROM subscription_discount WHERE id = %s"
        self.env.cr.execute(query, (discount.id,))
        before = self.env.cr.fetchone()
        self.redeem(self.draft("2024-01-01"), discount)
        self.env.cr.execute(query, (discount.id,))
        self.assertNotEqual(self.env.cr.fetchone(), before)

    def test_an_ended_contract_gets_nothing(self):
        contract = self.subscribe("2024-01-01", date_end="2024-01-31")
        discount = self._discount()
        late = "2024-02-01"
        self.assertRefused("nothing left", contract, discount, late, late)
        contract._set_ended("over")
        self.assertRefused("nothing left", contract, discount)

    def test_a_draft_that_no_longer_fits_is_not_activated(self):
        contract = self.draft("2024-01-01")
        self.redeem(contract, self._discount(amount=5.0))
        contract.currency_id = self.env.ref("base.EUR")
        self._price(self.base, 30.0, currency_id=contract.currency_id.id)
        contract.line_ids.sudo()._compute_price_id()
        with self.assertRaisesRegex(UserError, "does not fit"):
            contract.action_activate()

    def test_it_does_not_count_for_what_is_billed(self):
        contract = self.subscribe("2024-01-01")
        self.bill("2024-02-01")
        discount = self._discount(duration="forever")
        self.assertRefused("too late", contract, discount, "2024-02-10", "2024-01-15")
        redemption = self.redeem(contract, discount, "2024-02-10", "2024-02-10")
        self.assertEqual(redemption.date_start, self.day("2024-03-01"))

    def test_o1_redeeming_and_ending_are_in_the_log(self):
        contract = self.subscribe("2024-01-01")
        discount = self._discount(code="hello", duration="forever")
        redemption = self.redeem(contract, discount)
        self.assertLastEvent(
            contract,
            type="discount_redeemed",
            message="Discount redeemed: Welcome [HELLO]",
            date_effective=self.day("2024-01-01"),
        )
        redemption._end(self.day("2024-03-05"))
        self.assertLastEvent(
            contract, type="discount_ended", date_effective=self.day("2024-03-05")
        )
        with self.assertRaisesRegex(UserError, "ended on 03/04/2024"):
            redemption._end(self.day("2024-03-05"))
