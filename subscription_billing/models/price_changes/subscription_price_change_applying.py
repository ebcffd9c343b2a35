from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

CHANGE_STATES = [
    ("draft", "Draft"),
    ("applied", "Applied"),
    ("done", "In force"),
    ("undone", "Undone"),
]
# What the preview follows from; fixed once it was applied.
DEFINING_FIELDS = {
    "company_id",
    "date",
    "mode",
    "percent",
    "amount",
    "rounding_step",
    "price_ids",
    "component_ids",
    "plan_ids",
    "variant_ids",
    "contract_ids",
    "domain",
}


class SubscriptionPriceChangeApplying(models.AbstractModel):
    """States of a price change and the guarded way between them."""

    _name = "subscription.price.change.applying"
    _description = "Applying of Price Changes"

    state = fields.Selection(
        CHANGE_STATES,
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )

    @api.model_create_multi
    def create(self, vals_list):
        changes = super().create(vals_list)
        # Looked at afterwards: a default of the context is no value of the caller's.
        if not self.env.su and any(change.state != "draft" for change in changes):
            changes._refuse_state()
        return changes

    def write(self, vals):
        if "state" in vals and not self.env.su:
            self._refuse_state()
        if vals.keys() & DEFINING_FIELDS:
            self._check_open()
            vals = {**vals, "is_stale": True}
        return super().write(vals)

    def _refuse_state(self):
        raise AccessError(
            self.env._(
                "The state of a price change cannot be written directly. Use its "
                "buttons."
            )
        )

    def _check_open(self):
        for change in self:
            if change.state != "draft":
                raise UserError(
                    self.env._(
                        "Price change %s was applied and stays as it is. Undo it, or "
                        "make another one.",
                        change.name,
                    )
                )

    def action_apply(self):
        """Give the contracts their new prices, exactly as previewed.

        Where the preview is no longer what would happen it is made anew and nothing
        is applied.
        """
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        rows = self._prepare_rows()
        if self.is_stale or not self.line_ids._is_same(rows):
            self._set_rows(rows)
            return self._notify_renewed()
        changed = self.line_ids.filtered(lambda row: row._is_change())
        if not changed:
            raise UserError(
                self.env._("Price change %s: no contract would change.", self.name)
            )
        changed.contract_id._lock_or_refuse()
        changed._apply(self._get_today())
        self._set_state_by(self._get_today())
        return None

    def action_undo(self):
        """Take the change back, as long as its date is to come."""
        self.check_access("write")
        for change in self:
            if change.state != "applied" or change.date <= change._get_today():
                raise UserError(
                    self.env._(
                        "Price change %s cannot be undone: only one that was applied "
                        "and whose date is still to come can. Make a new change.",
                        change.name,
                    )
                )
            changed = change.line_ids.filtered(lambda row: row._is_change())
            changed.contract_id._lock_or_refuse()
            changed._undo()
            change.sudo().state = "undone"

    def _notify_renewed(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "title": self.env._("The preview was out of date"),
                "message": self.env._(
                    "It has been made anew. Look at it and apply again."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _unlink_derived(self):
        """Prices made by applying; new prices that were typed in stay."""
        derived = self.filtered(lambda change: change.mode in ("percent", "amount"))
        derived.sudo().price_ids.unlink()

    def _set_state_by(self, day):
        """In force once no line waits for its day any more."""
        for change in self.sudo():
            waits = change.date > day or any(
                change.line_ids.successor_id.mapped("is_upcoming")
            )
            change.state = "applied" if waits else "done"

    @api.model
    def _reach_today(self):
        """Let the prices count whose day has come; called by the billing cron."""
        for company in self.env["res.company"].search([]):
            self._reach(company, self.new({"company_id": company.id})._get_today())

    def _reach(self, companies, day):
        """Let the prices count whose day has come, in the monthly amounts.

        :param companies: ``res.company`` records
        :param date day: today for these companies
        """
        self.env["subscription.contract.line"]._end_upcoming(day, companies)
        waiting = self.sudo().search(
            [
                ("state", "=", "applied"),
                ("date", "<=", day),
                ("company_id", "in", companies.ids),
            ]
        )
        waiting._set_state_by(day)
