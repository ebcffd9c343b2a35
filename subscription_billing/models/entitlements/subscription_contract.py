from dataclasses import dataclass
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools.misc import formatLang

from ...engine.money import ONE, ZERO, to_decimal

GRANTING_PHASES = ("trial", "active")


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a contract may use of a feature on a day. ``limit`` is None for no limit,
    ``used`` is None where nothing is measured."""

    feature: object
    is_granted: bool = False
    limit: Decimal | None = ZERO
    used: Decimal | None = None

    @property
    def remaining(self):
        if self.limit is None or self.used is None:
            return None
        return max(self.limit - self.used, ZERO)


class SubscriptionContract(models.Model):
    """What a customer may use on any day, past or to come (C7), and how a contract
    stands, as the sold service asks for it. State and variant are those of today; for
    other days the timeline tells."""

    _inherit = "subscription.contract"

    entitlements_html = fields.Html(
        "Entitlements",
        compute="_compute_entitlements_html",
        compute_sudo=True,
        sanitize=False,
    )

    def _get_phase(self, day):
        """What may be used of a contract depends on it.

        :param date day: inclusive
        :return: not_started, trial, waiting, active, paused or ended
        """
        self.ensure_one()
        if self.is_annulled:
            return "ended"
        if self.state == "draft" or day < self.date_start:
            return "not_started"
        last = self._get_last_day()
        if last and last < day:
            return "waiting" if self._is_waiting_on(day) else "ended"
        if any(pause._covers(day) for pause in self.pause_ids):
            return "paused"
        is_trial = self.date_trial_end and day <= self.date_trial_end
        return "trial" if is_trial else "active"

    def _is_waiting_on(self, day):
        return self._is_waiting() and (not self.date_end or day <= self.date_end)

    def _get_phase_name(self, phase):
        """What people call a phase, in the language of ``env``."""
        return {
            "not_started": self.env._("Not started"),
            "trial": self.env._("Trial"),
            "waiting": self.env._("Waiting after the trial"),
            "active": self.env._("Active"),
            "paused": self.env._("Paused"),
            "ended": self.env._("Ended"),
        }[phase]

    # ----------------------------------------------------------------------
    # Entitlements: grants of the plan or its variant and of what is booked, added up
    # ----------------------------------------------------------------------

    @api.model
    @api.readonly
    def get_entitlements(self, reference, date=None):
        """Features and limits of a contract on a day, with usage so far (public).

        :param str reference: the contract's reference, in the current company
        :param date: day, inclusive (date or ISO text); default: today in the
            contract's time zone
        :return: dict, see docs/api.rst; names are in the language of the context,
            else the customer's
        :raise UserError: for an unknown contract or what is no date
        """
        contract = self._find_for_answer(reference)
        day = contract._get_asked_day(date)
        return {
            **contract._prepare_standing_answer(day),
            "features": {
                each.feature.code: contract._prepare_entitlement_answer(each)
                for each in contract._get_entitlements(day)
            },
        }

    @api.model
    def _find_for_answer(self, reference):
        """The contract a client asks for, for one who may ask."""
        self.env["subscription.usage"]._check_usage_right()
        company = self.env.company  # before sudo, with the caller's rights
        contract = self.sudo()._find_by_reference(reference, company)
        lang = self.env.context.get("lang") or contract.partner_id.lang
        return contract.with_context(lang=lang)

    def _prepare_standing_answer(self, day):
        """What both answers say of the contract on a day."""
        variant = self._get_variant_on(day)
        plan = variant.plan_id
        return {
            "contract": self.name,
            "date": fields.Date.to_string(day),
            "state": self.state,
            "phase": self._get_phase(day),
            "plan": {"code": plan.code or None, "name": plan.name},
            "variant": {"code": variant.code or None, "name": variant.name},
        }

    def _prepare_entitlement_answer(self, entitlement):
        feature = entitlement.feature
        is_limit = feature.kind == "limit"
        return {
            "name": feature.name,
            "kind": feature.kind,
            "granted": entitlement.is_granted,
            "limit": _as_number(entitlement.limit) if is_limit else None,
            "used": _as_number(entitlement.used),
            "remaining": _as_number(entitlement.remaining),
            "unit": is_limit and feature.unit_name or None,
        }

    def _get_entitlements(self, day):
        """All features of the contract's company, granted or not.

        :param date day: inclusive
        :return: list of ``Entitlement``, in the order of the features
        """
        self.ensure_one()
        companies = (False, self.company_id.id)
        features = self.env["subscription.feature"].search(
            [("company_id", "in", companies)]
        )
        phase, limits, used = self._get_phase(day), {}, {}
        if phase in GRANTING_PHASES:
            limits = self._get_limits(day, phase)
            used = self._get_used(features.meter_id, day)
        return [
            Entitlement(
                feature=feature,
                is_granted=feature in limits
                and (feature.kind == "on_off" or limits[feature] != ZERO),
                limit=limits.get(feature, ZERO),
                used=used.get(feature.meter_id),
            )
            for feature in features
        ]

    def _get_limits(self, day, phase):
        """Limits of the features that are granted on a day, None for no limit."""
        limits = {}
        for grant, quantity in self._get_grants(day, phase):
            more = grant._get_limit(quantity)
            so_far = limits.get(grant.feature_id, ZERO)
            is_endless = more is None or so_far is None
            limits[grant.feature_id] = None if is_endless else so_far + more
        return limits

    def _get_grants(self, day, phase):
        """The grants that count, each with the quantity it counts for."""

        def counting(source):
            return source.grant_ids.filtered(lambda grant: grant._counts_in(phase))

        variant = self._get_variant_on(day)
        own = counting(variant)
        others = counting(variant.plan_id).filtered(
            lambda grant: grant.feature_id not in own.feature_id
        )
        booked = self.line_ids.filtered(
            lambda line: line._is_valid_on(day) and line._is_booked()
        )
        return [
            *((grant, ONE) for grant in own | others),
            *(
                (grant, to_decimal(line.quantity))
                for line in booked
                for grant in counting(line.component_id)
            ),
        ]

    def _get_feature_texts(self, day):
        """What is granted on a day, in the order of the features: list of [name, limit
        as people write it]."""
        phase = self._get_phase(day)
        limits = self._get_limits(day, phase) if phase in GRANTING_PHASES else {}
        granted = (
            Entitlement(feature, is_granted=True, limit=limits[feature])
            for feature in self.env["subscription.feature"].union(*limits).sorted()
            if feature.kind == "on_off" or limits[feature] != ZERO
        )
        rows = map(self._get_entitlement_row, granted)
        return [[row["name"], row["limit"]] for row in rows]

    def _get_used(self, meters, day):
        """What was used so far in the period around a day: meter -> quantity. Nothing
        for meters none of the contract's lines has on that day."""
        lines = self.line_ids.filtered(lambda line: line.kind == "metered")
        if not meters & lines.component_id.meter_id:
            return {}
        used = {}
        for line, _whole, _priced, facts in self._get_usage_so_far(day):
            meter = line.component_id.meter_id
            used[meter] = used.get(meter, ZERO) + facts.quantity
        return used

    @api.depends(
        "state",
        "variant_id",
        "date_end",
        "date_trial_end",
        "line_ids.quantity",
        "line_ids.date_start",
        "line_ids.date_end",
        "pause_ids.date_end",
    )
    @api.depends_context("lang")
    def _compute_entitlements_html(self):
        for contract in self:
            origin = contract._origin
            is_sold = bool(origin) and origin.state != "draft"
            contract.entitlements_html = is_sold and origin._render_entitlements()

    def _render_entitlements(self):
        """Today's entitlements as a table; every text in it is escaped."""
        day = self._get_today()
        entitlements = self._get_entitlements(day)
        if not entitlements:
            return False  # the company has no features
        granted = [each for each in entitlements if each.is_granted]
        phase = self._get_phase(day)
        return self.env["ir.qweb"]._render(
            "subscription_billing.subscription_entitlements",
            {
                "phase": self._get_phase_name(phase),
                "is_granting": phase in GRANTING_PHASES,
                "rows": [self._get_entitlement_row(each) for each in granted],
            },
        )

    def _get_entitlement_row(self, entitlement):
        """An entitlement as texts for the table."""
        feature, limit = entitlement.feature, entitlement.limit
        is_limit = feature.kind == "limit"
        if not is_limit:
            text = self.env._("Yes")
        elif limit is None:
            text = self.env._("Unlimited")
        else:
            text = " ".join(filter(None, [self._as_text(limit), feature.unit_name]))
        return {
            "name": feature.name,
            "code": feature.code,
            "description": feature.description,
            "limit": text,
            "used": self._as_text(entitlement.used),
            "remaining": self._as_text(entitlement.remaining),
            "is_used_up": is_limit and entitlement.remaining == ZERO,
        }

    def _as_text(self, number):
        """A number as people write it, "" for none."""
        if number is None:
            return ""
        decimals = max(-number.normalize().as_tuple().exponent, 0)
        return formatLang(self.env, float(number), digits=decimals)

    # ----------------------------------------------------------------------
    # Status: may it be used, until when, what comes next
    # ----------------------------------------------------------------------

    @api.model
    @api.readonly
    def get_status(self, reference):
        """State, dates, what is overdue and what is scheduled (public).

        :param str reference: the contract's reference, in the current company
        :return: dict as of today in the contract's time zone, see docs/api.rst
        :raise UserError: for an unknown contract
        """
        contract = self._find_for_answer(reference)
        return contract._prepare_status_answer(contract._get_asked_day(None))

    def _prepare_status_answer(self, day):
        """The answer as of a day; state and scheduled changes are those of now."""
        self.ensure_one()
        overdue = self._get_overdue_items(day)
        amount = sum(overdue.mapped("amount_residual_currency"))
        return {
            **self._prepare_standing_answer(day),
            "date_start": _as_text(self.date_start),
            "date_end": _as_text(self.date_end),
            "trial_end": _as_text(self.date_trial_end),
            "next_invoice_date": _as_text(self.date_next_billing),
            "on_hold": self.is_on_hold,
            "currency": self.currency_id.name,
            "amount_overdue": self.currency_id.round(amount),
            "blocked": self._is_blocked(day, overdue),
            "changes": self._prepare_changes_answer(),
            "transferred_to": self.successor_id.name or None,
        }

    def _prepare_changes_answer(self):
        """The changes that are scheduled, the next one first."""
        scheduled = self.change_ids.filtered(lambda it: it.state == "scheduled")
        return [
            {
                "kind": change.kind,
                "date": _as_text(change.date_effective),
                "old": change.text_old or None,
                "new": change.text_new or None,
            }
            for change in scheduled.sorted(lambda it: (it.date_effective, it.id))
        ]

    def _get_overdue_items(self, day):
        """Open items of posted invoices the contract is on that were due before a day;
        an invoice for several contracts is overdue for each of them.

        :param date day: today for the contract
        """
        self.ensure_one()
        return (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("move_id", "in", self.sudo().charge_ids.move_id.ids),
                    ("move_id.move_type", "=", "out_invoice"),
                    ("parent_state", "=", "posted"),
                    ("account_type", "=", "asset_receivable"),
                    ("reconciled", "=", False),
                    ("date_maturity", "<", day),
                ]
            )
        )

    def _is_blocked(self, day, overdue):
        """Whether the sold service is to be refused: an item is overdue for as many
        days as the company bears.

        :param date day: today for the contract
        :param overdue: as ``_get_overdue_items``
        """
        days = self.company_id.subscription_block_days
        if not days or not overdue:
            return False
        return (day - min(overdue.mapped("date_maturity"))).days >= days


def _as_number(number):
    return None if number is None else float(number)


def _as_text(day):
    return fields.Date.to_string(day) if day else None
