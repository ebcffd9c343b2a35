from odoo import fields, models
from odoo.tools import SQL

from ..collection.subscription_money_item import columns


class SubscriptionMoneyItem(models.Model):
    """Debtors who are dunned, and what holds them, on the list too."""

    _inherit = "subscription.money.item"

    kind = fields.Selection(
        selection_add=[
            ("dunning", "Dunning"),
            ("letter", "Letter Failed"),
            ("promise", "Promise to Pay"),
            ("block", "Dunning Blocked"),
            ("dispute", "Disputed"),
        ]
    )
    level_id = fields.Many2one(
        "subscription.dunning.level", "Dunning Level", readonly=True
    )

    def _get_parts(self, day):
        return [
            *super()._get_parts(day),
            (
                columns("subscription.dunning.case", "d", "currency_id", "level_id")
                | {
                    "kind": SQL("'dunning'"),
                    "date": SQL("d.date_open"),
                    # What the last letter has asked for.
                    "amount": SQL(
                        "SELECT s.amount_total FROM subscription_dunning_step s "
                        "WHERE s.case_id = d.id AND s.state = 'done' "
                        "ORDER BY s.date_sent DESC, s.id DESC LIMIT 1"
                    ),
                },
                SQL(
                    "subscription_dunning_case d WHERE d.state = 'open' "
                    "AND d.level_id IS NOT NULL"
                ),
            ),
            (
                columns(
                    "subscription.dunning.step", "f", "date", "currency_id", "level_id"
                )
                | {
                    "kind": SQL("'letter'"),
                    "name": SQL("f.message"),
                    "amount": SQL("f.amount"),
                },
                SQL("subscription_dunning_step f WHERE f.state = 'failed'"),
            ),
            (
                columns("subscription.dunning.hold", "h")
                | {
                    "kind": SQL("h.kind"),
                    "name": SQL("h.reason"),
                    "date": SQL("h.date_until"),
                },
                SQL("subscription_dunning_hold h WHERE h.state = 'active'"),
            ),
        ]
