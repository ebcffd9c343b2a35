from odoo import models


class SubscriptionTimelineMixin(models.AbstractModel):
    """Records a timeline is made of. Users cannot rewrite what was agreed; a change
    can, which checks, logs and looks at what is due once for all it writes."""

    _name = "subscription.timeline.mixin"
    _description = "Subscription Timeline"

    def _is_applying(self):
        """Whether a change is writing: as superuser, so that no client can say so."""
        return self.env.su and bool(self.env.context.get("subscription_applying"))

    def _get_applying(self):
        """These records for a change that writes into the timeline."""
        return self.sudo().with_context(subscription_applying=True)
