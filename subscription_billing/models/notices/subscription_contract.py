import logging

from odoo import SUPERUSER_ID, fields, models
from odoo.tools import SQL, format_date, format_datetime, formatLang
from odoo.tools.sql import column_exists

from ..dates import as_last, as_stop
from ..failures import isolate
from ..private_context import Private, get_private
from ..sentences import said

# What a customer is told about, apart from ends and pauses that have own e-mails.
OTHER_KINDS = ("end", "pause", "resume")
_logger = logging.getLogger(__name__)
# Set by who does something that is no news to the customer: a preview, an import.
SILENT = ("subscription_preview", "subscription_import", "subscription_silent")
NOT_SENT = "subscription_billing.mail_activity_type_notice_not_sent"


class SubscriptionContract(models.Model):
    """E-mails about a contract: what they tell, as finished texts in the language of
    ``env`` that templates only have to place, how they are sent, and when."""

    _inherit = "subscription.contract"

    # Reminders.
    is_trial_end_told = fields.Boolean(readonly=True, copy=False)
    date_renewal_told = fields.Date(
        readonly=True,
        copy=False,
        help="Last day of the latest term whose renewal was told or lies behind.",
    )

    def _get_notice_facts(self, code, **facts):
        """Texts for the template of an e-mail; all keys are always there, maybe empty.

        Without facts they are taken from the contract, so that templates can be
        previewed.

        :param str code: one of ``NOTICES``
        :param facts: what the contract does not know: ``on`` (the day it is told),
            ``day`` (the day it is about), ``change``
        :return: dict of texts; ``lines`` is a list of such dicts
        """
        self.ensure_one()
        facts = {**get_private(self.env, "subscription_notice", {}), **facts}
        if "change" in facts:
            facts["change"] = facts["change"].sudo().with_env(self.sudo().env)
        days = dict.fromkeys(("day", "end", "cancel_by"), False)
        days.update(self._get_notice_days(code, facts))
        return {
            **self._get_contract_texts(),
            **self._get_price_texts(self._get_priced_day(days["day"])),
            **self._get_ending_texts(),
            **self._get_change_texts(code, facts),
            "total_now": self._get_total_now(facts),
            **{name: self._format_notice_day(day) for name, day in days.items()},
        }

    def _get_contract_texts(self):
        return {
            "plan": self.plan_id.name or "",
            "variant": self.variant_id.name or "",
            "company": self.company_id.name,
            "next_invoice": self._format_notice_day(self.date_next_billing),
            "trial_end": self._format_notice_day(self.date_trial_end),
            "after_trial": self._get_after_trial_text(),
            "after_term": self._get_after_term_text(),
            "term": self._get_length_text("first_term"),
            "notice": self._get_length_text("notice_first"),
        }

    def _get_length_text(self, name):
        """A length such as "12 months"; empty for none."""
        count, unit = self[f"{name}_count"], self[f"{name}_unit"]
        if not count:
            return ""
        line = self.env["subscription.contract.line"].new(
            {"fee_interval_count": count, "fee_interval_unit": unit}
        )
        text = line._get_interval_text()
        return f"1 {text}" if count == 1 else text

    def _get_after_trial_text(self):
        last = self.date_trial_end
        if not last:
            return ""
        policy = self.trial_end_policy
        if self.date_end and self.date_end <= last:
            policy = "end"
        return {
            "continue": self.env._(
                "After the trial the contract goes on as a paid contract."
            ),
            "wait": self.env._(
                "After the trial the contract only goes on if we have a way of payment "
                "from you."
            ),
            "end": self.env._("The contract ends with the trial."),
        }[policy]

    def _get_after_term_text(self):
        """What becomes of a term nobody cancels."""
        length = self._get_length_text("later_term")
        if self.date_end or not (length or self.first_term_count):
            return ""
        if length:
            return self.env._("Otherwise it is renewed for %s.", length)
        notice = self._get_length_text("notice_later")
        if not notice:
            return self.env._("Otherwise it goes on and can be ended on any day.")
        return self.env._(
            "Otherwise it goes on and can be ended at any time, with a notice of %s.",
            notice,
        )

    def _get_ending_texts(self):
        methods = self._fields["end_method"]._description_selection(self.env)
        received = self.cancelled_at or self.env.cr.now()
        return {
            "kind": dict(methods)[self.end_method or "regular"],
            "reason": self.end_reason_id.name or "",
            "received": format_datetime(self.env, received, tz=self.tz),
        }

    def _get_notice_days(self, code, facts):
        """Days the e-mail is about, by name."""
        on = facts.get("on") or self._get_told_on(code)
        days = {"end": self.date_end, "cancel_by": self._get_cancel_by(on)}
        method = {
            "order_confirmed": self._get_order_confirmed_days,
            "trial_ending": self._get_trial_days,
            "trial_over": self._get_trial_days,
            "renewal_due": self._get_renewal_due_days,
            "change_confirmed": self._get_change_confirmed_days,
            "paused": self._get_paused_days,
            "resumed": self._get_resumed_days,
            "cancellation_confirmed": self._get_ended_days,
            "ended": self._get_ended_days,
        }.get(code)
        days.update(method(on, facts) if method else {})
        if facts.get("day"):
            days["day"] = facts["day"]
        return days

    def _get_told_on(self, code):
        """When it would be told, for previews and for orders."""
        if code == "order_confirmed":
            return self._get_paid_start() or self._get_today()
        return self._get_today()

    def _get_cancel_by(self, on):
        """Last day to cancel the term of a day; False if it does not go on anyway."""
        if self.date_end or not self.date_start:
            return False
        return self._as_term().last_cancel_day(self._get_term_start(), on) or False

    def _get_order_confirmed_days(self, on, facts):
        return {"day": self.date_start}

    def _get_trial_days(self, on, facts):
        return {"day": self.date_trial_end}

    def _get_renewal_due_days(self, on, facts):
        term = self._as_term().current(self._get_term_start(), on)
        if not term:
            return {}
        return {"day": term.stop, "end": self.date_end or term.last_day}

    def _get_change_confirmed_days(self, on, facts):
        change = self._get_told_change("change_confirmed", facts)
        return {"day": change.date_effective or self.date_next_billing}

    def _get_paused_days(self, on, facts):
        change = self._get_told_change("paused", facts)
        pause = change.pause_id or self.pause_ids.sorted("date_start")[-1:]
        return {"day": pause.date_start or on, "end": pause.date_end}

    def _get_resumed_days(self, on, facts):
        change = self._get_told_change("resumed", facts)
        return {"day": change.date_effective or on}

    def _get_ended_days(self, on, facts):
        last = self.date_end or self._get_earliest_end(on)
        return {"day": last, "end": last}

    def _get_told_change(self, code, facts):
        """The change that is told; in a preview the latest one that would be."""
        if "change" in facts:
            return facts["change"]
        changes = self.sudo().change_ids.filtered("date_effective")
        kind = {"paused": "pause", "resumed": "resume"}.get(code)
        return changes.filtered(
            lambda it: it.kind == kind if kind else it.kind not in OTHER_KINDS
        ).sorted("id")[-1:]

    def _get_change_texts(self, code, facts):
        change = self._get_told_change(code, facts)
        if code not in ("change_confirmed", "paused", "resumed") or not change:
            return {"what": "", "value_old": "", "value_new": ""}
        return change._get_told_texts(facts.get("is_withdrawn"))

    def _format_notice_day(self, day):
        return format_date(self.env, day) if day else ""

    def _get_priced_day(self, day):
        """Day the prices are told of: the first one that is paid for, or later."""
        first = self._get_paid_start()
        last = self._get_last_day()
        day = max(filter(None, (day, first)), default=False)
        return min(day, last) if day and last and last >= first else day

    # ----------------------------------------------------------------------
    # Prices as customers read them
    #
    # Prices as customers are told them: consumers with taxes, businesses without.
    # ----------------------------------------------------------------------

    def _get_price_texts(self, day):
        """What is paid per period, line by line and in sum.

        :param date day: the lines of that day; False for none
        """
        lines = self.line_ids.filtered(lambda line: day and line._is_valid_on(day))
        amounts = {line: line._get_told_amount(line.amount) for line in lines}
        sums = {}
        for line, amount in amounts.items():
            if line._is_recurring() and line.kind != "metered":
                per = line._get_interval_text()
                sums[per] = sums.get(per, 0.0) + amount
        return {
            "lines": [line._get_told_row(amount) for line, amount in amounts.items()],
            "price": ", ".join(
                f"{self._format_notice_money(amount)} / {per}"
                for per, amount in sums.items()
            ),
            "taxes": self.env._("Prices include taxes.")
            if self._is_told_gross()
            else self.env._("Prices are before taxes."),
        }

    def _get_total_now(self, facts):
        """What the next invoice gives back or asks for, if a change counts already."""
        change, on = facts.get("change"), facts.get("on")
        if not change or change.state != "applied" or not on:
            return ""
        plan = self.env["subscription.planning"]._plan(self, on)[self]
        lines = self.env["subscription.contract.line"]
        total = sum(
            lines.browse(due.item_key)._get_told_amount(
                float(due.amount), due.period.last_day
            )
            for due in plan.credits + plan.charges
        )
        is_zero = self.currency_id.is_zero(total)
        return "" if is_zero else self._format_notice_money(total)

    def _is_told_gross(self):
        return not self.partner_id.commercial_partner_id.is_company

    def _format_notice_money(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)

    # ----------------------------------------------------------------------
    # Sending
    #
    # E-mails to the customers: through Odoo's queue, one per contract, in the language
    # of its customer and its chatter.
    # ----------------------------------------------------------------------

    def _send_notice(self, code, **facts):
        """Queue an e-mail for each contract, unless the company does not send it.

        What happened to the contracts stands, even if a template fails.

        :param str code: one of ``NOTICES``
        :param facts: as in ``_get_notice_facts``, the same for all contracts; with
            ``date`` the same e-mail is sent once per contract and date
        :return: the mails queued, as superuser
        """
        mails = self.env["mail.mail"].sudo()
        if self._is_silent():
            return mails
        told = self.sudo().filtered(lambda contract: contract.state != "draft")
        for company, contracts in told.grouped("company_id").items():
            template = self.env["subscription.notice"]._get_template(company, code)
            if not template:
                continue
            contracts = contracts._get_untold(code, facts.get("date"))
            lost = contracts.filtered(lambda contract: not contract.partner_id.email)
            lost._ask_to_tell(
                said(self.env)._(
                    "No e-mail address, not sent: %s", self._get_notice_label(code)
                )
            )
            mails += (contracts - lost)._queue_isolated(template, code, facts)
        return mails

    def _is_silent(self):
        """Said by this code, or by data that is loaded with the addon."""
        is_loading = self.env.uid == SUPERUSER_ID
        return any(
            get_private(self.env, name) or (is_loading and self.env.context.get(name))
            for name in SILENT
        )

    def _get_untold(self, code, day):
        """Without those that were told the same about the same day."""
        if not day:
            return self
        told = (
            self.env["subscription.event"]
            .sudo()
            .search_fetch(
                [
                    ("contract_id", "in", self.ids),
                    ("notice_code", "=", code),
                    ("date_effective", "=", day),
                ],
                ["contract_id"],
            )
        )
        return self - told.contract_id

    def _get_notice_label(self, code):
        codes = self.env["subscription.notice"]._fields["code"]
        return said(self.env).each(
            lambda env: dict(codes._description_selection(env))[code]
        )

    def _queue_isolated(self, template, code, facts):
        """Queue for all; where that fails, without the culprits (X5)."""
        nothing = self.env["mail.mail"].sudo()
        mails = isolate(
            self.env,
            self,
            lambda part: part._queue_notice(template, code, facts),
            lambda part, error: part._report_unsent(code, error) or nothing,
        )
        return nothing.union(*mails)

    def _queue_notice(self, template, code, facts):
        # For all at once: templates come to them one by one.
        self.line_ids.mapped("amount")
        mails = template.with_context(
            subscription_notice=Private(facts)
        ).send_mail_batch(self.ids, email_values={"auto_delete": False})
        self.env["subscription.event"]._log(
            "notice_sent",
            self,
            self._get_notice_label(code),
            notice_code=code,
            date_effective=facts.get("date") or facts.get("day"),
        )
        return mails

    def _report_unsent(self, code, error):
        label = self._get_notice_label(code)
        _logger.warning(
            "%s: e-mail %s failed: %s", self.name, code, error, exc_info=error
        )
        message = said(self.env)._(
            "%(notice)s could not be written: %(error)s", notice=label, error=error
        )
        self.env["subscription.event"]._log("notice_failed", self, message)
        self._ask_to_tell(said(self.env)._("Template fails, not sent: %s", label))

    def _ask_to_tell(self, summary):
        """One open activity per contract, however many e-mails it would be."""
        if not self:
            return
        type_ = self.env.ref(NOT_SENT)
        activities = self.env["mail.activity"].sudo()
        asked = activities.search_fetch(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", type_.id),
            ],
            ["res_id"],
        ).mapped("res_id")
        vals = {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "activity_type_id": type_.id,
            "summary": summary,
        }
        activities.with_context(mail_activity_quick_update=True).create(
            [
                {
                    **vals,
                    "res_id": contract.id,
                    "user_id": (contract.user_id or self.env.user).id,
                }
                for contract in self
                if contract.id not in asked
            ]
        )

    # ----------------------------------------------------------------------
    # Reminders
    #
    # Reminders before a trial ends and before the last day to cancel a term.
    # ----------------------------------------------------------------------

    def _auto_init(self):
        """Contracts that run already are told of renewals as well."""
        is_new = not column_exists(self.env.cr, self._table, "date_renewal_told")
        result = super()._auto_init()
        if is_new:
            self._look_again(SQL())
        return result

    def _look_again(self, condition):
        """Let the next run find the steps of running contracts anew."""
        self.env.cr.execute(
            SQL(
                "UPDATE subscription_contract"
                " SET date_next_step = LEAST(date_next_step, date_start)"
                " WHERE state NOT IN ('draft', 'ended') %s",
                condition,
            )
        )

    def write(self, vals):
        result = super().write(vals)
        if "date_end" in vals:
            self._refresh_next_step()
        return result

    def _get_step_dates(self):
        days = (self._get_trial_reminder(), self._get_renewal_reminder()[0])
        return super()._get_step_dates() + [day for day in days if day]

    def _take_steps(self, day):
        waiting = self.filtered("is_trial_over_told")
        paused = self.filtered(lambda contract: contract.state == "paused")
        result = super()._take_steps(day)
        self._remind_of_trials(day)
        self._remind_of_renewals(day)
        asked = self.filtered("is_trial_over_told") - waiting
        asked.filtered(lambda it: not it.end_method)._send_notice("trial_over", on=day)
        resumed = paused.filtered(lambda contract: contract.state == "active")
        resumed._send_resumed(day)
        return result

    def _move_trial_end(self, last):
        self.sudo().is_trial_end_told = False
        return super()._move_trial_end(last)

    def _get_trial_reminder(self):
        """Day to tell that the trial ends; None if it is too short, was cancelled, or
        its customer knows."""
        ahead = self.company_id.subscription_trial_reminder_days
        is_open = self.state == "trial" and not self.end_method
        if not is_open or self.is_trial_end_told or not ahead:
            return None
        day = fields.Date.subtract(self.date_trial_end, days=ahead)
        return day if day > self.date_start else None

    def _remind_of_trials(self, day):
        reached = self.filtered(
            lambda contract: (reminder := contract._get_trial_reminder())
            and reminder <= day
        )
        reached.sudo().is_trial_end_told = True
        running = reached.filtered(lambda contract: day <= contract.date_trial_end)
        running._send_notice("trial_ending", on=day)

    def _get_renewal_reminder(self):
        """Day to tell of the next renewal that was not told yet, and its term.

        :return: (date, ``Period``), or (None, None) if there is nothing to tell
        """
        ahead = self.company_id.subscription_renewal_reminder_days
        if not ahead or self.date_end or self.state not in ("active", "paused"):
            return None, None
        term, start = self._as_term(), self._get_term_start()
        on = start
        if self.date_renewal_told:
            on = max(on, as_stop(self.date_renewal_told))
        # The first term may be too short for a reminder, and the second one not.
        for _attempt in range(2):
            current = term.current(start, on)
            if not current:
                break
            last = term.last_cancel_day(start, on)
            day = fields.Date.subtract(last, days=ahead)
            if day > current.start:
                return day, current
            on = current.stop
        return None, None

    def _remind_of_renewals(self, day):
        told = self.filtered(lambda contract: contract._reach_renewal(day))
        told._send_notice("renewal_due", on=day)

    def _reach_renewal(self, day):
        """Note which term was told of; whether its customer can still act upon it.

        Nothing is told of terms that were over before, as contracts from elsewhere
        have them.
        """
        reminder, told = self._get_renewal_reminder()
        if not reminder or reminder > day:
            return False
        term, start = self._as_term(), self._get_term_start()
        if told.stop <= day:
            current = term.current(start, day)
            before = as_last(current.start) if current else day
            self.sudo().date_renewal_told = before
            reminder, told = self._get_renewal_reminder()
            if not reminder or reminder > day:
                return False
        self.sudo().date_renewal_told = told.last_day
        return day <= term.last_cancel_day(start, told.start)

    # ----------------------------------------------------------------------
    # Occasions
    #
    # What happens to a contract by itself, told to its customer: it begins, its trial
    # is over, it goes on after a pause, it has ended.
    # ----------------------------------------------------------------------

    def action_activate(self):
        """Customers who were moved here with a day billed until have their order
        confirmed already."""
        result = super().action_activate()
        ordered = self.filtered(lambda contract: not contract.date_billed_until)
        ordered._send_notice("order_confirmed")
        return result

    def _send_resumed(self, day):
        """Once, if the end of the pause was not told when it was set."""
        for first, contracts in self.grouped(
            lambda contract: contract._get_resumed_on(day)
        ).items():
            contracts._send_notice("resumed", on=day, day=first, date=first)

    def _get_resumed_on(self, day):
        over = self.pause_ids.filtered(lambda pause: pause.state == "over")
        last = max(over.mapped("date_end"), default=False)
        return as_stop(last) if last else day

    def _set_ended(self, reason):
        tried = self.filtered(lambda contract: contract._ends_with_trial())
        result = super()._set_ended(reason)
        tried._send_notice("trial_over")
        ended = (self - tried).filtered(lambda contract: not contract.is_annulled)
        ended._send_notice("ended")
        return result

    def _ends_with_trial(self):
        """Nobody cancelled: the trial was all there was to it."""
        self.ensure_one()
        return self.state == "trial" and not self.end_method
