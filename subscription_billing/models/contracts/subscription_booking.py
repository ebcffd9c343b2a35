from odoo import fields, models

from ..catalogue.subscription_recurrence_mixin import as_stop
from .subscription_booked_rhythm import GRID_FIELDS

# Computed when a line is booked; a successor goes on with what was agreed (C6).
AGREED_FIELDS = (
    "price_id",
    "agreed_steps",
    "fee_interval_count",
    "fee_interval_unit",
    "billing_mode",
    "proration",
    *GRID_FIELDS,
)


class SubscriptionContractLine(models.Model):
    """The three ways the timeline of a contract is written: a line goes on under other
    terms, a component is booked, a line ends. Planner and ledger do the rest (X2)."""

    _inherit = "subscription.contract.line"

    def _prepare_agreed(self):
        """What was agreed for this line, as values to write."""
        self.ensure_one()
        return self._convert_to_write({name: self[name] for name in AGREED_FIELDS})

    def _go_on(self, day, vals, today):
        """Let the line go on under other terms.

        :param date day: first day of the new terms
        :param dict vals: what is new; all else stays as it was agreed
        :param date today: a successor that starts later is marked as upcoming
        :return: the successor; the line itself where it only begins on ``day``
        """
        self.ensure_one()
        line = self._get_applying()
        before = line.date_end
        if day <= today and line._begins_on(day):
            return line._begin_otherwise(vals)
        line._end_on(day)  # first: two lines must not claim the same usage (X4)
        successor = line.create(
            {
                **line.copy_data()[0],
                "date_start": day,
                "date_end": before,
                "predecessor_id": line.id,
                "is_upcoming": day > today,
            }
        )
        # Odoo computes them anew when a line is created.
        successor.write({**line._prepare_agreed(), **vals})
        (line.successor_ids - successor).predecessor_id = successor
        return successor

    def _begins_on(self, day):
        """Whether nothing of the line has been billed and it only begins."""
        return self.date_start == day and not self.charge_ids

    def _begin_otherwise(self, vals):
        """Change and change back on the same day leave nothing behind (M3)."""
        self.write(vals)
        before = self.predecessor_id
        names = (*AGREED_FIELDS, "component_id", "quantity", "price_override")
        is_same = before and all(before[name] == self[name] for name in names)
        if not is_same or as_stop(before.date_end) != self.date_start:
            return self
        before.date_end = self.date_end
        self.successor_ids.predecessor_id = before
        self.unlink()
        return before

    def _book(self, contract, component, day, vals, today):
        """Book a component from ``day`` on, at the price of that day.

        :param dict vals: further values of the line, such as quantity or own price
        :return: the line
        """
        line = self._get_applying().create(
            {
                "contract_id": contract.id,
                "component_id": component.id,
                "date_start": day,
                "is_upcoming": day > today,
                **vals,
            }
        )
        # Odoo computes some of them anew when a line is created.
        line.write(vals)
        return line

    def _end_on(self, stop):
        """Let lines end the day before ``stop``; before their start: never valid."""
        self._get_applying().date_end = fields.Date.subtract(stop, days=1)
