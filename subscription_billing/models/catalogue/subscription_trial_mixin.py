from odoo import api, fields, models

from ...engine.interval import Interval
from ..dates import as_last
from ..numbers import Count
from ..sentences import invalid
from .subscription_recurrence_mixin import INTERVAL_UNITS


class SubscriptionTrialMixin(models.AbstractModel):
    """How a contract may be tried before it is paid for (C3): shared by the plan
    variant and the contract, which keeps what was promised."""

    _name = "subscription.trial.mixin"
    _description = "Subscription Trial"

    trial_count = Count("Trial", aggregator=None, help="Length of the trial; 0 = none.")
    trial_unit = fields.Selection(INTERVAL_UNITS, default="day", required=True)
    trial_end_policy = fields.Selection(
        [
            ("continue", "Continue as a paid contract"),
            ("wait", "Wait for a payment method"),
            ("end", "End"),
        ],
        "After the Trial",
        default="continue",
        required=True,
    )
    is_trial_usage_billed = fields.Boolean(
        "Bill Usage of the Trial",
        help="Metered usage costs its price from the first day; fees begin after the "
        "trial in any case.",
    )

    @api.constrains("trial_count")
    def _check_trial(self):
        for record in self:
            if record.trial_count < 0:
                raise invalid(self.env)._(
                    "%(record)s: the trial must not be negative (it is %(count)s). "
                    "Use 0 for none.",
                    record=record.display_name,
                    count=record.trial_count,
                )

    def _get_trial_end(self, start):
        """Last day of a trial that begins on ``start``, False without one."""
        self.ensure_one()
        if not start or self.trial_count <= 0:
            return False
        stop = Interval.parse(self.trial_count, self.trial_unit).add(start)
        return as_last(stop)
