from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools.misc import format_date

from ..dates import Day
from ..failures import explain, isolate
from ..numbers import Count
from ..private_context import remembering
from ..sentences import refusal
from ..texts import Label
from .subscription_change import TIMINGS

BATCH_KINDS = [
    ("variant", "Change the plan"),
    ("billing_day", "Move the billing day"),
    ("pause", "Pause"),
    ("resume", "Resume"),
    ("end", "Cancel or end"),
]
MAX_CONTRACTS = 5000
# More than this many are left to the scheduled action; it commits after each part.
MAX_AT_ONCE = 200
PART = 50
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
    """The same change for many contracts: previewed and applied together, so that one
    that fails does not stop the others; many of them in the background. It stays as the
    report of what happened."""

    _name = "subscription.change.batch"
    _inherit = ["subscription.guard.mixin"]
    _description = "Subscription Bulk Change"
    _order = "id desc"
    _check_company_auto = True

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
    task = fields.Selection(
        [("preview", "Preview"), ("apply", "Apply")],
        "In the Background",
        readonly=True,
        copy=False,
    )
    user_id = fields.Many2one("res.users", "Asked By", readonly=True, copy=False)
    progress = fields.Float(compute="_compute_counts", help="Percent of the task.")

    def _default_contract_ids(self):
        if self.env.context.get("active_model") == "subscription.contract":
            return self.env.context.get("active_ids")
        return False

    def _get_end_methods(self):
        return self.env["subscription.change"]._fields["end_method"].selection

    def write(self, vals):
        """Drafts say what was asked for: another wish needs others."""
        if vals.keys() & {*SHARED, "contract_ids"}:
            self._get_drafts().unlink()
        return super().write(vals)

    @api.depends("kind", "variant_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for batch in self:
            day = batch.create_date and format_date(self.env, batch.create_date)
            parts = (kinds.get(batch.kind), batch.variant_id.display_name, day)
            batch.display_name = " – ".join(filter(None, parts))

    def _compute_counts(self):
        for batch in self:
            changes = batch.change_ids
            batch.contract_count = len(batch.contract_ids)
            batch.applied_count = len(changes.filtered(lambda it: it.state != "draft"))
            batch.failed_count = len(changes.filtered("preview_error"))
            done = len(changes - batch._get_todo())
            batch.progress = 100.0 * done / len(changes) if changes else 0.0

    def action_preview(self):
        """What the change would bill for each contract; nothing is applied."""
        self.ensure_one()
        self._get_drafts().unlink()
        self._create_drafts()
        return self._start("preview")

    def action_apply(self):
        """Apply all that can be applied; the others keep their reason."""
        self.ensure_one()
        self._get_drafts().sudo().preview_error = False
        self._create_drafts()
        return self._start("apply")

    def _start(self, task):
        """Do it now, or leave it to the scheduled action, which is called."""
        self.sudo().write({"task": task, "user_id": self.env.uid})
        self = remembering(self)
        changes = self._get_todo()
        if len(changes) > MAX_AT_ONCE:
            self.env.ref("subscription_billing.ir_cron_change_batch")._trigger()
            message = self.env._(
                "%s contracts are worked on in the background. The progress is shown "
                "here.",
                len(changes),
            )
            return self.env["subscription.contract"]._tell(message)
        for start in range(0, len(changes), PART):
            part = changes[start : start + PART]
            isolate(self.env, part, self._work, self._keep_reason)
        self.sudo().task = False
        return None

    @api.model
    def _cron_work(self):
        """Go on with what is in the background, as who asked for it, committing part by
        part (X5)."""
        runs = self.env["subscription.billing.run"]
        for batch in self.search([("task", "!=", False)]):
            user = batch.user_id
            mine = batch.with_user(user).with_context(lang=user.lang)
            todo = mine._get_todo()
            is_done = runs._work_once(
                todo, [("id", "in", todo.ids)], mine._work, mine._keep_reason, PART
            )
            if not is_done:
                self.env.ref("subscription_billing.ir_cron_change_batch")._trigger()
                return
            batch.task = False
            mine._tell_done()

    def _tell_done(self):
        message = self.env._("Done: %s", self.display_name)
        self.user_id.partner_id._bus_send(
            "simple_notification", {"type": "success", "message": message}
        )

    def _work(self, changes):
        """Preview or apply changes together; all of it or nothing."""
        is_preview = self.task == "preview"
        for today, group in changes.grouped(
            lambda it: it.contract_id._get_today()
        ).items():
            if is_preview:
                self._preview(group, today)
            else:
                group._apply(today)

    def _preview(self, changes, today):
        service = self.env["subscription.preview"]
        previews, refused = service._preview(changes, today)
        for change in changes:
            if change in refused:
                self._keep_reason(change, refused[change])
            else:
                change.sudo().preview = previews[change]

    def _get_todo(self):
        """Drafts the task has not looked at yet."""
        drafts = self._get_drafts().filtered(lambda it: not it.preview_error)
        if self.task == "preview":
            return drafts.filtered(lambda it: not it.preview)
        return drafts if self.task else drafts.browse()

    def _get_drafts(self):
        return self.change_ids.filtered(lambda it: it.state == "draft")

    def _keep_reason(self, change, error):
        change.sudo().preview_error = explain(self.env, error, change.display_name)

    def _create_drafts(self):
        """A draft for each contract that has no change of this batch yet."""
        if not self.contract_ids:
            raise refusal(self.env)._("Select at least one contract.")
        if len(self.contract_ids) > MAX_CONTRACTS:
            raise refusal(self.env)._(
                "%(count)s contracts are selected, more than the %(limit)s that "
                "can be changed at once. Select fewer.",
                count=len(self.contract_ids),
                limit=MAX_CONTRACTS,
            )
        vals = self._convert_to_write({name: self[name] for name in SHARED})
        left = self.contract_ids - self.change_ids.contract_id
        left.check_access("write")
        self.sudo().change_ids = [
            Command.create({**vals, "contract_id": contract.id}) for contract in left
        ]
