from dataclasses import replace

from odoo import api, fields, models

from ..dates import Day, as_last
from ..private_context import PRIVATE, get_private
from ..sentences import refusal, said

END_METHODS = [
    ("regular", "By term and notice"),
    ("extraordinary", "Extraordinary, on a date"),
    ("withdrawal", "Withdrawal by a consumer"),
    ("annulment", "Annulment: as if it never was"),
]
WITHDRAWAL_DAYS = 14  # § 355 II BGB
SATURDAY = 5


class SubscriptionContract(models.Model):
    """Changes of a contract, and the day on which scheduled ones come into force."""

    _inherit = "subscription.contract"

    change_ids = fields.One2many(
        "subscription.change", "contract_id", domain=[("state", "!=", "draft")]
    )
    scheduled_change_ids = fields.One2many(
        "subscription.change",
        "contract_id",
        "Scheduled",
        domain=[("state", "in", ("scheduled", "lapsed"))],
    )
    # The pause that is on, or the next one.
    date_paused_from = fields.Date("Paused From", compute="_compute_pause_dates")
    date_paused_until = fields.Date(
        "Paused Until", compute="_compute_pause_dates", help="Last day, inclusive."
    )
    # Transfer.
    predecessor_id = fields.Many2one(
        "subscription.contract",
        "Taken Over From",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    successor_ids = fields.One2many(
        "subscription.contract", "predecessor_id", "Taken Over By"
    )
    successor_id = fields.Many2one(
        "subscription.contract", "Taken Over As", compute="_compute_successor_id"
    )
    # Ends.
    end_method = fields.Selection(
        END_METHODS, "Ended By", readonly=True, copy=False, tracking=True
    )
    end_reason_id = fields.Many2one(
        "subscription.end.reason",
        readonly=True,
        copy=False,
        tracking=True,
        index="btree_not_null",
    )
    end_note = fields.Char(readonly=True, copy=False)
    cancelled_at = fields.Datetime(
        "Notice Received At", readonly=True, copy=False, help="In UTC."
    )
    is_annulled = fields.Boolean(
        readonly=True,
        copy=False,
        help="Everything that was billed is given back, nothing is billed any more.",
    )
    date_concluded = Day(
        "Concluded On",
        copy=False,
        help="Day of the order; empty = the day it was activated.",
    )
    date_withdrawal_until = fields.Date(
        "Withdrawal Until",
        compute="_compute_date_withdrawal_until",
        help="Last day on which a consumer may withdraw (§ 355 BGB).",
    )
    is_early_start_requested = fields.Boolean(
        "Early Start Requested",
        help="The consumer asked expressly that the service begins before the end of "
        "the period of withdrawal, and pays for the days until a withdrawal "
        "(§ 357a II BGB).",
    )

    @api.depends("pause_ids.date_start", "pause_ids.date_end")
    def _compute_pause_dates(self):
        for contract in self:
            today = contract._get_today()
            pauses = contract.pause_ids.filtered(
                lambda it, today=today: it._is_ahead(today)
            )
            pause = pauses.sorted("date_start")[:1]
            contract.date_paused_from = pause.date_start
            contract.date_paused_until = pause.date_end

    def _get_open_fields(self):
        return {
            **super()._get_open_fields(),
            "date_concluded": "Day of the order, where it comes to light later",
            "is_early_start_requested": "The wish of the consumer, likewise",
        }

    def _get_step_dates(self):
        scheduled = self.change_ids.filtered(lambda it: it.state == "scheduled")
        return super()._get_step_dates() + scheduled.mapped("date_effective")

    def _take_steps(self, day):
        result = super()._take_steps(day)
        reached = self.sudo().change_ids.filtered(
            lambda it: it.state == "scheduled" and it.date_effective <= day
        )
        begun = self.line_ids.filtered(
            lambda line: line.is_upcoming and line.date_start <= day
        )
        begun._get_applying().is_upcoming = False
        reached = reached.sorted(lambda it: it._get_rank())
        reached.state = "applied"
        for change in reached:
            change._get_kind()._reach(change, change.date_effective)
        reached.with_env(self.env)._log("changed")
        return result

    def _settle(self, today):
        """Look at what is due after the timeline was written."""
        if not get_private(self.env, "subscription_preview"):
            self._refresh_next_billing()
        self._reach(today)

    def _derive_anew(self):
        """Make what is scheduled anew, after the ground of it was edited."""
        for contract in self.sudo():
            today = contract._get_today()
            waiting = contract.change_ids.filtered(
                lambda it, today=today: it._is_open(today)
            )
            if waiting:
                waiting._take_back()
                waiting._derive(today)
                contract._settle(today)

    def _get_as_of(self, day, change):
        """The contract with the variant, rhythm and terms it will have on a day by what
        is scheduled up to then, apart from ``change``; itself if nothing is."""
        self.ensure_one()
        scheduled = self.change_ids.filtered(
            lambda it: it.state == "scheduled" and it.date_effective <= day
        )
        vals = {}
        for _day, header in self._get_headers(scheduled - change):
            vals |= header
        return self.new(vals, origin=self) if vals else self

    def _get_headers(self, changes=None):
        """What changes say of the contract itself: days and values, in their order.

        :param changes: default: those in force and those scheduled
        """
        if changes is None:
            states = ("applied", "scheduled")
            changes = self.change_ids.filtered(lambda it: it.state in states)
        return [
            (it.date_effective, it._get_kind()._prepare_header(it))
            for it in changes.sorted(lambda it: it._get_rank())
        ]

    def _get_variant_changes(self):
        """Changes of plan or variant, in force or scheduled, in their order."""
        return self.change_ids.filtered(
            lambda it: it.kind == "variant" and it.state in ("scheduled", "applied")
        ).sorted(lambda it: it._get_rank())

    def _get_variant_on(self, day):
        """The variant that is sold on a day: changes may have come, or be scheduled.

        :param date day: inclusive
        """
        self.ensure_one()
        changes = self._get_variant_changes()
        until = changes.filtered(lambda it: it.date_effective <= day)
        left = (changes - until).filtered(lambda it: it.state == "applied")
        if left and not until:
            return left[0].variant_old_id or self.variant_id
        # What was reached last is what the contract says itself.
        known = until if left else until.filtered(lambda it: it.state == "scheduled")
        return known[-1:].variant_id or self.variant_id

    # ----------------------------------------------------------------------
    # Variants that follow
    #
    # Contracts whose variant ends after the first term: the end, or the change to the
    # next variant, stands in the timeline from the activation on, step by step.
    # ----------------------------------------------------------------------

    def action_activate(self):
        result = super().action_activate()
        for contract in self:
            contract._schedule_successors(contract._get_today())
        for contract in self.filtered(lambda it: not it.date_concluded):
            contract._get_applying().date_concluded = contract._get_today()
        return result

    def _schedule_successors(self, today):
        """Lay out what follows until a variant runs on, ends or comes again."""
        self.ensure_one()
        variant, seen = self.variant_id, self.variant_id
        start = self._get_term_start()
        while variant.is_ended_after_first_term:
            stop = variant._as_term().first_end(start)
            following = variant.next_variant_id
            if not following:
                self._end_after_first_term(stop)
                return
            self._schedule_variant(variant, following, stop, today)
            if following in seen:
                return
            variant, seen, start = following, seen | following, stop

    def _get_last_day_by_variant(self, extensions):
        """The last day of a contract whose variant, or one that follows it, ends with
        its first term; None if it runs on.

        :param extensions: pauses as in ``engine.term.Term``
        """
        variant, start = self.variant_id, self._get_term_start()
        seen = variant.browse()
        while variant.is_ended_after_first_term and variant not in seen:
            term = replace(variant._as_term(), extensions=tuple(extensions))
            start, seen = term.first_end(start), seen | variant
            variant = variant.next_variant_id
        return as_last(start) if seen and not variant else None

    def _move_trial_end(self, last):
        before = self._get_last_day_by_variant([])
        result = super()._move_trial_end(last)
        if before and before == self.date_end:
            self._get_applying().date_end = self._get_last_day_by_variant([])
        start = self._get_term_start()
        followers = self.change_ids.filtered(
            lambda it: it.follows_variant_id and it.state in ("scheduled", "lapsed")
        )
        for change in followers.sorted("date"):
            start = change.follows_variant_id._as_term().first_end(start)
            change.write({"date": start, "date_effective": start})
        return result

    def _as_term(self):
        return replace(super()._as_term(), extensions=tuple(self._get_extensions()))

    def _get_extensions(self):
        """Pauses that make the term longer, as the engine knows them, in their order:
        (first day, days). Whoever takes a contract over is bound as long as before."""
        before = self.predecessor_id._get_extensions() if self.predecessor_id else []
        pauses = self.pause_ids.filtered("is_term_extended")
        return sorted([*before, *((it.date_start, it._get_days()) for it in pauses)])

    def _move_end(self, extensions):
        """An end that came with the variant is later by the pauses there are now.

        :param extensions: those there were before
        """
        last = self.date_end and self._get_last_day_by_variant(extensions)
        if last and last == self.date_end:
            last = self._get_last_day_by_variant(self._get_extensions())
            self._get_applying().date_end = last

    def _schedule_variant(self, before, variant, day, today):
        change = (
            self.env["subscription.change"]
            .sudo()
            .create(
                {
                    "contract_id": self.id,
                    "kind": "variant",
                    "variant_id": variant.id,
                    "follows_variant_id": before.id,
                    "timing": "date",
                    "date": day,
                    "restarts_term": True,
                    "reason_told": said(self.env)._("Follows the first term"),
                }
            )
        )
        # Part of what was ordered: the customer is told with the order.
        change.with_context(subscription_silent=PRIVATE)._apply(today)

    def _end_after_first_term(self, stop):
        last = as_last(stop)
        if not self.date_end or self.date_end > last:
            self._set_end(last, said(self.env)._("Ends after its first term"))

    # ----------------------------------------------------------------------
    # Transfer: contracts that were taken over, and those that took over
    # ----------------------------------------------------------------------

    @api.depends("successor_ids")
    def _compute_successor_id(self):
        for contract in self:
            contract.successor_id = contract.successor_ids[:1]

    def _is_over_from(self, day):
        heirs = self.successor_ids.filtered(lambda it: it.date_start == day)
        return super()._is_over_from(day) and not heirs

    def _get_taken_over(self):
        return super()._get_taken_over() | self.predecessor_id

    # ----------------------------------------------------------------------
    # Ends: how, why and when (C5)
    # ----------------------------------------------------------------------

    @api.depends("date_concluded", "partner_id.commercial_partner_id.is_company")
    def _compute_date_withdrawal_until(self):
        for contract in self:
            contract.date_withdrawal_until = contract._get_withdrawal_until()

    def _get_withdrawal_until(self):
        """The day of the conclusion does not count (§ 187 I BGB); a period that ends
        on a weekend ends on the Monday after it (§ 193 BGB). False for businesses."""
        self.ensure_one()
        if not self.date_concluded or self.partner_id.commercial_partner_id.is_company:
            return False
        day = fields.Date.add(self.date_concluded, days=WITHDRAWAL_DAYS)
        weekend = 7 - day.weekday() if day.weekday() >= SATURDAY else 0
        return fields.Date.add(day, days=weekend)

    def _get_ending(self):
        """How the contract ends as things stand, as values to write."""
        self.ensure_one()
        names = (
            "date_end",
            "end_method",
            "end_reason_id",
            "end_note",
            "cancelled_at",
            "is_annulled",
        )
        vals = self._convert_to_write({name: self[name] for name in names})
        # As text, for JSON; to_string leaves out what Odoo does not read back.
        vals["date_end"] = fields.Date.to_string(self.date_end)
        vals["cancelled_at"] = fields.Datetime.to_string(self.cancelled_at)
        return vals

    def _check_end_open(self, day):
        """An ended contract does not come back to life by its end date."""
        for contract in self:
            if contract.state == "ended" and contract.date_end != (day or False):
                raise refusal(self.env)._(
                    "Contract %s has ended; its end date stays.", contract.display_name
                )

    def _set_ended(self, reason):
        self._update_state("ended", reason)

    def _set_end(self, day, reason):
        """Let the contract end on ``day`` (inclusive), or run on with ``False``."""
        self.ensure_one()
        if self.state in ("draft", "ended"):
            raise refusal(self.env)._(
                "Contract %(contract)s is not running, so it cannot be ended.",
                contract=self.display_name,
            )
        self.check_access("write")
        before = self._get_value_text("date_end")
        self._get_applying().date_end = day
        self.env["subscription.event"]._log(
            "end_set" if day else "end_removed",
            self,
            reason,
            date_effective=day,
            value_old=before,
            value_new=self._get_value_text("date_end"),
        )

    def _get_over_domain(self, day):
        """Contracts whose last day lies before ``day`` and that have not ended yet."""
        return [
            ("state", "not in", ("draft", "ended")),
            ("date_end", "<", day),
            *self._get_retry_domain(day),
        ]

    def _end_by_date(self, day):
        """The last day has passed on ``day``."""
        self._set_ended(said(self.env)._("End date reached"))
        self._refresh_next_step()
        self._unpark_idle(day)
