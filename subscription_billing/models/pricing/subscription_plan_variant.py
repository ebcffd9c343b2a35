from odoo import api, fields, models


class SubscriptionPlanVariant(models.Model):
    """What a variant costs, in one line."""

    _inherit = "subscription.plan.variant"

    price_text = fields.Char(
        "Costs Today",
        compute="_compute_price_text",
        help="What is booked with every contract of today, in its currency.",
    )

    @api.depends("plan_id.component_ids.price_ids", "currency_id")
    @api.depends_context("lang")
    def _compute_price_text(self):
        for variant in self:
            required = variant.plan_id.component_ids.filtered("is_required")
            texts = [
                (component.name, text)
                for component in required
                if (text := variant._get_price_of(component).amount_text)
            ]
            variant.price_text = (
                texts[0][1]
                if len(texts) == 1
                else ", ".join(f"{name} {text}" for name, text in texts)
            )

    def _get_price_of(self, component):
        """What a new contract of today would pay for a component; empty for nothing."""
        self.ensure_one()
        return component._get_price(
            self,
            self.currency_id,
            self.env["res.partner"],
            component._get_today(),
        )
