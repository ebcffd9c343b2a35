from odoo import fields, models


class SubscriptionContract(models.Model):
    """Where a contract stands on any day, past or to come. Its state and variant are
    those of today; for other days the timeline tells."""

    _inherit = "subscription.contract"

    def _get_phase(self, day):
        """What may be used of a contract depends on it.

        :param date day: inclusive
        :return: not_started, trial, waiting, active, paused or ended
        """
        self.ensure_one()
        if self.is_annulled:
            return "ended"
        if self.state == "draft" or day < self.date_start:
            return "not_started"
        last = self._get_last_day()
        if last and last < day:
            return "waiting" if self._is_waiting_on(day) else "ended"
        if any(pause._covers(day) for pause in self.pause_ids):
            return "paused"
        is_trial = self.date_trial_end and day <= self.date_trial_end
        return "trial" if is_trial else "active"

    def _is_waiting_on(self, day):
        return self._is_waiting() and (not self.date_end or day <= self.date_end)

    def _get_phase_name(self, phase):
        """What people call a phase, in the language of ``env``."""
        return {
            "not_started": self.env._("Not started"),
            "trial": self.env._("Trial"),
            "waiting": self.env._("Waiting after the trial"),
            "active": self.env._("Active"),
            "paused": self.env._("Paused"),
            "ended": self.env._("Ended"),
        }[phase]

    def _get_variant_on(self, day):
        """The variant that is sold on a day: changes may have come, or be scheduled.

        :param date day: inclusive
        """
        self.ensure_one()
        changes = self.change_ids.filtered(
            lambda it: it.kind == "variant" and it.state in ("scheduled", "applied")
        ).sorted(lambda it: (it.date_effective, it.id))
        until = changes.filtered(lambda it: it.date_effective <= day)
        left = (changes - until).filtered(lambda it: it.state == "applied")
        if left and not until:
            return left[0].variant_old_id or self.variant_id
        # What was reached last is what the contract says itself.
        known = until if left else until.filtered(lambda it: it.state == "scheduled")
        return known[-1:].variant_id or self.variant_id


class SubscriptionPause(models.Model):
    _inherit = "subscription.pause"

    def _covers(self, day):
        self.ensure_one()
        return self.date_start <= day <= self._get_end()


class SubscriptionChange(models.Model):
    """A change of the variant remembers the one before."""

    _inherit = "subscription.change"

    variant_old_id = fields.Many2one(
        "subscription.plan.variant", readonly=True, copy=False, ondelete="restrict"
    )

    def _reach_variant(self, day):
        self.variant_old_id = self.contract_id.variant_id
        return super()._reach_variant(day)
