from odoo import api, fields, models
from odoo.exceptions import UserError

from .subscription_ending_contract import END_METHODS

EVENT_TYPES = {"annulment": "annulled", "withdrawal": "withdrawn"}


class SubscriptionChange(models.Model):
    """The end of a contract: by term and notice, on any day, by withdrawal, or as if it
    never was (C5). The planner gives back what was paid ahead."""

    _inherit = "subscription.change"

    end_method = fields.Selection(END_METHODS, default="regular")
    end_reason_id = fields.Many2one("subscription.end.reason", ondelete="restrict")
    date_notice = fields.Date(
        "Notice Received", help="Day the notice arrived; empty = today."
    )
    cancelled_at = fields.Datetime(
        "Received At", help="Instant for the receipt; empty = now."
    )
    date_last = fields.Date("Last Day", help="Inclusive; empty = the earliest one.")
    withdrawal_mode = fields.Selection(
        [("pro_rata", "Pays for the days used"), ("full", "Gets everything back")],
        compute="_compute_withdrawal_mode",
        store=True,
        readonly=False,
    )
    withdrawn_ids = fields.One2many(
        "subscription.change", "ended_by_id", "Withdrawn With It", readonly=True
    )
    ended_by_id = fields.Many2one(
        "subscription.change", readonly=True, copy=False, ondelete="set null"
    )
    ending_before = fields.Json(readonly=True, copy=False)

    @api.depends("contract_id")
    def _compute_withdrawal_mode(self):
        for change in self:
            early = change.contract_id.is_early_start_requested
            change.withdrawal_mode = "pro_rata" if early else "full"

    def _is_annulment(self):
        is_full = self.end_method == "withdrawal" and self.withdrawal_mode == "full"
        return self.end_method == "annulment" or is_full

    def _check_end(self, day):
        if not self.end_reason_id and self.end_method != "withdrawal":
            raise UserError(
                self.env._(
                    "Contract %s: choose the reason of the end.",
                    self.contract_id.display_name,
                )
            )

    def _apply_end(self, day, today):
        contract = self.contract_id
        self.ending_before = contract._get_ending()
        self._withdraw_later(day)
        contract._get_applying().write(
            {
                "date_end": self._get_last_day(day),
                "end_method": self.end_method,
                "end_reason_id": self.end_reason_id.id,
                "end_note": self.reason,
                "cancelled_at": self.cancelled_at or self.env.cr.now(),
                "is_annulled": self._is_annulment(),
            }
        )

    def _get_last_day(self, day):
        """A contract that never was still needs a day to stand on: its first."""
        if self._is_annulment():
            return self.contract_id.date_start
        return fields.Date.subtract(day, days=1)

    def _withdraw_later(self, day):
        """What was scheduled for days after the end has no ground any more."""
        later = self.contract_id.change_ids.filtered(
            lambda it: it.state == "scheduled" and it.date_effective >= day
        )
        for other in (later - self).sorted("id", reverse=True):
            other._call("withdraw", other.date_effective)
            other.row_ids._undo()
            other.write({"state": "withdrawn", "ended_by_id": self.id})
            other._log("change_withdrawn")

    def _withdraw_end(self, day):
        self.contract_id._get_applying().write(self.ending_before)

    def _describe_end(self):
        methods = dict(self._fields["end_method"]._description_selection(self.env))
        text = methods[self.end_method]
        if self.end_reason_id:
            text = f"{text}: {self.end_reason_id.name}"
        return self.ending_before and self.ending_before.get("date_end"), text

    def _log(self, event_type):
        if self.kind == "end" and event_type in ("changed", "change_scheduled"):
            event_type = EVENT_TYPES.get(self.end_method, "cancelled")
        return super()._log(event_type)


class SubscriptionContract(models.Model):
    _inherit = "subscription.contract"

    def _get_ending(self):
        """How the contract ends as things stand, as values to write."""
        self.ensure_one()
        names = (
            "date_end",
            "end_method",
            "end_reason_id",
            "end_note",
            "cancelled_at",
            "is_annulled",
        )
        vals = self._convert_to_write({name: self[name] for name in names})
        for name in ("date_end", "cancelled_at"):
            vals[name] = str(vals[name]) if vals[name] else False
        return vals
