import base64
import io
import zipfile

from odoo.fields import Command

from odoo.addons.subscription_billing.tests.dunning_common import DunningCommon

from .extf_validator import faults, split
from .vectors import read_columns

NAMES = [column["name"] for column in read_columns()]


class DatevCommon(DunningCommon):
    """Verbs for stories about DATEV files of a company on SKR 03, in October 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("account.group_account_manager")
        cls.company.write(
            {"datev_consultant": 29098, "datev_client": 55003, "vat": "DE123456788"}
        )
        cls.vat_19 = cls.tax("tax_ust_19")
        cls.vat_7 = cls.tax("tax_ust_7")
        cls.business.with_company(cls.company).datev_debtor_number = "10001"

    @classmethod
    def chart(cls):
        return cls.chart_template.removeprefix("de_")

    @classmethod
    def tax(cls, name):
        return cls.env.ref(f"account.{cls.company.id}_{name}_{cls.chart()}")

    @classmethod
    def account(cls, code):
        return cls.env["account.account"].search(
            [("code", "=", code), ("company_ids", "in", cls.company.ids)], limit=1
        )

    def sell(self, *lines, day="2026-10-05", post=True, **vals):
        """An invoice of lines (account, amount, tax or None)."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.business.id,
                "invoice_date": day,
                "date": day,
                "invoice_payment_term_id": False,
                "invoice_date_due": "2026-10-19",
                "invoice_line_ids": [
                    Command.create(self.line(*line)) for line in lines
                ],
                **vals,
            }
        )
        if post:
            move.action_post()
        return move

    def line(self, code, amount, tax=None, name="Plan Pro", **vals):
        return {
            "name": name,
            "account_id": self.account(code).id,
            "price_unit": amount,
            "tax_ids": [Command.set(tax.ids if tax else [])],
            **vals,
        }

    def book(self, *items, day="2026-10-31", **vals):
        """An entry of items (account, balance)."""
        journal = self.company_data["default_journal_misc"]
        move = self.env["account.move"].create(
            {
                "journal_id": journal.id,
                "date": day,
                "line_ids": [
                    Command.create(
                        {
                            "name": "PRAP 2027",
                            "account_id": self.account(code).id,
                            "balance": balance,
                            "tax_ids": [Command.clear()],
                            **values,
                        }
                    )
                    for code, balance, values in items
                ],
                **vals,
            }
        )
        move.action_post()
        return move

    def export(self, first="2026-10-01", last="2026-10-31", **vals):
        """A checked export."""
        export = self.env["subscription.datev.export"].create(
            {"date_from": first, "date_to": last, **vals}
        )
        export.action_check()
        return export

    def exported(self, *args, **vals):
        export = self.export(*args, **vals)
        self.assertFalse(self.found(export, "error"))
        export.action_export()
        return export

    def found(self, export, severity):
        findings = export.finding_ids
        return findings.filtered(lambda it: it.severity == severity).mapped("name")

    def assertFound(self, export, text, record, severity="error"):
        """A finding that says it, and leads to the record; nothing is exported."""
        findings = export.finding_ids.filtered(
            lambda it: text in it.name and it.severity == severity
        )
        self.assertTrue(findings, export.finding_ids.mapped("name"))
        self.assertIn(
            (record._name, record.id), [(it.res_model, it.res_id) for it in findings]
        )
        self.assertEqual(findings[0].action_open()["res_model"], record._name)
        if severity == "error":
            self.assertEqual(export.state, "draft")

    def files(self, export):
        data = base64.b64decode(export.file)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def bookings(self, export, month="2026-10"):
        return self.files(export)[f"EXTF_Buchungsstapel_{month}.csv"]

    def rows(self, export, month="2026-10"):
        """Rows as {name of the column: value}, what is empty left out."""
        data = self.bookings(export, month)
        self.assertEqual(faults(data), [])
        lines = data.decode("cp1252").split("\r\n")[2:-1]
        return [
            {
                name: text
                for name, (text, _quoted) in zip(NAMES, split(line), strict=True)
                if text
            }
            for line in lines
        ]

    def told(self, export, month="2026-10"):
        """Rows as "amount side account contra key"."""
        names = (0, 1, 6, 7, 8)
        return [
            " ".join(row.get(NAMES[n], "") for n in names).strip()
            for row in self.rows(export, month)
        ]
