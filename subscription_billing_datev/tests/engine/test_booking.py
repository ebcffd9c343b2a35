from decimal import Decimal

from odoo.tests import BaseCase

from ...engine.booking import BookingError, book
from .common import (
    EU_SERVICE,
    FRANCE,
    LUXEMBOURG,
    REVERSE_CHARGE,
    THIRD_COUNTRY,
    VAT_7,
    VAT_19,
    item,
    tax_item,
    told,
)


class TestRows(BaseCase):
    """Which rows an entry becomes: gross, with a key only where it must be."""

    def test_an_automatic_account_gets_the_gross_and_no_key(self):
        rows = told(
            [
                item("10001", "279.59"),
                item("8400", "-100.00", VAT_19),
                item("8400", "-89.99", VAT_19),
                item("8300", "-50.00", VAT_7),
                tax_item(VAT_19, "-36.10"),
                tax_item(VAT_7, "-3.50"),
            ]
        )
        self.assertEqual(rows, ["226.09 S 10001 8400 ", "53.50 S 10001 8300 "])

    def test_another_account_gets_the_key_of_its_tax(self):
        rows = told(
            [
                item("10001", "119.00"),
                item("8200", "-100.00", VAT_19),
                tax_item(VAT_19, "-19.00"),
            ]
        )
        self.assertEqual(rows, ["119.00 S 10001 8200 3"])

    def test_an_entry_without_tax_switches_the_automatic_off(self):
        rows = told([item("8400", "900.00"), item("0990", "-900.00")], False)
        self.assertEqual(rows, ["900.00 H 0990 8400 40"])

    def test_services_abroad_have_no_tax_and_no_key(self):
        for number, tax in (("8336", EU_SERVICE), ("8338", THIRD_COUNTRY)):
            rows = told([item("10002", "100.00"), item(number, "-100.00", tax)])
            self.assertEqual(rows, [f"100.00 S 10002 {number} "])

    def test_each_country_of_the_one_stop_shop_keeps_its_rate(self):
        rows = book(
            [
                item("10002", "237.00"),
                item("8331", "-100.00", FRANCE),
                item("8331", "-100.00", LUXEMBOURG),
                tax_item(FRANCE, "-20.00"),
                tax_item(LUXEMBOURG, "-17.00"),
            ],
            True,
        )
        self.assertEqual(
            [(row.amount, row.key, row.leg.item.tax.country) for row in rows],
            [(Decimal("120.00"), "240", "FR"), (Decimal("117.00"), "240", "LU")],
        )

    def test_cash_discount_takes_its_tax_with_it(self):
        """119.00 paid with 116.62: 2.38 gross are 2.00 and 0.38."""
        rows = told(
            [
                item("1203", "116.62"),
                item("10001", "-119.00", document="INV/1"),
                item("8736", "2.00", VAT_19),
                tax_item(VAT_19, "0.38"),
            ],
            False,
        )
        self.assertEqual(rows, ["116.62 S 1203 10001 ", "2.38 H 10001 8736 "])

    def test_discount_that_waits_on_the_invoice_is_told_net(self):
        """Odoo's mixed cash discount: tax of 98.00, revenue of 100.00."""
        rows = told(
            [
                item("10001", "118.62"),
                item("8400", "-100.00", VAT_19),
                item("8400", "2.00", VAT_19),
                item("8400", "-2.00", may_be_untaxed=True),
                tax_item(VAT_19, "-18.62"),
            ]
        )
        self.assertEqual(rows, ["116.62 S 10001 8400 ", "2.00 S 10001 8400 40"])

    def test_a_negative_group_turns_the_side(self):
        rows = told(
            [
                item("10001", "6.78"),
                item("8200", "20.32", VAT_19),
                item("8400", "-26.34", VAT_19),
                tax_item(VAT_19, "-1.14"),
                item("2650", "0.38"),
            ]
        )
        self.assertEqual(
            rows,
            ["24.18 H 10001 8200 3", "31.34 S 10001 8400 ", "0.38 H 10001 2650 "],
        )

    def test_nothing_is_no_row(self):
        """An invoice at 100 % discount."""
        self.assertEqual(told([item("10001", "0"), item("8400", "0", VAT_19)]), [])

    def test_reverse_charge_is_computed_by_the_key(self):
        rows = book(
            [
                item("70001", "-100.00"),
                item("3123", "100.00", REVERSE_CHARGE),
                tax_item(REVERSE_CHARGE, "19.00", "1577"),
                tax_item(REVERSE_CHARGE, "-19.00", "1787"),
            ],
            True,
        )
        self.assertEqual([(row.amount, row.key) for row in rows], [(100, "94")])
        self.assertEqual(
            sorted(rows[0].legs()),
            [("1577", 19), ("1787", -19), ("3123", 100), ("70001", -100)],
        )

    def test_cost_centres_split_the_gross(self):
        cost = (("100", "", Decimal(60)), ("200", "", Decimal(40)))
        rows = book(
            [
                item("10001", "119.00"),
                item("8400", "-100.00", VAT_19, cost=cost),
                tax_item(VAT_19, "-19.00"),
            ],
            True,
        )
        self.assertEqual(
            [(row.amount, row.leg.cost[0]) for row in rows],
            [(Decimal("71.40"), "100"), (Decimal("47.60"), "200")],
        )

    def test_a_payment_names_each_invoice_it_clears(self):
        rows = book(
            [
                item("1200", "300.00"),
                item("10001", "-119.00", document="INV/1"),
                item("10001", "-181.00", document="INV/2"),
            ],
            False,
        )
        self.assertEqual(
            [(row.amount, row.side, row.document) for row in rows],
            [(119, "S", "INV/1"), (181, "S", "INV/2")],
        )

    def test_many_against_many_pair_the_largest_first(self):
        rows = told(
            [
                item("2700", "30"),
                item("2650", "70"),
                item("0990", "-60"),
                item("0980", "-40"),
            ],
            False,
        )
        self.assertEqual(
            rows, ["60.00 S 2650 0990 ", "30.00 S 2700 0980 ", "10.00 S 2650 0980 "]
        )

    def test_a_foreign_amount_is_beside_the_company_s(self):
        row = book(
            [
                item("10004", "119.00", foreign=Decimal("130.90"), currency="USD"),
                item("8400", "-100", VAT_19, foreign=Decimal("-110"), currency="USD"),
                tax_item(VAT_19, "-19", foreign=Decimal("-20.90"), currency="USD"),
            ],
            True,
        )[0]
        self.assertEqual(
            (row.amount, row.foreign, row.currency), (119, Decimal("130.90"), "USD")
        )


class TestRefusals(BaseCase):
    """What DATEV would book wrongly is stopped, with the account and the tax."""

    def assertRefused(self, code, items, is_invoice=True):
        with self.assertRaises(BookingError) as caught:
            book(items, is_invoice)
        self.assertEqual(caught.exception.code, code)
        return caught.exception.facts

    def test_an_invoice_without_tax_on_an_automatic_account(self):
        facts = self.assertRefused(
            "untaxed", [item("10003", "50"), item("8300", "-50")]
        )
        self.assertEqual(facts["account"], "8300")

    def test_a_foreign_tax_on_a_german_automatic_account(self):
        facts = self.assertRefused(
            "other_tax",
            [
                item("10002", "120"),
                item("8400", "-100", FRANCE),
                tax_item(FRANCE, "-20"),
            ],
        )
        self.assertEqual(facts, {"account": "8400", "tax": "20.0% FR VAT"})

    def test_seven_percent_on_the_account_of_nineteen(self):
        self.assertRefused(
            "other_tax",
            [item("10002", "107"), item("8400", "-100", VAT_7), tax_item(VAT_7, "-7")],
        )

    def test_a_tax_without_key(self):
        tax = type(VAT_19)(9, Decimal(19), VAT_19.parts, name="19% new")
        self.assertRefused(
            "no_key",
            [item("10002", "119"), item("8200", "-100", tax), tax_item(tax, "-19")],
        )

    def test_a_tax_that_datev_would_compute_otherwise(self):
        facts = self.assertRefused(
            "tax_differs",
            [
                item("10002", "119.50"),
                item("8400", "-100", VAT_19),
                tax_item(VAT_19, "-19.50"),
            ],
        )
        self.assertEqual(facts["amount"], Decimal("0.42"))

    def test_two_taxed_accounts_against_each_other(self):
        self.assertRefused(
            "both_taxed",
            [
                item("8200", "100", VAT_19),
                tax_item(VAT_19, "19"),
                item("8300", "-111.21", VAT_7),
                tax_item(VAT_7, "-7.79"),
            ],
            False,
        )

    def test_sixteen_percent_of_2020_is_what_the_account_stood_for(self):
        tax = type(VAT_19)(9, Decimal(16), (("1776", Decimal(16)),), name="16%")
        rows = told(
            [item("10002", "116"), item("8400", "-100", tax), tax_item(tax, "-16")]
        )
        self.assertEqual(rows, ["116.00 S 10002 8400 "])
