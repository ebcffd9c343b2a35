from odoo import api, fields, models
from odoo.tools.misc import formatLang

from ...engine.charge import Charged, ChargeKind
from ...engine.money import to_decimal
from ...engine.period import Period
from ..dates import as_stop, format_days
from ..sentences import invalid, refusal

CHARGE_KINDS = [
    ("fee", "Fee"),
    ("credit", "Credit"),
    ("refund", "Refund"),
    ("late", "Late usage"),
]
# What is due, as the ledger files it; refunds are written by hand.
LEDGER_KINDS = {
    ChargeKind.CHARGE: "fee",
    ChargeKind.USAGE: "fee",
    ChargeKind.INTERIM: "fee",
    ChargeKind.CREDIT: "credit",
    ChargeKind.LATE: "late",
}


class SubscriptionCharge(models.Model):
    """The ledger of what has been billed: one row per contract line, kind and period,
    zero amounts too (X1).

    ``revision`` counts how often a range was credited and billed again, so that the
    database can refuse every real overlap. A *credit* gives back days that are no
    longer owed and opens them again; a *refund* is a credit note written by hand: it
    gives back money and leaves the period billed. *Late* usage corrects the charge of
    a billed period, up or down (X4)."""

    _name = "subscription.charge"
    _description = "Subscription Charge"
    _order = "date_start desc, line_id, id desc"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True)
    contract_id = fields.Many2one(
        "subscription.contract", required=True, index=True, ondelete="restrict"
    )
    line_id = fields.Many2one(
        "subscription.contract.line", required=True, index=True, ondelete="restrict"
    )
    # Not related: who was billed does not change when the contract changes hands.
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        compute="_compute_partner_id",
        store=True,
        index=True,
    )
    plan_id = fields.Many2one(related="contract_id.plan_id", store=True)
    component_id = fields.Many2one(related="line_id.component_id", store=True)
    currency_id = fields.Many2one("res.currency", required=True)
    kind = fields.Selection(CHARGE_KINDS, required=True, default="fee")
    revision = fields.Integer(required=True, default=0, aggregator=None)
    date_start = fields.Date("From", required=True)
    date_end = fields.Date("To", required=True, help="Last day, inclusive.")
    whole_date_start = fields.Date(
        "Full Period From", required=True, help="The aligned period it is a part of."
    )
    whole_date_end = fields.Date("Full Period To", required=True)
    date_due = fields.Date("Due", required=True, help="From this day on it is billed.")
    quantity = fields.Float(digits=(24, 8))
    amount = fields.Monetary(
        required=True,
        help="As billed: net, or gross where the product's taxes are included in "
        "the price. Credits are negative.",
    )
    amount_full = fields.Float(
        help="Unrounded price of the whole aligned period; credits come from it."
    )
    explanation = fields.Json(
        help="The arithmetic: slices of quantity, unit price and amount, and the days."
    )
    credited_charge_id = fields.Many2one(
        "subscription.charge", index="btree_not_null", ondelete="restrict"
    )
    credit_ids = fields.One2many("subscription.charge", "credited_charge_id")
    is_void = fields.Boolean(
        help="The invoice was deleted or cancelled; the period is open again."
    )
    move_line_id = fields.Many2one(
        "account.move.line", "Invoice Line", index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one(
        related="move_line_id.move_id", store=True, index="btree_not_null"
    )
    run_id = fields.Many2one(
        "subscription.billing.run", index="btree_not_null", ondelete="set null"
    )
    # int4range(x, x, '[]') makes an integer usable with GiST without an extension.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist ("
        "int4range(line_id, line_id, '[]') WITH =,"
        " int4range(revision, revision, '[]') WITH =,"
        " int4range((kind = 'fee')::int, (kind = 'fee')::int, '[]') WITH =,"
        " daterange(date_start, date_end, '[]') WITH &&"
        ") WHERE (is_void IS NOT TRUE AND kind IN ('fee', 'credit'))",
        "This period of the contract line is already billed.",
    )
    _dates_valid = models.Constraint(
        "CHECK (date_start <= date_end AND whole_date_start <= whole_date_end)",
        "A charge must not end before it starts.",
    )
    _credit_signed = models.Constraint(
        "CHECK (CASE WHEN kind = 'fee' THEN credited_charge_id IS NULL"
        " ELSE credited_charge_id IS NOT NULL AND (kind = 'late' OR amount <= 0) END)",
        "A credit refers to the charge it credits and is not positive.",
    )
    # Explaining.
    explanation_html = fields.Html(
        "Why this amount?", compute="_compute_explanation_html", sanitize=False
    )

    @api.depends("contract_id")
    def _compute_partner_id(self):
        for charge in self:
            charge.partner_id = charge.contract_id.partner_id

    @api.constrains("amount", "credited_charge_id", "is_void")
    def _check_credited_amount(self):
        for charge in self.credited_charge_id:
            rest = charge._get_uncredited()
            currency = charge.currency_id
            if currency.compare_amounts(rest, 0.0) < 0:
                paid = formatLang(self.env, charge.amount, currency_obj=currency)
                raise invalid(self.env)._(
                    "Contract %(contract)s: credits of %(period)s exceed the "
                    "charge of %(amount)s by %(excess)s.",
                    contract=charge.contract_id.display_name,
                    period=charge._get_period_name(),
                    amount=paid,
                    excess=formatLang(self.env, -rest, currency_obj=currency),
                )

    def _get_uncredited(self):
        """What is left of the amount after credits and refunds."""
        self.ensure_one()
        live = self.credit_ids.filtered(lambda credit: not credit.is_void)
        return self.currency_id.round(self.amount + sum(live.mapped("amount")))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise refusal(self.env)._(
            "Charges are a ledger and are not deleted. Cancel or delete the "
            "invoice: its periods are then open again."
        )

    @api.depends("contract_id", "component_id", "date_start", "date_end")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for charge in self:
            charge.display_name = (
                f"{charge.contract_id.name} {charge.component_id.name} "
                f"{charge._get_period_name()}"
            )

    def _get_period_name(self):
        self.ensure_one()
        return format_days(self.env, self.date_start, self.date_end)

    def _as_period(self):
        """Covered days as the engine's half-open period."""
        self.ensure_one()
        return Period(self.date_start, as_stop(self.date_end))

    def _as_charged(self, credits_=None):
        """What the planner must know of this row; credits are folded into it.

        :param credits_: its live credits if the caller has read them already
        """
        self.ensure_one()
        if credits_ is None:
            credits_ = self.credit_ids.filtered(
                lambda credit: credit.kind == "credit" and not credit.is_void
            )
        return Charged(
            key=self.id,
            item_key=self.line_id.id,
            period=self._as_period(),
            whole=Period(self.whole_date_start, as_stop(self.whole_date_end)),
            amount_full=to_decimal(self.amount_full),
            revision=self.revision,
            credited=tuple(credit._as_period() for credit in credits_),
            proration=self.line_id._as_proration(),
        )

    # ----------------------------------------------------------------------
    # Explaining
    #
    # Why this amount? Answered from what the charge itself has kept.
    # ----------------------------------------------------------------------

    @api.depends("explanation", "amount", "amount_full", "currency_id")
    @api.depends_context("lang")
    def _compute_explanation_html(self):
        explaining = self.env["subscription.explaining"]
        for charge in self:
            charge.explanation_html = explaining._render_slices_html(
                self.env,
                (charge.explanation or {}).get("slices", ()),
                charge.currency_id,
                charge.component_id.meter_id.unit_name,
                footer=charge._get_explanation_footer(),
            )

    def _get_explanation_footer(self):
        """Full period, share of the days, and what was billed."""
        self.ensure_one()
        explaining = self.env["subscription.explaining"]
        facts = self.explanation or {}
        days, whole = facts.get("days"), facts.get("whole_days")
        full = explaining._format_number(
            self.env, self.amount_full, self.currency_id.decimal_places
        )
        rows = [(self.env._("Full period"), full)]
        if days != whole:
            share = self.env._("%(days)s of %(whole)s days", days=days, whole=whole)
            rows.append((share, ""))
        billed = explaining._format_money(self.env, self.amount, self.currency_id)
        return [*rows, (self.env._("Billed"), billed)]
