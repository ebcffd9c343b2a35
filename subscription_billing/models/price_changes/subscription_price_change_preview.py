import ast
from dataclasses import dataclass, field

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine.money import to_decimal
from ..catalogue.subscription_component import ONE_OFF_KINDS
from ..catalogue.subscription_recurrence_mixin import as_stop
from ..pricing.subscription_contract_line import DAYS_PER_MONTH
from .subscription_price_change_pricing import Outcome


@dataclass
class _Facts:
    """What is read once for all lines: id of the line -> ..."""

    billed: dict  # last day billed
    pending: dict  # ``subscription.price.change`` that waits for its date
    used: dict  # billed quantity of the last metered period
    derived: dict = field(default_factory=dict)  # id of a price -> its successor


class SubscriptionPriceChangePreview(models.AbstractModel):
    """What a price change would do to each contract line. Reads, decides, writes
    nothing."""

    _name = "subscription.price.change.preview"
    _description = "Preview of Price Changes"

    def _prepare_rows(self):
        """Values of ``subscription.price.change.line``, one per line in question."""
        self.ensure_one()
        self._check_complete()
        lines = self._get_lines()
        if self.mode == "amount":
            self._check_one_currency(lines)
        facts = self._get_facts(lines)
        return [self._prepare_row(line, facts) for line in lines]

    def _check_complete(self):
        if self.mode in ("percent", "amount") and not self[self.mode]:
            raise UserError(
                self.env._("Price change %s: enter by how much.", self.name)
            )
        if self.mode == "new_price" and not self.price_ids:
            raise UserError(
                self.env._("Price change %s: add the new prices.", self.name)
            )

    def _check_one_currency(self, lines):
        currencies = lines.contract_id.currency_id
        if len(currencies) > 1:
            raise UserError(
                self.env._(
                    "Price change %(change)s: an amount is of one currency, but the "
                    "contracts have %(currencies)s. Select those of one currency, or "
                    "change by percent.",
                    change=self.name,
                    currencies=", ".join(sorted(currencies.mapped("name"))),
                )
            )

    def _get_lines(self):
        """Lines that run on the date or start later, by contract."""
        open_end = Domain("date_end", "=", False) | Domain("date_end", ">=", self.date)
        domain = Domain("contract_id", "any", self._get_contract_domain() & open_end)
        domain &= open_end & Domain("kind", "not in", ONE_OFF_KINDS)
        components = self.component_ids
        if self.mode == "new_price":
            components = (
                components & self.price_ids.component_id
                if components
                else self.price_ids.component_id
            )
        if components:
            domain &= Domain("component_id", "in", components.ids)
        return self.env["subscription.contract.line"].search(domain)

    def _get_contract_domain(self):
        domain = Domain("company_id", "=", self.company_id.id)
        domain &= Domain("state", "!=", "ended")
        for name, selected in (
            ("plan_id", self.plan_ids),
            ("variant_id", self.variant_ids),
            ("id", self.contract_ids),
        ):
            if selected:
                domain &= Domain(name, "in", selected.ids)
        try:
            own = Domain(ast.literal_eval(self.domain or "[]"))
            own.validate(self.env["subscription.contract"])
        except (ValueError, SyntaxError, TypeError) as error:
            raise UserError(
                self.env._(
                    "Price change %(change)s: the filter %(filter)s cannot be read.",
                    change=self.name,
                    filter=self.domain,
                )
            ) from error
        return domain & own

    def _get_facts(self, lines):
        billed = self.env["subscription.charge"]._read_group(
            [
                ("line_id", "in", lines.ids),
                ("is_void", "=", False),
                ("kind", "=", "fee"),
            ],
            ["line_id"],
            ["date_end:max"],
        )
        pending = self.env["subscription.price.change.line"].search_fetch(
            [
                ("change_id.state", "=", "applied"),
                ("change_id.date", ">=", self.date),
                ("method", "in", ("follow", "replace")),
                "|",
                ("line_id", "in", lines.ids),
                ("successor_id", "in", lines.ids),
            ],
            ["change_id", "line_id", "successor_id"],
        )
        changes = {row.line_id.id: row.change_id for row in pending}
        changes.update({row.successor_id.id: row.change_id for row in pending})
        return _Facts(
            billed={line.id: day for line, day in billed},
            pending=changes,
            used=self._get_used(lines.filtered(lambda line: line.kind == "metered")),
        )

    def _get_used(self, lines):
        """Quantity of the last billed period: what metered lines are compared by."""
        if not lines:
            return {}
        self.env["subscription.charge"].flush_model()
        self.env.cr.execute(
            SQL(
                "SELECT DISTINCT ON (line_id) line_id, quantity"
                " FROM subscription_charge WHERE line_id = ANY(%s)"
                " AND kind = 'fee' AND is_void IS NOT TRUE"
                " ORDER BY line_id, date_start DESC, id DESC",
                lines.ids,
            )
        )
        return dict(self.env.cr.fetchall())

    def _prepare_row(self, line, facts):
        """Values of one row: what it costs now, and what becomes of it."""
        metered = line.kind == "metered"
        quantity = facts.used.get(line.id, 0.0) if metered else line.quantity
        amount = self._get_amount(line, quantity)
        row = {
            "change_id": self.id,
            "line_id": line.id,
            "contract_id": line.contract_id.id,
            "currency_id": line.currency_id.id,
            "quantity": quantity,
            "date_effective": max(self.date, line.date_start or self.date),
            "date_end_before": line.date_end,
            "price_override_old": line._get_own_amount() or 0.0,
            "price_text_old": line.price_text,
            "amount_old": amount,
            "amount_new": amount,
        }
        try:
            day = self._get_effective_date(line, facts)
            method = self._get_method(line, day, facts)
            terms = self._get_new_terms(line, facts)
            changed = self._prepare_changed(line, terms, quantity)
            row.update(changed, **method, date_effective=day)
        except Outcome as outcome:
            row.update(method=outcome.method, note=outcome.reason)
        return row

    def _prepare_changed(self, line, terms, quantity):
        """What the line costs under ``terms``, values of its fields."""
        changed = line.new(terms, origin=line)
        amount = self._get_amount(changed, quantity)
        interval = line._as_fee_interval()
        months = interval.months or interval.days / DAYS_PER_MONTH
        price = terms.get("price_id")
        return {
            "price_old_id": line.price_id.id,
            "price_new_id": price.id if price and price.id else False,
            "price_override_new": terms.get("price_override", 0.0),
            "steps_old": line.agreed_steps,
            "steps_new": terms.get("agreed_steps", False),
            "price_text_new": changed.price_text,
            "amount_new": amount,
            "amount_monthly": (amount - self._get_amount(line, quantity)) / months,
        }

    def _get_amount(self, line, quantity):
        priced = line._as_price().rate(to_decimal(quantity))
        return line.currency_id.round(float(priced.amount))

    def _get_effective_date(self, line, facts):
        """A fee that is never prorated changes with its next period: begun is begun.
        Usage that was billed is not rated again."""
        if line.contract_id.state == "draft":
            raise Outcome("skip", self.env._("A draft: takes the price it is sold at."))
        start = max(line.date_start, line.contract_id.date_start)
        stop, last = line._as_stop(), facts.billed.get(line.id)
        if line.kind == "metered" and last:
            start = max(start, as_stop(last))
            if stop and start >= stop:
                raise Outcome("skip", self.env._("Billed to its end."))
        if start >= self.date:
            return start
        if line._as_proration().value != "none":
            return self.date
        grid = line._as_grid()
        day = grid.boundary_at_or_after(self.date)
        if stop and day >= stop:
            raise Outcome("skip", self.env._("Ends with the period that has begun."))
        return day

    def _get_method(self, line, day, facts):
        """Whether a new line follows, or a line to come gets another price."""
        if line.id in facts.pending:
            raise Outcome(
                "error",
                self.env._(
                    "Price change %(change)s of %(day)s is pending. Undo it first, or "
                    "choose a later date.",
                    change=facts.pending[line.id].name,
                    day=facts.pending[line.id].date,
                ),
            )
        last = facts.billed.get(line.id)
        if last or line.date_start < day:
            is_corrected = last and last >= day and line.kind != "metered"
            note = is_corrected and self.env._(
                "Billed up to %s: the rest is credited and charged anew.", last
            )
            return {"method": "follow", "note": note}
        return {"method": "replace", "note": self.env._("Starts at the new price.")}
