from odoo import fields, models


class SubscriptionContract(models.Model):
    """Contracts whose variant ends after the first term: the end, or the change to the
    next variant, stands in the timeline from the activation on, step by step."""

    _inherit = "subscription.contract"

    def action_activate(self):
        result = super().action_activate()
        for contract in self:
            contract._schedule_successors(contract._get_today())
        return result

    def _schedule_successors(self, today):
        """Lay out what follows until a variant runs on, ends or comes again."""
        self.ensure_one()
        variant, seen = self.variant_id, self.variant_id
        start = self._get_term_start()
        while variant.is_ended_after_first_term:
            stop = variant._as_term().first_end(start)
            following = variant.next_variant_id
            if not following:
                self._end_after_first_term(stop)
                return
            self._schedule_variant(following, stop, today)
            if following in seen:
                return
            variant, seen, start = following, seen | following, stop

    def _schedule_variant(self, variant, day, today):
        change = self.env["subscription.change"].create(
            {
                "contract_id": self.id,
                "kind": "variant",
                "variant_id": variant.id,
                "timing": "date",
                "date": day,
                "restarts_term": True,
                "reason": self.env._("Follows the first term"),
            }
        )
        # Part of what was ordered: the customer is told with the order.
        change.with_context(subscription_silent=True)._apply(today)

    def _end_after_first_term(self, stop):
        last = fields.Date.subtract(stop, days=1)
        if not self.date_end or self.date_end > last:
            self._set_end(last, self.env._("Ends after its first term"))
