from odoo.tests import tagged

from ..datev_common import DatevCommon

AMOUNT, SIDE = "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen"
CONTRA = "Gegenkonto (ohne BU-Schlüssel)"


@tagged("post_install", "-at_install", "datev")
class TestRows(DatevCommon):
    """What entries of Odoo become in the file; V1 to V9 and N3."""

    def test_invoice_of_two_rates(self):
        """V1: gross rows without key, number, text and due date."""
        self.sell(
            ("8400", 100, self.vat_19),
            ("8400", 89.99, self.vat_19),
            ("8300", 50, self.vat_7, "E-Paper"),
            name="INV/2026/00001",
        )
        export = self.exported()
        self.assertEqual(
            self.told(export), ["226,09 S 10001 8400", "53,50 S 10001 8300"]
        )
        row = self.rows(export)[0]
        self.assertEqual(row["Belegfeld 1"], "INV/2026/00001")
        self.assertEqual(row["Buchungstext"], "Plan Pro Grace & Co. KG")
        self.assertEqual(row["Fälligkeit"], "19102026")
        self.assertEqual(row["Belegdatum"], "0510")

    def test_account_that_is_not_automatic_gets_the_key(self):
        """V4"""
        self.sell(("8200", 100, self.vat_19))
        self.assertEqual(self.told(self.exported()), ["119,00 S 10001 8200 3"])

    def test_credit_note_clears_the_invoice(self):
        """V5: H rows with the number of the invoice."""
        invoice = self.sell(("8400", 100, self.vat_19), name="INV/2026/00001")
        refund = invoice._reverse_moves([{"invoice_date": "2026-10-20"}])
        refund.date = "2026-10-20"
        refund.action_post()
        export = self.exported()
        self.assertEqual(self.told(export)[1], "119,00 H 10001 8400")
        row = self.rows(export)[1]
        self.assertEqual(row["Belegfeld 1"], "INV/2026/00001")
        self.assertEqual(row["Buchungstext"], f"Gutschrift {refund.name}")
        self.assertNotIn("Fälligkeit", row)

    def test_payment_names_the_invoice(self):
        """V6: the bank against the debtor, one row for each invoice it clears."""
        invoices = self.sell(("8400", 100, self.vat_19))
        invoices += self.sell(("8400", 200, self.vat_19))
        self.pay(invoices, "2026-10-15")
        export = self.exported()
        payment = self.rows(export)[2:]
        self.assertEqual(
            [row["Belegfeld 1"] for row in payment], [it.name for it in invoices]
        )
        self.assertEqual([row[CONTRA] for row in payment], ["10001"] * 2)
        self.assertEqual(self.told(export)[2].split()[:2], ["119,00", "S"])

    def test_payments_are_left_out_where_the_adviser_has_the_bank(self):
        self.pay(self.sell(("8400", 100, self.vat_19)), "2026-10-15")
        export = self.exported(with_payments=False)
        self.assertEqual(len(self.rows(export)), 1)
        self.assertIn("1 entries of other journals", self.found(export, "info")[0])

    def test_deferral_needs_key_40(self):
        """V7"""
        self.book(("8400", 900, {}), ("0990", -900, {}))
        self.assertEqual(self.told(self.exported()), ["900,00 H 0990 8400 40"])

    def test_claims_of_dunning_say_what_they_are(self):
        """V8: Sachverhalt 40 and 31, no interest on interest, no tax."""
        receivable = {"partner_id": self.business.id}
        for kind, code, amount in (("fee", "2700", 40), ("interest", "2650", 0.94)):
            self.book(
                ("1410", amount, receivable),
                (code, -amount, {}),
                subscription_claim_kind=kind,
            )
        export = self.exported()
        self.assertEqual(
            [(row["Sachverhalt"], row["Zinssperre"]) for row in self.rows(export)],
            [("40", "1"), ("31", "1")],
        )
        self.assertEqual(self.told(export), ["40,00 S 10001 2700", "0,94 S 10001 2650"])

    def test_foreign_currency_says_rate_and_base(self):
        """V9: 130.90 USD are 119.00 EUR."""
        dollar = self.setup_other_currency("USD", rates=[("2026-10-05", 1.1)])
        self.sell(("8400", 110, self.vat_19), currency_id=dollar.id)
        row = self.rows(self.exported())[0]
        self.assertEqual(row[AMOUNT], "130,90")
        told = [
            row[name]
            for name in ("WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz")
        ]
        self.assertEqual(told, ["USD", "1,100000", "119,00", "EUR"])

    def test_invoice_of_nothing_makes_no_row(self):
        """N3"""
        self.sell(("8400", 100, self.vat_19))
        free = self.sell(("8400", 0, self.vat_19))
        export = self.exported()
        self.assertEqual(len(self.rows(export)), 1)
        self.assertFound(export, "makes no row", free, "info")
        self.assertEqual(free.datev_export_id, export)

    def test_numbers_of_new_debtors_come_from_a_sequence(self):
        self.sell(("8400", 100, self.vat_19), partner_id=self.customer.id)
        export = self.exported()
        number = self.customer.with_company(self.company).datev_debtor_number
        # 10000 is the first one, and 10001 was given by hand.
        self.assertEqual(number, "10000")
        other = self._customer("Bob GmbH")
        other._assign_datev_numbers("debtor", self.company)
        self.assertEqual(other.with_company(self.company).datev_debtor_number, "10002")
        self.assertEqual(self.told(export), ["119,00 S 10000 8400"])

    def test_vendor_bills_are_told_with_the_vendor_s_number(self):
        bill = self.sell(
            ("4930", 100, self.tax("tax_vst_19")), move_type="in_invoice", ref="R 77"
        )
        row = self.rows(self.exported())[0]
        told = row["Konto"], row[CONTRA], row["BU-Schlüssel"]
        self.assertEqual(told, ("70000", "4930", "9"))
        self.assertEqual((row["Belegfeld 1"], row[SIDE]), ("R77", "H"))
        self.assertTrue(bill.datev_export_id)

    def test_cost_centres_by_the_analytic_distribution(self):
        plan = self.env["account.analytic.plan"].create({"name": "Cost"})
        self.company.datev_cost_plan_id = plan
        one, two = self.env["account.analytic.account"].create(
            [
                {"name": name, "code": name, "plan_id": plan.id}
                for name in ("100", "200")
            ]
        )
        shares = {"analytic_distribution": {str(one.id): 60, str(two.id): 40}}
        move = self.sell(("8400", 100, self.vat_19), post=False)
        move.invoice_line_ids.write(shares)
        move.action_post()
        rows = self.rows(self.exported())
        self.assertEqual(
            [(row["KOST1 - Kostenstelle"], row[AMOUNT]) for row in rows],
            [("100", "71,40"), ("200", "47,60")],
        )

    def test_contract_and_service_date(self):
        self.company.datev_with_service_date = True
        self.product_a.taxes_id = self.vat_19
        contract = self.subscribe("2026-10-01")
        self.bill("2026-10-01")
        row = self.rows(self.exported())[0]
        self.assertEqual(row["Zusatzinformation- Inhalt 1"], contract.name)
        self.assertEqual(row["Leistungsdatum"], "31102026")
        self.assertEqual(row["Datum Zuord. Steuerperiode"], "01102026")
