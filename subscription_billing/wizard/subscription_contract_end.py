from odoo import api, fields, models
from odoo.exceptions import UserError


class SubscriptionContractEnd(models.TransientModel):
    """End a contract: by term and notice, or on a date."""

    _name = "subscription.contract.end"
    _description = "End a Contract"

    contract_id = fields.Many2one(
        "subscription.contract",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    method = fields.Selection(
        [("regular", "By term and notice"), ("date", "On a date")],
        default="regular",
        required=True,
    )
    date_notice = fields.Date(
        "Notice Received",
        required=True,
        default=lambda self: self._default_date_notice(),
    )
    earliest_end = fields.Date("Earliest Regular End", compute="_compute_earliest_end")
    date_end = fields.Date(
        "Last Day",
        compute="_compute_date_end",
        store=True,
        readonly=False,
    )
    reason = fields.Char()

    def _default_date_notice(self):
        contract = self.env["subscription.contract"].browse(
            self.env.context.get("active_id")
        )
        tz = contract.tz or self.env.user.tz or "UTC"
        return self.env["subscription.billing.run"]._get_billing_date(tz)

    @api.depends("contract_id", "date_notice")
    def _compute_earliest_end(self):
        for wizard in self:
            wizard.earliest_end = (
                wizard.contract_id._get_earliest_end(wizard.date_notice)
                if wizard.contract_id and wizard.date_notice
                else False
            )

    @api.depends("method", "earliest_end")
    def _compute_date_end(self):
        for wizard in self:
            if wizard.method == "regular" or not wizard.date_end:
                wizard.date_end = wizard.earliest_end

    def action_confirm(self):
        self.ensure_one()
        day = self.earliest_end if self.method == "regular" else self.date_end
        if not day:
            raise UserError(
                self.env._(
                    "Enter the last day of contract %s.", self.contract_id.display_name
                )
            )
        reason = self.reason or self.env._("Contract ended by hand")
        self.contract_id._set_end(day, reason)
