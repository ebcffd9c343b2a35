from odoo import fields, models
from odoo.exceptions import UserError


class SubscriptionContract(models.Model):
    """The trial of a contract: how it begins, and what becomes of it (C3)."""

    _inherit = "subscription.contract"

    is_trial_over_told = fields.Boolean(
        readonly=True,
        copy=False,
        help="The trial is over, and the customer was asked for a payment method.",
    )

    def action_activate(self):
        """Draft to trial or active; a trial that is to end has its end from now on."""
        result = super().action_activate()
        for contract in self:
            if contract.state == "trial" and contract.trial_end_policy == "end":
                reason = self.env._("Ends with its trial")
                contract._set_end(contract.date_trial_end, reason)
        self._refresh_next_step()
        return result

    def _set_active(self, reason):
        tried = self.filtered(
            lambda contract: contract.state == "draft" and contract.date_trial_end
        )
        tried._update_state("trial", self.env._("Trial begins"))
        return super(SubscriptionContract, self - tried)._set_active(reason)

    def action_convert_trial(self):
        """The customer stays: paid from the day after the trial, or from today if the
        trial is over."""
        for contract in self:
            contract._convert_trial(contract._get_today())

    def _convert_trial(self, day):
        """Make a paid contract of a trial.

        :param date day: day of the decision; fees begin after the trial, at the
            earliest on this day
        """
        self.ensure_one()
        if self.state != "trial":
            raise UserError(
                self.env._(
                    "Contract %s is not in a trial.",
                    self.display_name,
                )
            )
        vals = {"trial_end_policy": "continue"}
        if day > self._get_paid_start():
            vals["date_trial_end"] = fields.Date.subtract(day, days=1)
        if self.trial_end_policy == "end" and self.date_end == self.date_trial_end:
            vals["date_end"] = False
        self._get_applying().write(vals)
        self.env["subscription.event"]._log(
            "trial_ended", self, self.env._("Stays after the trial"), date_effective=day
        )
        self._reach(day)
        self._refresh_next_billing()

    def _get_step_dates(self):
        dates = super()._get_step_dates()
        if self.state == "trial" and not self.is_trial_over_told:
            dates.append(self._get_paid_start())
        return dates

    def _take_steps(self, day):
        result = super()._take_steps(day)
        over = self.filtered(
            lambda contract: contract.state == "trial"
            and contract._get_paid_start() <= day
        )
        for contract in over.filtered(lambda it: it.trial_end_policy == "wait"):
            contract._ask_after_trial(day)
        going_on = over.filtered(lambda it: it.trial_end_policy == "continue")
        going_on._update_state("active", self.env._("Trial is over"))
        going_on._refresh_next_billing()
        return result

    def _ask_after_trial(self, day):
        """Goes on by itself if there is a way to pay, else waits for one, visibly."""
        self.ensure_one()
        if self._get_payment_tokens():
            self._get_applying().trial_end_policy = "continue"
            return
        if self.is_trial_over_told:
            return
        self.sudo().is_trial_over_told = True
        message = self.env._("Trial is over, waiting for a payment method")
        self.env["subscription.event"]._log(
            "trial_ended", self, message, date_effective=day
        )
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=message,
            user_id=(self.user_id or self.env.user).id,
        )

    def _get_payment_tokens(self):
        """Payment methods on file of the customer, the whole family's (P1)."""
        return (
            self.env["payment.token"]
            .sudo()
            .search(
                [
                    ("partner_id", "child_of", self.commercial_partner_id.id),
                    ("company_id", "=", self.company_id.id),
                ]
            )
        )
