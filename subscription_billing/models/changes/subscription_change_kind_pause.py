from odoo import models
from odoo.tools import format_date

from ..sentences import refusal


class SubscriptionChangeKindPause(models.AbstractModel):
    """A rest of the contract. What was paid ahead is given back, fees are skipped, the
    anchor stays; the planner sees to all of it (C4, M3)."""

    _name = "subscription.change.kind.pause"
    _inherit = "subscription.change.kind"
    _description = "Kind of Change"

    def _is_offered(self, contract):
        return contract.state != "paused"

    def _check(self, change, day):
        contract, paid = change.contract_id, change.contract_id._get_paid_start()
        if day < paid:
            raise refusal(self.env)._(
                "Contract %(contract)s is in its trial until %(end)s. Choose a day "
                "from %(day)s on.",
                contract=contract.display_name,
                end=contract.date_trial_end,
                day=paid,
            )
        until = change.date_until
        if until and (until < day or contract.date_end and until > contract.date_end):
            raise refusal(self.env)._(
                "Contract %(contract)s: the pause can't end on %(until)s. Choose a "
                "day from %(day)s to %(end)s.",
                contract=contract.display_name,
                until=until,
                day=day,
                end=contract.date_end or "…",
            )

    def _apply(self, change, day, today):
        before = change.contract_id._get_extensions()
        change.pause_id = self.env["subscription.pause"].create(
            {
                "contract_id": change.contract_id.id,
                "date_start": day,
                "date_end": change.date_until,
                "is_term_extended": change.is_term_extended,
            }
        )
        change.contract_id._move_end(before)

    def _take_back(self, change):
        before = change.contract_id._get_extensions()
        change.pause_id.unlink()
        change.contract_id._move_end(before)

    def _describe(self, change):
        start = format_date(self.env, change.date_effective)
        until = change.date_until
        return False, f"{start} – {format_date(self.env, until) if until else '…'}"
