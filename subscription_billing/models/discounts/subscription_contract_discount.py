from odoo import api, fields, models

from ...engine.interval import Interval
from ...engine.money import to_decimal
from ...engine.reduction import Reduction
from ..dates import Day, as_last, as_stop
from ..sentences import refusal, said

# What says how long periods are and on which days they begin.
RHYTHM = (
    "billing_interval_count",
    "billing_interval_unit",
    "fee_interval_count",
    "fee_interval_unit",
    "alignment",
    "billing_day",
    "date_anchor",
)


class SubscriptionContractDiscount(models.Model):
    """A discount as a contract redeemed it. Written by ``_redeem`` and ``_end`` of the
    contract's discounts only; periods that were billed keep it."""

    _name = "subscription.contract.discount"
    _description = "Subscription Contract Discount"
    _inherit = ["subscription.discount.terms.mixin"]
    _order = "contract_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    contract_id = fields.Many2one(
        "subscription.contract", required=True, index=True, ondelete="cascade"
    )
    discount_id = fields.Many2one(
        "subscription.discount", required=True, index=True, ondelete="restrict"
    )
    code = fields.Char(related="discount_id.code")
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    partner_id = fields.Many2one(related="contract_id.partner_id")
    state = fields.Selection(related="contract_id.state")
    plan_ids = fields.Many2many(
        "subscription.plan",
        string="Plans",
        help="Ends and returns with them. Empty = all plans.",
    )
    component_ids = fields.Many2many(
        "subscription.component",
        string="Components",
        help="Ends and returns with them. Empty = all components.",
    )
    date_asked = Day("Asked From", help="Empty = from the start of the contract.")
    date_start = Day(
        "From",
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        help="Fee periods that begin from this day on are discounted.",
    )
    date_end = Day(
        "To",
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        help="Fee periods that begin up to this day are discounted; "
        "empty = without an end.",
    )

    rhythm = fields.Json(
        compute="_compute_rhythm",
        store=True,
        precompute=True,
        help="The contract's when it was promised: per period, or for periods.",
    )

    @api.depends(
        "date_asked",
        "contract_id.date_start",
        "contract_id.date_trial_end",
        "contract_id.date_anchor",
        "contract_id.alignment",
        "contract_id.billing_day",
        "contract_id.billing_interval_count",
        "contract_id.billing_interval_unit",
    )
    def _compute_dates(self):
        """Follow a draft; from its activation on the dates stay."""
        for redemption in self:
            contract = redemption.contract_id
            is_open = contract.state == "draft" or not redemption.date_start
            if redemption.duration == "dates" or not is_open:
                continue
            asked = redemption.date_asked or contract._get_paid_start()
            cells = contract._as_billing_recurrence()
            start = cells.boundary_at_or_after(asked)
            count = {"once": 1, "periods": redemption.period_count}.get(
                redemption.duration
            )
            redemption.date_start = start
            redemption.date_end = (
                count and cells.grid.nth(cells.grid.index(start) + count - 1).last_day
            )

    @api.depends(*(f"contract_id.{name}" for name in RHYTHM))
    def _compute_rhythm(self):
        for redemption in self:
            contract = redemption.contract_id
            if contract.state == "draft" or not redemption.rhythm:
                redemption.rhythm = _as_rhythm(contract)

    def _begin_anew(self):
        """Nothing was paid yet, and the first day that is has moved."""
        moved = self.filtered(
            lambda it: it.duration != "dates"
            and not it.date_asked
            and (not it.date_end or it.date_end >= it.date_start)
        )
        moved.date_start = False
        moved._compute_dates()

    def _check_in_time(self):
        """A discount must not silently miss periods that are billed already."""
        self.ensure_one()
        items = self._get_items()
        lines = self.contract_id.line_ids.ids if items is None else list(items)
        domain = [
            ("line_id", "in", lines),
            ("kind", "=", "fee"),
            ("is_void", "=", False),
            ("whole_date_start", ">=", self.date_start),
        ]
        if self.date_end:
            domain.append(("whole_date_start", "<=", self.date_end))
        charge = (
            self.env["subscription.charge"]
            .sudo()
            .search(domain, order="whole_date_start DESC", limit=1)
        )
        if charge:
            raise refusal(self.env)._(
                "Discount %(discount)s comes too late for %(charge)s, which is "
                "billed. Let it begin after %(day)s.",
                discount=self.name,
                charge=charge.display_name,
                day=charge.whole_date_start,
            )

    def action_end(self):
        """End it today, in the contract's time zone; take it out of a draft."""
        runs = self.env["subscription.billing.run"]
        for redemption in self:
            day = runs._get_billing_date(redemption.contract_id.tz)
            redemption._end(day)

    def _end(self, day):
        """Give it no more from ``day`` on. What has been billed keeps it, and its
        credits are of the discounted price."""
        self.ensure_one()
        contract = self.contract_id
        contract.check_access("write")
        message = said(self.env)._("Discount ended: %s", self.name)
        if contract.state == "draft":
            self.sudo().unlink()
            day = None
        else:
            last = as_last(max(day, self.date_start))
            if self.date_end and self.date_end <= last:
                raise refusal(self.env)._(
                    "Discount %(discount)s of contract %(contract)s ended on %(day)s.",
                    discount=self.name,
                    contract=contract.display_name,
                    day=self.date_end,
                )
            self.sudo().date_end = last
            contract._follow_edit()
        self.env["subscription.event"]._log(
            "discount_ended", contract, message, date_effective=day
        )

    def _as_reduction(self):
        """This redemption as the engine's value; None if it never applies."""
        self.ensure_one()
        if self.date_end and self.date_end < self.date_start:
            return None
        contract = self.contract_id
        count, unit = self.rhythm[RHYTHM[0]], self.rhythm[RHYTHM[1]]
        is_percent = self.kind == "percent"
        # The first full period may begin before the first day that is paid for.
        is_first = self.date_start <= contract._get_paid_start()
        return Reduction(
            key=f"discount-{self.id}",
            label=self.name,
            percent=to_decimal(self.percent) if is_percent else None,
            amount=None if is_percent else to_decimal(self.amount),
            items=self._get_items(),
            start=None if is_first else self.date_start,
            stop=as_stop(self.date_end),
            minimum=to_decimal(self.amount_minimum),
            interval=Interval.parse(count, unit),
            since=self._get_since(),
        )

    def _get_since(self):
        """From which day on the contract has another rhythm than it was promised in, by
        what is in force and what is scheduled; None if it is to keep it."""
        now = _as_rhythm(self.contract_id)
        promised = {**now, **self.rhythm}
        since, rhythm = None, promised
        for day, header in self.contract_id._get_headers():
            rhythm = {**rhythm, **_as_rhythm(header)}
            since = None if rhythm == promised else since or day
        return since

    def _get_items(self):
        """Keys of the lines it is for, None for all: those of its plans and of its
        components, so that it ends and returns with them."""
        plans, components = self.plan_ids, self.component_ids
        if not plans and not components:
            return None
        return frozenset(
            line.id
            for line in self.contract_id.line_ids
            if line.component_id.plan_id in (plans or line.component_id.plan_id)
            and line.component_id in (components or line.component_id)
        )


def _as_rhythm(values):
    """What is there of the rhythm, of a contract or of values for it, for JSON."""
    found = {name: values[name] for name in RHYTHM if name in values}
    anchor = found.get("date_anchor")
    return {**found, "date_anchor": str(anchor)} if anchor else found
