from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SubscriptionPlanVariant(models.Model):
    """What follows the first term: introductory offers and ramps."""

    _inherit = "subscription.plan.variant"

    is_ended_after_first_term = fields.Boolean(
        "Ends After the First Term",
        help="The contract ends with it, or goes on in the next variant.",
    )
    next_variant_id = fields.Many2one(
        "subscription.plan.variant",
        "Goes On As",
        ondelete="restrict",
        help="Empty = the contract ends after the first term.",
    )

    @api.constrains("is_ended_after_first_term", "next_variant_id", "first_term_count")
    def _check_next_variant(self):
        for variant in self.filtered("is_ended_after_first_term"):
            if not variant.first_term_count:
                raise ValidationError(
                    self.env._(
                        "%s ends after its first term and has none. Enter its length.",
                        variant.display_name,
                    )
                )
            following = variant.next_variant_id
            group = variant.plan_id.group_id
            is_near = following.plan_id == variant.plan_id or (
                group and following.plan_id.group_id == group
            )
            if following == variant or (following and not is_near):
                raise ValidationError(
                    self.env._(
                        "%(variant)s can't go on as %(next)s. Choose another variant "
                        "of the same plan or plan group.",
                        variant=variant.display_name,
                        next=following.display_name,
                    )
                )
