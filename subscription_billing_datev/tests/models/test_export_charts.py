from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..datev_common import DatevCommon

# (account, tax, net) of an invoice of one line, and its row; SKR 03 and SKR 04.
CASES_03 = [
    ("8400", "tax_ust_19", 100, "119,00 S 10001 8400"),
    ("8300", "tax_ust_7", 50, "53,50 S 10001 8300"),
    ("8200", "tax_ust_19", 100, "119,00 S 10001 8200 3"),
    ("8200", "tax_ust_7", 100, "107,00 S 10001 8200 2"),
    ("8125", "tax_eu_sale", 100, "100,00 S 10001 8125"),
    ("8336", "tax_free_eu", 100, "100,00 S 10001 8336"),
    ("8338", "tax_free_third_country", 100, "100,00 S 10001 8338"),
]
CASES_04 = [
    ("4400", "tax_ust_19", 100, "119,00 S 10001 4400"),
    ("4300", "tax_ust_7", 50, "53,50 S 10001 4300"),
    ("4200", "tax_ust_19", 100, "119,00 S 10001 4200 3"),
    ("4125", "tax_eu_sale", 100, "100,00 S 10001 4125"),
    ("4336", "tax_free_eu", 100, "100,00 S 10001 4336"),
    ("4338", "tax_free_third_country", 100, "100,00 S 10001 4338"),
]


class ChartMixin:
    """One invoice of each kind: the rows, and the sums of the ledger."""

    def check_cases(self, cases):
        france = self.env.ref("base.fr")
        self.business.write({"vat": "FR40303265045", "country_id": france.id})
        for code, tax, net, _row in cases:
            self.sell((code, net, self.tax(tax)))
        export = self.exported()
        self.assertEqual(self.told(export), [row for *_case, row in cases])
        self.assertFalse(any(export.sum_ids.mapped("amount_difference")))

    def check_refusals(self, goods, reduced):
        """N1 and N2 in this chart: a tax that is not the account's, and none."""
        for code, tax in ((goods, self.vat_7), (reduced, self.vat_19), (goods, None)):
            move = self.sell((code, 10, tax))
            export = self.export()
            self.assertFound(export, code, move)
            with self.assertRaisesRegex(UserError, "errors"):
                export.action_export()
            move.button_draft()
            move.button_cancel()


@tagged("post_install", "-at_install", "datev")
class TestSkr03(ChartMixin, DatevCommon):
    def test_rows_and_sums(self):
        self.check_cases(CASES_03)

    def test_refusals(self):
        self.check_refusals("8400", "8300")

    def test_chart_is_that_of_the_company(self):
        self.assertEqual(self.company.datev_chart, "03")

    def test_other_companies_and_journals_stay_out(self):
        other = self.env["account.journal"].create(
            {"name": "Shop", "type": "sale", "code": "SHOP"}
        )
        self.sell(("8400", 100, self.vat_19))
        self.sell(("8400", 200, self.vat_19), journal_id=other.id)
        export = self.exported(journal_ids=[Command.set(other.ids)])
        self.assertEqual(self.told(export), ["238,00 S 10001 8400"])
        self.assertEqual(self.told(self.exported()), ["119,00 S 10001 8400"])
        stranger = self.env["res.company"].create({"name": "Other"})
        with self.assertRaisesRegex(UserError, "Shop"):
            self.env["subscription.datev.export"].create(
                {"company_id": stranger.id, "journal_ids": [Command.set(other.ids)]}
            )

    def test_cost_centres_of_a_part(self):
        """What is not distributed has no cost centre; plans not chosen do not count."""
        plan, other = self.env["account.analytic.plan"].create(
            [{"name": "Cost"}, {"name": "Project"}]
        )
        self.company.datev_cost_plan_id = plan
        cost, project = self.env["account.analytic.account"].create(
            [
                {"name": "Größe 1", "plan_id": plan.id},
                {"name": "P", "plan_id": other.id},
            ]
        )
        move = self.sell(("8400", 100, self.vat_19), post=False)
        key = f"{cost.id},{project.id}"
        move.invoice_line_ids.analytic_distribution = {key: 30, str(project.id): 70}
        move.action_post()
        rows = self.rows(self.exported())
        told = [(row.get("KOST1 - Kostenstelle"), row[AMOUNT]) for row in rows]
        self.assertEqual(told, [("Groesse 1", "35,70"), (None, "83,30")])


AMOUNT = "Umsatz (ohne Soll/Haben-Kz)"


@tagged("post_install", "-at_install", "datev")
class TestSkr04(ChartMixin, DatevCommon):
    chart_template = "de_skr04"

    def test_rows_and_sums(self):
        self.check_cases(CASES_04)

    def test_refusals(self):
        self.check_refusals("4400", "4300")

    def test_deferral_and_chart_in_the_header(self):
        self.book(("4400", 900, {}), ("3900", -900, {}))
        export = self.exported()
        self.assertEqual(self.told(export), ["900,00 H 3900 4400 40"])
        header = self.bookings(export).split(b"\r\n")[0].split(b";")
        self.assertEqual(header[26], b'"04"')

    def test_claims_and_bad_debts(self):
        receivable = {"partner_id": self.business.id}
        self.book(
            ("1205", 40, receivable), ("4830", -40, {}), subscription_claim_kind="fee"
        )
        invoice = self.sell(("4400", 100, self.vat_19), ("4300", 50, self.vat_7))
        invoice._write_off(self.day("2026-10-31"))
        told = self.told(self.exported())
        self.assertIn("40,00 S 10001 4830", told)
        bad_debts = ["119,00 H 10001 6936", "53,50 H 10001 6931"]
        self.assertEqual([row for row in told if " H " in row], bad_debts)
