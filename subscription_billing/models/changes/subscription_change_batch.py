from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..dates import Day
from ..failures import explain, isolate
from ..numbers import Count
from ..texts import Label
from .subscription_change import TIMINGS

BATCH_KINDS = [
    ("variant", "Change the plan"),
    ("billing_day", "Move the billing day"),
    ("pause", "Pause"),
    ("resume", "Resume"),
    ("end", "Cancel or end"),
]
MAX_CONTRACTS = 500
# What all changes of a batch have in common.
SHARED = (
    "kind",
    "timing",
    "date",
    "reason",
    "variant_id",
    "billing_day_new",
    "date_until",
    "end_method",
    "end_reason_id",
    "date_notice",
    "date_last",
)


class SubscriptionChangeBatch(models.Model):
    """The same change for many contracts: previewed and applied one by one, so that one
    that fails does not stop the others. It stays as the report of what happened."""

    _name = "subscription.change.batch"
    _inherit = ["subscription.guard.mixin"]
    _description = "Subscription Bulk Change"
    _order = "id desc"
    _check_company_auto = True
    _rec_name = "kind"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    contract_ids = fields.Many2many(
        "subscription.contract",
        string="Contracts",
        check_company=True,
        default=lambda self: self._default_contract_ids(),
    )
    kind = fields.Selection(BATCH_KINDS, required=True, default="variant")
    timing = fields.Selection(TIMINGS, "When", required=True, default="period_end")
    date = Day("First Day")
    reason = Label("Note")
    variant_id = fields.Many2one("subscription.plan.variant", check_company=True)
    billing_day_new = Count("New Billing Day")
    date_until = Day("Last Day of the Pause")
    end_method = fields.Selection(
        lambda self: self._get_end_methods(), default="regular"
    )
    end_reason_id = fields.Many2one("subscription.end.reason", check_company=True)
    date_notice = Day("Notice Received")
    date_last = Day("Last Day")
    change_ids = fields.One2many("subscription.change", "batch_id", readonly=True)
    contract_count = fields.Integer(compute="_compute_counts")
    applied_count = fields.Integer(compute="_compute_counts")
    failed_count = fields.Integer(compute="_compute_counts")

    def _default_contract_ids(self):
        if self.env.context.get("active_model") == "subscription.contract":
            return self.env.context.get("active_ids")
        return False

    def _get_end_methods(self):
        return self.env["subscription.change"]._fields["end_method"].selection

    def _compute_counts(self):
        for batch in self:
            changes = batch.change_ids
            batch.contract_count = len(batch.contract_ids)
            batch.applied_count = len(changes.filtered(lambda it: it.state != "draft"))
            batch.failed_count = len(changes.filtered("preview_error"))

    def action_preview(self):
        """What the change would bill for each contract; nothing is applied."""
        self.ensure_one()
        self._create_drafts()
        isolate(self.env, self._get_drafts(), self._preview_all, self._keep_reason)

    def _preview_all(self, changes):
        for change in changes:
            change._update_preview(change.contract_id._get_today())

    def action_apply(self):
        """Apply all that can be applied; the others keep their reason."""
        self.ensure_one()
        self._create_drafts()
        isolate(self.env, self._get_drafts(), self._apply_all, self._keep_reason)

    def _get_drafts(self):
        return self.change_ids.filtered(lambda it: it.state == "draft")

    def _apply_all(self, changes):
        for change in changes:
            change._apply(change.contract_id._get_today())
        changes.sudo().preview_error = False

    def _keep_reason(self, change, error):
        change.sudo().preview_error = explain(self.env, error, change.display_name)

    def _create_drafts(self):
        """One draft per contract; drafts of an earlier preview are made anew."""
        if not self.contract_ids:
            raise UserError(self.env._("Select at least one contract."))
        if len(self.contract_ids) > MAX_CONTRACTS:
            raise UserError(
                self.env._(
                    "%(count)s contracts are selected, more than the %(limit)s that "
                    "can be changed at once. Select fewer.",
                    count=len(self.contract_ids),
                    limit=MAX_CONTRACTS,
                )
            )
        self._get_drafts().unlink()
        vals = self._convert_to_write({name: self[name] for name in SHARED})
        left = self.contract_ids - self.change_ids.contract_id
        left.check_access("write")
        self.sudo().change_ids = [
            Command.create({**vals, "contract_id": contract.id}) for contract in left
        ]
