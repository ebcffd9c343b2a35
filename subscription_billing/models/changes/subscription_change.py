import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from ...engine.errors import EngineError
from ...engine.term import extended
from ..dates import Day, Instant, as_stop
from ..failures import explain, isolate
from ..numbers import Count, Number
from ..private_context import get_private
from ..sentences import Sentence, Sentences, refusal, said
from ..texts import Label
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
    ("extend_trial", "Extend the trial"),
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
    ("lapsed", "Lapsed"),
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


class SubscriptionChange(models.Model):
    """A change of a contract: drafted, previewed, applied (C4). A scheduled one is an
    intent: what was asked for, with what was agreed for it. The timeline after today
    follows from the intents in the order of their days, and is derived anew when one
    comes in, goes, or the ground of one changes; what can't be applied any more lapses,
    with its reason, and comes back if it can. What each kind does is a service of its
    own, see ``subscription.change.kind``."""

    _name = "subscription.change"
    _inherit = ["subscription.guard.mixin"]
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
    date = Day("On", help="First day of what is new; may lie in the past.")
    date_effective = fields.Date(
        "Effective", readonly=True, copy=False, help="First day of what is new."
    )
    reason = Label(help="Why; goes into the log of the contract.")
    reason_told = Sentence(
        "Automatic Because", readonly=True, help="Why, where nobody entered it."
    )
    text_old = Sentence("Before", readonly=True, copy=False)
    text_new = Sentence("After", readonly=True, copy=False)
    user_id = fields.Many2one(
        "res.users", "Applied By", readonly=True, copy=False, ondelete="restrict"
    )
    row_ids = fields.One2many("subscription.change.line", "change_id", readonly=True)
    agreed = fields.Json(
        readonly=True,
        help="Prices and terms as they were when the change was applied; what is "
        "derived anew keeps them.",
    )
    lapse_reason = Sentences(
        readonly=True, copy=False, help="Why it can't be applied on its day."
    )
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
    quantity = Number(digits="Product Unit")
    has_price_override = fields.Boolean("Own Price")
    price_override = Number(digits=(16, 10))
    # What the dialog offers.
    offered_kinds = fields.Json(compute="_compute_offered")
    offered_line_ids = fields.Many2many(
        "subscription.contract.line", compute="_compute_offered"
    )
    offered_component_ids = fields.Many2many(
        "subscription.component", compute="_compute_offered"
    )
    offered_variant_ids = fields.Many2many(
        "subscription.plan.variant", compute="_compute_offered"
    )
    # Preview.
    preview = fields.Json(readonly=True, copy=False)
    preview_error = Sentences(readonly=True, copy=False)
    preview_html = fields.Html(compute="_compute_preview_html", sanitize=False)
    is_billed_today = fields.Boolean(
        compute="_compute_is_billed_today", help="The preview has a document of today."
    )
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
    variant_old_id = fields.Many2one(
        "subscription.plan.variant", readonly=True, copy=False, ondelete="restrict"
    )
    is_downgrade = fields.Boolean(compute="_compute_is_downgrade")
    follows_variant_id = fields.Many2one(
        "subscription.plan.variant",
        "Follows",
        readonly=True,
        ondelete="restrict",
        help="The variant whose first term ends here; not for another one.",
    )
    # Pause.
    date_until = Day(
        "Until",
        help="Last day of the pause or of the trial, inclusive; empty = until resumed.",
    )
    is_term_extended = fields.Boolean(
        "Extends the Term", help="The term ends as many days later as the pause lasts."
    )
    pause_id = fields.Many2one(
        "subscription.pause", readonly=True, copy=False, ondelete="set null"
    )
    # Billing day.
    billing_day_new = Count(
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
    amount_now = fields.Monetary(
        "Billed First, before Taxes",
        compute="_compute_amounts",
        help="Net amount of the first document the change leads to.",
    )
    amount_before = fields.Monetary(
        "Monthly Before", compute="_compute_amounts", help="As previewed."
    )
    amount_after = fields.Monetary(
        "Monthly After", compute="_compute_amounts", help="As previewed."
    )
    # End.
    end_method = fields.Selection(END_METHODS, default="regular")
    end_reason_id = fields.Many2one(
        "subscription.end.reason", ondelete="restrict", check_company=True
    )
    date_notice = Day("Notice Received", help="Day the notice arrived; empty = today.")
    cancelled_at = Instant("Received At", help="Instant for the receipt; empty = now.")
    date_last = Day("Last Day", help="Inclusive; empty = the earliest one.")
    withdrawal_mode = fields.Selection(
        [("pro_rata", "Pays for the days used"), ("full", "Gets everything back")],
        compute="_compute_withdrawal_mode",
        store=True,
        readonly=False,
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

    @api.depends("kind", "contract_id")
    def _compute_offered(self):
        """Only what is possible as the contract stands."""
        services = {kind: self.env[f"{KIND}.{kind}"] for kind, _name in CHANGE_KINDS}
        for change in self:
            contract, kind = change.contract_id, change._get_kind()
            change.offered_kinds = [
                name
                for name, service in services.items()
                if contract and service._is_offered(contract)
            ]
            lines = kind._get_offered_lines(contract) if contract else False
            change.offered_line_ids = lines
            change.offered_component_ids = kind._get_offered_components(contract)
            change.offered_variant_ids = kind._get_offered_variants(contract)

    @api.onchange("kind")
    def _onchange_kind(self):
        """What there is only one of needs no choice: of fee and add-on, the add-on."""
        lines = self.offered_line_ids
        if self.kind == "quantity":
            lines = lines.filtered(lambda it: it.kind == "quantity") or lines
        self.line_id = lines if len(lines) == 1 else False
        for name in ("variant_id", "component_id"):
            offered = self[f"offered_{name}s"]
            self[name] = offered if len(offered) == 1 else False
        self.quantity = self.line_id.quantity

    @api.depends("kind", "contract_id", "date_effective")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for change in self:
            parts = [change.contract_id.name, kinds.get(change.kind)]
            change.display_name = ", ".join(filter(None, parts))

    def write(self, vals):
        drafts = self.filtered(lambda it: it.state == "draft")
        if not vals.keys() & {"preview", "preview_error", "state"}:
            previewed = drafts.sudo().filtered("preview")
            super(SubscriptionChange, previewed).write({"preview": False})
        if not self.env.su and self != drafts:
            raise refusal(self.env)._(
                "A change that was applied stays as it is. Withdraw it while it is "
                "scheduled, or make a new one."
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        for change in self:
            if change.state != "draft":
                raise refusal(self.env)._(
                    "%s belongs to the history of its contract and stays.",
                    change.display_name,
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
            raise refusal(self.env)._(
                "Contract %s: enter the date.", contract.display_name
            )
        if day < contract.date_start:
            raise refusal(self.env)._(
                "Contract %(contract)s starts on %(start)s. Choose a day from then "
                "on instead of %(day)s.",
                contract=contract.display_name,
                start=contract.date_start,
                day=day,
            )
        self._check_before_end(day)
        return day

    def _check_before_end(self, day):
        contract = self.contract_id
        if contract.date_end and day > contract.date_end:
            raise refusal(self.env)._(
                "Contract %(contract)s ends on %(end)s. Choose a day up to then "
                "instead of %(day)s, or take the end back first.",
                contract=contract.display_name,
                end=contract.date_end,
                day=day,
            )

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

    def action_apply_and_bill(self):
        """Apply drafts, bill at once what is due today of their contracts and of those
        that go on with them, and say what came of it."""
        heirs = self.contract_id.successor_ids
        self.action_apply()
        contracts = self.contract_id
        contracts |= contracts.successor_ids - heirs
        told = contracts._tell_billed(contracts._bill_at_once())
        told["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return told

    def action_withdraw(self):
        for change in self:
            change._withdraw(change.contract_id._get_today())

    def _apply(self, today):
        """Write the changes into the timelines of their contracts, in the order given;
        all of it or nothing.

        :param date today: today for the contracts; effective days may lie before it
        :raise UserError: for what is not allowed, naming a day that would do
        """
        self._check_applicable()
        self.contract_id._lock_or_refuse()
        changes = self.sudo()
        for change in changes:
            day = change._get_effective_date(today)
            state = "applied" if day <= today else "scheduled"
            change.write(
                {"date_effective": day, "state": state, "user_id": self.env.uid}
            )
        for group in changes.grouped("contract_id").values():
            group.with_prefetch(self._prefetch_ids)._enter(today)
        for state, group in changes.grouped("state").items():
            group._log("changed" if state == "applied" else "change_scheduled")
        changes.contract_id._settle(today)

    def _enter(self, today):
        """Make changes of one contract, and all that is to come after them upon what
        then stands."""
        later = self.browse()
        for change in self:
            first = change.line_id._get_first()
            if first != change.line_id:
                change.line_id = first  # whatever line continues it by then
            change._check_day(change.date_effective)
            later |= change._get_later(today)
        (later - self)._take_back()
        together = (later | self).with_prefetch(self._prefetch_ids)
        together._derive(today, entered=self)
        for change in self.filtered(lambda it: it.state == "applied"):
            change._get_kind()._reach(change, change.date_effective)

    def _withdraw(self, today):
        """Take intents back; only while their day has not come.

        :param date today: today for the contracts
        """
        self.contract_id.check_access("write")
        self.contract_id._lock_or_refuse()
        for change in self.sudo():
            change._check_withdrawable(today)
            later = change._get_later(today)
            (later + change)._take_back()
            change.state = "withdrawn"
            change._get_kind()._withdraw(change)
            change.row_ids._drop_spares()
            change._log("change_withdrawn")
            later._derive(today)
        self.contract_id._settle(today)

    def _check_withdrawable(self, today):
        is_open = self.state in ("scheduled", "lapsed")
        if not is_open or self.date_effective <= today:
            raise refusal(self.env)._(
                "%s is not scheduled any more and cannot be withdrawn. Make a new "
                "change instead.",
                self.display_name,
            )

    # ----------------------------------------------------------------------
    # Deriving
    #
    # The future of a contract is a replay: what was to come later is taken back, and
    # made anew in the order of the days upon what stands then. Lines that come out as
    # they were stay the same records, billed or not.
    # ----------------------------------------------------------------------

    def _get_rank(self):
        """Order in which changes apply: by day, ends first, then as entered."""
        self.ensure_one()
        return self.date_effective, self.kind != "end", self.id

    def _is_open(self, today):
        """Whether it is still to come, or may still come back."""
        self.ensure_one()
        return self.state == "scheduled" or (
            self.state == "lapsed" and self.date_effective > today
        )

    def _get_later(self, today):
        """Changes of the contract that are made upon this one: those to come after its
        day, and those in force since that touch the same lines."""
        self.ensure_one()
        since = self._get_kind()._get_since(self, today)
        later = self.contract_id.change_ids.filtered(
            lambda it: it != self and it._get_rank() > since
        )
        return later.filtered(
            lambda it: it._is_open(today)
            or (it.state == "applied" and self._get_kind()._reaches(self, it))
        )

    def _take_back(self):
        """Put the contract back to what it would be without these changes."""
        for change in self.sorted(lambda it: it._get_rank(), reverse=True):
            if change.state == "scheduled":
                change._get_kind()._take_back(change)
            if change.state != "lapsed":
                change.row_ids._take_back()

    def _derive(self, today, entered=None):
        """Make changes of one contract in the order of their days. Those to come lapse
        where they can't be applied; one that is entered or in force is refused.

        :param entered: those that are new
        """
        entered = entered or self.browse()
        self._move_followers()
        ordered = self.sorted(lambda it: it._get_rank())
        certain = entered | self.filtered(lambda it: it.state == "applied")

        def give_up(change, error):
            if change in certain:
                raise error
            change._lapse(error)

        if self <= certain:
            ordered._make(today, entered)
        else:  # at once, as long as all of them can be made
            isolate(self.env, ordered, lambda some: some._make(today, entered), give_up)
        self.filtered(lambda it: it.state != "lapsed").row_ids._drop_spares()

    def _move_followers(self):
        """What follows a term follows it later by the pauses that extend it."""
        followers = self.filtered("follows_variant_id")
        pauses = dict(followers and followers.contract_id._get_extensions())
        for change in self.sorted(lambda it: it._get_rank()) if followers else ():
            day = change.date_effective
            if change.kind == "pause" and change.is_term_extended:
                until = change.date_until
                pauses[day] = (as_stop(until) - day).days if until else 0
            elif change.kind == "resume":
                began = max((it for it in pauses if it <= day), default=None)
                days = (day - began).days if began else 0
                if began and not 0 < pauses[began] < days:  # it is still on
                    pauses[began] = days
        for change in followers:
            change.date_effective = extended(change.date, sorted(pauses.items()))

    def _make(self, today, entered):
        """Write the changes into the timeline, each as it stands on its day."""
        for change in self:
            if change in entered or change.state in ("scheduled", "lapsed"):
                change._make_open(today, is_new=change in entered)
            elif change.state == "applied":
                change._make_again(today)

    def _make_again(self, today):
        """In force, upon what a change of earlier days has made of its lines."""
        kind, day = self._get_kind(), self.date_effective
        if kind._is_of_lines:
            kind._check(self, day)
        kind._apply(self, day, today)

    def _make_open(self, today, is_new):
        kind, day, was_lapsed = self._get_kind(), self.date_effective, self.lapse_reason
        if not kind._is_end:
            self._check_before_end(day)
        kind._check(self, day)
        old, new = self._describe()
        kind._apply(self, day, today)
        self._check_rules(day)
        vals = {"text_old": old, "text_new": new, "lapse_reason": False}
        if not is_new:
            vals["state"] = "scheduled"
        self.write({name: vals[name] for name in vals if self[name] != vals[name]})
        if was_lapsed:
            self._log("change_scheduled")

    def _check_rules(self, day):
        rules = self.env["subscription.component.rules"]
        rules._check(self.contract_id._get_applying(), since=day)

    def _lapse(self, error):
        """It can't be applied as things stand: said once, and tried again whenever
        something changes before its day."""
        reason = explain(self.env, error, self.display_name)
        is_news = self.state != "lapsed"
        self.write({"state": "lapsed", "lapse_reason": reason})
        if is_news:
            self._log("change_lapsed")

    def _check_applicable(self):
        self.check_access("write")
        self.contract_id.check_access("write")
        for change in self:
            change._check_open_for_changes()

    def _check_open_for_changes(self):
        contract = self.contract_id
        if self.state != "draft":
            raise refusal(self.env)._("%s was applied already.", self.display_name)
        if contract.state == "ended":
            raise refusal(self.env)._(
                "Contract %(contract)s ended on %(day)s; it can't be changed any "
                "more. Make a new contract.",
                contract=contract.display_name,
                day=contract.date_end,
            )
        if contract.state == "draft":
            raise refusal(self.env)._(
                "Contract %s is a draft: edit it, then activate it.",
                contract.display_name,
            )

    def _check_day(self, day):
        """Two changes that wait for the same day and touch the same thing contradict
        each other; the first one has to be withdrawn."""
        waiting = self.contract_id.change_ids.filtered(
            lambda it: it.state == "scheduled"
            and it.date_effective == day
            and it != self
        )
        for other in waiting:
            if self._contradicts(other):
                raise refusal(self.env)._(
                    "Contract %(contract)s: “%(other)s” is scheduled for %(day)s "
                    "already. Withdraw it first, or choose a day after that.",
                    contract=self.contract_id.display_name,
                    other=other.display_name,
                    day=day,
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
        """What was and what is to be, as the reader of the log knows it; what is only
        looked at in one language."""
        if get_private(self.env, "subscription_preview"):
            return self._get_kind()._describe(self)
        told = said(self.env)
        texts = {
            env.lang: change._get_kind()._describe(change)
            for env in told.envs
            for change in [self.with_env(env)]
        }
        old = told.each(lambda env: texts[env.lang][0])
        return old, told.each(lambda env: texts[env.lang][1])

    def _log(self, event_type):
        if get_private(self.env, "subscription_preview"):
            return
        log = self.env["subscription.event"].sudo()
        log.create([change._prepare_event(event_type) for change in self])

    def _prepare_event(self, event_type):
        told, kind = said(self.env), self._get_kind()
        return self.env["subscription.event"]._prepare_event(
            kind._get_event_type(self, event_type),
            self.contract_id,
            told.each(lambda env: kind.with_env(env)._get_message(self.with_env(env))),
            date_effective=self.date_effective,
            change_id=self.id,
            value_old=told.of(self, "text_old"),
            value_new=told.of(self, "text_new"),
            reason=told.of(self, "lapse_reason")
            or told.of(self, "reason_told")
            or self.reason,
        )

    # ----------------------------------------------------------------------
    # Writing lines: for the kinds, which say what; the journal is kept here.
    # ----------------------------------------------------------------------

    def _get_line(self):
        """The line it is about, as it is booked on the first day, or what was booked of
        the same component after it had ended; empty for none."""
        chain, day = self.line_id._get_chain(), self.date_effective
        ended = max(
            (valid.stop for line in chain if (valid := line._as_validity())),
            default=self.contract_id.date_start,
        )
        lines = self.contract_id.line_ids
        booked = lines.filtered(lambda line: line._is_valid_on(day))
        found = booked & chain or booked.filtered(
            lambda line: line.component_id == self.line_id.component_id
            and line.date_start >= ended
        )
        return found[:1].with_prefetch(lines._prefetch_ids)

    def _go_on(self, line, day, vals, today):
        before, terms = line.date_end, line._get_news(vals)
        if not terms:
            return line  # it has them already
        terms = line._convert_to_write({name: line[name] for name in terms})
        spare = self._get_spare(line.component_id)
        predecessor = line.predecessor_id
        successor = line._go_on(day, vals, today, spare)
        if successor == line:
            terms = json.loads(json.dumps(terms, default=str))  # days as text
            return self._remember(line, before, line.browse(), terms)
        if successor == predecessor:
            return successor  # back to what it was: nothing is left to take back
        return self._remember(line, before, successor)

    def _replace(self, line, component, day, vals, today):
        """Let another component take the place of a line."""
        before = line.date_end
        line._end_on(day)
        vals = {**vals, "predecessor_id": line.id, "date_end": before}
        return self._remember(
            line, before, self._write_line(component, day, vals, today)
        )

    def _book(self, component, day, vals, today):
        line = self._write_line(component, day, vals, today)
        return self._remember(line.browse(), False, line)

    def _write_line(self, component, day, vals, today):
        lines = self.env["subscription.contract.line"]
        spare = self._get_spare(component)
        return lines._book(self.contract_id, component, day, vals, today, spare)

    def _end_line(self, line, day):
        before = line.date_end
        line._end_on(day)
        return self._remember(line, before, line.browse())

    def _get_spare(self, component):
        """A line this change has made of a component before."""
        spares = self.row_ids.filtered("is_spare").successor_id
        spare = spares.filtered(lambda line: line.component_id == component)[:1]
        return spare.with_prefetch(self.contract_id.line_ids._prefetch_ids)

    def _remember(self, line, date_end_before, successor, terms_before=False):
        vals = {
            "line_id": line.id,
            "date_end_before": date_end_before,
            "terms_before": terms_before,
            "successor_id": successor.id,
            "is_spare": False,
        }
        spare = self.row_ids.filtered(
            lambda row: row.is_spare and row.successor_id == successor
        )
        if spare:
            spare[0].write(vals)
        else:
            vals |= {"change_id": self.id, "company_id": self.company_id.id}
            self.row_ids.create(vals)
        return successor

    # ----------------------------------------------------------------------
    # Preview
    #
    # What a change would do, see ``subscription.preview``.
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
        previews, refused = self.env["subscription.preview"]._preview(self, today)
        if refused:
            raise refused[self]
        return previews[self]

    @api.depends("preview", "preview_error")
    @api.depends_context("lang")
    def _compute_preview_html(self):
        explaining = self.env["subscription.explaining"]
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
                    "number": lambda it: explaining._format_number(self.env, it),
                    "today": str(change.contract_id._get_today()),
                },
            )

    @api.depends("preview")
    def _compute_is_billed_today(self):
        for change in self:
            documents = (change.preview or {}).get("documents")
            today = documents and str(change.contract_id._get_today())
            change.is_billed_today = any(it["date"] <= today for it in documents or ())

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
                variant and contract and change._get_kind()._is_cheaper(change)
            )

    # ----------------------------------------------------------------------
    # Bulk change
    # ----------------------------------------------------------------------

    @api.depends("preview")
    def _compute_amounts(self):
        for change in self:
            preview = change.preview or {}
            documents = preview.get("documents")
            change.amount_now = documents[0]["net"] if documents else 0.0
            change.amount_before = preview.get("before", {}).get("monthly", 0.0)
            change.amount_after = preview.get("after", {}).get("monthly", 0.0)

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

    def _is_annulment(self, today):
        """Whether nothing is owed at all: what is withdrawn before it begins has given
        nothing to pay for (§ 357a BGB), whatever was agreed on an early start.

        :param date today: the day the notice arrives, if none was entered
        """
        if self.end_method == "withdrawal":
            notice = self.date_notice or today
            return (
                self.withdrawal_mode == "full" or notice < self.contract_id.date_start
            )
        return self.end_method == "annulment"
