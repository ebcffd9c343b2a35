from odoo import api, fields, models


class SubscriptionContract(models.Model):
    """What a contract is worth per month."""

    _inherit = "subscription.contract"

    amount_monthly = fields.Monetary(
        "Monthly Amount",
        compute="_compute_amount_monthly",
        store=True,
        help="Recurring fees per month, before taxes.",
    )

    @api.depends(
        "state",
        "line_ids.quantity",
        "line_ids.price_id",
        "line_ids.has_price_override",
        "line_ids.price_override",
        "line_ids.date_end",
        "line_ids.is_upcoming",
        "line_ids.predecessor_id",
    )
    def _compute_amount_monthly(self):
        for contract in self:
            lines = contract.line_ids.filtered(
                lambda line: line._is_recurring()
                and not line.date_end
                and not line._get_current().is_upcoming
            )
            contract.amount_monthly = (
                sum(line._get_current()._get_monthly_amount() for line in lines)
                if contract.state != "ended"
                else 0.0
            )
