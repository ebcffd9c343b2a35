from odoo import api, fields, models

from ..private_context import get_private

CODES = {
    "end": "cancellation_confirmed",
    "pause": "paused",
    "resume": "resumed",
}
# Receipts are rendered one by one, which takes a second each.
BATCH_SIZE = 20


class SubscriptionChange(models.Model):
    """What customers are told of changes."""

    _inherit = "subscription.change"

    is_confirmation_due = fields.Boolean(
        readonly=True,
        copy=False,
        help="Applied with many others; the customer is told by a scheduled action.",
    )
    _confirmation_due = models.Index("(id) WHERE is_confirmation_due")

    def _get_told_texts(self, is_withdrawn=False):
        """The change as texts for the customer."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        old, new = self.text_old, self.text_new
        values = " → ".join(filter(None, (old, new)))
        what = f"{kinds[self.kind]}: {values}" if values else kinds[self.kind]
        if is_withdrawn:
            what = self.env._("Does not take place: %s", what)
        return {"what": what, "value_old": old or "", "value_new": new or ""}

    # ----------------------------------------------------------------------
    # Confirming: when they are applied or scheduled, and when they are withdrawn. What
    # a change withdraws with it is not told apart.
    # ----------------------------------------------------------------------

    def _apply(self, today):
        result = super()._apply(today)
        in_batch = self.filtered("batch_id")
        for change in self - in_batch:
            change._confirm(today)
        if in_batch and not get_private(self.env, "subscription_preview"):
            in_batch.sudo().is_confirmation_due = True
            self.env.ref("subscription_billing.ir_cron_confirm_changes")._trigger()
        return result

    def _withdraw(self, today):
        told = self.filtered(lambda it: not it.is_confirmation_due)
        result = super()._withdraw(today)
        self.sudo().is_confirmation_due = False
        for change in told:
            change._tell("change_confirmed", today, is_withdrawn=True)
        return result

    def _confirm(self, today):
        self._tell(self._get_notice_code(), today)
        if self.kind == "transfer":
            successor = self.contract_id.successor_id
            successor._send_notice("order_confirmed", on=today)

    def _tell(self, code, today, **facts):
        day = self._get_told_day(code)
        if code == "resumed" and day <= today:
            facts["date"] = day  # told already when the step was taken
        self.contract_id._send_notice(code, on=today, day=day, change=self, **facts)

    def _get_told_day(self, code):
        """The day the customer reads: the last one of a contract that ends."""
        if code == "cancellation_confirmed":
            return self.contract_id.date_end
        return self.date_effective

    @api.model
    def _cron_confirm(self):
        """Tell the customers of changes that were applied with many others."""
        is_done = self.env["subscription.billing.run"]._work_once(
            self,
            [("is_confirmation_due", "=", True)],
            lambda part: part._confirm_due(),
            lambda part, error: part._report_unconfirmed(error),
            limit=BATCH_SIZE,
        )
        if not is_done:
            self.env.ref("subscription_billing.ir_cron_confirm_changes")._trigger()

    def _confirm_due(self):
        for change in self.filtered(lambda it: it.state != "withdrawn"):
            change._confirm(change.contract_id._get_today())
        self.sudo().is_confirmation_due = False

    def _report_unconfirmed(self, error):
        self.sudo().is_confirmation_due = False
        self.contract_id._report_unsent(self._get_notice_code(), error)

    def _get_notice_code(self):
        return CODES.get(self.kind, "change_confirmed")
