from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class SubscriptionChange(models.Model):
    """A rest of the contract, and its end. What was paid ahead is given back, fees are
    skipped, the anchor stays; the planner sees to all of it (C4, M3)."""

    _inherit = "subscription.change"

    date_until = fields.Date(
        "Until", help="Last day of the pause, inclusive; empty = until resumed."
    )
    is_term_extended = fields.Boolean(
        "Extends the Term", help="The term ends as many days later as the pause lasts."
    )
    pause_id = fields.Many2one(
        "subscription.pause", readonly=True, copy=False, ondelete="set null"
    )

    def _check_pause(self, day):
        contract, paid = self.contract_id, self.contract_id._get_paid_start()
        if day < paid:
            raise UserError(
                self.env._(
                    "Contract %(contract)s is in its trial until %(end)s. Choose a day "
                    "from %(day)s on.",
                    contract=contract.display_name,
                    end=contract.date_trial_end,
                    day=paid,
                )
            )
        until = self.date_until
        if until and (until < day or contract.date_end and until > contract.date_end):
            raise UserError(
                self.env._(
                    "Contract %(contract)s: the pause can't end on %(until)s. Choose a "
                    "day from %(day)s to %(end)s.",
                    contract=contract.display_name,
                    until=until,
                    day=day,
                    end=contract.date_end or "…",
                )
            )

    def _apply_pause(self, day, today):
        self.pause_id = self.env["subscription.pause"].create(
            {
                "contract_id": self.contract_id.id,
                "date_start": day,
                "date_end": self.date_until,
                "is_term_extended": self.is_term_extended,
            }
        )

    def _withdraw_pause(self, day):
        self.pause_id.unlink()

    def _describe_pause(self):
        start = format_date(self.env, self.date_effective)
        until = self.date_until
        return False, f"{start} – {format_date(self.env, until) if until else '…'}"

    def _check_resume(self, day):
        """The pause that is on, or was to begin before the day."""
        pauses = self.contract_id.pause_ids.filtered(
            lambda pause: pause.date_start <= day <= pause._get_end()
        )
        if not pauses:
            raise UserError(
                self.env._(
                    "Contract %(contract)s is not paused on %(day)s.",
                    contract=self.contract_id.display_name,
                    day=day,
                )
            )
        self.pause_id = pauses[-1]

    def _apply_resume(self, day, today):
        """The pause ends the day before; on its first day it never was."""
        pause = self.pause_id
        self.date_until = pause.date_end
        pause.date_end = fields.Date.subtract(day, days=1)

    def _withdraw_resume(self, day):
        self.pause_id.date_end = self.date_until

    def _describe_resume(self):
        pause = self.pause_id
        end = format_date(self.env, pause.date_end) if pause.date_end else "…"
        return f"{format_date(self.env, pause.date_start)} – {end}", False
