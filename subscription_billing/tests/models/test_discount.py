from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..discount_common import DiscountCommon


@tagged("post_install", "-at_install", "discounts")
class TestDiscount(DiscountCommon):
    """What a discount may be, and what stays of it once it was redeemed (C6)."""

    def test_numbers_that_make_no_discount_are_refused(self):
        wrong = (
            ({"percent": 0.0}, "percentage"),
            ({"percent": -5.0}, "percentage"),
            ({"percent": 100.01}, "percentage"),
            ({"amount": 0.0}, "amount"),
            ({"amount": -1.0}, "amount"),
            ({"amount": 1e300}, "can be billed"),
            ({"amount_minimum": -1.0}, "minimum"),
            ({"amount_minimum": 1e300}, "can be billed"),
            ({"duration": "periods", "period_count": 0}, "how many"),
            ({"duration": "periods", "period_count": -3}, "how many"),
            ({"duration": "dates"}, "first day"),
            ({"redemption_limit": -1}, "redemptions"),
        )
        for vals, words in wrong:
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, words):
                self._discount(**vals)

    def test_dates_in_the_wrong_order_are_refused(self):
        day, before = "2024-02-01", "2024-01-31"
        wrong = (
            {"duration": "dates", "date_start": day, "date_end": before},
            {"date_redeem_start": day, "date_redeem_end": before},
        )
        for vals in wrong:
            with self.subTest(vals), self.assertRaises(ValidationError):
                self._discount(**vals)

    def test_a_code_is_trimmed_and_kept_in_capitals(self):
        discount = self._discount(code=" welcome10 ")
        self.assertEqual(discount.code, "WELCOME10")
        self.assertEqual(discount.display_name, "Welcome [WELCOME10]")
        discount.code = "  "
        self.assertFalse(discount.code)
        self.assertEqual(discount.display_name, "Welcome")

    def test_a_code_is_found_as_the_customer_types_it(self):
        discount = self._discount(code="Summer_24")
        for typed in ("summer_24", " SUMMER_24 ", "Summer_24"):
            self.assertEqual(discount._find(typed, self.company), discount)
        for typed in ("summerx24", "%", "", "  ", False, "summer"):
            with self.subTest(typed), self.assertRaisesRegex(UserError, "no discount"):
                discount._find(typed, self.company)

    @mute_logger("odoo.sql_db")
    def test_a_code_is_unique_per_company(self):
        self._discount(code="welcome")
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._discount(code="Welcome ")
        other = self.setup_other_company()["company"]
        theirs = self._discount(code="welcome", company_id=other.id)
        self.assertEqual(theirs._find("welcome", other), theirs)
        self._discount()
        self._discount()

    def test_a_copy_has_no_code(self):
        self.assertFalse(self._discount(code="welcome").copy().code)

    def test_c6_a_redeemed_discount_stays_and_is_archived(self):
        discount = self._discount()
        self.redeem(self.draft("2024-01-01"), discount)
        with self.assertRaisesRegex(UserError, "Archive it"):
            discount.unlink()
        with self.assertRaisesRegex(UserError, "keeps company and currency"):
            discount.currency_id = self.env.ref("base.EUR")
        discount.active = False
        with self.assertRaisesRegex(UserError, "no longer offered"):
            self.redeem(self.draft("2024-01-01"), discount)

    def test_an_unused_discount_is_deleted(self):
        discount = self._discount()
        discount.unlink()
        self.assertFalse(discount.exists())

    def test_the_terms_in_a_few_words(self):
        euro = self.env.ref("base.EUR").id
        table = (
            ({"percent": 12.5}, "12.5 % off the first billing period"),
            (
                {"duration": "periods", "period_count": 3},
                "10 % off the first 3 billing periods",
            ),
            (
                {"amount": 5.0, "currency_id": euro, "duration": "forever"},
                "5.00\xa0€ off for ever",
            ),
            (
                {"duration": "dates", "date_start": "2024-01-01"},
                "10 % off from 01/01/2024 to ...",
            ),
        )
        for vals, terms in table:
            self.assertEqual(self._discount(**vals).terms, terms)

    def test_redemptions_are_counted_and_shown(self):
        discount = self._discount()
        contract = self.draft("2024-01-01")
        redemption = self.redeem(contract, discount)
        discount.invalidate_recordset()
        self.assertEqual(discount.redemption_count, 1)
        action = discount.action_view_redemptions()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, redemption)

    def test_c6_later_edits_do_not_reach_a_redemption(self):
        discount = self._discount(
            duration="periods", period_count=2, component_ids=self.base.ids
        )
        redemption = self.redeem(self.draft("2024-01-01"), discount)
        discount.write(
            {
                "name": "Other",
                "percent": 99.0,
                "duration": "forever",
                "component_ids": [Command.clear()],
            }
        )
        self.assertRecordValues(
            redemption,
            [
                {
                    "name": "Welcome",
                    "percent": 10.0,
                    "duration": "periods",
                    "component_ids": self.base.ids,
                    "date_end": self.day("2024-02-29"),
                }
            ],
        )
