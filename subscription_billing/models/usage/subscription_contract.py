from odoo import api, fields, models

from ...engine.charge import METERED_KINDS
from ...engine.local_time import day_start_utc, local_date
from ...engine.money import ZERO, to_decimal
from ..dates import as_stop, aware, naive
from ..numbers import Amount
from ..sentences import refusal
from .subscription_usage_history import UsageHistory
from .subscription_usage_window import UsageSpan

# The period around a later day might end after the last day there is.
MAX_YEAR = 9000


class SubscriptionContract(models.Model):
    """Usage of a contract: what has been used so far, and what it costs."""

    _inherit = "subscription.contract"

    threshold_amount = Amount(
        "Bill Usage Early From",
        help="As soon as unbilled usage costs that much, it is billed without waiting "
        "for the end of the period. 0 = never.",
    )
    usage_count = fields.Integer("Events", compute="_compute_usage_count")
    # Usage so far.
    metered_line_ids = fields.Many2many(
        "subscription.contract.line",
        string="Metered Lines",
        compute="_compute_metered_line_ids",
    )
    usage_charge_ids = fields.Many2many(
        "subscription.charge",
        string="Billed Usage",
        compute="_compute_usage_charge_ids",
    )

    def _compute_usage_count(self):
        groups = self.env["subscription.usage"]._read_group(
            [("contract_id", "in", self.ids)], ["contract_id"], ["__count"]
        )
        counts = dict(groups)
        for contract in self:
            contract.usage_count = counts.get(contract._origin, 0)

    def _get_open_fields(self):
        return {
            **super()._get_open_fields(),
            "threshold_amount": "When usage is billed ahead of its period",
        }

    @api.model
    @api.readonly
    def get_usage(self, reference, date=None):
        """Usage so far, free quantity left and cost so far of a contract (public).

        :param str reference: the contract's reference, in the current company
        :param date: day, inclusive (date or ISO text); default: today in the
            contract's time zone
        :return: dict with ``contract``, ``date``, ``currency`` and ``meters``: one
            dict per metered line of that day, see docs/api.rst
        :raise UserError: for an unknown contract
        """
        self.env["subscription.usage"]._check_usage_right()
        # Asked before sudo: Odoo checks there that the caller belongs to the company.
        company = self.env.company
        contract = self.sudo()._find_by_reference(reference, company)
        day = contract._get_asked_day(date)
        return {
            "contract": contract.name,
            "date": fields.Date.to_string(day),
            "currency": contract.currency_id.name,
            "meters": [
                contract._prepare_usage_answer(usage)
                for usage in contract._get_usage_so_far(day)
            ],
        }

    def _get_asked_day(self, date):
        """The day a client asks for; today in the contract's time zone for none.

        :raise UserError: for what is no day
        """
        if date is None or date is False or date == "":
            runs = self.env["subscription.billing.run"]
            return runs._get_billing_date(self.tz)
        try:
            day = fields.Date.to_date(date)
        except (TypeError, ValueError):
            day = None
        if not day or day.year > MAX_YEAR:
            raise refusal(self.env)._("%s is no date. Write it as 2026-12-31.", date)
        return day

    def _find_by_reference(self, reference, company):
        """The contract of a company with that reference.

        :raise UserError: if there is none
        """
        contract = self.browse()
        if isinstance(reference, str) and reference.isprintable():
            contract = self.search(
                [("name", "=", reference), ("company_id", "=", company.id)]
            )
        if not contract:
            raise refusal(self.env)._(
                "There is no contract %(reference)s in %(company)s.",
                reference=reference,
                company=company.sudo().name,
            )
        return contract

    def _get_usage_so_far(self, day):
        """What each metered line has used in the period around ``day``.

        :param date day: inclusive
        :return: list of (line, period, ``PricedAmount``, ``UsageFacts``); amounts are
            owed for the period so far, billed or not, before discounts and minimum
        """
        spans = [
            UsageSpan(line, line._get_fee_period(day), as_stop(day), is_final=False)
            for line in self.line_ids
            if line.kind == "metered" and line._is_valid_on(day)
        ]
        history = UsageHistory.of_contracts(self)
        rated = self.env["subscription.rating"]._rate_spans(spans, history)
        return [
            (span.line, span.whole, priced, facts)
            for span, (priced, facts) in zip(spans, rated, strict=True)
        ]

    def _prepare_usage_answer(self, usage):
        line, whole, priced, facts = usage
        return {
            "line": line.id,
            "component": line.component_id.code or line.component_id.name,
            "meter": line.component_id.meter_id.code,
            "date_start": fields.Date.to_string(whole.start),
            "date_end": fields.Date.to_string(whole.last_day),
            "quantity": float(facts.quantity),
            "quota": float(facts.free),
            "quota_left": float(facts.unused),
            "amount": float(self._as_rounding().round(priced.amount)),
        }

    def _is_over_from(self, day):
        """Whether service ends before ``day``, with nobody who goes on."""
        self.ensure_one()
        return self._as_stop() == day

    def _get_taken_over(self):
        """The contracts whose lines go on in this one."""
        return self.browse()

    def _get_threshold_domain(self, company):
        return [
            ("company_id", "=", company.id),
            ("state", "in", ("trial", "active", "paused")),
            ("threshold_amount", ">", 0),
        ]

    def _filter_above_threshold(self, day):
        """Contracts whose unbilled usage before ``day`` costs their threshold."""
        plans = self.env["subscription.planning"]._plan(self, day, interim=True)

        def cost(contract):
            usage = (
                charge.amount
                for charge in plans[contract].charges
                if charge.kind in METERED_KINDS
            )
            return sum(usage, ZERO)

        return self.filtered(lambda it: cost(it) >= to_decimal(it.threshold_amount))

    def _notice_late_usage(self):
        """Events came in: where nothing is due any more, they are (X4)."""
        self.filtered(lambda it: not it.date_next_billing)._refresh_next_billing()

    def _get_late_usage_day(self):
        """First day of a contract that is billed to its end with events that are not;
        False if there are none. Else they wait for the next regular bill."""
        self.ensure_one()
        if "metered" not in self.line_ids.mapped("kind"):
            return False
        first = (
            self.date_start if self.is_trial_usage_billed else self._get_paid_start()
        )
        first = max(first, as_stop(self.date_billed_until) or first)
        start = naive(day_start_utc(first, self.tz))
        domain = [
            ("contract_id", "=", self.id),
            ("charge_id", "=", False),
            ("instant", ">=", start),
        ]
        if self._as_stop():
            stop = naive(day_start_utc(self._as_stop(), self.tz))
            domain.append(("instant", "<", stop))
        event = self.env["subscription.usage"].sudo()
        event = event.search(domain, order="instant", limit=1)
        if not event:
            return False
        return local_date(aware(event.instant), self.tz)

    # ----------------------------------------------------------------------
    # Usage so far
    #
    # The usage tab of the contract form.
    # ----------------------------------------------------------------------

    @api.depends("line_ids.component_id")
    def _compute_metered_line_ids(self):
        for contract in self:
            # Unsaved lines have used nothing.
            contract.metered_line_ids = contract._origin.line_ids.filtered(
                lambda line: line.kind == "metered"
            )

    @api.depends("charge_ids.is_void")
    def _compute_usage_charge_ids(self):
        charges = self.env["subscription.charge"].search(
            [
                ("contract_id", "in", self.ids),
                ("usage_to", "!=", False),
                ("is_void", "=", False),
            ]
        )
        by_contract = charges.grouped("contract_id")
        for contract in self:
            contract.usage_charge_ids = by_contract.get(
                contract._origin, charges.browse()
            )

    def action_view_usage(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_usage_action"
        )
        action["domain"] = [("contract_id", "=", self.id)]
        action["context"] = {"default_contract_id": self.id}
        return action

    def action_record_usage(self):
        """Record one event by hand."""
        self.ensure_one()
        meters = self.metered_line_ids.meter_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Record Usage"),
            "res_model": "subscription.usage",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_contract_id": self.id,
                "default_meter_id": meters.id if len(meters) == 1 else False,
            },
        }
