from odoo import api, fields, models


class SubscriptionCharge(models.Model):
    """Why this amount? Answered from what the charge itself has kept."""

    _inherit = "subscription.charge"

    explanation_html = fields.Html(
        "Why this amount?", compute="_compute_explanation_html", sanitize=False
    )

    @api.depends("explanation", "amount", "amount_full", "currency_id")
    @api.depends_context("lang")
    def _compute_explanation_html(self):
        explaining = self.env["subscription.explaining"]
        for charge in self:
            charge.explanation_html = explaining._render_slices_html(
                self.env,
                (charge.explanation or {}).get("slices", ()),
                charge.currency_id,
                charge.component_id.meter_id.unit_name,
                footer=charge._get_explanation_footer(),
            )

    def _get_explanation_footer(self):
        """Full period, share of the days, and what was billed."""
        self.ensure_one()
        explaining = self.env["subscription.explaining"]
        facts = self.explanation or {}
        days, whole = facts.get("days"), facts.get("whole_days")
        full = explaining._format_number(
            self.env, self.amount_full, self.currency_id.decimal_places
        )
        rows = [(self.env._("Full period"), full)]
        if days != whole:
            share = self.env._("%(days)s of %(whole)s days", days=days, whole=whole)
            rows.append((share, ""))
        billed = explaining._format_money(self.env, self.amount, self.currency_id)
        return [*rows, (self.env._("Billed"), billed)]
