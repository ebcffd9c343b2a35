from odoo import fields, models


class SubscriptionPlan(models.Model):
    """The bonuses contracts of a plan are sold with."""

    _inherit = "subscription.plan"

    bonus_ids = fields.One2many("subscription.bonus", "plan_id", "Bonuses")

    def copy(self, default=None):
        copies = super().copy(default)
        for plan, copy in zip(self, copies, strict=True):
            plan._copy_bonuses(copy)
        return copies

    def _copy_bonuses(self, copy):
        """Bonuses name component and variant: both must be the copy's."""
        twins = {}
        for name in ("variant_ids", "component_ids"):
            pairs = zip(self[name].sorted("id"), copy[name].sorted("id"), strict=False)
            twins.update(pairs)
        for bonus in self.bonus_ids:
            bonus.copy(
                {
                    "plan_id": copy.id,
                    "variant_id": twins.get(bonus.variant_id, bonus.variant_id).id,
                    "component_id": twins.get(
                        bonus.component_id, bonus.component_id
                    ).id,
                }
            )
