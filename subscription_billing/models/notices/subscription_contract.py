from odoo import fields, models
from odoo.tools import format_date, format_datetime

# What a customer is told about, apart from ends and pauses that have own e-mails.
OTHER_KINDS = ("end", "pause", "resume")


class SubscriptionContract(models.Model):
    """What e-mails tell: finished texts in the language of ``env``, so that templates
    only have to place them."""

    _inherit = "subscription.contract"

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
        facts = {**self.env.context.get("subscription_notice", {}), **facts}
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
        method = getattr(self, f"_get_{code}_days", None)
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

    def _get_trial_ending_days(self, on, facts):
        return {"day": self.date_trial_end}

    _get_trial_over_days = _get_trial_ending_days

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

    def _get_cancellation_confirmed_days(self, on, facts):
        last = self.date_end or self._get_earliest_end(on)
        return {"day": last, "end": last}

    _get_ended_days = _get_cancellation_confirmed_days

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


class SubscriptionChange(models.Model):
    _inherit = "subscription.change"

    customer_texts = fields.Json(
        readonly=True,
        copy=False,
        help="Before and after in the customer's language, as they were when it was "
        "applied.",
    )

    def _describe(self):
        """Before and after, for the staff; for the customer they are kept."""
        lang = self.contract_id.partner_id.lang or self.env.lang
        translated = self.with_context(lang=lang)
        self.customer_texts = translated._call("describe") or (False, False)
        if lang == self.env.lang:
            return tuple(self.customer_texts)
        return super()._describe()

    def _get_told_texts(self, is_withdrawn=False):
        """The change as texts for the customer."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        old, new = self.customer_texts or (self.text_old, self.text_new)
        values = " → ".join(filter(None, (old, new)))
        what = f"{kinds[self.kind]}: {values}" if values else kinds[self.kind]
        if is_withdrawn:
            what = self.env._("Does not take place: %s", what)
        return {"what": what, "value_old": old or "", "value_new": new or ""}
