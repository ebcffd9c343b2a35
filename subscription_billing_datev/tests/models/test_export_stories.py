from odoo.fields import Command
from odoo.tests import tagged

from ..datev_common import DatevCommon

AMOUNT = "Umsatz (ohne Soll/Haben-Kz)"


@tagged("post_install", "-at_install", "datev")
class TestPayments(DatevCommon):
    """Money that comes, less than it should, later, or for several invoices."""

    def cash_discount(self, computation):
        return self.env["account.payment.term"].create(
            {
                "name": "2 % in 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": computation,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100, "nb_days": 30}
                    )
                ],
            }
        )

    def sell_with_discount(self, computation):
        self.company.write(
            {"account_journal_early_pay_discount_loss_account_id": self.account("8736")}
        )
        term = self.cash_discount(computation)
        return self.sell(
            ("8400", 100, self.vat_19),
            invoice_payment_term_id=term.id,
            invoice_date_due=False,
        )

    def test_cash_discount_gives_revenue_once_and_discount_once(self):
        """119.00 gross paid with 116.62: 2.38 gross are 2.00 and 0.38."""
        invoice = self.sell_with_discount("included")
        self.pay(invoice, "2026-10-10")
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        export = self.exported()
        bank = self.bank.inbound_payment_method_line_ids.payment_account_id[:1].code
        self.assertEqual(
            self.told(export),
            [
                "119,00 S 10001 8400",
                f"116,62 S {bank} 10001",
                "2,38 H 10001 8736",
            ],
        )
        self.assertEqual(
            {row["Belegfeld 1"] for row in self.rows(export)}, {invoice.name}
        )
        sums = {it.account: it.amount_rows for it in export.sum_ids}
        self.assertEqual((sums["8736"], sums["1776"]), (2.0, -18.62))
        self.assertFalse(any(export.sum_ids.mapped("amount_difference")))

    def test_discount_that_is_on_the_invoice_already(self):
        """Odoo's other way: the tax is of 98.00 from the start."""
        self.sell_with_discount("mixed")
        export = self.exported()
        told = ["116,62 S 10001 8400", "2,00 S 10001 8400 40"]
        self.assertEqual(self.told(export), told)
        self.assertFalse(any(export.sum_ids.mapped("amount_difference")))

    def test_part_of_an_invoice_and_the_rest_later(self):
        invoice = self.sell(("8400", 100, self.vat_19))
        self.pay(invoice, "2026-10-15", 50)
        self.pay(invoice, "2026-10-20")
        rows = self.rows(self.exported())[1:]
        told = [(row[AMOUNT], row["Belegfeld 1"]) for row in rows]
        self.assertEqual(told, [("50,00", invoice.name), ("69,00", invoice.name)])

    def test_payment_on_account_has_its_own_number(self):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.business.id,
                "amount": 70,
                "date": "2026-10-12",
                "journal_id": self.bank.id,
            }
        )
        payment.action_post()
        row = self.rows(self.exported())[0]
        self.assertEqual(row["Belegfeld 1"], payment.move_id.name)
        self.assertEqual(row["Buchungstext"], f"Zahlung {payment.move_id.name}")

    def test_one_line_of_the_bank_statement_for_two_customers(self):
        """The bank against each debtor, with the number of each invoice."""
        self.customer.with_company(self.company).datev_debtor_number = "10002"
        first = self.sell(("8400", 100, self.vat_19))
        second = self.sell(("8400", 200, self.vat_19), partner_id=self.customer.id)
        bank = self.bank.default_account_id.code
        paid = self.book(
            (bank, 357, {}),
            ("1410", -119, {"partner_id": self.business.id}),
            ("1410", -238, {"partner_id": self.customer.id}),
            day="2026-10-15",
        )
        for invoice in first + second:
            lines = (invoice + paid).line_ids.filtered(
                lambda it, partner=invoice.partner_id: it.partner_id == partner
                and it.account_id.account_type == "asset_receivable"
            )
            lines.reconcile()
        export = self.exported()
        told = [f"119,00 S {bank} 10001", f"238,00 S {bank} 10002"]
        self.assertEqual(self.told(export)[2:], told)
        numbers = [row["Belegfeld 1"] for row in self.rows(export)[2:]]
        self.assertEqual(numbers, [first.name, second.name])

    def test_difference_of_the_exchange_rate(self):
        dollar = self.setup_other_currency(
            "USD", rates=[("2026-10-05", 1.1), ("2026-10-15", 1.0)]
        )
        invoice = self.sell(("8400", 110, self.vat_19), currency_id=dollar.id)
        self.pay(invoice, "2026-10-15")
        export = self.exported()
        self.assertFalse(any(export.sum_ids.mapped("amount_difference")))
        debtors = export.sum_ids.filtered(lambda it: not it.account)
        self.assertEqual(debtors.amount_rows, 0)
        told = [(row[AMOUNT], row["WKZ Umsatz"]) for row in self.rows(export)]
        self.assertEqual(told, [("130,90", "USD"), ("130,90", "USD"), ("11,90", "EUR")])
        numbers = {row["Belegfeld 1"] for row in self.rows(export)}
        self.assertEqual(numbers, {invoice.name})

    def test_amounts_in_pounds_stay_in_euro(self):
        """A rate below 1 has no place in the format."""
        pound = self.setup_other_currency("GBP", rates=[("2026-10-05", 0.85)])
        self.sell(("8400", 85, self.vat_19), currency_id=pound.id)
        row = self.rows(self.exported())[0]
        self.assertEqual((row[AMOUNT], row["WKZ Umsatz"]), ("119,00", "EUR"))
        self.assertEqual(row["Zusatzinformation- Inhalt 2"], "101,15 GBP")


@tagged("post_install", "-at_install", "datev")
class TestClaims(DatevCommon):
    """What dunning and collection book, as DATEV is told of it."""

    def test_letters_of_dunning(self):
        self.company.subscription_dunning_policy_id = self.policy_of(
            {"days": 1, "fee_business": 5}
        )
        invoice = self.sell(("8400", 100, self.vat_19))
        self.dun("2026-10-25")
        export = self.exported()
        row = self.rows(export)[1]
        told = row[AMOUNT], row["Sachverhalt"], row["Belegfeld 1"]
        self.assertEqual(told, ("5,00", "40", invoice.name))
        claim = export.move_ids.filtered("subscription_claim_kind")
        claim._waive()
        waived = claim.reversal_move_ids
        export = self.exported(str(waived.date), str(waived.date))
        row = self.rows(export, f"{waived.date:%Y-%m}")[0]
        self.assertEqual((row[AMOUNT], row["Sachverhalt"]), ("5,00", "40"))

    def test_bad_debt_corrects_the_tax_of_each_rate(self):
        """19 % on 2406, 7 % on 2401: both are Automatik accounts."""
        invoice = self.sell(("8400", 100, self.vat_19), ("8300", 50, self.vat_7))
        self.company.subscription_dunning_journal_id = self.company_data[
            "default_journal_misc"
        ]
        entry = invoice._write_off(invoice.date)
        export = self.exported()
        told = ["119,00 H 10001 2406", "53,50 H 10001 2401"]
        self.assertEqual(self.told(export)[2:], told)
        numbers = {row["Belegfeld 1"] for row in self.rows(export)}
        self.assertEqual(numbers, {invoice.name})
        self.assertEqual(entry.datev_export_id, export)

    def test_bad_debt_without_tax(self):
        invoice = self.sell(("8336", 100, self.tax("tax_free_eu")))
        self.business.vat = "DE136695976"
        invoice._write_off(invoice.date)
        told = self.told(self.exported())
        self.assertEqual(told[1], "100,00 H 10001 2400")

    def test_mandate_that_pays_the_invoice(self):
        mandate = self.mandate(partner=self.business)
        invoice = self.sell(
            ("8400", 100, self.vat_19),
            ("8300", 50, self.vat_7),
        )
        batch = (
            self.env["subscription.debit.batch"]
            .sudo()
            .create({"date_until": "2026-12-31", "journal_id": self.bank.id})
        )
        batch.line_ids = [
            Command.create(
                {
                    "move_id": invoice.id,
                    "mandate_id": mandate.id,
                    "amount": invoice.amount_total,
                    "date": "2026-10-19",
                }
            )
        ]
        export = self.exported()
        for row in self.rows(export):
            self.assertEqual(row["Geschäftspartnerbank"], "001")
            self.assertEqual(row["SEPA-Mandatsreferenz"], mandate.name)
        partners = self.files(export)["EXTF_DebitorenKreditoren.csv"]
        self.assertIn(mandate.name.encode(), partners)

    def test_reverse_charge_of_a_vendor_abroad(self):
        tax = self.tax("tax_eu_19_purchase")
        tax.l10n_de_datev_code = "19"
        self.sell(("3425", 100, tax), move_type="in_invoice", ref="E-1")
        export = self.exported()
        self.assertEqual(self.told(export), ["100,00 H 70000 3425 19"])
        self.assertFalse(any(export.sum_ids.mapped("amount_difference")))

    def test_key_of_four_digits(self):
        self.company.datev_key_padding = True
        self.sell(("8200", 100, self.vat_19))
        self.assertEqual(self.told(self.exported()), ["119,00 S 10001 8200 0003"])

    def test_override_of_the_automatic(self):
        """The adviser's chart differs from DATEV's: the account says it."""
        account = self.account("8200").with_company(self.company)
        account.datev_automatic = "yes"
        self.account("8400").with_company(self.company).datev_automatic = "no"
        self.sell(("8200", 100, self.vat_19), ("8400", 100, self.vat_19))
        told = ["119,00 S 10001 8200", "119,00 S 10001 8400 3"]
        self.assertEqual(self.told(self.exported()), told)


@tagged("post_install", "-at_install", "datev")
class TestEffort(DatevCommon):
    def test_queries_do_not_grow_with_the_entries(self):
        def count(number):
            for _n in range(number):
                self.sell(("8400", 100, self.vat_19))
            export = self.export()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            export.action_export()
            return self.cr.sql_log_count - before

        count(1)
        few, many = count(3), count(30)
        self.assertLessEqual(many, few + 3)


@tagged("post_install", "-at_install", "datev")
class TestDeferrals(DatevCommon):
    def test_entries_of_deferred_revenue(self):
        """Net, with key 40, under the number of the invoice: DATEV takes no tax out."""
        self.company.write(
            {
                "subscription_deferral_policy": "month",
                "subscription_deferral_method": "months",
                "subscription_deferral_since": "2026-01-01",
                "subscription_deferral_is_automatic": True,
            }
        )
        invoice = self.sell(("8400", 1200, self.vat_19), day="2026-10-01", post=False)
        invoice.invoice_line_ids.write(
            {
                "subscription_date_start": "2026-10-01",
                "subscription_date_end": "2027-09-30",
            }
        )
        invoice.action_post()
        with self.at("2026-11-30"):
            self.env["subscription.deferring"]._cron_defer()
        export = self.exported("2026-10-01", "2026-11-30")
        told = ["1428,00 S 10001 8400", "1100,00 H 0990 8400 40"]
        self.assertEqual(self.told(export), told)
        self.assertEqual(self.told(export, "2026-11"), ["100,00 S 0990 8400 40"])
        for month in ("2026-10", "2026-11"):
            row = self.rows(export, month)[-1]
            self.assertEqual(row["Belegfeld 1"], invoice.name)
        self.assertFalse(any(export.sum_ids.mapped("amount_difference")))
