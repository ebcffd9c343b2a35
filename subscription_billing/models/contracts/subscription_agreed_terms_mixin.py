from odoo import api, fields, models
from odoo.exceptions import UserError

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
# Every period and price follows from these: they are open in a draft only.
GRID_FIELDS = {
    "variant_id",
    "currency_id",
    "company_id",
    "date_start",
    "date_anchor",
    "date_billed_until",
    "fee_interval_count",
    "fee_interval_unit",
    "billing_interval_count",
    "billing_interval_unit",
    "billing_mode",
    "alignment",
    "billing_day",
}


class SubscriptionAgreedTermsMixin(models.AbstractModel):
    """Rhythm, term and notice of the variant as they were when it was sold (C6).

    Copied when the variant is chosen; the contract does not follow later changes of
    the offer.
    """

    _name = "subscription.agreed.terms.mixin"
    _description = "Subscription Agreed Terms"
    _inherit = [
        "subscription.timeline.mixin",
        "subscription.recurrence.mixin",
        "subscription.term.mixin",
        "subscription.trial.mixin",
    ]

    variant_id = fields.Many2one("subscription.plan.variant")
    fee_interval_count = fields.Integer(compute="_compute_snapshot", **SNAPSHOT)
    fee_interval_unit = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    billing_interval_count = fields.Integer(compute="_compute_snapshot", **SNAPSHOT)
    billing_interval_unit = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    billing_mode = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    alignment = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    billing_day = fields.Integer(compute="_compute_snapshot", **SNAPSHOT)
    first_term_count = fields.Integer(compute="_compute_snapshot", **SNAPSHOT)
    first_term_unit = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    later_term_count = fields.Integer(compute="_compute_snapshot", **SNAPSHOT)
    later_term_unit = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    notice_first_count = fields.Integer(compute="_compute_snapshot", **SNAPSHOT)
    notice_first_unit = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    notice_later_count = fields.Integer(compute="_compute_snapshot", **SNAPSHOT)
    notice_later_unit = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    trial_count = fields.Integer(compute="_compute_snapshot", **SNAPSHOT)
    trial_unit = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    trial_end_policy = fields.Selection(compute="_compute_snapshot", **SNAPSHOT)
    is_trial_usage_billed = fields.Boolean(compute="_compute_snapshot", **SNAPSHOT)

    @api.depends("variant_id")
    def _compute_snapshot(self):
        for record in self:
            source = record.variant_id or record.variant_id.new()
            for name in SNAPSHOT_FIELDS:
                record[name] = source[name]

    def write(self, vals):
        if vals.keys() & GRID_FIELDS and not self._is_applying():
            self._check_terms_open()
        return super().write(vals)

    def _check_terms_open(self):
        """Prices and billed periods belong to the terms they were made for (C6)."""
        self.line_ids._check_not_billed()
        for contract in self:
            if contract.state != "draft":
                raise UserError(
                    self.env._(
                        "Contract %s is running and keeps its terms. End it and "
                        "make a new one.",
                        contract.display_name,
                    )
                )
