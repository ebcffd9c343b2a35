from itertools import pairwise

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import groupby
from odoo.tools.misc import format_date, format_time

from ..sentences import Sentence, refusal
from .subscription_contract import STORY_LENGTH

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
    ("change_lapsed", "Change lapsed"),
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
    ("warned", "Warning"),
    ("reopened", "Period reopened"),
    ("restored", "Period billed again by its invoice"),
    ("replaced", "Invoice replaced"),
    ("usage_recorded", "Usage recorded by hand"),
    ("usage_changed", "Usage changed"),
    ("usage_deleted", "Usage deleted"),
    ("usage_reversed", "Usage reversed"),
    ("usage_alert", "Usage alert"),
    ("usage_alert_failed", "Usage alerts failed"),
    ("notice_sent", "E-mail sent"),
    ("notice_failed", "E-mail failed"),
    ("collected", "Paid"),
    ("collection_failed", "Payment failed"),
    ("collection_exhausted", "Not tried again"),
    ("payment_returned", "Payment returned"),
    ("payment_method_added", "Payment method saved"),
    ("payment_method_missing", "Payment method missing"),
    ("dunned", "Dunned"),
]
TOPICS = [
    ("life", "Life Cycle"),
    ("change", "Changes"),
    ("billing", "Billing"),
    ("usage", "Usage"),
    ("failure", "Failures"),
    ("mail", "E-Mails"),
    ("money", "Payments"),
]
# What an event is about; where nothing is said, the life of the contract.
TOPIC_OF_TYPE = {
    "changed": "change",
    "change_scheduled": "change",
    "change_withdrawn": "change",
    "change_lapsed": "change",
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
    "replaced": "billing",
    "usage_recorded": "usage",
    "usage_changed": "usage",
    "usage_deleted": "usage",
    "usage_reversed": "usage",
    "usage_alert": "usage",
    "parked": "failure",
    "warned": "failure",
    "usage_alert_failed": "failure",
    "notice_failed": "failure",
    "notice_sent": "mail",
    "collected": "money",
    "collection_failed": "money",
    "collection_exhausted": "money",
    "payment_returned": "money",
    "payment_method_added": "money",
    "payment_method_missing": "money",
    "dunned": "money",
}
# Icon and colour by type, else by topic.
LOOKS = {
    "created": ("fa-file-text-o", "info"),
    "imported": ("fa-download", "info"),
    "trial_started": ("fa-flask", "info"),
    "trial_ended": ("fa-flask", "info"),
    "renewed": ("fa-refresh", "success"),
    "paused": ("fa-pause", "warning"),
    "resumed": ("fa-play", "success"),
    "cancelled": ("fa-flag-checkered", "warning"),
    "annulled": ("fa-ban", "danger"),
    "withdrawn": ("fa-undo", "warning"),
    "transferred": ("fa-exchange", "info"),
    "end_set": ("fa-flag-checkered", "warning"),
    "end_removed": ("fa-flag-o", "success"),
    "change_scheduled": ("fa-calendar", "primary"),
    "change_withdrawn": ("fa-undo", "secondary"),
    "change_lapsed": ("fa-chain-broken", "danger"),
    "line_added": ("fa-plus", "primary"),
    "line_ended": ("fa-minus", "secondary"),
    "discount_redeemed": ("fa-tag", "primary"),
    "discount_ended": ("fa-tag", "secondary"),
    "price_change_undone": ("fa-undo", "secondary"),
    "hold": ("fa-hand-paper-o", "warning"),
    "reopened": ("fa-unlock", "warning"),
    "released": ("fa-repeat", "info"),
    "usage_alert": ("fa-bell-o", "warning"),
    "life": ("fa-exchange", "info"),
    "change": ("fa-pencil", "primary"),
    "billing": ("fa-check", "success"),
    "usage": ("fa-tachometer", "secondary"),
    "failure": ("fa-exclamation-triangle", "danger"),
    "mail": ("fa-envelope-o", "secondary"),
    "money": ("fa-credit-card", "success"),
    "collection_failed": ("fa-credit-card", "danger"),
    "collection_exhausted": ("fa-credit-card", "danger"),
    "payment_returned": ("fa-undo", "danger"),
    "payment_method_missing": ("fa-credit-card", "warning"),
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
    message = Sentence(required=True)
    value_old = Sentence("Before", help="What it was, as the reader knows it.")
    value_new = Sentence("After", help="What it is from now on.")
    reason = Sentence(help="Why, in the words of who did it.")

    @api.depends("type")
    def _compute_topic(self):
        for event in self:
            event.topic = TOPIC_OF_TYPE.get(event.type, "life")

    def copy_data(self, default=None):
        raise refusal(self.env)._(
            "The process log is append-only: events are not copied."
        )

    def write(self, vals):
        if vals:
            raise refusal(self.env)._(
                "The process log is append-only: events are not changed."
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise refusal(self.env)._(
            "The process log is append-only: events are not deleted."
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

    # ----------------------------------------------------------------------
    # Story
    # ----------------------------------------------------------------------

    def _render_story(self):
        """These events in their order as a timeline; every text in it is escaped."""
        told = self[:STORY_LENGTH]
        linked = told._get_linked()
        rows = [event._get_story_row(linked) for event in told]
        for before, row in pairwise(rows):
            row["is_same_day"] = before["recorded"] == row["recorded"]
        months = groupby(
            rows,
            key=lambda row: format_date(
                self.env, row["recorded"], date_format="LLLL yyyy"
            ),
        )
        return self.env["ir.qweb"]._render(
            "subscription_billing.subscription_event_story",
            {
                "months": [(month, list(group)) for month, group in months],
                "has_more": len(self) > len(told),
            },
        )

    def _get_linked(self):
        """Documents of the events by whether the reader may open them."""
        return {
            record: record in readable
            for records in (self.sudo().move_id, self.sudo().change_id)
            for readable in [records.sudo(False)._filtered_access("read")]
            for record in records
        }

    def _get_story_row(self, linked):
        """An event as texts for the timeline, the time on the reader's clock."""
        self.ensure_one()
        recorded = fields.Datetime.context_timestamp(self, self.create_date)
        icon, color = LOOKS.get(self.type) or LOOKS[self.topic]
        old, new = self._get_value_texts()
        day = self.date_effective
        types = dict(self._fields["type"]._description_selection(self.env))
        return {
            "recorded": recorded.date(),
            "day": format_date(self.env, recorded.date(), date_format="EEE d"),
            "time": format_time(self.env, recorded.time(), time_format="short"),
            "icon": icon,
            "color": color,
            "type": types[self.type],
            "message": self.message,
            "old": old,
            "new": new,
            "reason": self.reason,
            "who": self._get_who(),
            "effective": day and day != recorded.date() and format_date(self.env, day),
            "links": self._get_links(linked),
        }

    def _get_value_texts(self):
        """Value before and after; of a move between states, their names."""
        if not self.state_to:
            return self.value_old, self.value_new
        states = self.env["subscription.contract"]._fields["state"]
        names = dict(states._description_selection(self.env))
        return names.get(self.state_from), names.get(self.state_to)

    def _get_who(self):
        """Name of the user; "" for what Odoo does by itself."""
        user = self.sudo().user_id
        return "" if user.id == SUPERUSER_ID else user.display_name

    def _get_links(self, linked):
        """Documents of the event as pairs (address, name), the address empty where the
        reader may not open them.

        :param dict linked: as ``_get_linked`` makes it
        """
        return [
            (
                f"/odoo/{record._name}/{record.id}" if linked[record] else "",
                record.display_name,
            )
            for record in (self.sudo().move_id, self.sudo().change_id)
            if record
        ]
