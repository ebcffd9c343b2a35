from odoo import api, fields, models

from ..sentences import invalid

NOTICES = [
    ("order_confirmed", "Order confirmation"),
    ("trial_ending", "Trial ends soon"),
    ("trial_over", "Trial is over"),
    ("renewal_due", "Last day to cancel is near"),
    ("change_confirmed", "Change confirmed"),
    ("paused", "Contract paused"),
    ("resumed", "Contract resumed"),
    ("cancellation_confirmed", "Cancellation confirmed"),
    ("ended", "Contract ended"),
    ("price_change", "Price change"),
    ("payment_failed", "Payment failed"),
    ("debit_announced", "Direct debit announced"),
    ("debit_returned", "Direct debit returned"),
    ("payment_method_expiring", "Payment method expires soon"),
    ("payment_method_missing", "Payment method needed"),
]
# Existed before there were others.
TEMPLATES = {"price_change": "subscription_billing.mail_template_price_change"}


class SubscriptionNotice(models.Model):
    """Which e-mails a company sends to its customers, and by which template."""

    _name = "subscription.notice"
    _description = "Subscription E-mail"
    _order = "company_id, id"
    _rec_name = "code"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    code = fields.Selection(NOTICES, "E-mail", required=True, readonly=True)
    is_sent = fields.Boolean("Sent", default=True)
    template_id = fields.Many2one(
        "mail.template",
        "Template",
        required=True,
        ondelete="cascade",
        domain=[("model", "=", "subscription.contract")],
    )
    description = fields.Text(related="template_id.description", string="What It Says")

    _code_unique = models.Constraint(
        "UNIQUE (company_id, code)", "This company has that e-mail already."
    )

    @api.constrains("template_id")
    def _check_template(self):
        for notice in self:
            if notice.template_id.model != "subscription.contract":
                raise invalid(self.env)._(
                    "The template %s is not about contracts. Choose one that "
                    "applies to “Subscription Contract”.",
                    notice.template_id.display_name,
                )

    @api.model
    def action_open(self):
        """The e-mails of the companies at hand; what is missing is added first."""
        if self.has_access("write"):
            self._create_missing(self.env.companies)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_notice_action"
        )

    def action_preview(self):
        """Show the template filled in for a contract."""
        self.ensure_one()
        action = self.template_id.action_open_mail_preview()
        # It takes the template from the record it is called from.
        return {**action, "context": {"default_mail_template_id": self.template_id.id}}

    @api.model
    def _create_missing(self, companies=None):
        """One row per company and code that has a default template."""
        companies = companies or self.env["res.company"].sudo().search([])
        rows = self.sudo().search([("company_id", "in", companies.ids)])
        known = {(row.company_id, row.code) for row in rows}
        templates = {code: self._get_default_template(code) for code, _ in NOTICES}
        return self.sudo().create(
            [
                {
                    "company_id": company.id,
                    "code": code,
                    "template_id": template.id,
                }
                for company in companies
                for code, template in templates.items()
                if template and (company, code) not in known
            ]
        )

    @api.model
    def _get_default_template(self, code):
        xmlid = TEMPLATES.get(
            code, f"subscription_billing.mail_template_contract_{code}"
        )
        template = self.env.ref(xmlid, raise_if_not_found=False)
        return template or self.env["mail.template"]

    @api.model
    def _get_template(self, company, code):
        """Template of an e-mail; empty if the company does not send it."""
        row = self.sudo().search(
            [("company_id", "=", company.id), ("code", "=", code)], limit=1
        )
        if not row:  # a company nobody has looked at the e-mails of
            return self._get_default_template(code).sudo()
        return row.template_id if row.is_sent else row.template_id.browse()
