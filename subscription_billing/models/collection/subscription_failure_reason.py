from odoo import api, fields, models

from ..numbers import BigCount, Count
from ..sentences import invalid
from ..texts import Label

FAILURE_CLASSES = [
    ("retryable", "May work later"),
    ("customer", "Customer has to act"),
    ("configuration", "We have to act"),
]


class SubscriptionFailureReason(models.Model):
    """Why a payment failed, and what follows from it. Answers of payment providers are
    recognised by keywords, those of banks by code."""

    _name = "subscription.failure.reason"
    _description = "Reason of a Failed Payment"
    _order = "sequence, code"
    _rec_name = "name"

    sequence = BigCount(default=10)
    code = Label(required=True, help="As providers and banks call it, e.g. AM04.")
    name = Label(required=True, translate=True)
    failure_class = fields.Selection(FAILURE_CLASSES, required=True)
    keywords = Label(
        help="Words, separated by commas, that a provider's message has if it means "
        "this. The first reason that fits counts.",
    )
    try_limit = Count(
        "Tries at Most", help="With the first one; 0 = as many as the retry plan has."
    )
    is_final = fields.Boolean(
        "Not Used Again",
        help="The card or account is not charged any more until there is another one.",
    )

    mandate_action = fields.Selection(
        [
            ("keep", "Keep it"),
            ("suspend", "Suspend it"),
            ("cancel", "Cancel it"),
        ],
        "The Mandate",
        default="keep",
        required=True,
    )

    _code_unique = models.Constraint(
        "UNIQUE (code)", "There is a reason with that code already."
    )
    _try_limit_positive = models.Constraint(
        "CHECK (try_limit >= 0)", "Tries must not be negative."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_default(self):
        if self & self._get_default():
            raise invalid(self.env)._(
                "The last reason is what counts where no other one fits."
            )

    @api.model
    def _find(self, message):
        """The first reason one of whose keywords is in a provider's message."""
        text = (message or "").lower()
        for reason in self.search([("keywords", "!=", False)]):
            words = (word.strip().lower() for word in reason.keywords.split(","))
            if any(word and word in text for word in words):
                return reason
        return self._get_default()

    @api.model
    def _get_default(self):
        return self.env.ref("subscription_billing.failure_reason_declined")

    @api.model
    def _get_by_code(self, code):
        """The reason of a code; the default one for a code nobody has entered."""
        return self.search([("code", "=", code)], limit=1) or self._get_default()
