from odoo import models

from ..private_context import PRIVATE, get_private
from ..sentences import refusal


class SubscriptionTimelineMixin(models.AbstractModel):
    """Records a timeline is made of. Users cannot rewrite what was agreed; a change
    can, which checks, logs and looks at what is due once for all it writes."""

    _name = "subscription.timeline.mixin"
    _description = "Subscription Timeline"
    _inherit = ["subscription.guard.mixin"]

    def _is_applying(self):
        """Whether a change is writing."""
        return self.env.su and get_private(self.env, "subscription_applying", False)

    def _get_applying(self):
        """These records for a change that writes into the timeline."""
        return self.sudo().with_context(subscription_applying=PRIVATE)

    def _get_open_fields(self):
        """What clients may write when it is no draft any more: {field: reason}."""
        return {}

    def _get_full_name(self):
        return self.display_name

    def _check_agreed(self, vals):
        """C6: all else was agreed, and stays until a change makes something new of it.
        Records behind a one2many look after themselves.

        :raise UserError: naming the fields and what to do
        """
        self._check_unguarded(vals)
        if self.env.su:
            return
        opened = self._get_open_fields()
        kept = [
            self._fields[name]._description_string(self.env)
            for name in vals
            if name in self._fields
            and self._fields[name].store
            and self._fields[name].type != "one2many"
            and name not in opened
        ]
        agreed = self.filtered(lambda it: it.state != "draft")
        if kept and agreed:
            raise refusal(self.env)._(
                "%(record)s is no draft any more and keeps what was agreed "
                "(%(fields)s). Enter a change instead.",
                record=agreed[0]._get_full_name(),
                fields=", ".join(kept),
            )
