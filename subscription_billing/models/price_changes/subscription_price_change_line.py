import json
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from ..dates import as_last
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

    # ----------------------------------------------------------------------
    # Applying and undoing
    #
    # Giving contract lines their new prices, and taking them back.
    # ----------------------------------------------------------------------

    def _apply(self, today):
        """End the lines the day before and go on with new ones (X2): credits and new
        charges follow by themselves.

        :param date today: lines that start later are marked as announced
        """
        self.check_access("read")
        rows = self.sudo()
        rows._create_prices()
        following = rows.filtered(lambda row: row.method == "follow")
        for day, group in following.grouped("date_effective").items():
            lines = group.line_id._get_applying()
            lines.date_end = as_last(day)
        successors = rows.line_id._get_applying().create(
            [row._prepare_successor(today) for row in following]
        )
        for row, successor in zip(following, successors, strict=True):
            # A change of earlier days comes between a line and what followed it.
            (row.line_id.successor_ids - successor).predecessor_id = successor
            row.successor_id = successor
        following._write_agreed()
        for row in rows - following:
            row.line_id._get_applying().write(row._prepare_new_terms())
        rows._log("price_changed", lambda row: row.date_effective)
        rows.contract_id._refresh_next_billing()

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

    def _prepare_new_terms(self):
        self.ensure_one()
        if self.price_override_new:
            return {
                "has_price_override": True,
                "price_override": self.price_override_new,
            }
        return {"price_id": self.price_new_id.id, "agreed_steps": self.steps_new}

    def _prepare_successor(self, today):
        """Values of the line that goes on: the same but for price and start."""
        self.ensure_one()
        return {
            **self.line_id._get_applying().copy_data()[0],
            "date_start": self.date_effective,
            "date_end": self.date_end_before,
            "predecessor_id": self.line_id.id,
            "is_upcoming": self.date_effective > today,
            **self._prepare_new_terms(),
        }

    def _write_agreed(self):
        """Price, rhythm and proration of the successors, which Odoo computes anew when
        they are created; one write for all that agree in them."""
        by_vals = defaultdict(self.browse)
        for row in self:
            by_vals[json.dumps(row._prepare_agreed(), default=str)] += row
        for vals, rows in by_vals.items():
            rows.successor_id._get_applying().write(json.loads(vals))

    def _prepare_agreed(self):
        self.ensure_one()
        return {**self.line_id._prepare_agreed(), **self._prepare_new_terms()}

    def _undo(self):
        """Put the lines back as they were; what was decided since then stays."""
        rows = self.sudo()
        rows._check_undoable()
        ends = defaultdict(rows.line_id.browse)
        for row in rows.filtered("successor_id"):
            ends[row.successor_id.date_end] += row.line_id
        rows.successor_id._get_applying().unlink()
        for day, lines in ends.items():
            lines._get_applying().date_end = day
        for row in rows.filtered(lambda row: row.method == "replace"):
            row.line_id._get_applying().write(row._prepare_old_terms())
        rows._log("price_change_undone", lambda row: row.date_effective)
        rows.contract_id._refresh_next_billing()
        rows.change_id._unlink_derived()

    def _prepare_old_terms(self):
        self.ensure_one()
        return {
            "price_id": self.price_old_id.id,
            "agreed_steps": self.steps_old,
            "price_override": self.price_override_old,
        }

    def _check_undoable(self):
        """Billed, changed again or edited: then it is no longer ours to take back."""
        touched = (
            self.successor_id
            + self.filtered(lambda row: row.method == "replace").line_id
        )
        charge = self.env["subscription.charge"].search(
            [("line_id", "in", touched.ids)], limit=1
        )
        if charge:
            raise UserError(
                self.env._(
                    "Contract %(contract)s was billed at the new price (%(period)s), "
                    "so the change cannot be undone. Make a new change.",
                    contract=charge.contract_id.display_name,
                    period=charge._get_period_name(),
                )
            )
        later = (
            self.search(
                [("line_id", "in", touched.ids), ("change_id.state", "=", "applied")]
            ).change_id
            - self.change_id
        )
        if later:
            raise UserError(
                self.env._("Undo price change %s first: it came later.", later[0].name)
            )
        self._check_unedited()

    def _check_unedited(self):
        for row in self:
            now = row.successor_id
            if now and now.quantity != row.line_id.quantity:
                raise UserError(
                    self.env._(
                        "Contract %(contract)s: the quantity of %(line)s was changed "
                        "for the time after the price change. Set it back first.",
                        contract=row.contract_id.display_name,
                        line=now.name,
                    )
                )
