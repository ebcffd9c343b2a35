from odoo import api, fields, models

from ..catalogue.subscription_recurrence_mixin import BILLING_MODES, PRORATIONS

# Where the periods of a line come from; each is the contract's on the day it is booked.
GRID_FIELDS = (
    "billing_interval_count",
    "billing_interval_unit",
    "alignment",
    "billing_day",
    "date_anchor",
)
BOOKED = {"store": True, "precompute": True, "required": False, "default": None}


class SubscriptionContractLine(models.Model):
    """A line keeps the rhythm it was booked with. Where a contract goes on in another
    rhythm, its lines go on as new ones, and what was billed keeps its periods (T1)."""

    _name = "subscription.contract.line"
    _inherit = ["subscription.contract.line", "subscription.recurrence.mixin"]

    fee_interval_count = fields.Integer(compute="_compute_rhythm", **BOOKED)
    fee_interval_unit = fields.Selection(compute="_compute_rhythm", **BOOKED)
    billing_mode = fields.Selection(BILLING_MODES, compute="_compute_rhythm", **BOOKED)
    billing_interval_count = fields.Integer(compute="_compute_rhythm", **BOOKED)
    billing_interval_unit = fields.Selection(compute="_compute_rhythm", **BOOKED)
    alignment = fields.Selection(compute="_compute_rhythm", **BOOKED)
    billing_day = fields.Integer(compute="_compute_rhythm", **BOOKED)
    date_anchor = fields.Date(compute="_compute_rhythm", store=True, precompute=True)
    proration = fields.Selection(
        PRORATIONS, compute="_compute_rhythm", store=True, precompute=True
    )

    @api.depends(
        "component_id",
        "contract_id.fee_interval_count",
        "contract_id.fee_interval_unit",
        "contract_id.billing_interval_count",
        "contract_id.billing_interval_unit",
        "contract_id.billing_mode",
        "contract_id.alignment",
        "contract_id.billing_day",
        "contract_id.date_anchor",
    )
    def _compute_rhythm(self):
        for line in self:
            contract = line.contract_id
            if contract.state != "draft" and line.billing_interval_unit:
                continue  # T1: periods stay where they were
            line.update(line._prepare_rhythm(contract))

    def _prepare_rhythm(self, source):
        """Rhythm of this line's component beside that of ``source``, a contract or a
        variant."""
        component, own = self.component_id, self.component_id.has_own_interval
        vals = {name: source[name] for name in GRID_FIELDS if name in source._fields}
        return {
            **vals,
            "fee_interval_count": (
                component.interval_count if own else source.fee_interval_count
            ),
            "fee_interval_unit": (
                component.interval_unit if own else source.fee_interval_unit
            ),
            "billing_mode": (
                "arrears"
                if component.kind == "metered"
                else component.billing_mode or source.billing_mode
            ),
            "proration": component.proration,
        }

    def _as_grid(self):
        """Fee periods of this line, counted from its anchor (T1)."""
        self.ensure_one()
        return self._as_own_recurrence(self._as_fee_interval())

    def _as_billing_recurrence(self):
        """Its billing periods, the last one cut at the end of the contract (T6)."""
        self.ensure_one()
        stop = self.contract_id._as_stop()
        return self._as_own_recurrence(self._as_billing_interval(), stop)

    def _as_own_recurrence(self, interval, stop=None):
        """Usage that is billed in the trial has periods in it; fees begin after it."""
        contract = self.contract_id
        anchor = self.date_anchor or contract._get_paid_start()
        start = contract._get_first_billed_day(self)
        return self._as_recurrence(interval, start, anchor, stop and max(stop, start))
