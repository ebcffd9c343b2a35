from collections import defaultdict
from datetime import timedelta

from odoo import fields, models

from ...engine.money import to_decimal

# After so many days a business is in default by itself (§ 286 III BGB).
DEFAULT_DAYS = 30


class SubscriptionDunningStepLine(models.Model):
    """An open item in a letter: the level it reached, and how it stood then."""

    _name = "subscription.dunning.step.line"
    _description = "Item of a Dunning Letter"
    _order = "date_due, id"

    step_id = fields.Many2one(
        "subscription.dunning.step", required=True, index=True, ondelete="cascade"
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        "Item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Journal Entry")
    name = fields.Char("Document", readonly=True)
    level_id = fields.Many2one(
        "subscription.dunning.level",
        "Dunning Level",
        readonly=True,
        ondelete="restrict",
    )
    days = fields.Integer(readonly=True, help="Days of the level it has reached.")
    date_sent = fields.Date(
        "Reached On", readonly=True, help="Empty while nothing was sent."
    )
    currency_id = fields.Many2one(related="step_id.currency_id")
    date_due = fields.Date("Due", readonly=True)
    amount = fields.Monetary("Open", readonly=True)
    amount_flat_fee = fields.Monetary("Flat Fee", readonly=True)
    amount_interest = fields.Monetary("Interest", readonly=True)

    def _get_interest_start(self):
        """First day that bears interest; None while the debtor is not in default."""
        self.ensure_one()
        case = self.step_id.case_id
        after_due = self.date_due + timedelta(days=1)
        if case.policy_id.interest_start == "due":
            return after_due
        days = [
            line.date_sent + timedelta(days=1)
            for line in case.step_ids.line_ids
            if line.move_line_id == self.move_line_id
            and line.date_sent
            and line.level_id.creates_default
        ]
        if case.partner_id.is_company:
            days.append(after_due + timedelta(days=DEFAULT_DAYS))
        return min(days, default=None)

    def _get_balances(self, start):
        """What was open each day: (first day, amount open from it on).

        :param date start: the first day that bears interest
        """
        self.ensure_one()
        item = self.move_line_id
        left = abs(item.amount_currency)
        paid = defaultdict(float)
        for part in item.matched_credit_ids:
            other = part.credit_move_id
            # It was owed on the day of the payment, too.
            day = max(other.date + timedelta(days=1), start)
            paid[day] += part.debit_amount_currency
        balances = {start: left}
        for day in sorted(paid):
            left -= paid[day]
            balances[day] = left
        return [(day, to_decimal(round(it, 6))) for day, it in balances.items()]

    def _get_interest_before(self):
        """What earlier letters have asked for, waived or not."""
        self.ensure_one()
        earlier = self.sudo().search(
            [
                ("move_line_id", "=", self.move_line_id.id),
                ("date_sent", "!=", False),
                ("id", "!=", self.id),
            ]
        )
        return sum(earlier.mapped("amount_interest"))
