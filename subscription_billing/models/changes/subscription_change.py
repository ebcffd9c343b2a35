from odoo import api, fields, models
from odoo.exceptions import UserError

CHANGE_KINDS = [
    ("variant", "Change the plan"),
    ("quantity", "Change a quantity"),
    ("book", "Book an add-on"),
    ("unbook", "End an add-on"),
    ("price", "Change a price"),
    ("one_off", "Charge a one-off item"),
    ("pause", "Pause"),
    ("resume", "Resume"),
    ("end", "Cancel or end"),
    ("undo_end", "Take the end back"),
    ("billing_day", "Move the billing day"),
    ("transfer", "Transfer to another customer"),
]
CHANGE_STATES = [
    ("draft", "Draft"),
    ("scheduled", "Scheduled"),
    ("applied", "Applied"),
    ("withdrawn", "Withdrawn"),
]
TIMINGS = [
    ("now", "Today"),
    ("period_end", "At the end of the billing period"),
    ("term_end", "At the end of the term"),
    ("date", "On a date"),
]


class SubscriptionChange(models.Model):
    """A change of a contract: drafted, previewed, applied (C4). It is written into the
    timeline at once, with the date it counts from; until that day is reached it is
    scheduled and can be withdrawn. What each kind does stands in a file of its own, as
    ``_check_<kind>``, ``_apply_<kind>``, ``_reach_<kind>``, ``_withdraw_<kind>`` and
    ``_describe_<kind>``."""

    _name = "subscription.change"
    _description = "Subscription Change"
    _order = "id desc"
    _check_company_auto = True

    contract_id = fields.Many2one(
        "subscription.contract",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        default=lambda self: self._default_contract_id(),
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    partner_id = fields.Many2one(related="contract_id.partner_id", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    plan_id = fields.Many2one(related="contract_id.plan_id")
    kind = fields.Selection(CHANGE_KINDS, required=True)
    state = fields.Selection(
        CHANGE_STATES, default="draft", required=True, readonly=True, copy=False
    )
    timing = fields.Selection(
        TIMINGS,
        "When",
        compute="_compute_timing",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    date = fields.Date("On", help="First day of what is new; may lie in the past.")
    date_effective = fields.Date(
        "Effective", readonly=True, copy=False, help="First day of what is new."
    )
    reason = fields.Char(help="Why; goes into the log of the contract.")
    text_old = fields.Char("Before", readonly=True, copy=False)
    text_new = fields.Char("After", readonly=True, copy=False)
    user_id = fields.Many2one(
        "res.users", "Applied By", readonly=True, copy=False, ondelete="restrict"
    )
    row_ids = fields.One2many("subscription.change.line", "change_id", readonly=True)
    # What the kinds ask for.
    line_id = fields.Many2one(
        "subscription.contract.line", check_company=True, ondelete="set null"
    )
    component_id = fields.Many2one(
        "subscription.component", check_company=True, ondelete="restrict"
    )
    variant_id = fields.Many2one(
        "subscription.plan.variant", check_company=True, ondelete="restrict"
    )
    quantity = fields.Float(digits="Product Unit")
    has_price_override = fields.Boolean("Own Price")
    price_override = fields.Float(digits=(16, 10))

    def _default_contract_id(self):
        if self.env.context.get("active_model") == "subscription.contract":
            return self.env.context.get("active_id")
        return False

    @api.depends("kind", "contract_id")
    def _compute_timing(self):
        for change in self:
            change.timing = change._get_default_timing()

    def _get_default_timing(self):
        """When a change counts if nobody says so; kinds may know better."""
        return self.timing or "now"

    @api.depends("kind", "contract_id", "date_effective")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for change in self:
            parts = [change.contract_id.name, kinds.get(change.kind)]
            change.display_name = ", ".join(filter(None, parts))

    @api.model_create_multi
    def create(self, vals_list):
        changes = super().create(vals_list)
        for change in changes:
            if change.state != "draft" and not self.env.su:
                raise UserError(
                    self.env._("A change starts as a draft. Apply it with its button.")
                )
        return changes

    def write(self, vals):
        is_open = all(change.state == "draft" for change in self)
        if not self.env.su and ("state" in vals or not is_open):
            raise UserError(
                self.env._(
                    "A change that was applied stays as it is. Withdraw it while it is "
                    "scheduled, or make a new one."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        for change in self:
            if change.state != "draft":
                raise UserError(
                    self.env._(
                        "%s belongs to the history of its contract and stays.",
                        change.display_name,
                    )
                )

    @api.autovacuum
    def _gc_drafts(self):
        """Dialogs that were closed leave drafts behind."""
        limit = fields.Datetime.subtract(self.env.cr.now(), days=1)
        domain = [("state", "=", "draft"), ("create_date", "<", limit)]
        self.sudo().search(domain, limit=1000).unlink()
