from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from ...engine.errors import EngineError
from ..dates import as_stop
from ..failures import explain, isolate
from .subscription_contract import END_METHODS

CHANGE_KINDS = [
    ("variant", "Change the plan"),
    ("quantity", "Change a quantity"),
    ("book", "Book an add-on"),
    ("unbook", "End an add-on"),
    ("price", "Change a price"),
    ("one_off", "Charge a one-off item"),
    ("pause", "Pause"),
    ("resume", "Resume"),
    ("end", "Cancel or end"),
    ("undo_end", "Take the end back"),
    ("billing_day", "Move the billing day"),
    ("transfer", "Transfer to another customer"),
]
KIND = "subscription.change.kind"
CHANGE_STATES = [
    ("draft", "Draft"),
    ("scheduled", "Scheduled"),
    ("applied", "Applied"),
    ("withdrawn", "Withdrawn"),
]
TIMINGS = [
    ("now", "Today"),
    ("period_end", "At the end of the billing period"),
    ("term_end", "At the end of the term"),
    ("date", "On a date"),
]
INTERVALS = (
    "fee_interval_count",
    "fee_interval_unit",
    "billing_interval_count",
    "billing_interval_unit",
    "alignment",
)


class _Undo(Exception):
    """Raised to take back what was done only to look at it."""


class SubscriptionChange(models.Model):
    """A change of a contract: drafted, previewed, applied (C4). It is written into the
    timeline at once, with the date it counts from; until that day is reached it is
    scheduled and can be withdrawn. What each kind does is a service of its own, see
    ``subscription.change.kind``."""

    _name = "subscription.change"
    _description = "Subscription Change"
    _order = "id desc"
    _check_company_auto = True

    contract_id = fields.Many2one(
        "subscription.contract",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        default=lambda self: self._default_contract_id(),
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    partner_id = fields.Many2one(related="contract_id.partner_id", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    plan_id = fields.Many2one(related="contract_id.plan_id")
    kind = fields.Selection(CHANGE_KINDS, required=True)
    state = fields.Selection(
        CHANGE_STATES, default="draft", required=True, readonly=True, copy=False
    )
    timing = fields.Selection(
        TIMINGS,
        "When",
        compute="_compute_timing",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    date = fields.Date("On", help="First day of what is new; may lie in the past.")
    date_effective = fields.Date(
        "Effective", readonly=True, copy=False, help="First day of what is new."
    )
    reason = fields.Char(help="Why; goes into the log of the contract.")
    text_old = fields.Char("Before", readonly=True, copy=False)
    text_new = fields.Char("After", readonly=True, copy=False)
    user_id = fields.Many2one(
        "res.users", "Applied By", readonly=True, copy=False, ondelete="restrict"
    )
    row_ids = fields.One2many("subscription.change.line", "change_id", readonly=True)
    # What the kinds ask for.
    line_id = fields.Many2one(
        "subscription.contract.line", check_company=True, ondelete="set null"
    )
    component_id = fields.Many2one(
        "subscription.component", check_company=True, ondelete="restrict"
    )
    variant_id = fields.Many2one(
        "subscription.plan.variant", check_company=True, ondelete="restrict"
    )
    quantity = fields.Float(digits="Product Unit")
    has_price_override = fields.Boolean("Own Price")
    price_override = fields.Float(digits=(16, 10))
    # Preview.
    preview = fields.Json(readonly=True, copy=False)
    preview_error = fields.Text(readonly=True, copy=False)
    preview_html = fields.Html(compute="_compute_preview_html", sanitize=False)
    # Change of the variant.
    keeps_own_prices = fields.Boolean(
        help="Lines with an own price keep it; otherwise the prices of the new plan "
        "count."
    )
    restarts_periods = fields.Boolean(
        "New Periods",
        compute="_compute_restarts_periods",
        store=True,
        readonly=False,
        precompute=True,
        help="Periods are counted from the day of the change, not from the old anchor.",
    )
    restarts_term = fields.Boolean(
        "New First Term", help="A new first term begins with the change."
    )
    is_downgrade = fields.Boolean(compute="_compute_is_downgrade")
    # Pause.
    date_until = fields.Date(
        "Until", help="Last day of the pause, inclusive; empty = until resumed."
    )
    is_term_extended = fields.Boolean(
        "Extends the Term", help="The term ends as many days later as the pause lasts."
    )
    pause_id = fields.Many2one(
        "subscription.pause", readonly=True, copy=False, ondelete="set null"
    )
    # Billing day.
    billing_day_new = fields.Integer(
        "New Billing Day", help="1 to 31; shorter months use their last day."
    )
    # Transfer.
    partner_new_id = fields.Many2one(
        "res.partner", "New Customer", ondelete="restrict", check_company=True
    )
    # Bulk change.
    batch_id = fields.Many2one(
        "subscription.change.batch",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    amount_now = fields.Float(
        "Billed First, before Taxes",
        compute="_compute_amount_now",
        help="Net amount of the first document the change leads to.",
    )
    # End.
    end_method = fields.Selection(END_METHODS, default="regular")
    end_reason_id = fields.Many2one("subscription.end.reason", ondelete="restrict")
    date_notice = fields.Date(
        "Notice Received", help="Day the notice arrived; empty = today."
    )
    cancelled_at = fields.Datetime(
        "Received At", help="Instant for the receipt; empty = now."
    )
    date_last = fields.Date("Last Day", help="Inclusive; empty = the earliest one.")
    withdrawal_mode = fields.Selection(
        [("pro_rata", "Pays for the days used"), ("full", "Gets everything back")],
        compute="_compute_withdrawal_mode",
        store=True,
        readonly=False,
    )
    withdrawn_ids = fields.One2many(
        "subscription.change", "ended_by_id", "Withdrawn With It", readonly=True
    )
    ended_by_id = fields.Many2one(
        "subscription.change", readonly=True, copy=False, ondelete="set null"
    )
    ending_before = fields.Json(readonly=True, copy=False)

    def _default_contract_id(self):
        if self.env.context.get("active_model") == "subscription.contract":
            return self.env.context.get("active_id")
        return False

    @api.depends("kind", "contract_id", "variant_id")
    def _compute_timing(self):
        for change in self:
            change.timing = change._get_kind()._get_default_timing(change)

    def _get_kind(self):
        """The service that knows what a change of this kind does."""
        kind = f"subscription.change.kind.{self.kind}" if self.kind else KIND
        return self.env[kind]

    @api.depends("kind", "contract_id", "date_effective")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for change in self:
            parts = [change.contract_id.name, kinds.get(change.kind)]
            change.display_name = ", ".join(filter(None, parts))

    @api.model_create_multi
    def create(self, vals_list):
        changes = super().create(vals_list)
        for change in changes:
            if change.state != "draft" and not self.env.su:
                raise UserError(
                    self.env._("A change starts as a draft. Apply it with its button.")
                )
        return changes

    def write(self, vals):
        if not vals.keys() & {"preview", "preview_error", "state"}:
            drafts = self.filtered(lambda it: it.state == "draft" and it.preview)
            super(SubscriptionChange, drafts).write({"preview": False})
        is_open = all(change.state == "draft" for change in self)
        if not self.env.su and ("state" in vals or not is_open):
            raise UserError(
                self.env._(
                    "A change that was applied stays as it is. Withdraw it while it is "
                    "scheduled, or make a new one."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        for change in self:
            if change.state != "draft":
                raise UserError(
                    self.env._(
                        "%s belongs to the history of its contract and stays.",
                        change.display_name,
                    )
                )

    @api.autovacuum
    def _gc_drafts(self):
        """Dialogs that were closed leave drafts behind."""
        limit = fields.Datetime.subtract(self.env.cr.now(), days=1)
        domain = [("state", "=", "draft"), ("create_date", "<", limit)]
        self.sudo().search(domain, limit=1000).unlink()

    # ----------------------------------------------------------------------
    # Timing
    #
    # From which day on a change counts.
    # ----------------------------------------------------------------------

    def _get_effective_date(self, today):
        """First day of what is new; see ``subscription.change.kind``."""
        self.ensure_one()
        return self._get_kind()._get_effective_date(self, today)

    def _get_timed_date(self, today):
        """The first day by ``timing``, within the contract."""
        self.ensure_one()
        contract = self.contract_id
        day = {
            "now": lambda: max(today, contract.date_start),
            "period_end": lambda: self._get_period_end(today),
            "term_end": lambda: self._get_term_end(today),
            "date": lambda: self.date,
        }[self.timing]()
        if not day:
            raise UserError(
                self.env._("Contract %s: enter the date.", contract.display_name)
            )
        if day < contract.date_start:
            raise UserError(
                self.env._(
                    "Contract %(contract)s starts on %(start)s. Choose a day from then "
                    "on instead of %(day)s.",
                    contract=contract.display_name,
                    start=contract.date_start,
                    day=day,
                )
            )
        if contract.date_end and day > contract.date_end:
            raise UserError(
                self.env._(
                    "Contract %(contract)s ends on %(end)s. Choose a day up to then "
                    "instead of %(day)s, or take the end back first.",
                    contract=contract.display_name,
                    end=contract.date_end,
                    day=day,
                )
            )
        return day

    def _get_period_end(self, today):
        """First day of the next billing period."""
        recurrence = self.contract_id._as_billing_recurrence()
        day = max(today, recurrence.start)
        return recurrence.whole_at(day).stop

    def _get_term_end(self, today):
        """First day after the term that runs, or after notice in an indefinite one."""
        contract = self.contract_id
        start = contract._get_term_start()
        current = contract._as_term().current(start, today)
        if current:
            return current.stop
        return as_stop(contract._get_earliest_end(today))

    # ----------------------------------------------------------------------
    # Applying and withdrawing
    #
    # From a draft to the timeline of its contract, and back (C4).
    # ----------------------------------------------------------------------

    def action_apply(self):
        """Apply drafts as of today, each in the zone of its contract."""
        for change in self:
            change._apply(change.contract_id._get_today())
        return {"type": "ir.actions.act_window_close"}

    def action_withdraw(self):
        for change in self:
            change._withdraw(change.contract_id._get_today())

    def _apply(self, today):
        """Write the change into the timeline; all of it or nothing.

        :param date today: today for the contract; effective days may lie before it
        :raise UserError: for what is not allowed, naming a day that would do
        """
        self.ensure_one()
        self._check_applicable()
        self.contract_id._lock_or_refuse()
        day = self._get_effective_date(today)
        change = self.sudo()
        kind = change._get_kind()
        change.date_effective = day
        change._check_day(day)
        kind._check(change, day)
        old, new = change._describe()
        kind._apply(change, day, today)
        is_due = day <= today
        change.write(
            {
                "state": "applied" if is_due else "scheduled",
                "text_old": old,
                "text_new": new,
                "user_id": self.env.uid,
            }
        )
        if is_due:
            kind._reach(change, day)
        self._log("changed" if is_due else "change_scheduled")
        self._settle(day, today)

    def _settle(self, day, today):
        """Check the rules from ``day`` on, and look at what is due now."""
        contract = self.contract_id
        rules = self.env["subscription.component.rules"]
        rules._check(contract._get_applying(), since=day)
        contract._refresh_next_billing()
        contract._reach(today)

    def _withdraw(self, today):
        """Put the timeline back; only while the day has not come."""
        self.ensure_one()
        self.contract_id.check_access("write")
        self.contract_id._lock_or_refuse()
        if self.state != "scheduled" or self.date_effective <= today:
            raise UserError(
                self.env._(
                    "%s is not scheduled any more and cannot be withdrawn. Make a new "
                    "change instead.",
                    self.display_name,
                )
            )
        change = self.sudo()
        change._check_last()
        change._get_kind()._withdraw(change, self.date_effective)
        change.row_ids._undo()
        change.state = "withdrawn"
        self._log("change_withdrawn")
        change.withdrawn_ids._restore(today)
        self._settle(self.date_effective, today)

    def _restore(self, today):
        """Schedule anew, in the order of their days, what an end had withdrawn and does
        not any more. What is no longer possible stays withdrawn, and the log says why.

        :param date today: today for the contract
        """
        for change in self.sorted(lambda it: (it.date_effective, it.id)):
            isolate(
                self.env,
                change,
                lambda part: part._restore_one(today),
                lambda part, error: part._log_lost(error),
            )

    def _restore_one(self, today):
        self.write(
            {
                "state": "draft",
                "ended_by_id": False,
                "timing": "date",
                "date": self.date_effective,
            }
        )
        self._apply(today)

    def _log_lost(self, error):
        """Withdrawn for good."""
        self.env["subscription.event"]._log(
            "change_withdrawn",
            self.contract_id,
            self.env._("Not scheduled again: %s", self.display_name),
            date_effective=self.date_effective,
            change_id=self.id,
            value_old=self.text_old,
            value_new=self.text_new,
            reason=explain(self.env, error, self.display_name),
        )

    def _check_last(self):
        """A later change was made upon this one."""
        touched = self.row_ids.successor_id
        later = self.row_ids.sudo().search(
            [
                ("line_id", "in", touched.ids),
                ("change_id.state", "in", ("scheduled", "applied")),
            ],
            limit=1,
        )
        if later:
            raise UserError(
                self.env._(
                    "%(later)s of %(day)s builds upon it. Withdraw that first.",
                    later=later.change_id.display_name,
                    day=later.change_id.date_effective,
                )
            )

    def _check_applicable(self):
        self.check_access("write")
        contract = self.contract_id
        contract.check_access("write")
        if self.state != "draft":
            raise UserError(self.env._("%s was applied already.", self.display_name))
        if contract.state == "ended":
            raise UserError(
                self.env._(
                    "Contract %(contract)s ended on %(day)s; it can't be changed any "
                    "more. Make a new contract.",
                    contract=contract.display_name,
                    day=contract.date_end,
                )
            )
        if contract.state == "draft":
            raise UserError(
                self.env._(
                    "Contract %s is a draft: edit it, then activate it.",
                    contract.display_name,
                )
            )

    def _check_day(self, day):
        """Two changes that wait for the same day and touch the same thing contradict
        each other; the first one has to be withdrawn."""
        waiting = self.search(
            [
                ("contract_id", "=", self.contract_id.id),
                ("state", "=", "scheduled"),
                ("date_effective", "=", day),
                ("id", "!=", self.id),
            ]
        )
        for other in waiting:
            if self._contradicts(other):
                raise UserError(
                    self.env._(
                        "Contract %(contract)s: “%(other)s” is scheduled for %(day)s "
                        "already. Withdraw it first, or choose a day after that.",
                        contract=self.contract_id.display_name,
                        other=other.display_name,
                        day=day,
                    )
                )

    def _contradicts(self, other):
        """Whether both cannot begin on the same day. An end withdraws what was to begin
        with it."""
        if self.kind == "end":
            return other.kind == "end"
        subject = self.line_id.component_id or self.component_id
        others = other.line_id.component_id or other.component_id
        return not subject or not others or subject == others

    def _describe(self):
        """What was and what is to be, as the reader of the log knows it."""
        return self._get_kind()._describe(self)

    def _log(self, event_type):
        if event_type in ("changed", "change_scheduled"):
            event_type = self._get_kind()._get_event_type(self, event_type)
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        self.env["subscription.event"]._log(
            event_type,
            self.contract_id,
            kinds[self.kind],
            date_effective=self.date_effective,
            change_id=self.id,
            value_old=self.text_old,
            value_new=self.text_new,
            reason=self.reason,
        )

    def _go_on(self, line, day, vals, today):
        before = line.date_end
        known = line | line.predecessor_id
        successor = line._go_on(day, vals, today)
        if successor in known:
            return successor  # nothing that could be withdrawn: it counts already
        return self._remember(line, before, successor)

    def _book(self, component, day, vals, today):
        lines = self.env["subscription.contract.line"]
        line = lines._book(self.contract_id, component, day, vals, today)
        return self._remember(lines, False, line)

    def _end_line(self, line, day):
        before = line.date_end
        line._end_on(day)
        return self._remember(line, before, line.browse())

    def _remember(self, line, date_end_before, successor):
        self.row_ids.create(
            {
                "change_id": self.id,
                "line_id": line.id,
                "date_end_before": date_end_before,
                "successor_id": successor.id,
            }
        )
        return successor

    # ----------------------------------------------------------------------
    # Preview
    #
    # What a change would do, found out by doing it and taking it back: the same code
    # writes the timeline and the invoices, so what was previewed is what is billed
    # (C4).
    # ----------------------------------------------------------------------

    def action_preview(self):
        """Work out what the change would bill, and show it in the same dialog."""
        self.ensure_one()
        self._check_applicable()
        self._update_preview(self.contract_id._get_today())
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _update_preview(self, today):
        try:
            vals = {"preview": self._preview(today), "preview_error": False}
        except (UserError, EngineError) as error:
            reason = explain(self.env, error, self.display_name)
            vals = {"preview": False, "preview_error": reason}
        self.sudo().write(vals)

    def _preview(self, today):
        """Facts about the contract before and after, and the documents to come.

        Writes nothing: all of it is done in a savepoint that is rolled back.

        :param date today: today for the contract
        :return: dict of JSON types: ``before`` and ``after`` (monthly amount, end, end
            if cancelled), ``documents`` and ``instead_of`` (date, type, lines, net,
            tax, total; amounts are negative where money is given back)
        :raise UserError: if the change is not possible
        """
        self.ensure_one()
        preview = {}
        look = self.with_context(subscription_preview=True, tracking_disable=True)
        for is_applied in (False, True):
            try:
                with self.env.cr.savepoint():
                    preview.update(look._do_and_look(today, is_applied))
                    raise _Undo
            except _Undo:
                self.env.invalidate_all()
        return preview

    def _do_and_look(self, today, is_applied):
        contract = self.contract_id
        if not is_applied:
            until = self._get_effective_date(today)
            return {
                "before": contract._get_standing(today),
                "instead_of": contract._look_ahead(today, until),
            }
        self._apply(today)
        after = contract._get_standing(today)
        until = self.date_effective
        return {
            "effective": str(until),
            "after": after,
            "documents": contract._look_ahead(today, until),
        }

    @api.depends("preview", "preview_error")
    @api.depends_context("lang")
    def _compute_preview_html(self):
        for change in self:
            if not change.preview and not change.preview_error:
                change.preview_html = False
                continue
            change.preview_html = self.env["ir.qweb"]._render(
                "subscription_billing.change_preview",
                {
                    "change": change,
                    "preview": change.preview,
                    "money": change._format_money,
                    "day": change._format_day,
                },
            )

    def _format_money(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)

    def _format_day(self, text):
        return format_date(self.env, text) if text else "…"

    # ----------------------------------------------------------------------
    # Change of the variant
    #
    # Another variant or plan: upgrade, downgrade, another rhythm.
    # ----------------------------------------------------------------------

    @api.depends("variant_id", "contract_id")
    def _compute_restarts_periods(self):
        """Where periods get another length, the old ones are no use to anybody."""
        for change in self:
            contract, variant = change.contract_id, change.variant_id
            change.restarts_periods = bool(variant) and any(
                contract[name] != variant[name] for name in INTERVALS
            )

    @api.depends("variant_id", "contract_id")
    def _compute_is_downgrade(self):
        for change in self:
            variant, contract = change.variant_id, change.contract_id
            change.is_downgrade = bool(
                variant
                and contract
                and change._get_kind()._get_new_monthly_amount(change)
                < contract.amount_monthly
            )

    # ----------------------------------------------------------------------
    # Bulk change
    # ----------------------------------------------------------------------

    def _compute_amount_now(self):
        for change in self:
            documents = (change.preview or {}).get("documents")
            change.amount_now = documents[0]["net"] if documents else 0.0

    # ----------------------------------------------------------------------
    # End
    #
    # The end of a contract: by term and notice, on any day, by withdrawal, or as if it
    # never was (C5). The planner gives back what was paid ahead.
    # ----------------------------------------------------------------------

    @api.depends("contract_id")
    def _compute_withdrawal_mode(self):
        for change in self:
            early = change.contract_id.is_early_start_requested
            change.withdrawal_mode = "pro_rata" if early else "full"

    def _is_annulment(self):
        is_full = self.end_method == "withdrawal" and self.withdrawal_mode == "full"
        return self.end_method == "annulment" or is_full
