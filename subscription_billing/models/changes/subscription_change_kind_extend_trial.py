from odoo import models
from odoo.tools import format_date

from ..sentences import refusal


class SubscriptionChangeKindExtendTrial(models.AbstractModel):
    """More days to try: fees, the first term and an end with the trial come later (C3).
    Counts at once; also for a trial that is over and waits."""

    _name = "subscription.change.kind.extend_trial"
    _inherit = "subscription.change.kind"
    _description = "Kind of Change"

    def _get_effective_date(self, change, today):
        return today

    def _is_offered(self, contract):
        return contract.state == "trial"

    def _check(self, change, day):
        contract, until = change.contract_id, change.date_until
        ends = contract.change_ids.filtered(
            lambda it: it.state == "scheduled" and it._get_kind()._is_end
        )
        if contract.state != "trial" or ends:
            raise refusal(self.env)._(
                "Contract %s is not in a trial that goes on.", contract.display_name
            )
        if not until or until <= max(contract.date_trial_end, day):
            raise refusal(self.env)._(
                "Contract %(contract)s: enter the new last day of the trial, later "
                "than %(day)s.",
                contract=contract.display_name,
                day=max(contract.date_trial_end, day),
            )

    def _apply(self, change, day, today):
        contract = change.contract_id
        is_over_with_it = contract._is_over_with_trial()
        contract._move_trial_end(change.date_until)
        if is_over_with_it:
            contract._get_applying().date_end = change.date_until

    def _reach(self, change, day):
        """What follows the first term has moved among what else is scheduled."""
        later = change._get_later(day)
        later._take_back()
        later._derive(day)

    def _describe(self, change):
        return (
            format_date(self.env, change.contract_id.date_trial_end),
            format_date(self.env, change.date_until),
        )
