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
        index=True,
        ondelete="set null",
        help="As it was booked when the preview was made.",
    )
    contract_change_ids = fields.One2many(
        "subscription.change", "price_change_line_id", readonly=True
    )
    lapse_reason = fields.Text(
        "Lapsed", related="contract_change_ids.lapse_reason", related_sudo=True
    )
    component_id = fields.Many2one(related="line_id.component_id")
    currency_id = fields.Many2one("res.currency", required=True)
    quantity = fields.Float(
        digits=(24, 8), help="Of metered items: the last billed period's."
    )
    method = fields.Selection(METHODS, "What Happens", required=True)
    note = fields.Char()
    date_effective = fields.Date("New Price From")
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

    def _get_texts(self):
        """Name, old and new price and day for the customer, in ``env``'s language.

        Amounts where they are agreed, prices where they depend on what is used.
        """
        self.ensure_one()
        line = self._get_line()
        per = line._get_interval_text()
        if line.kind == "metered":
            old, new = (
                line.new(terms, origin=line).price_text
                for terms in (self._prepare_old_terms(), self._prepare_new_terms())
            )
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

    def _get_line(self):
        """The line, or the first one of its chain where what was scheduled before has
        been made anew."""
        return self.line_id or self.contract_change_ids[:1].line_id

    def _get_message(self):
        self.ensure_one()
        return self.env._(
            "%(change)s: %(line)s %(old)s → %(new)s from %(day)s",
            change=self.change_id.name,
            line=self._get_line().name,
            old=self.price_text_old,
            new=self.price_text_new,
            day=format_date(self.env, self.date_effective),
        )

    # ----------------------------------------------------------------------
    # Applying
    # ----------------------------------------------------------------------

    def _create_prices(self):
        """One changed copy per sold price, however many contracts have it."""
        derived = self.filtered(
            lambda row: not row.price_override_new and not row.price_new_id
        )
        prices = derived.price_old_id
        change = self.change_id
        created = prices.create([change._prepare_derived(price) for price in prices])
        by_old = dict(zip(prices, created, strict=True))
        for row in derived:
            row.price_new_id = by_old[row.price_old_id]

    def _prepare_change(self):
        """Values of the change of the contract that brings the new price."""
        self.ensure_one()
        return {
            "contract_id": self.contract_id.id,
            "kind": "price",
            "line_id": self.line_id.id,
            "timing": "date",
            "date": self.date_effective,
            "has_price_override": bool(self.price_override_new),
            "price_override": self.price_override_new,
            "price_change_line_id": self.id,
            "reason": self.change_id.name,
        }

    def _prepare_new_terms(self):
        self.ensure_one()
        if self.price_override_new:
            return {
                "has_price_override": True,
                "price_override": self.price_override_new,
            }
        return {
            "has_price_override": False,
            "price_id": self.price_new_id.id,
            "agreed_steps": self.steps_new,
        }

    def _prepare_old_terms(self):
        """The price the line must have when the new one takes its place."""
        self.ensure_one()
        if self.price_override_new:
            return {
                "has_price_override": True,
                "price_override": self.price_override_old,
            }
        return {
            "has_price_override": False,
            "price_id": self.price_old_id.id,
            "agreed_steps": self.steps_old,
        }
