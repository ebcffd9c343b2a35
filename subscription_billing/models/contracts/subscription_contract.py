from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.misc import format_date

from odoo.addons.base.models.res_partner import _tz_get

from ..dates import Day, as_last, as_stop
from ..numbers import Count
from ..sentences import invalid, refusal, said
from ..texts import LINES, Label

# A field that is computed once and is then the record's own. Without the default of
# the mixin, which would win over the computation.
SNAPSHOT = {"store": True, "readonly": False, "precompute": True, "default": None}
SNAPSHOT_FIELDS = (
    "fee_interval_count",
    "fee_interval_unit",
    "billing_interval_count",
    "billing_interval_unit",
    "billing_mode",
    "alignment",
    "billing_day",
    "first_term_count",
    "first_term_unit",
    "later_term_count",
    "later_term_unit",
    "notice_first_count",
    "notice_first_unit",
    "notice_later_count",
    "notice_later_unit",
    "trial_count",
    "trial_unit",
    "trial_end_policy",
    "is_trial_usage_billed",
)
# Agreed when it was sold: open in a draft only, afterwards to changes (C6).
DRAFT_ONLY_FIELDS = {
    "variant_id",
    "currency_id",
    "company_id",
    "date_start",
    "date_anchor",
    "date_billed_until",
    "date_trial_end",
    "date_term_start",
    *SNAPSHOT_FIELDS,
}
CONTRACT_STATES = [
    ("draft", "Draft"),
    ("trial", "Trial"),
    ("active", "Active"),
    ("paused", "Paused"),
    ("ended", "Ended"),
]
# The one table of allowed moves (C1).
TRANSITIONS = {
    "draft": ("trial", "active"),
    "trial": ("active", "ended"),
    "active": ("paused", "ended"),
    "paused": ("active", "ended"),
    "ended": (),
}
STORY_LENGTH = 50


class SubscriptionContract(models.Model):
    """The agreement with a customer. It keeps rhythm, term and prices of the variant
    as they were when it was sold (C6); what has been billed is in its charges."""

    _name = "subscription.contract"
    _description = "Subscription Contract"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "subscription.timeline.mixin",
        "subscription.recurrence.mixin",
        "subscription.term.mixin",
        "subscription.trial.mixin",
    ]
    _order = "name desc, id desc"
    _check_company_auto = True

    name = Label("Reference", required=True, copy=False, default="/")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        tracking=True,
        ondelete="restrict",
        check_company=True,
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", store=True, index=True
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        tracking=True,
    )
    customer_reference = Label(
        allowed=LINES, help="Order number of the customer, on invoices."
    )
    plan_id = fields.Many2one(
        related="variant_id.plan_id", store=True, index=True, string="Plan"
    )
    variant_id = fields.Many2one(
        "subscription.plan.variant",
        "Plan Variant",
        required=True,
        index=True,
        tracking=True,
        ondelete="restrict",
        check_company=True,
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        required=True,
        **SNAPSHOT,
    )
    date_start = Day(
        "Start Date",
        required=True,
        tracking=True,
        default=lambda self: self.env["subscription.billing.run"]._get_billing_date(
            self.env.user.tz or "UTC"
        ),
    )
    date_end = Day(
        "End Date",
        copy=False,
        tracking=True,
        help="Last day of the contract, inclusive.",
    )
    date_anchor = Day(
        "Anchor",
        help="Day all periods are counted from; empty = the start of the contract.",
    )
    tz = fields.Selection(
        _tz_get, "Time Zone", compute="_compute_tz", required=True, **SNAPSHOT
    )
    fiscal_position_id = fields.Many2one(
        "account.fiscal.position",
        check_company=True,
        help="Leave empty to take the customer's.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        check_company=True,
        help="Leave empty to take the customer's.",
    )
    line_ids = fields.One2many(
        "subscription.contract.line",
        "contract_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        copy=True,
    )
    charge_ids = fields.One2many("subscription.charge", "contract_id")
    _name_unique = models.Constraint(
        "UNIQUE (company_id, name)",
        "Another contract of this company has the same reference.",
    )
    # The due list of a billing run is read through this index.
    _due = models.Index(
        "(company_id, date_next_billing, id) WHERE date_next_billing IS NOT NULL"
    )
    # Agreed terms.
    fee_interval_count = Count(compute="_compute_snapshot", **SNAPSHOT)
    fee_interval_unit = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    billing_interval_count = Count(compute="_compute_snapshot", **SNAPSHOT)
    billing_interval_unit = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    billing_mode = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    alignment = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    billing_day = Count(compute="_compute_snapshot", **SNAPSHOT)
    first_term_count = Count(compute="_compute_snapshot", **SNAPSHOT)
    first_term_unit = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    later_term_count = Count(compute="_compute_snapshot", **SNAPSHOT)
    later_term_unit = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    notice_first_count = Count(compute="_compute_snapshot", **SNAPSHOT)
    notice_first_unit = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    notice_later_count = Count(compute="_compute_snapshot", **SNAPSHOT)
    notice_later_unit = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    trial_count = Count(compute="_compute_snapshot", **SNAPSHOT)
    trial_unit = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    trial_end_policy = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    is_trial_usage_billed = fields.Boolean(compute="_compute_snapshot", **SNAPSHOT)
    # States.
    state = fields.Selection(
        CONTRACT_STATES,
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    event_ids = fields.One2many("subscription.event", "contract_id")
    # Steps by date.
    date_next_step = fields.Date(
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="When something happens to the contract by itself.",
    )
    # Paid and unpaid days.
    date_trial_end = Day(
        "Trial Ends",
        compute="_compute_date_trial_end",
        copy=False,
        store=True,
        readonly=False,
        help="Last day of the trial, inclusive; fees begin the day after.",
    )
    date_billed_until = Day(
        "Billed Until",
        copy=False,
        help="What lies up to this day, inclusive, was billed before the contract came "
        "here. Its periods are counted from the start all the same.",
    )
    pause_ids = fields.One2many("subscription.pause", "contract_id")
    # Terms.
    date_term_start = Day(
        "Term Counts From",
        copy=False,
        help="Empty = the first paid day. A change may start a new first term.",
    )
    date_term_end = fields.Date(
        "Current Term Ends",
        compute="_compute_term_dates",
        help="Last day of the term that runs today; empty in an indefinite phase.",
    )
    date_cancel_by = fields.Date(
        "Cancel By",
        compute="_compute_term_dates",
        help="Last day on which a notice ends the contract with the current term.",
    )
    date_end_if_cancelled = fields.Date(
        "Ends If Cancelled Today", compute="_compute_term_dates"
    )
    # Trial.
    is_trial_over_told = fields.Boolean(
        readonly=True,
        copy=False,
        help="The trial is over, and the customer was asked for a payment method.",
    )
    # Story.
    story_html = fields.Html("Story", compute="_compute_story_html", sanitize=False)

    @api.depends("variant_id", "company_id")
    def _compute_currency_id(self):
        for contract in self:
            contract.currency_id = (
                contract.variant_id.currency_id or contract.company_id.currency_id
            )

    @api.depends("partner_id", "company_id")
    def _compute_tz(self):
        for contract in self:
            contract.tz = (
                contract.partner_id.tz or contract.company_id.partner_id.tz or "UTC"
            )

    @api.depends("variant_id")
    def _compute_line_ids(self):
        for contract in self:
            if contract.state != "draft" or not contract.variant_id:
                continue
            required = contract.plan_id.component_ids.filtered("is_required")
            contract.line_ids = [
                Command.clear(),
                *(
                    Command.create({"component_id": component.id})
                    for component in required
                ),
            ]

    @api.constrains("date_start", "date_end")
    def _check_dates(self):
        for contract in self:
            if contract.date_end and contract.date_end < contract.date_start:
                raise invalid(self.env)._(
                    "Contract %(contract)s: the end %(end)s lies before the "
                    "start %(start)s.",
                    contract=contract.display_name,
                    end=contract.date_end,
                    start=contract.date_start,
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                sequence = self.env["ir.sequence"].with_company(company)
                vals["name"] = sequence.next_by_code("subscription.contract")
        contracts = super().create(vals_list)
        self.env["subscription.event"]._log(
            "created", contracts, said(self.env)._("Contract created")
        )
        return contracts

    def copy_data(self, default=None):
        """A copy is sold anew: from today, with what is booked on the day it starts."""
        given = {**self.default_get(["date_start"]), **(default or {})}
        day = fields.Date.to_date(given["date_start"])
        vals_list = super().copy_data(given)
        for contract, vals in zip(self, vals_list, strict=True):
            if "date_anchor" not in given:
                vals["date_anchor"] = False
            if "line_ids" not in given:
                lines = contract._get_lines_to_copy(day)
                vals["line_ids"] = [
                    Command.create(line._prepare_copy(day)) for line in lines
                ]
        return vals_list

    def _get_lines_to_copy(self, day):
        """What is booked on a day, at the latest on the last day of the contract; of
        one-off items those it was sold with."""
        self.ensure_one()
        if self.state == "draft":
            return self.line_ids
        day = max(min(day, self._get_last_day() or day), self.date_start)
        return self.line_ids.filtered(
            lambda line: line._is_valid_on(day)
            and (line._is_recurring() or line.date_start == self.date_start)
        )

    def write(self, vals):
        watched = [name for name in self._get_open_fields() if name in vals]
        before = {}
        if watched and not self._is_applying():
            before = {it: it._get_watched_values(watched) for it in self}
        self._check_writable(vals)
        result = super().write(vals)
        if "date_end" in vals and self._is_applying():
            self._refresh_next_billing()  # the rest is settled after the change
        elif "date_end" in vals:
            self._follow_edit()
        self._log_edits(before)
        return result

    def _check_writable(self, vals):
        """Refuse what was agreed (C6)."""
        if vals.keys() & DRAFT_ONLY_FIELDS and not self._is_applying():
            self._check_terms_open()
        self._check_agreed(vals)
        if "date_end" in vals:
            self._check_end_open(fields.Date.to_date(vals["date_end"]))

    def _get_open_fields(self):
        """Edited on the form or by a call; each edit is logged with both values."""
        return {
            **super()._get_open_fields(),
            "name": "How both sides call it",
            "partner_id": "Who is served; what was billed keeps its customer",
            "user_id": "Who looks after it",
            "customer_reference": "Order number of the customer, for invoices to come",
            "payment_term_id": "For invoices to come",
            "fiscal_position_id": "For invoices to come",
            "date_end": "Ends or goes on, within what the terms allow",
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        for contract in self:
            if contract.state != "draft" or contract.charge_ids:
                raise refusal(self.env)._(
                    "Contract %(contract)s is not a draft and stays in the books. "
                    "End it instead of deleting it.",
                    contract=contract.display_name,
                )

    def _get_invoice_partner(self):
        """The address invoices go to."""
        self.ensure_one()
        address = self.partner_id.address_get(["invoice"])["invoice"]
        return self.env["res.partner"].browse(address)

    # ----------------------------------------------------------------------
    # Agreed terms: the variant's as they were when it was sold (C6). The contract does
    # not follow later changes of the offer.
    # ----------------------------------------------------------------------

    @api.depends("variant_id")
    def _compute_snapshot(self):
        for record in self:
            source = record.variant_id or record.variant_id.new()
            for name in SNAPSHOT_FIELDS:
                record[name] = source[name]

    def _check_terms_open(self):
        """Prices and billed periods belong to the terms they were made for (C6)."""
        self.line_ids._check_not_billed()
        for contract in self:
            if contract.state != "draft":
                raise refusal(self.env)._(
                    "Contract %s is running and keeps its terms. Enter a change, "
                    "or end it and make a new one.",
                    contract.display_name,
                )

    # ----------------------------------------------------------------------
    # States, the guarded way between them, and the log of each move
    # ----------------------------------------------------------------------

    def action_activate(self):
        """Draft to trial or active: from now on the contract is billed. A trial that is
        to end has its end from now on."""
        # C6: a pricelist is asked when it is sold, not when the draft was written.
        self.line_ids.sudo()._compute_agreed_steps()
        for contract in self:
            contract._check_ready()
        self._set_active(said(self.env)._("Activated"))
        self._refresh_next_billing()
        for contract in self:
            if contract.state == "trial" and contract.trial_end_policy == "end":
                reason = said(self.env)._("Ends with its trial")
                contract._set_end(contract.date_trial_end, reason)
        self._refresh_next_step()

    def _set_active(self, reason):
        tried = self.filtered(
            lambda contract: contract.state == "draft" and contract.date_trial_end
        )
        tried._update_state("trial", said(self.env)._("Trial begins"))
        (self - tried)._update_state("active", reason)

    def _update_state(self, target, reason):
        """Move to ``target``; the only place that writes ``state``.

        :param str target: one of ``CONTRACT_STATES``
        :param str reason: why, for the process log
        :raise UserError: where ``TRANSITIONS`` does not allow it
        """
        self.check_access("write")
        labels = dict(self._fields["state"]._description_selection(self.env))
        for contract in self:
            if target not in TRANSITIONS[contract.state]:
                raise refusal(self.env)._(
                    "Contract %(contract)s is %(state)s and cannot become %(target)s.",
                    contract=contract.display_name,
                    state=labels[contract.state],
                    target=labels[target],
                )
        log = self.env["subscription.event"]
        for state, contracts in self.grouped("state").items():
            log._log("state", contracts, reason, state_from=state, state_to=target)
            contracts.sudo().state = target

    def _check_ready(self):
        """Everything a contract needs before it may be billed.

        :raise UserError: naming the contract and what is missing
        """
        self.ensure_one()
        if not self.line_ids:
            raise refusal(self.env)._(
                "Contract %(contract)s has no lines. Add at least one component "
                "of the plan %(plan)s.",
                contract=self.display_name,
                plan=self.plan_id,
            )
        missing = self._get_required_components() - self.line_ids.component_id
        if missing:
            raise refusal(self.env)._(
                "Contract %(contract)s lacks %(components)s, which the plan "
                "%(plan)s requires. Add a line for each.",
                contract=self.display_name,
                components=", ".join(missing.mapped("name")),
                plan=self.plan_id,
            )
        for line in self.line_ids:
            if not line.price_id and not line.has_price_override:
                raise UserError(line._get_missing_price_message())
        self.env["subscription.component.rules"]._check(self)
        self.variant_id._check_customer(self.partner_id, self)

    def _get_required_components(self):
        """What no contract of the plan is without; a fee at the start may be waived."""
        return self.plan_id.component_ids.filtered(
            lambda it: it.is_required and not it._is_one_off()
        )

    # ----------------------------------------------------------------------
    # Steps by date
    #
    # What happens to a contract by itself when a day is reached: its trial is over, a
    # pause begins or ends, a change that was scheduled comes into force. The timeline
    # knows all of it already; only what is true *today* moves, so billing is right even
    # if the steps are late.
    # ----------------------------------------------------------------------

    def _get_step_dates(self):
        """Days on which something is still to happen, past ones too.

        :return: list of dates; each is gone when its step was taken
        """
        self.ensure_one()
        dates = self._get_pause_dates()
        is_waiting_for_end = self._is_over_with_trial()
        if self.state == "trial" and not (
            self.is_trial_over_told or is_waiting_for_end
        ):
            dates.append(self._get_paid_start())
        return dates

    def _get_pause_dates(self):
        dates = []
        for pause in self.pause_ids:
            if pause.state == "planned":
                dates.append(pause.date_start)
            elif pause.state == "running" and pause.date_end:
                dates.append(as_stop(pause.date_end))
        return dates

    def _take_steps(self, day):
        """Do what ``day`` has reached; nothing if it was done before.

        :param date day: today for these contracts
        """
        for contract in self.filtered("pause_ids"):
            contract._take_pause_steps(day)
        self._take_trial_steps(day)

    def _take_trial_steps(self, day):
        over = self.filtered(
            lambda contract: contract.state == "trial"
            and contract._get_paid_start() <= day
        )
        for contract in over.filtered(lambda it: it.trial_end_policy == "wait"):
            contract._ask_after_trial(day)
        going_on = over.filtered(
            lambda it: it.trial_end_policy != "wait" and not it._is_over_with_trial()
        )
        going_on._update_state("active", said(self.env)._("Trial is over"))
        going_on._refresh_next_billing()

    def _follow_edit(self):
        """Derive anew what follows from the timeline, after it was edited."""
        self._refresh_next_billing()
        self._refresh_next_step()

    def _refresh_next_step(self):
        for contract in self:
            day = contract._get_next_step()
            if contract.date_next_step != day:
                contract.sudo().date_next_step = day

    def _get_next_step(self):
        """The next day on which something happens by itself, False for never."""
        self.ensure_one()
        if self.state in ("draft", "ended"):
            return False
        return min(self._get_step_dates(), default=False)

    def _reach(self, day):
        """Take the steps of ``day``, and note the next ones. A step that is still due
        after it was taken is reported; the next day tries again."""
        self._take_steps(day)
        self._refresh_next_step()
        stuck = self.filtered(lambda it: it.date_next_step and it.date_next_step <= day)
        for contract in stuck:
            message = said(self.env)._(
                "Contract %(contract)s: what was to happen on %(day)s is still due "
                "after it was done. Look at its trial, its pauses and its scheduled "
                "changes.",
                contract=contract.display_name,
                day=contract.date_next_step,
            )
            contract._park(message, day, self.env["subscription.billing.run"])
        (self - stuck)._unpark_idle(day)

    def _get_step_domain(self, day):
        """Contracts something happens to by ``day``."""
        return [("date_next_step", "<=", day), *self._get_retry_domain(day)]

    # ----------------------------------------------------------------------
    # Paid and unpaid days: the trial, and what was billed elsewhere before it came here
    # ----------------------------------------------------------------------

    @api.depends("trial_count", "trial_unit", "date_start")
    def _compute_date_trial_end(self):
        for contract in self:
            if contract.state == "draft":
                contract.date_trial_end = contract._get_trial_end(contract.date_start)

    @api.constrains("date_start", "date_trial_end")
    def _check_trial_end(self):
        for contract in self:
            end = contract.date_trial_end
            if end and end < contract.date_start:
                raise invalid(self.env)._(
                    "Contract %(contract)s: the trial ends on %(end)s, before the "
                    "start %(start)s. Choose a day from the start on.",
                    contract=contract.display_name,
                    end=end,
                    start=contract.date_start,
                )

    @api.constrains("date_start", "date_billed_until")
    def _check_billed_until(self):
        for contract in self:
            day = contract.date_billed_until
            if day and day < contract.date_start:
                raise invalid(self.env)._(
                    "Contract %(contract)s: billed until %(day)s lies before the "
                    "start %(start)s. Leave it empty if nothing was billed yet.",
                    contract=contract.display_name,
                    day=day,
                    start=contract.date_start,
                )

    # ----------------------------------------------------------------------
    # Pauses
    # ----------------------------------------------------------------------

    def _take_pause_steps(self, day):
        self.ensure_one()
        for pause in self.pause_ids:
            reached = pause.state == "planned" and pause.date_start <= day
            if reached and self.state == "active":
                self._update_state("paused", said(self.env)._("Pause begins"))
            if reached:
                pause.sudo().state = "running"
            if pause.state == "running" and pause._get_end() < day:
                pause.sudo().state = "over"
                if self.state == "paused":
                    self._update_state("active", said(self.env)._("Pause is over"))

    # ----------------------------------------------------------------------
    # Terms: how long it binds, and when it ends if it is cancelled (C2)
    # ----------------------------------------------------------------------

    @api.depends(
        "date_start",
        "date_trial_end",
        "date_term_start",
        "state",
        "pause_ids.date_end",
        "pause_ids.is_term_extended",
    )
    def _compute_term_dates(self):
        for contract in self:
            contract.date_term_end = contract.date_cancel_by = False
            contract.date_end_if_cancelled = False
            if contract.state == "ended" or not contract.date_start:
                continue
            today = contract._get_today()
            term, start = contract._as_term(), contract._get_term_start()
            current = term.current(start, today)
            contract.date_term_end = current and current.last_day
            contract.date_cancel_by = term.last_cancel_day(start, today) or False
            contract.date_end_if_cancelled = contract._get_earliest_end(today)

    def _get_today(self):
        """Today in the contract's zone; for buttons and forms, not for rules (T3)."""
        self.ensure_one()
        return self.env["subscription.billing.run"]._get_billing_date(self.tz or "UTC")

    def _get_term_start(self):
        """First day of the first term."""
        self.ensure_one()
        return self.date_term_start or self._get_paid_start()

    def _get_earliest_end(self, on):
        """Last day of the contract if it is cancelled on ``on`` (C2).

        In a trial it is the last day of the trial: nothing binds yet (C3).

        :param date on: day the notice is received
        :return: date, inclusive
        """
        self.ensure_one()
        if self.date_trial_end and on <= self.date_trial_end:
            return self.date_trial_end
        stop = self._as_term().earliest_end(self._get_term_start(), on)
        return as_last(stop)

    # ----------------------------------------------------------------------
    # Trial: how it begins, and what becomes of it (C3)
    # ----------------------------------------------------------------------

    def action_convert_trial(self):
        """The customer stays: paid from the day after the trial, or from today if the
        trial is over."""
        for contract in self:
            contract._convert_trial(contract._get_today())

    def _convert_trial(self, day):
        """Make a paid contract of a trial.

        :param date day: day of the decision; fees begin after the trial, at the
            earliest on this day
        """
        self.ensure_one()
        if self.state != "trial":
            raise refusal(self.env)._(
                "Contract %s is not in a trial.", self.display_name
            )
        vals = {"trial_end_policy": "continue"}
        if self.trial_end_policy == "end" and self.date_end == self.date_trial_end:
            vals["date_end"] = False
        self._get_applying().write(vals)
        if day > self._get_paid_start():
            self._move_trial_end(as_last(day))
        self.env["subscription.event"]._log(
            "trial_ended",
            self,
            said(self.env)._("Stays after the trial"),
            date_effective=day,
        )
        self._reach(day)
        self._refresh_next_billing()

    def _move_trial_end(self, last):
        """Let fees and the first term begin later: what was told of the end is void."""
        self._get_applying().write(
            {"date_trial_end": last, "is_trial_over_told": False}
        )

    def _is_over_with_trial(self):
        """The contract ends with its trial: there is no step, only its end."""
        self.ensure_one()
        ends = self.date_end and self.date_end <= (self.date_trial_end or date.min)
        return self.trial_end_policy == "end" and bool(ends)

    def _ask_after_trial(self, day):
        """Goes on by itself if there is a way to pay, else waits for one, visibly."""
        self.ensure_one()
        if self._has_payment_method():
            self._get_applying().trial_end_policy = "continue"
            return
        if self.is_trial_over_told:
            return
        self.sudo().is_trial_over_told = True
        message = said(self.env)._("Trial is over, waiting for a payment method")
        self.env["subscription.event"]._log(
            "trial_ended", self, message, date_effective=day
        )
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=message,
            user_id=self._get_responsible().id,
        )

    def _has_payment_method(self):
        """Whether invoices can be collected without the customer doing anything. How,
        the collection knows."""
        self.ensure_one()
        return False

    # ----------------------------------------------------------------------
    # Edits
    #
    # Direct edits leave an event with the old and the new value (O1). Changes write as
    # changes and log themselves.
    # ----------------------------------------------------------------------

    def _get_watched_values(self, names):
        """Pairs of value and text by field; the text as it is called today."""
        self.ensure_one()
        it = self.sudo()
        return {name: (it[name], it._get_value_text(name)) for name in names}

    def _get_value_text(self, name):
        """A field of the contract for the reader of the log; False if it is empty."""
        return said(self.env).each(lambda env: self.with_env(env)._write_value(name))

    def _write_value(self, name):
        self.ensure_one()
        value = self[name]
        if not value:
            return False
        field = self._fields[name]
        if field.type == "date":
            return format_date(self.env, value)
        if field.type == "selection":
            return dict(field._description_selection(self.env))[value]
        if field.type == "boolean":
            return self.env._("Yes")
        return value.display_name if isinstance(value, models.BaseModel) else value

    def _log_edits(self, before):
        """One event per contract and field that is another than before."""
        log = self.env["subscription.event"].sudo()
        log.create(
            [
                log._prepare_event(
                    contract._get_edit_type(name),
                    contract,
                    contract._get_edit_message(name),
                    value_old=text,
                    value_new=contract.sudo()._get_value_text(name),
                    date_effective=name == "date_end" and contract.date_end,
                )
                for contract, values in before.items()
                for name, (value, text) in values.items()
                if (contract.sudo()[name] or False) != (value or False)
            ]
        )

    def _get_edit_type(self, name):
        if name != "date_end":
            return "changed"
        return "end_set" if self.date_end else "end_removed"

    def _get_edit_message(self, name):
        label = self._fields[name]._description_string
        return said(self.env)._("%s edited", said(self.env).each(label))

    # ----------------------------------------------------------------------
    # Story: the log, newest first, month by month (O1)
    # ----------------------------------------------------------------------

    @api.depends("event_ids")
    @api.depends_context("lang", "tz", "uid")
    def _compute_story_html(self):
        for contract in self:
            contract.story_html = contract._get_story_events()._render_story()

    def _get_story_events(self):
        """The newest events, one more than are told to know whether there are more."""
        self.ensure_one()
        return self.env["subscription.event"].search(
            [("contract_id", "=", self._origin.id)], limit=STORY_LENGTH + 1
        )

    def action_view_events(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_event_action"
        )
        action["domain"] = [("contract_id", "=", self.id)]
        action["context"] = {"in_contract": True}
        return action
