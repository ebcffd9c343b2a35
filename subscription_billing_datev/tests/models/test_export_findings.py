from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ..datev_common import DatevCommon


@tagged("post_install", "-at_install", "datev")
class TestFindings(DatevCommon):
    """What DATEV would refuse or book wrongly is found, with a link; nothing is
    exported."""

    def test_numbers_of_the_header(self):
        self.sell(("8400", 100, self.vat_19))
        for vals, text in (
            ({"datev_consultant": 0}, "consultant number"),
            ({"datev_consultant": 1000}, "consultant number"),
            ({"datev_client": 0}, "client number"),
            ({"datev_client": 100000}, "client number"),
            ({"datev_account_length": 3}, "4 to 8 digits"),
            ({"datev_chart": False}, "Choose the chart"),
        ):
            with self.subTest(**vals):
                before = self.company.read(list(vals))[0]
                self.company.write(vals)
                export = self.export()
                self.assertFound(export, text, self.company)
                with self.assertRaisesRegex(UserError, "1 errors"):
                    export.action_export()
                before.pop("id")
                self.company.write(before)

    def test_period_across_fiscal_years(self):
        """N6"""
        export = self.export("2026-12-15", "2027-01-15")
        self.assertFound(export, "beyond the fiscal year", export)

    def test_fiscal_year_that_ends_in_june(self):
        self.company.write({"fiscalyear_last_month": "6", "fiscalyear_last_day": 30})
        self.sell(("8400", 100, self.vat_19))
        header = self.bookings(self.exported()).split(b"\r\n")[0].split(b";")
        self.assertEqual(header[12], b"20260701")
        export = self.export("2026-06-01", "2026-07-31")
        self.assertFound(export, "beyond the fiscal year", export)

    def test_period_that_ends_before_it_begins(self):
        export = self.export("2026-10-31", "2026-10-01")
        self.assertFound(export, "ends before it begins", export)

    def test_tax_of_another_country_on_a_german_account(self):
        """N1: stopped; on the account of the one-stop shop it goes through."""
        france = self.one_stop_shop()
        move = self.sell(("8400", 100, france))
        self.assertFound(self.export(), "stands for another tax", move)
        move.button_draft()
        move.invoice_line_ids.account_id = self.account("8331")
        move.action_post()
        export = self.exported()
        self.assertEqual(self.told(export), ["120,00 S 10001 8331 240"])
        row = self.rows(export)[0]
        self.assertEqual(row["EU-Land u. UStID (Bestimmung)"], "FR")
        self.assertEqual(row["EU-Steuersatz (Bestimmung)"], "20,00")
        self.assertEqual(row["EU-Land u. UStID (Ursprung)"], "DE123456788")

    def one_stop_shop(self, rate=20, country="fr"):
        """A tax as Odoo's module for the one-stop shop makes it."""
        tag = self.env["account.account.tag"].create(
            {"name": "OSS", "applicability": "taxes"}
        )
        position = self.env["account.fiscal.position"].create(
            {"name": f"OSS {country}", "country_id": self.env.ref(f"base.{country}").id}
        )
        tax = self.vat_19.copy(
            {"name": f"{rate}% {country}", "amount": rate, "l10n_de_datev_code": False}
        )
        tax.fiscal_position_ids = position
        tax.repartition_line_ids.tag_ids = tag
        return tax

    def test_two_countries_keep_their_rates(self):
        one, two = self.one_stop_shop(), self.one_stop_shop(17, "lu")
        self.sell(("8331", 100, one), ("8331", 100, two))
        rows = self.rows(self.exported())
        told = [
            (row["EU-Land u. UStID (Bestimmung)"], row["EU-Steuersatz (Bestimmung)"])
            for row in rows
        ]
        self.assertEqual(told, [("FR", "20,00"), ("LU", "17,00")])

    def test_invoice_line_without_tax_on_an_automatic_account(self):
        """N2"""
        move = self.sell(("8300", 50))
        self.assertFound(self.export(), "account 8300", move)

    def test_tax_without_key(self):
        tax = self.vat_19.copy({"name": "19% new", "l10n_de_datev_code": False})
        move = self.sell(("8200", 50, tax))
        self.assertFound(self.export(), "no DATEV key", move)

    def test_letters_in_an_account(self):
        account = self.account("8200").with_company(self.company)
        account.datev_number = "82A0"
        self.sell(("8200", 100, self.vat_19))
        self.assertFound(self.export(), "82A0", account)

    def test_account_that_is_too_long(self):
        account = self.account("8200").with_company(self.company)
        account.datev_number = "82001"
        self.sell(("8200", 100, self.vat_19))
        self.assertFound(self.export(), "has not 4 digits", account)

    def test_longer_accounts_of_the_company(self):
        self.company.datev_account_length = 6
        self.business.with_company(self.company).datev_debtor_number = "1000001"
        self.sell(("8400", 100, self.vat_19), ("8200", 1, self.vat_19))
        told = self.told(self.exported())
        expected = ["119,00 S 1000001 840000", "1,19 S 1000001 820000 3"]
        self.assertEqual(told, expected)

    def test_customer_of_the_european_union_needs_country_and_vat_id(self):
        """V2 with what it lacks."""
        tax = self.tax("tax_eu_sale")
        self.sell(("8125", 100, tax))
        export = self.export()
        self.assertFound(export, "The VAT number is missing", self.business)
        self.business.country_id = False
        export.action_check()
        self.assertFound(export, "The country is missing", self.business)
        self.business.write(
            {"country_id": self.env.ref("base.fr").id, "vat": "FR40303265045"}
        )
        export.action_check()
        export.action_export()
        row = self.rows(export)[0]
        self.assertEqual(row["EU-Land u. UStID (Bestimmung)"], "FR40303265045")

    def test_greece_is_el(self):
        greece = self.env.ref("base.gr")
        self.business.write({"country_id": greece.id, "vat": "EL123456783"})
        self.business.vat = "GR123456783"
        self.assertEqual(self.business._get_datev_vat(), "EL123456783")

    def test_names_datev_does_not_take(self):
        self.sell(("8400", 100, self.vat_19))
        for name in ("Łódź Systemy", "=HYPERLINK(1)"):
            self.business.write({"name": name, "datev_name": False})
            self.assertFound(self.export(), name, self.business)
        self.business.datev_name = "Lodz Systemy"
        row = self.rows(self.exported())[0]
        self.assertEqual(row["Buchungstext"], "Plan Pro Lodz Systemy")

    def test_text_of_a_line_is_never_a_formula(self):
        self.sell(("8400", 100, self.vat_19, "=1+1 Łódź"))
        row = self.rows(self.exported())[0]
        self.assertEqual(row["Buchungstext"], "1+1 ?ód? Grace & Co. KG")

    def test_debtor_outside_of_the_range(self):
        for number in ("80001", "100010", "1000"):
            self.business.with_company(self.company).datev_debtor_number = number
            self.sell(("8400", 100, self.vat_19))
            self.assertFound(self.export(), number, self.business)

    def test_debtor_numbers_are_digits_and_unique(self):
        customer = self.customer.with_company(self.company)
        with self.assertRaisesRegex(ValidationError, "are digits"):
            customer.datev_debtor_number = "10A01"
        with self.assertRaisesRegex(ValidationError, "Grace & Co. KG already"):
            customer.datev_debtor_number = "10001"
        other = self.env["res.company"].create({"name": "Other"})
        abroad = self._customer("Bob GmbH").with_company(other)
        abroad.datev_debtor_number = "10001"
        self.assertFalse(abroad.with_company(self.company).datev_debtor_number)

    def test_item_of_the_debtors_without_a_partner(self):
        move = self.book(("1410", 10, {}), ("2700", -10, {}))
        self.assertFound(self.export(), "has no partner", move)

    def test_drafts_and_gaps_of_the_period(self):
        first = self.sell(("8400", 1, self.vat_19), name="RG/2026/0001")
        gap = self.sell(("8400", 2, self.vat_19), name="RG/2026/0003")
        draft = self.sell(("8400", 3, self.vat_19), post=False)
        export = self.export()
        self.assertFound(export, "1 entries of the period are drafts", draft, "warning")
        self.assertFound(export, "A number before RG/2026/0003", gap, "warning")
        self.assertEqual(export.state, "checked")
        self.assertTrue(first)

    def test_account_of_payments_under_way(self):
        self.pay(self.sell(("8400", 100, self.vat_19)), "2026-10-15")
        export = self.export()
        account = self.bank.inbound_payment_method_line_ids.payment_account_id[:1]
        self.assertFound(export, "payments under way", account, "warning")
        account.with_company(self.company).datev_number = "1200"
        export.action_check()
        self.assertFalse([it for it in self.found(export, "warning") if "way" in it])
        export.action_export()
        self.assertEqual(self.told(export)[1], "119,00 S 1200 10001")

    def test_method_of_payment_without_an_account_of_its_own(self):
        """The chart's account is used; the money is told first all the same."""
        self.bank.inbound_payment_method_line_ids.payment_account_id = False
        payment = self.pay(self.sell(("8400", 100, self.vat_19)), "2026-10-15")
        account = payment.outstanding_account_id
        self.assertTrue(account)
        export = self.export()
        self.assertFound(export, "payments under way", account, "warning")
        export.action_export()
        self.assertEqual(self.told(export)[1], f"119,00 S {account.code} 10001")

    def test_money_in_transit_is_known_to_datev(self):
        transit = self.company.transfer_account_id
        self.assertEqual(transit.code, "1360")
        self.bank.inbound_payment_method_line_ids.payment_account_id = transit
        self.pay(self.sell(("8400", 100, self.vat_19)), "2026-10-15")
        export = self.exported()
        self.assertFalse([it for it in self.found(export, "warning") if "way" in it])
        self.assertEqual(self.told(export)[1], "119,00 S 1360 10001")

    def test_rounding_by_line_is_told(self):
        """11 x 9.99: Odoo 20.90, DATEV 20.88."""
        self.company.tax_calculation_rounding_method = "round_per_line"
        move = self.sell(*[("8400", 9.99, self.vat_19)] * 11)
        export = self.export()
        self.assertFound(export, "0.02 otherwise than Odoo", move, "warning")
        difference = export.sum_ids.filtered(lambda it: it.account == "1776")
        self.assertAlmostEqual(difference.amount_difference, 0.02)

    def test_audit_trail_that_is_off(self):
        self.env.cr.execute(
            "UPDATE res_company SET restrictive_audit_trail = false WHERE id = %s",
            [self.company.id],
        )
        self.company.invalidate_recordset()
        self.assertFound(self.export(), "audit trail is off", self.company, "warning")

    def test_numbers_datev_cannot_tell_apart(self):
        self.sell(("8400", 1, self.vat_19), name="R.1/2026/1")
        move = self.sell(("8400", 2, self.vat_19), name="R:1/2026/1")
        export = self.export()
        self.assertFound(export, "same number for DATEV", move, "warning")

    def test_placeholders_and_initials_are_checked(self):
        with self.assertRaisesRegex(ValidationError, "{customer} is no placeholder"):
            self.company.datev_text_invoice = "{customer}"
        with self.assertRaisesRegex(ValidationError, "two or four capitals"):
            self.company.datev_initials = "abc"

    def test_the_form_opens(self):
        with Form(self.env["subscription.datev.export"]) as form:
            form.date_from = "2026-10-01"
            form.date_to = "2026-10-31"
        self.assertEqual(form.record.name, "2026-10")
