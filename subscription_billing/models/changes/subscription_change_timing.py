from odoo import fields, models
from odoo.exceptions import UserError


class SubscriptionChange(models.Model):
    """From which day on a change counts."""

    _inherit = "subscription.change"

    def _get_effective_date(self, today):
        """First day of what is new.

        :param date today: today for the contract
        :raise UserError: naming a day that would do
        """
        self.ensure_one()
        contract = self.contract_id
        day = {
            "now": lambda: max(today, contract.date_start),
            "period_end": lambda: self._get_period_end(today),
            "term_end": lambda: self._get_term_end(today),
            "date": lambda: self.date,
        }[self.timing]()
        if not day:
            raise UserError(
                self.env._("Contract %s: enter the date.", contract.display_name)
            )
        if day < contract.date_start:
            raise UserError(
                self.env._(
                    "Contract %(contract)s starts on %(start)s. Choose a day from then "
                    "on instead of %(day)s.",
                    contract=contract.display_name,
                    start=contract.date_start,
                    day=day,
                )
            )
        if contract.date_end and day > contract.date_end:
            raise UserError(
                self.env._(
                    "Contract %(contract)s ends on %(end)s. Choose a day up to then "
                    "instead of %(day)s, or take the end back first.",
                    contract=contract.display_name,
                    end=contract.date_end,
                    day=day,
                )
            )
        return day

    def _get_period_end(self, today):
        """First day of the next billing period."""
        recurrence = self.contract_id._as_billing_recurrence()
        day = max(today, recurrence.start)
        return recurrence.whole_at(day).stop

    def _get_term_end(self, today):
        """First day after the term that runs, or after notice in an indefinite one."""
        contract = self.contract_id
        start = contract._get_term_start()
        current = contract._as_term().current(start, today)
        if current:
            return current.stop
        return fields.Date.add(contract._get_earliest_end(today), days=1)
