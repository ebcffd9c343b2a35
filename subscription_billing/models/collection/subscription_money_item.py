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
        today = self.env.cr.now().date()
        attempts = self.env["subscription.collection.attempt"].sudo()
        return SQL(
            """
            SELECT a.id * 8 AS id,
                   a.state AS kind,
                   m.name AS name,
                   'subscription.collection.attempt' AS res_model,
                   a.id AS res_id,
                   a.company_id, a.partner_id, a.date, m.amount_residual AS amount,
                   a.currency_id, a.reason_id
              FROM subscription_collection_attempt a
              JOIN account_move m ON m.id = a.move_id
             WHERE a.id IN %(attempts)s
             UNION ALL
            SELECT t.id * 8 + 1, 'card', t.payment_details, 'payment.token', t.id,
                   t.company_id, t.partner_id, t.subscription_expiry_date, NULL,
                   NULL, NULL
              FROM payment_token t
             WHERE t.active AND t.subscription_expiry_date <= %(until)s
               AND t.subscription_is_refused IS NOT TRUE
             UNION ALL
            SELECT s.id * 8 + 2, 'mandate', s.name, 'subscription.sepa.mandate', s.id,
                   s.company_id, s.partner_id, s.date_expiry, NULL, NULL, NULL
              FROM subscription_sepa_mandate s
             WHERE s.state = 'active' AND s.date_expiry <= %(until)s
             UNION ALL
            SELECT c.id * 8 + 3, 'missing', c.name, 'subscription.contract', c.id,
                   c.company_id, c.partner_id, NULL, NULL, NULL, NULL
              FROM subscription_contract c
             WHERE c.is_payment_method_missing AND c.state <> 'ended'
             UNION ALL
            SELECT e.id * 8 + 4, 'bank', COALESCE(e.end_to_end_id, ''),
                   'subscription.return.file', e.file_id, e.company_id, NULL, e.date,
                   e.amount, e.currency_id, e.reason_id
              FROM subscription_return_entry e
             WHERE e.state = 'unmatched'
            """,
            attempts=attempts._search(attempts._get_look_after_domain()).subselect(),
            until=fields.Date.add(today, days=AHEAD),
        )

    def action_open(self):
        """The record that needs somebody."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
