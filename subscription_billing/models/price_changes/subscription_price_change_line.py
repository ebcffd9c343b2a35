from odoo import api, fields, models
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from ..pricing.subscription_price_tier import PRICE_DIGITS

METHODS = [
    ("follow", "New price"),
    ("replace", "From its start"),
    ("skip", "Left out"),
    ("error", "Refused"),
]
# What a user has seen must be what is applied.
SHOWN_FIELDS = (
    "method",
    "date_effective",
    "date_end_before",
    "quantity",
    "price_old_id",
    "price_override_old",
    "price_override_new",
    "amount_old",
    "amount_new",
    "steps_new",
)


class SubscriptionPriceChangeLine(models.Model):
    """What a price change does to one contract line: before, after, and how it is
    taken back."""

    _name = "subscription.price.change.line"
    _description = "Price Change Line"
    _order = "change_id, contract_id, id"
    _check_company_auto = True

    change_id = fields.Many2one(
        "subscription.price.change", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="change_id.company_id", store=True)
    contract_id = fields.Many2one(
        "subscription.contract", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="contract_id.partner_id")
    line_id = fields.Many2one(
        "subscription.contract.line",
        "Contract Line",
        required=True,
        index=True,
        ondelete="cascade",
    )
    successor_id = fields.Many2one(
        "subscription.contract.line", index="btree_not_null", ondelete="set null"
    )
    component_id = fields.Many2one(related="line_id.component_id")
    currency_id = fields.Many2one("res.currency", required=True)
    quantity = fields.Float(
        digits=(24, 8), help="Of metered items: the last billed period's."
    )
    method = fields.Selection(METHODS, "What Happens", required=True)
    note = fields.Char()
    date_effective = fields.Date("New Price From")
    date_end_before = fields.Date(help="End of the line before the change.")
    price_old_id = fields.Many2one("subscription.price", ondelete="restrict")
    price_new_id = fields.Many2one("subscription.price", ondelete="set null")
    price_override_old = fields.Float(digits=PRICE_DIGITS)
    price_override_new = fields.Float(digits=PRICE_DIGITS)
    # Of an Odoo pricelist, whose steps are frozen on the contract line.
    steps_old = fields.Json()
    steps_new = fields.Json()
    price_text_old = fields.Char("Old Price")
    price_text_new = fields.Char("New Price")
    amount_old = fields.Monetary("Old Amount", help="Per fee interval.")
    amount_new = fields.Monetary("New Amount", help="Per fee interval.")
    amount_difference = fields.Monetary(
        "Difference", compute="_compute_amount_difference", store=True
    )
    amount_monthly = fields.Monetary(
        "Per Month", help="Difference per average month (365.25 / 12 days)."
    )

    is_announced = fields.Boolean("Announced", copy=False)
    mail_id = fields.Many2one("mail.mail", copy=False, ondelete="set null")
    mail_state = fields.Selection(
        related="mail_id.state", related_sudo=True, string="E-mail"
    )

    @api.depends("amount_old", "amount_new", "method")
    def _compute_amount_difference(self):
        for row in self:
            row.amount_difference = (
                row.amount_new - row.amount_old if row._is_change() else 0.0
            )

    def _is_change(self):
        return self.method in ("follow", "replace")

    def _get_effect_text(self):
        """Sum of the monthly differences, by currency."""
        return ", ".join(
            f"{'+' if amount > 0 else ''}"
            f"{formatLang(self.env, amount, currency_obj=currency)}"
            for currency, rows in self.grouped("currency_id").items()
            for amount in [currency.round(sum(rows.mapped("amount_monthly")))]
        )

    def _is_same(self, rows):
        """Whether these rows show what ``rows`` (values) say."""
        stored = {row.line_id.id: row for row in self}
        if stored.keys() != {vals["line_id"] for vals in rows}:
            return False
        virtual = self.browse().new
        return all(
            stored[vals["line_id"]]._get_shown() == virtual(vals)._get_shown()
            for vals in rows
        )

    def _get_shown(self):
        self.ensure_one()
        numbers = {"quantity", "amount_old", "amount_new"}
        return [
            round(self[name], 6) if name in numbers else self[name]
            for name in SHOWN_FIELDS
        ]

    def _log(self, event_type, get_day):
        """One event per line, in one insert."""
        events = self.env["subscription.event"]
        events.create(
            [
                events._prepare_event(
                    event_type,
                    row.contract_id,
                    row._get_message(),
                    date_effective=get_day(row),
                )
                for row in self
            ]
        )

    def _get_texts(self):
        """Name, old and new price and day for the customer, in ``env``'s language.

        Amounts where they are agreed, prices where they depend on what is used.
        """
        self.ensure_one()
        line, successor = self.line_id, self.successor_id or self.line_id
        per = line._get_interval_text()
        if line.kind == "metered":
            old, new = self._get_old_price_text(), successor.price_text
        else:
            old, new = (
                f"{formatLang(self.env, amount, currency_obj=self.currency_id)} / {per}"
                for amount in (self.amount_old, self.amount_new)
            )
        return {
            "name": line.name,
            "old": old,
            "new": new,
            "day": format_date(self.env, self.date_effective),
        }

    def _get_old_price_text(self):
        if self.method == "follow" or not self.price_old_id:
            return self.line_id.price_text
        return self.price_old_id._get_amount_text()

    def _get_message(self):
        self.ensure_one()
        return self.env._(
            "%(change)s: %(line)s %(old)s → %(new)s from %(day)s",
            change=self.change_id.name,
            line=self.line_id.name,
            old=self.price_text_old,
            new=self.price_text_new,
            day=format_date(self.env, self.date_effective),
        )
