from odoo import fields, models
from odoo.tools import SQL

KINDS = [
    ("failed", "Payment failed"),
    ("returned", "Payment returned"),
    ("unknown", "Answer lost"),
    ("card", "Card expires"),
    ("mandate", "Mandate expires"),
    ("missing", "Payment method missing"),
    ("bank", "Bank entry without debit"),
]
# Cards and mandates are listed so many days before they expire.
AHEAD = 60
# More than the list has parts.
ROOM = 16


def columns(model, alias, *names):
    """Columns of a part of the list that are taken from its table as they are."""
    taken = ("company_id", "partner_id", *names)
    return {
        "res_model": SQL("%s", model),
        "res_id": SQL.identifier(alias, "id"),
        **{name: SQL.identifier(alias, name) for name in taken},
    }


class SubscriptionMoneyItem(models.Model):
    """Money to look after: whatever about it needs somebody, on one list. It is a view
    of the database: what is dealt with is gone from it."""

    _name = "subscription.money.item"
    _description = "Money to Look After"
    _auto = False
    _order = "date desc, id"
    _rec_name = "name"

    kind = fields.Selection(KINDS, readonly=True)
    name = fields.Char("About", readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    res_model = fields.Char(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    date = fields.Date(readonly=True)
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    reason_id = fields.Many2one("subscription.failure.reason", readonly=True)

    @property
    def _table_query(self):
        parts = self._get_parts(self.env.cr.now().date())
        return SQL(" UNION ALL ").join(
            self._get_query_of_part(number, *part) for number, part in enumerate(parts)
        )

    def _get_query_of_part(self, number, columns, source):
        """One part of the list; columns it does not name are empty. Ids of different
        parts differ by their remainder."""
        place = SQL(f"* {ROOM} + {number} AS id")
        chosen = [SQL("%s %s", columns["res_id"], place)]
        for name, field in self._fields.items():
            if field.store and name != "id":
                value = columns.get(name, SQL("NULL"))
                kind = SQL(field.column_type[1].split("(")[0])
                chosen.append(SQL("(%s)::%s AS %s", value, kind, SQL.identifier(name)))
        return SQL("SELECT %s FROM %s", SQL(", ").join(chosen), source)

    def _get_parts(self, day):
        """What is on the list; others may add to it.

        :return: list of (dict column -> SQL, SQL of table and condition); ``res_id`` is
            in each
        """
        attempts = self.env["subscription.collection.attempt"].sudo()
        wanted = attempts._search(attempts._get_look_after_domain()).subselect()
        until = fields.Date.add(day, days=AHEAD)
        return [
            (
                columns("subscription.collection.attempt", "a", "date", "currency_id")
                | {
                    "kind": SQL("a.state"),
                    "name": SQL("m.name"),
                    "amount": SQL("m.amount_residual"),
                    "reason_id": SQL("a.reason_id"),
                },
                SQL(
                    "subscription_collection_attempt a "
                    "JOIN account_move m ON m.id = a.move_id WHERE a.id IN %s",
                    wanted,
                ),
            ),
            (
                columns("payment.token", "t")
                | {
                    "kind": SQL("'card'"),
                    "name": SQL("t.payment_details"),
                    "date": SQL("t.subscription_expiry_date"),
                },
                SQL(
                    "payment_token t WHERE t.active AND t.subscription_expiry_date <= "
                    "%s AND t.subscription_is_refused IS NOT TRUE",
                    until,
                ),
            ),
            (
                columns("subscription.sepa.mandate", "s", "name")
                | {"kind": SQL("'mandate'"), "date": SQL("s.date_expiry")},
                SQL(
                    "subscription_sepa_mandate s WHERE s.state = 'active' "
                    "AND s.date_expiry <= %s",
                    until,
                ),
            ),
            (
                columns("subscription.contract", "c", "name")
                | {"kind": SQL("'missing'")},
                SQL(
                    "subscription_contract c WHERE c.is_payment_method_missing "
                    "AND c.state <> 'ended'"
                ),
            ),
            (
                {
                    "kind": SQL("'bank'"),
                    "name": SQL("COALESCE(e.end_to_end_id, '')"),
                    "res_model": SQL("'subscription.return.file'"),
                    "res_id": SQL("e.file_id"),
                    "company_id": SQL("e.company_id"),
                    "date": SQL("e.date"),
                    "amount": SQL("e.amount"),
                    "currency_id": SQL("e.currency_id"),
                    "reason_id": SQL("e.reason_id"),
                },
                SQL("subscription_return_entry e WHERE e.state = 'unmatched'"),
            ),
        ]

    def action_open(self):
        """The record that needs somebody."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
