from odoo import api, fields, models
from odoo.exceptions import UserError

EVENT_TYPES = [
    ("created", "Created"),
    ("imported", "Imported"),
    ("state", "State changed"),
    ("trial_started", "Trial started"),
    ("trial_ended", "Trial ended"),
    ("renewed", "Renewed"),
    ("paused", "Paused"),
    ("resumed", "Resumed"),
    ("cancelled", "Cancelled"),
    ("annulled", "Annulled"),
    ("withdrawn", "Withdrawn by the consumer"),
    ("transferred", "Transferred"),
    ("end_set", "End date set"),
    ("end_removed", "End date removed"),
    ("changed", "Changed"),
    ("change_scheduled", "Change scheduled"),
    ("change_withdrawn", "Change withdrawn"),
    ("line_added", "Component booked"),
    ("line_ended", "Component ended"),
    ("discount_redeemed", "Discount redeemed"),
    ("discount_ended", "Discount ended"),
    ("price_changed", "Price changed"),
    ("price_change_undone", "Price change undone"),
    ("billed", "Billed"),
    ("parked", "Billing failed"),
    ("released", "Retry requested"),
    ("hold", "Billing held"),
    ("reopened", "Period reopened"),
    ("restored", "Period billed again by its invoice"),
    ("usage_recorded", "Usage recorded by hand"),
    ("usage_changed", "Usage changed"),
    ("usage_deleted", "Usage deleted"),
    ("usage_reversed", "Usage reversed"),
    ("usage_alert", "Usage alert"),
    ("usage_alert_failed", "Usage alerts failed"),
    ("notice_sent", "E-mail sent"),
    ("notice_failed", "E-mail failed"),
]

TOPICS = [
    ("life", "Life Cycle"),
    ("change", "Changes"),
    ("billing", "Billing"),
    ("usage", "Usage"),
    ("failure", "Failures"),
    ("mail", "E-Mails"),
]
# What an event is about; where nothing is said, the life of the contract.
TOPIC_OF_TYPE = {
    "changed": "change",
    "change_scheduled": "change",
    "change_withdrawn": "change",
    "line_added": "change",
    "line_ended": "change",
    "discount_redeemed": "change",
    "discount_ended": "change",
    "price_changed": "change",
    "price_change_undone": "change",
    "billed": "billing",
    "released": "billing",
    "hold": "billing",
    "reopened": "billing",
    "restored": "billing",
    "usage_recorded": "usage",
    "usage_changed": "usage",
    "usage_deleted": "usage",
    "usage_reversed": "usage",
    "usage_alert": "usage",
    "parked": "failure",
    "usage_alert_failed": "failure",
    "notice_failed": "failure",
    "notice_sent": "mail",
}


class SubscriptionEvent(models.Model):
    """The process log. Append-only for everybody: what happened stays (O1)."""

    _name = "subscription.event"
    _description = "Subscription Event"
    _order = "id desc"
    _rec_name = "message"

    type = fields.Selection(EVENT_TYPES, required=True, index=True)
    topic = fields.Selection(
        TOPICS, compute="_compute_topic", store=True, precompute=True, index=True
    )
    # A draft contract may be deleted, its log may not: the name survives.
    contract_id = fields.Many2one(
        "subscription.contract", index=True, ondelete="set null"
    )
    contract_name = fields.Char("Contract Reference")
    company_id = fields.Many2one("res.company", required=True, index=True)
    partner_id = fields.Many2one("res.partner", "Customer", index="btree_not_null")
    run_id = fields.Many2one(
        "subscription.billing.run", index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", index="btree_not_null", ondelete="set null"
    )
    user_id = fields.Many2one(
        "res.users", required=True, default=lambda self: self.env.uid
    )
    date_effective = fields.Date(
        "Effective", help="The day the event is about, e.g. the billing date."
    )
    state_from = fields.Char()
    state_to = fields.Char()
    message = fields.Char(required=True)
    value_old = fields.Char("Before", help="What it was, as the reader knows it.")
    value_new = fields.Char("After", help="What it is from now on.")
    reason = fields.Char(help="Why, in the words of who did it.")

    @api.depends("type")
    def _compute_topic(self):
        for event in self:
            event.topic = TOPIC_OF_TYPE.get(event.type, "life")

    def copy_data(self, default=None):
        raise UserError(
            self.env._("The process log is append-only: events are not copied.")
        )

    def write(self, vals):
        if vals:
            raise UserError(
                self.env._("The process log is append-only: events are not changed.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("The process log is append-only: events are not deleted.")
        )

    def _log(self, event_type, contracts, message, **vals):
        """Append one event per contract.

        :param str event_type: one of ``EVENT_TYPES``
        :param contracts: ``subscription.contract`` records
        :param str message: what happened, for the reader of the log
        :param vals: further field values, the same for all
        """
        return self.sudo().create(
            [
                self._prepare_event(event_type, contract, message, **vals)
                for contract in contracts
            ]
        )

    def _prepare_event(self, event_type, contract, message, **vals):
        return {
            "type": event_type,
            "contract_id": contract.id,
            "contract_name": contract.name,
            "company_id": contract.company_id.id,
            "partner_id": contract.partner_id.id,
            "user_id": self.env.uid,
            "message": message,
            **vals,
        }
