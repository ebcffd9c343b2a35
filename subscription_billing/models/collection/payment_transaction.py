from requests.exceptions import ConnectionError as RequestConnectionError
from requests.exceptions import HTTPError, Timeout

from odoo import fields, models
from odoo.exceptions import ValidationError


def is_unanswered(error):
    """Whether it is unknown if the provider has done what it was asked for."""
    cause = error.__context__
    if isinstance(cause, HTTPError):
        return cause.response is not None and cause.response.status_code >= 500
    return isinstance(cause, RequestConnectionError | Timeout)


class PaymentTransaction(models.Model):
    """The try of a provider that stands behind attempts to collect."""

    _inherit = "payment.transaction"

    subscription_attempt_ids = fields.One2many(
        "subscription.collection.attempt", "transaction_id"
    )
    subscription_is_unanswered = fields.Boolean(
        "Answer Lost",
        readonly=True,
        help="Nobody knows whether the provider has charged it.",
    )
    subscription_is_disputed = fields.Boolean("Charged Back", readonly=True)

    def _send_api_request(self, *args, **kwargs):
        """A lost answer is no refusal, though Odoo treats both alike."""
        try:
            answer = super()._send_api_request(*args, **kwargs)
        except ValidationError as error:
            is_lost = is_unanswered(error)
            if is_lost and self.subscription_attempt_ids:
                self.subscription_is_unanswered = True
            self._note_doubt(is_lost)
            raise
        self._note_doubt(True)
        return answer

    def _note_doubt(self, is_in_doubt):
        """Remember whether the provider may have done what it was asked for last."""
        self.env.cr.cache["subscription_in_doubt"] = is_in_doubt

    def _is_in_doubt(self):
        """Whether an error may have come after the provider had charged."""
        return self.env.cr.cache.get("subscription_in_doubt", False)

    def _update_state(self, allowed_states, target_state, state_message):
        """What the provider says now ends all doubt."""
        updated = super()._update_state(allowed_states, target_state, state_message)
        if target_state != "error":
            updated.filtered("subscription_is_unanswered").write(
                {"subscription_is_unanswered": False}
            )
        return updated

    def _post_process(self):
        """Attempts follow whatever became of their transaction, whoever asked."""
        result = super()._post_process()
        self.sudo().subscription_attempt_ids._follow()
        for transaction in self.sudo():
            if transaction.operation == "refund" and transaction.state == "done":
                transaction._settle_refund()
        return result

    def _is_under_way(self):
        """May still bring money, or has brought it and is not booked."""
        self.ensure_one()
        is_left = (
            self.state == "draft"
            and self.operation != "offline"
            and fields.Datetime.subtract(self.env.cr.now(), hours=1)
            > self.last_state_change
        )
        if is_left or self.operation in ("validation", "refund"):
            return False
        unbooked = self.state == "done" and not self.is_post_processed
        return self.state in ("draft", "pending", "authorized") or unbooked

    def _look_up(self):
        """Ask the provider what became of it, and process the answer. Nothing by
        itself: Odoo has no such request. The addon of a provider overrides it."""

    def _settle_refund(self):
        """The money given back belongs to a credit note of what was paid (P2)."""
        self.ensure_one()
        source = self.source_transaction_id
        invoices = source.invoice_ids.filtered(lambda it: it.move_type == "out_invoice")
        if invoices.subscription_contract_ids and self.payment_id:
            invoices._settle_refund(self.payment_id)
