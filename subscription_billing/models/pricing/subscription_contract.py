from odoo import api, fields, models

from ...engine.money import to_decimal
from ...engine.timeline import PhaseKind
from ...engine.worth import Fee, worth
from ..dates import as_stop


class SubscriptionContract(models.Model):
    """What a contract is worth per month, as of the day its steps have come to, and
    what it will be worth next."""

    _inherit = "subscription.contract"

    amount_monthly = fields.Monetary(
        "Monthly Amount",
        compute="_compute_amount_monthly",
        store=True,
        help="Recurring fees per month as of today, less discounts, before taxes. "
        "Nothing in a trial or a pause.",
    )
    amount_monthly_next = fields.Monetary(
        "Next Monthly Amount",
        compute="_compute_amount_monthly",
        store=True,
        help="What is agreed for the first day on which the monthly amount changes.",
    )
    date_next_value = fields.Date("From", compute="_compute_amount_monthly", store=True)
    date_valued = fields.Date(
        readonly=True,
        copy=False,
        help="The day the monthly amount is of; empty = the first one.",
    )

    @api.depends(
        "state",
        "date_start",
        "date_end",
        "date_trial_end",
        "date_valued",
        "is_annulled",
        "trial_end_policy",
        "pause_ids.date_start",
        "pause_ids.date_end",
        "line_ids.component_id",
        "line_ids.quantity",
        "line_ids.price_id",
        "line_ids.has_price_override",
        "line_ids.price_override",
        "line_ids.date_start",
        "line_ids.date_end",
    )
    def _compute_amount_monthly(self):
        for contract in self:
            day = contract._get_value_day()
            amount = contract._get_monthly_on(day) if day else 0.0
            contract.amount_monthly = contract.amount_monthly_next = amount
            contract.date_next_value = False
            for later in contract._get_value_days(day) if day else ():
                following = contract._get_monthly_on(later)
                if not contract.currency_id.compare_amounts(following, amount):
                    continue
                contract.amount_monthly_next = following
                contract.date_next_value = later
                break

    def _get_value_day(self):
        """The day the amount is of, False without a start. A draft is worth what it
        will cost after its trial."""
        self.ensure_one()
        if not self.date_start:
            return False
        if self.state == "draft":
            return self._get_paid_start()
        return max(self.date_valued or self.date_start, self.date_start)

    def _get_monthly_on(self, day):
        """What it costs per month on a day as things stand, unrounded."""
        self.ensure_one()
        lines = self._get_fee_lines_on(day)
        if self.state == "ended" or self._is_free_on(day):
            return 0.0
        if any(line.fee_interval_count < 1 for line in lines):
            return 0.0  # still being typed; saving it is refused
        reductions = self._as_reductions()
        fees = (
            Fee(
                line.id,
                to_decimal(line._get_monthly_amount()),
                line._get_fee_period(day).start if reductions else day,
            )
            for line in lines
        )
        return float(worth(fees, reductions, self._as_billing_interval()))

    def _get_fee_lines_on(self, day):
        """Lines with fees per period that are booked on a day."""
        return self.line_ids.filtered(
            lambda line: line._is_recurring() and line._is_valid_on(day)
        )

    def _is_free_on(self, day):
        """Whether it is tried, rests or never was; what was billed elsewhere has its
        worth."""
        return any(
            phase.start <= day and (phase.stop is None or day < phase.stop)
            for phase in self._get_phases()
            if phase.kind is not PhaseKind.SETTLED
        )

    def _as_reductions(self):
        """What is taken off, as the engine's values; see discounts and bonuses."""
        return ()

    def _get_value_days(self, day):
        """Days after ``day`` on which the monthly amount may change, in order."""
        self.ensure_one()
        lines = self.line_ids.filtered(
            lambda line: line._is_recurring() and line._as_validity()
        )
        days = {as_stop(self._get_last_day())}
        for phase in self._get_phases():
            days |= {phase.start, phase.stop}
        for line in lines:
            days |= {line.date_start, as_stop(line.date_end)}
        for reduction in self._as_reductions():
            for bound in filter(None, (reduction.start, reduction.stop)):
                days.update(
                    line._as_grid().boundary_at_or_after(bound) for line in lines
                )
        return sorted(it for it in days if it and it > day)

    def _value(self, day):
        """Let the amount be that of ``day`` where it has changed since."""
        due = self.filtered(
            lambda it: it.state != "draft"
            and it.date_next_value
            and it.date_next_value <= day
        )
        due.sudo().date_valued = day

    def _follow_edit(self):
        for contract in self:
            contract._value(contract._get_today())
        return super()._follow_edit()

    def _take_steps(self, day):
        result = super()._take_steps(day)
        self._value(day)
        return result

    def _get_step_dates(self):
        """The end of the contract is no step of its own."""
        days, day = super()._get_step_dates(), self.date_next_value
        if day and not (self.date_end and day > self.date_end):
            days.append(day)
        return days
