from odoo import api, fields, models


class SubscriptionPlan(models.Model):
    """What a plan costs: each component in each variant."""

    _inherit = "subscription.plan"

    price_ids = fields.One2many(
        "subscription.price", "plan_id", "Prices", domain=[("change_id", "=", False)]
    )
    price_grid_html = fields.Html(
        "Price Overview", compute="_compute_price_grid_html", sanitize=False
    )

    @api.depends(
        "variant_ids.name",
        "variant_ids.currency_id",
        "component_ids.name",
        "component_ids.amount",
        "component_ids.price_ids",
    )
    @api.depends_context("lang")
    def _compute_price_grid_html(self):
        for plan in self:
            values = {"plan": plan, "price_of": plan._get_grid_text}
            is_sold = plan.variant_ids and plan.component_ids
            plan.price_grid_html = bool(is_sold) and self.env["ir.qweb"]._render(
                "subscription_billing.plan_price_grid", values
            )

    def _get_grid_text(self, component, variant):
        """Price of one cell, "" for none; also of what is typed in and not kept yet."""
        price = variant._get_price_of(component)
        if component._origin.amount != component.amount and not price.variant_id:
            price = price.new(component._prepare_general_price(component.amount))
        return price.amount_text or ""
