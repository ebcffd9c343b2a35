import re

from odoo import api, fields, models

from odoo.addons.subscription_billing.models.numbers import BigCount, Count
from odoo.addons.subscription_billing.models.sentences import invalid
from odoo.addons.subscription_billing.models.texts import Label

CHARTS = [("03", "SKR 03"), ("04", "SKR 04")]
PLACEHOLDERS = ("{label}", "{partner}", "{number}")
SEQUENCES = {"debtor": ("DATEV Debtors", 1), "creditor": ("DATEV Creditors", 7)}


class ResCompany(models.Model):
    """What the tax adviser's DATEV must be told of the company."""

    _inherit = "res.company"

    datev_consultant = BigCount("Consultant Number", help="1001 to 9999999")
    datev_client = BigCount("Client Number", help="1 to 99999")
    datev_account_length = Count(
        "Digits of Accounts", default=4, help="4 to 8; debtors have one more."
    )
    datev_chart = fields.Selection(
        CHARTS,
        "DATEV Chart",
        compute="_compute_datev_chart",
        store=True,
        readonly=False,
        help="Says which accounts DATEV takes the tax out of by itself.",
    )
    datev_initials = Label(
        "Initials", size=4, help="Two or four capitals, on each batch."
    )
    datev_is_locked = fields.Boolean(
        "Lock in DATEV",
        help="DATEV locks the rows when it takes them in (Festschreibung). Off = the "
        "adviser can still change them.",
    )
    datev_key_padding = fields.Boolean(
        "Four-digit Tax Keys", help="0003 instead of 3, where the adviser asks for it."
    )
    datev_with_service_date = fields.Boolean(
        "Service Dates",
        help="Tell the last day of service (Leistungsdatum). Only after agreement "
        "with the adviser.",
    )
    datev_with_reversal = fields.Boolean(
        "General Reversal",
        help="A reversed entry is told on the side of the original (Generalumkehr) "
        "instead of the opposite one.",
    )
    datev_text_invoice = Label("Text of Invoices", default="{label} {partner}")
    datev_text_refund = Label("Text of Credit Notes", default="Gutschrift {number}")
    datev_text_payment = Label("Text of Payments", default="Zahlung {number}")
    datev_cost_plan_id = fields.Many2one(
        "account.analytic.plan", "Cost Centre 1", help="Plan whose accounts are KOST1."
    )
    datev_cost_plan_2_id = fields.Many2one(
        "account.analytic.plan", "Cost Centre 2", help="Plan whose accounts are KOST2."
    )

    @api.depends("chart_template")
    def _compute_datev_chart(self):
        for company in self:
            chart = (company.chart_template or "").removeprefix("de_skr")
            company.datev_chart = chart if chart in dict(CHARTS) else False

    @api.constrains("datev_text_invoice", "datev_text_refund", "datev_text_payment")
    def _check_datev_texts(self):
        for company in self:
            for text in (
                company.datev_text_invoice,
                company.datev_text_refund,
                company.datev_text_payment,
            ):
                unknown = set(re.findall(r"{[^}]*}", text or "")) - {*PLACEHOLDERS}
                if unknown:
                    raise invalid(self.env)._(
                        "%(company)s: %(unknown)s is no placeholder; there are "
                        "%(known)s.",
                        company=company.name,
                        unknown=", ".join(sorted(unknown)),
                        known=", ".join(PLACEHOLDERS),
                    )

    @api.constrains("datev_initials")
    def _check_datev_initials(self):
        for company in self:
            if not re.fullmatch(r"([A-Z]{2}){0,2}", company.datev_initials or ""):
                raise invalid(self.env)._(
                    "%s: initials for DATEV are two or four capitals.", company.name
                )

    def _get_datev_sequence(self, kind):
        """The sequence of debtors' or creditors' numbers; from the first number of
        the length the company has at DATEV."""
        self.ensure_one()
        name, digit = SEQUENCES[kind]
        sequences = self.env["ir.sequence"].sudo()
        code = f"subscription.datev.{kind}"
        found = sequences.search(
            [("code", "=", code), ("company_id", "=", self.id)], limit=1
        )
        return found or sequences.create(
            {
                "name": name,
                "code": code,
                "company_id": self.id,
                "number_next": digit * 10**self.datev_account_length,
            }
        )

    def _get_datev_liquidity(self):
        """Accounts of bank, cash, and payments under way."""
        journals = self._get_datev_banks()
        own = journals.default_account_id | journals.suspense_account_id
        return own | self.transfer_account_id | self._get_datev_pending()

    def _get_datev_pending(self):
        """Accounts of payments under way: those of the methods, and those of the
        chart, which a method has that names none. Money in transit (1360) is none of
        them: DATEV knows that account."""
        journals = self._get_datev_banks()
        lines = (
            journals.inbound_payment_method_line_ids
            | journals.outbound_payment_method_line_ids
        )
        pending = lines.payment_account_id
        payment = self.env["account.payment"].new({"company_id": self.root_id.id})
        for way in {"inbound", "outbound"} if self.chart_template else ():
            pending |= payment._get_outstanding_account(way)
        return pending - journals.default_account_id - self.transfer_account_id

    def _get_datev_banks(self):
        return self.env["account.journal"].search(
            [("company_id", "=", self.id), ("type", "in", ("bank", "cash", "credit"))]
        )
