import ast
import math
from dataclasses import dataclass, field

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain
from odoo.tools import SQL, format_date

from ...engine.adjustment import Adjustment
from ...engine.money import to_decimal
from ..catalogue.subscription_component import ONE_OFF_KINDS
from ..dates import Day, as_stop
from ..failures import isolate
from ..numbers import Number
from ..private_context import PRIVATE, Private
from ..sentences import invalid, refusal
from ..texts import Label, Words

# Contracts written to by one press of the button; the next press takes the others.
LIMIT = 500
PRICE_CHANGE_STATES = [
    ("draft", "Draft"),
    ("applied", "Applied"),
    ("done", "In force"),
    ("undone", "Undone"),
]
# What the preview follows from; fixed once it was applied.
DEFINING_FIELDS = {
    "company_id",
    "date",
    "starts",
    "mode",
    "percent",
    "amount",
    "rounding_step",
    "price_ids",
    "component_ids",
    "plan_ids",
    "variant_ids",
    "contract_ids",
    "domain",
}
# Amounts of a price and of its tiers that a percentage raises, beside its own.
PRICE_AMOUNTS = (
    "amount_minimum",
    "amount_maximum",
    "amount_event",
    "event_minimum",
    "event_maximum",
)
TIER_AMOUNTS = ("price_unit", "amount_flat", "amount_maximum")
# Models with one amount that an amount can be added to.
AMOUNT_MODELS = ("flat", "per_unit", "package", "discount_scale")
CHANGE_MODES = [
    ("percent", "By percent"),
    ("amount", "By amount"),
    ("new_price", "To new prices"),
    ("catalog", "To the prices for new contracts"),
]
STARTS = [
    ("renewal", "From the next renewal of each contract"),
    ("date", "On that day for all"),
]
PERCENT_RANGE = (-100, 1000)
MAX_AMOUNT = 1e9


class Outcome(Exception):
    """Raised where a line keeps its price: ``method`` and why."""

    def __init__(self, method, reason):
        super().__init__(reason)
        self.method = method
        self.reason = reason


@dataclass
class _Facts:
    """What is read once for all lines: id of the line -> ..."""

    billed: dict  # last day billed
    pending: dict  # ``subscription.price.change`` that waits for its date
    used: dict  # billed quantity of the last metered period
    derived: dict = field(default_factory=dict)  # id of a price -> its successor


class SubscriptionPriceChange(models.Model):
    """New prices for running contracts from a date on (C6): shown before, announced,
    and undone as long as the date is to come."""

    _name = "subscription.price.change"
    _description = "Subscription Price Change"
    _inherit = ["mail.thread", "subscription.guard.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, default="/", readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    date = Day(
        "New Prices From",
        required=True,
        tracking=True,
        help="First day of the new prices.",
    )
    starts = fields.Selection(
        STARTS,
        default="renewal",
        required=True,
        tracking=True,
        help="With the first period of each contract that begins on or after the day "
        "and is not billed yet; or on that very day for all, where the rest of a "
        "billed period is credited and charged anew.",
    )
    mode = fields.Selection(
        CHANGE_MODES, "Change", default="percent", required=True, tracking=True
    )
    # Without digits: a column of fixed digits fails on NaN and 1e300 before any check.
    percent = Number(help="Negative lowers the prices.", tracking=True)
    amount = Number(
        tracking=True,
        help="Added to the fee or unit price, in its currency; negative lowers it.",
    )
    rounding_step = Number(
        "Round To",
        default=0.01,
        help="New prices are multiples of this, half up; 0 = not rounded. Prices below "
        "ten of it keep six decimals.",
    )
    price_ids = fields.One2many("subscription.price", "change_id", "New Prices")
    component_ids = fields.Many2many(
        "subscription.component", string="Components", check_company=True
    )
    plan_ids = fields.Many2many("subscription.plan", string="Plans", check_company=True)
    variant_ids = fields.Many2many(
        "subscription.plan.variant", string="Plan Variants", check_company=True
    )
    contract_ids = fields.Many2many(
        "subscription.contract",
        "subscription_price_change_contract_rel",
        string="Contracts",
        check_company=True,
        help="Empty = all running contracts.",
    )
    domain = Label("Filter", default="[]", maximum=20_000)
    reason = Words(
        translate=True, help="Told to the customers in the announcement.", tracking=True
    )
    line_ids = fields.One2many(
        "subscription.price.change.line", "change_id", readonly=True
    )
    contract_change_ids = fields.One2many(
        "subscription.change", "price_change_id", readonly=True
    )
    is_stale = fields.Boolean(readonly=True, copy=False)
    is_past = fields.Boolean(compute="_compute_is_past")
    contract_count = fields.Integer("Changed Contracts", compute="_compute_counts")
    affected_count = fields.Integer("Changed Lines", compute="_compute_counts")
    skipped_count = fields.Integer("Left Out", compute="_compute_counts")
    refused_count = fields.Integer("Refused", compute="_compute_counts")
    effect_text = fields.Char("Monthly Effect", compute="_compute_counts")
    # Announcing.
    template_id = fields.Many2one(
        "mail.template",
        "E-mail Template",
        default=lambda self: self._get_default_template(),
        domain=[("model", "=", "subscription.contract")],
        copy=True,
        tracking=True,
    )
    has_cancellation_note = fields.Boolean(
        "Offer to Cancel",
        help="The announcement says that the contract can be ended with effect from "
        "the date of the new prices.",
        tracking=True,
    )
    announced_count = fields.Integer("Announced", compute="_compute_announced")
    unannounced_count = fields.Integer("Not Announced", compute="_compute_announced")
    failed_count = fields.Integer("Not Delivered", compute="_compute_announced")
    # Applying and undoing.
    state = fields.Selection(
        PRICE_CHANGE_STATES,
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )

    @api.depends("date", "company_id")
    def _compute_is_past(self):
        for change in self:
            change.is_past = bool(change.date) and change.date < change._get_today()

    @api.depends("line_ids.method", "line_ids.amount_monthly")
    def _compute_counts(self):
        for change in self:
            by_method = change.line_ids.grouped("method")
            nothing = change.line_ids.browse()
            changed = change.line_ids.filtered(lambda row: row._is_change())
            change.contract_count = len(changed.contract_id)
            change.affected_count = len(changed)
            change.skipped_count = len(by_method.get("skip", nothing))
            change.refused_count = len(by_method.get("error", nothing))
            change.effect_text = changed._get_effect_text()

    @api.constrains("percent", "amount", "rounding_step")
    def _check_numbers(self):
        low, high = PERCENT_RANGE
        for change in self:
            for name, least, most in (
                ("percent", low, high),
                ("amount", -MAX_AMOUNT, MAX_AMOUNT),
                ("rounding_step", 0, MAX_AMOUNT),
            ):
                value = change[name]
                if not math.isfinite(value) or not least <= value <= most:
                    raise invalid(self.env)._(
                        "Price change %(change)s: %(field)s must lie between "
                        "%(least)s and %(most)s, it is %(value)s.",
                        change=change.name,
                        field=change._fields[name]._description_string(self.env),
                        least=least,
                        most=most,
                        value=value,
                    )

    @api.model_create_multi
    def create(self, vals_list):
        changes = super().create(vals_list)
        for change in changes.sudo().filtered(lambda it: it.name == "/"):
            sequence = self.env["ir.sequence"].with_company(change.company_id)
            change.name = sequence.next_by_code("subscription.price.change")
        return changes

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        self._check_open()

    def action_preview(self):
        """Show who is affected, with old and new price."""
        self.check_access("write")
        for change in self:
            change._check_open()
            change._set_rows(change._prepare_rows())

    def action_view_contracts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_contract_action"
        )
        changed = self.line_ids.filtered(lambda row: row._is_change())
        action["domain"] = [("id", "in", changed.contract_id.ids)]
        action["context"] = {"create": False}
        return action

    def _set_rows(self, rows):
        self.line_ids.sudo().unlink()
        self.env["subscription.price.change.line"].sudo().create(rows)
        self.sudo().is_stale = False

    def _get_today(self):
        """The billing date in the company's time zone (T3)."""
        tz = self.company_id.partner_id.tz or "UTC"
        return self.env["subscription.billing.run"]._get_billing_date(tz)

    def _as_adjustment(self):
        """Percent, amount and rounding as the engine's value."""
        self.ensure_one()
        by_percent = self.mode == "percent"
        return Adjustment(
            percent=to_decimal(self.percent if by_percent else 0),
            amount=to_decimal(0 if by_percent else self.amount),
            step=to_decimal(self.rounding_step) if self.rounding_step else None,
        )

    # ----------------------------------------------------------------------
    # Announcing
    #
    # Letters about a price change: through Odoo's mail queue, one per contract, in its
    # customer's language and its chatter. Not in the transaction that applies.
    # ----------------------------------------------------------------------

    def _get_default_template(self):
        return self.env.ref(
            "subscription_billing.mail_template_price_change", raise_if_not_found=False
        )

    @api.depends("line_ids.is_announced", "line_ids.mail_state", "line_ids.method")
    def _compute_announced(self):
        for change in self:
            rows = change.line_ids.filtered(lambda row: row._is_change())
            told = rows.filtered("is_announced")
            change.announced_count = len(told.contract_id)
            change.unannounced_count = len((rows - told).contract_id)
            failed = told.filtered(lambda row: row.mail_state == "exception")
            change.failed_count = len(failed.contract_id)

    def action_announce(self):
        """Queue the announcement for all contracts that have not got it yet."""
        self.ensure_one()
        self.check_access("write")
        rows = self.line_ids.filtered(
            lambda row: row._is_change() and not row.is_announced
        )
        contracts = rows.contract_id[:LIMIT]
        self._check_announceable(contracts)
        mails = self._queue_mails(contracts)
        by_contract = mails.grouped("res_id")
        for contract, group in rows.grouped("contract_id").items():
            if contract in contracts:
                mail = by_contract.get(contract.id, mails.browse())
                group.sudo().write({"is_announced": True, "mail_id": mail[:1].id})
        return self._notify_queued(len(contracts), len(rows.contract_id - contracts))

    def action_announce_again(self):
        """Have the next announcement go to everybody once more."""
        self.check_access("write")
        self.line_ids.sudo().write({"is_announced": False, "mail_id": False})

    def _check_announceable(self, contracts):
        if self.state not in ("applied", "done"):
            raise refusal(self.env)._(
                "Price change %s: apply it before it is announced.", self.name
            )
        if not contracts:
            raise refusal(self.env)._(
                "Price change %s: every customer was written to. Use “Announce "
                "Again” to repeat it.",
                self.name,
            )
        if not self.template_id:
            raise refusal(self.env)._(
                "Price change %s: choose an e-mail template.", self.name
            )
        lost = contracts.filtered(lambda contract: not contract.partner_id.email)
        if lost:
            raise refusal(self.env)._(
                "These customers have no e-mail address: %s. Add it, or write to "
                "them yourself.",
                ", ".join(sorted(set(lost.partner_id.mapped("display_name")))[:20]),
            )

    def _queue_mails(self, contracts):
        """One mail per contract, left to Odoo's queue; returned as superuser."""
        composer = self.env["mail.compose.message"].with_context(
            subscription_price_change=Private(self.id)
        )
        return composer.create(
            {
                "composition_mode": "mass_mail",
                "model": contracts._name,
                "res_ids": repr(contracts.ids),
                "template_id": self.template_id.id,
                "auto_delete": False,
                "force_send": False,
            }
        )._action_send_mail()[0]

    def _notify_queued(self, count, left):
        message = self.env._("%s announcements are in the mail queue.", count)
        if left:
            message += " " + self.env._("Press again for the other %s.", left)
        kind = "warning" if left else "success"
        return self.env["subscription.contract"]._tell(message, kind)

    # ----------------------------------------------------------------------
    # Applying and undoing
    #
    # States of a price change and the guarded way between them.
    # ----------------------------------------------------------------------

    def write(self, vals):
        if vals.keys() & DEFINING_FIELDS:
            self._check_open()
            super(SubscriptionPriceChange, self.sudo()).write({"is_stale": True})
        return super().write(vals)

    def _check_open(self):
        for change in self:
            if change.state != "draft":
                raise refusal(self.env)._(
                    "Price change %s was applied and stays as it is. Undo it, or "
                    "make another one.",
                    change.name,
                )

    def action_apply(self):
        """Give the contracts their new prices, exactly as previewed.

        Where the preview is no longer what would happen it is made anew and nothing
        is applied.
        """
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        rows = self._prepare_rows()
        if self.is_stale or not self.line_ids._is_same(rows):
            self._set_rows(rows)
            return self._notify_renewed()
        changed = self.line_ids.filtered(lambda row: row._is_change())
        if not changed:
            raise refusal(self.env)._(
                "Price change %s: no contract would change.", self.name
            )
        changed.contract_id._lock_or_refuse()
        changed.sudo()._create_prices()
        self._apply_to(changed)
        self.sudo().state = "applied"
        self.sudo()._update_progress("applied")
        return None

    def _apply_to(self, rows):
        """Each row becomes a change of its contract; what can't be applied any more is
        refused for its contract alone.

        :param rows: ``subscription.price.change.line`` records
        """
        changes = self.env["subscription.change"].sudo()
        changes = changes.with_context(
            subscription_silent=PRIVATE
        )  # announced by itself
        made = changes.create([row._prepare_change() for row in rows])
        for today, group in made.grouped(
            lambda change: change.contract_id._get_today()
        ).items():
            isolate(
                self.env,
                group.sorted(lambda it: (it.date, it.id)),
                lambda part, on=today: part._apply(on),
                lambda change, error: change._refuse(error),
            )

    def action_undo(self):
        """Take the change back, as long as its date is to come."""
        self.check_access("write")
        for change in self:
            if change.state != "applied" or change.date <= change._get_today():
                raise refusal(self.env)._(
                    "Price change %s cannot be undone: only one that was applied "
                    "and whose date is still to come can. Make a new change.",
                    change.name,
                )
            change.sudo()._withdraw_all()
            change._unlink_derived()

    def _withdraw_all(self):
        made = self.contract_change_ids.with_context(subscription_silent=PRIVATE)
        waiting = made.filtered(lambda it: it.state in ("scheduled", "lapsed"))
        waiting._check_last_price()
        self.state = "undone"
        for today, group in waiting.grouped(
            lambda it: it.contract_id._get_today()
        ).items():
            group.filtered(lambda it, on=today: it._is_open(on))._withdraw(today)

    def _notify_renewed(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "title": self.env._("The preview was out of date"),
                "message": self.env._(
                    "It has been made anew. Look at it and apply again."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _unlink_derived(self):
        """Prices made by applying, as long as nothing was billed at them and none is
        compared with them; new prices that were typed in stay."""
        derived = self.filtered(lambda change: change.mode in ("percent", "amount"))
        prices = derived.sudo().price_ids
        lines = self.env["subscription.contract.line"].sudo()
        rows = self.env["subscription.price.change.line"].sudo()
        used = lines.search([("price_id", "in", prices.ids)]).price_id
        used |= rows.search([("price_old_id", "in", prices.ids)]).price_old_id
        (prices - used).unlink()

    def _update_progress(self, state):
        """In force once none of its changes waits for its day any more.

        :param str state: what some of its changes have become
        """
        before = "done" if state == "scheduled" else "applied"
        for change in self.filtered(lambda it: it.state == before):
            domain = [("price_change_id", "=", change.id), ("state", "=", "scheduled")]
            waits = self.env["subscription.change"].search_count(domain, limit=1)
            change.state = "applied" if waits else "done"

    # ----------------------------------------------------------------------
    # New prices
    #
    # The new price of a contract line: raised by percent or amount, or another version.
    # Writes nothing.
    # ----------------------------------------------------------------------

    def _get_new_terms(self, line, facts):
        """Fields of the line that change, as values for ``new``."""
        if self.mode in ("percent", "amount"):
            if line.has_price_override:
                return {"price_override": self._get_override(line)}
            if line.price_id.price_model == "pricelist":
                steps = self._get_steps(line)
                return {"price_id": line.price_id, "agreed_steps": steps}
            return {"price_id": self._get_derived(line.price_id, facts)}
        if line.has_price_override:
            raise Outcome("skip", self.env._("Has an own price."))
        price = self._get_fixed_price(line)
        if not price:
            raise Outcome("error", self.env._("There is no new price for it."))
        if price == line.price_id:
            raise Outcome("skip", self.env._("Has this price already."))
        return {"price_id": price, "agreed_steps": self._get_new_steps(line, price)}

    def _get_new_steps(self, line, price):
        """What the pricelist of a new price says on the day of the change."""
        if price.price_model != "pricelist":
            return False
        partner = line.contract_id.partner_id
        try:
            steps = price._get_pricelist_steps(partner, self.date)
        except ValidationError as error:
            raise Outcome("error", str(error)) from error
        return [list(step) for step in steps]

    def _get_fixed_price(self, line):
        contract = line.contract_id
        among = self.price_ids if self.mode == "new_price" else None
        return line.component_id._get_price(
            contract.variant_id,
            contract.currency_id,
            contract.partner_id,
            self.date,
            among,
        )

    def _get_override(self, line):
        new = self._adjust(line.price_override) if line.price_override else 0.0
        if new == line.price_override:
            raise Outcome("skip", self.env._("The price stays the same."))
        return new

    def _get_steps(self, line):
        """The frozen steps of a pricelist at the new price."""
        old = line.agreed_steps or line.price_id._get_current_steps()
        new = [[low, self._adjust(price)] for low, price in old]
        if new == [list(step) for step in old]:
            raise Outcome("skip", self.env._("The price stays the same."))
        return new

    def _get_derived(self, price, facts):
        """The changed copy of a sold price, as an unsaved record; one for each."""
        if not price:
            raise Outcome("error", self.env._("Has no price."))
        if price.id not in facts.derived:
            try:
                vals = self._prepare_derived(price)
                facts.derived[price.id] = price.new(vals)
            except Outcome as outcome:
                facts.derived[price.id] = outcome
        derived = facts.derived[price.id]
        if isinstance(derived, Outcome):
            raise derived
        return derived

    def _prepare_derived(self, price):
        """Values of the price that follows ``price`` under this change.

        Amounts that are not used stay zero; a price that would become zero or
        negative is refused.
        """
        vals = price.copy_data({"change_id": self.id, "date_start": self.date})[0]
        has_amount = price._get_unit_model() in AMOUNT_MODELS
        if self.mode == "amount" and not has_amount:
            raise Outcome(
                "error",
                self.env._("Has no single amount. Change it by percent or new prices."),
            )
        names = ("amount",) if has_amount else ()
        names += PRICE_AMOUNTS if self.mode == "percent" else ()
        is_changed = self._adjust_all(vals, names)
        for command in vals.get("tier_ids") or () if self.mode == "percent" else ():
            if command[0] == Command.CREATE:
                is_changed |= self._adjust_all(command[2], TIER_AMOUNTS)
        if not is_changed:
            raise Outcome("skip", self.env._("The price stays the same."))
        return vals

    def _adjust_all(self, vals, names):
        is_changed = False
        for name in names:
            if vals.get(name):
                old = vals[name]
                vals[name] = self._adjust(old)
                is_changed |= vals[name] != old
        return is_changed

    def _adjust(self, price):
        new = self._as_adjustment().apply(to_decimal(price))
        if new <= 0:
            raise Outcome(
                "error",
                self.env._("The new price would be %s.", f"{new.normalize():f}"),
            )
        return float(new)

    # ----------------------------------------------------------------------
    # Preview
    #
    # What a price change would do to each contract line. Reads, decides, writes
    # nothing.
    # ----------------------------------------------------------------------

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
            raise refusal(self.env)._("Price change %s: enter by how much.", self.name)
        if self.mode == "new_price" and not self.price_ids:
            raise refusal(self.env)._("Price change %s: add the new prices.", self.name)

    def _check_one_currency(self, lines):
        currencies = lines.contract_id.currency_id
        if len(currencies) > 1:
            raise refusal(self.env)._(
                "Price change %(change)s: an amount is of one currency, but the "
                "contracts have %(currencies)s. Select those of one currency, or "
                "change by percent.",
                change=self.name,
                currencies=", ".join(sorted(currencies.mapped("name"))),
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
        lines = self.env["subscription.contract.line"].search(domain)
        return lines.filtered(lambda line: not self._is_derived(line))

    def _is_derived(self, line):
        """A line that begins later by a scheduled change is made anew upon the new
        price; what was agreed for that day stays (C6)."""
        return line.is_upcoming and line.date_start > self.date

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
            raise refusal(self.env)._(
                "Price change %(change)s: the filter %(filter)s cannot be read.",
                change=self.name,
                filter=self.domain,
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
        pending = (
            self.env["subscription.change"]
            .sudo()
            .search(
                [
                    ("state", "=", "scheduled"),
                    ("date_effective", ">=", self.date),
                    ("price_change_id", "!=", False),
                    ("contract_id", "in", lines.contract_id.ids),
                ]
            )
        )
        changes = {change.line_id: change.price_change_id for change in pending}
        return _Facts(
            billed={line.id: day for line, day in billed},
            pending={
                line.id: changes[first]
                for line in lines
                if (first := line._get_first()) in changes
            },
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
        more = amount - self._get_amount(line, quantity)
        price = terms.get("price_id")
        return {
            "price_old_id": line.price_id.id,
            "price_new_id": price.id if price and price.id else False,
            "price_override_new": terms.get("price_override", 0.0),
            "steps_old": line.agreed_steps,
            "steps_new": terms.get("agreed_steps", False),
            "price_text_new": changed.price_text,
            "amount_new": amount,
            "amount_monthly": line._as_monthly(more),
        }

    def _get_amount(self, line, quantity):
        priced = line._as_price().rate(to_decimal(quantity))
        return line.currency_id.round(float(priced.amount))

    def _get_effective_date(self, line, facts):
        """By ``starts``. A fee that is never prorated changes with its next period in
        either case: begun is begun. Usage that was billed is not rated again."""
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
        waits = self.starts == "renewal"
        if not waits and line._as_proration().value != "none":
            return self.date
        first = max(self.date, as_stop(last) or self.date) if waits else self.date
        day = line._as_grid().boundary_at_or_after(first)
        goes_on = line._get_chain().filtered(lambda it: it._is_valid_on(day))
        if not goes_on:
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
                    day=format_date(self.env, facts.pending[line.id].date),
                ),
            )
        last = facts.billed.get(line.id)
        if last or line.date_start < day:
            is_corrected = last and last >= day and line.kind != "metered"
            note = is_corrected and self.env._(
                "Billed up to %s: the rest is credited and charged anew.",
                format_date(self.env, last),
            )
            return {"method": "follow", "note": note}
        return {"method": "replace", "note": self.env._("Starts at the new price.")}
