from odoo import fields, models


class SubscriptionContract(models.Model):
    """What happens to a contract by itself, told to its customer: it begins, its trial
    is over, it goes on after a pause, it has ended."""

    _inherit = "subscription.contract"

    def action_activate(self):
        """Customers who were moved here with a day billed until have their order
        confirmed already."""
        result = super().action_activate()
        ordered = self.filtered(lambda contract: not contract.date_billed_until)
        ordered._send_notice("order_confirmed")
        return result

    def _take_steps(self, day):
        waiting = self.filtered("is_trial_over_told")
        paused = self.filtered(lambda contract: contract.state == "paused")
        result = super()._take_steps(day)
        asked = self.filtered("is_trial_over_told") - waiting
        asked.filtered(lambda it: not it.end_method)._send_notice("trial_over", on=day)
        resumed = paused.filtered(lambda contract: contract.state == "active")
        resumed._send_resumed(day)
        return result

    def _send_resumed(self, day):
        """Once, if the end of the pause was not told when it was set."""
        for first, contracts in self.grouped(
            lambda contract: contract._get_resumed_on(day)
        ).items():
            contracts._send_notice("resumed", on=day, day=first, date=first)

    def _get_resumed_on(self, day):
        over = self.pause_ids.filtered(lambda pause: pause.state == "over")
        last = max(over.mapped("date_end"), default=False)
        return fields.Date.add(last, days=1) if last else day

    def _set_ended(self, reason):
        tried = self.filtered(lambda contract: contract._ends_with_trial())
        result = super()._set_ended(reason)
        tried._send_notice("trial_over")
        ended = (self - tried).filtered(lambda contract: not contract.is_annulled)
        ended._send_notice("ended")
        return result

    def _ends_with_trial(self):
        """Nobody cancelled: the trial was all there was to it."""
        self.ensure_one()
        return self.state == "trial" and not self.end_method
