from odoo import fields, models

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
        :return: the successor
        """
        self.ensure_one()
        line = self._get_applying()
        before = line.date_end
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
        line._end_on(day)
        return successor

    def _book(self, contract, component, day, vals, today):
        """Book a component from ``day`` on, at the price of that day.

        :param dict vals: further values of the line, such as quantity or own price
        :return: the line
        """
        return self._get_applying().create(
            {
                "contract_id": contract.id,
                "component_id": component.id,
                "date_start": day,
                "is_upcoming": day > today,
                **vals,
            }
        )

    def _end_on(self, stop):
        """Let lines end the day before ``stop``; before their start: never valid."""
        self._get_applying().date_end = fields.Date.subtract(stop, days=1)
