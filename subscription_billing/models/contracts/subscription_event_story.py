from itertools import pairwise

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import groupby
from odoo.tools.misc import format_date, format_time

STORY_LENGTH = 50
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
}


class SubscriptionContract(models.Model):
    """The log of a contract, told as a story: newest first, month by month (O1)."""

    _inherit = "subscription.contract"

    story_html = fields.Html("Story", compute="_compute_story_html", sanitize=False)

    @api.depends("event_ids")
    @api.depends_context("lang", "tz", "uid")
    def _compute_story_html(self):
        for contract in self:
            contract.story_html = contract._get_story_events()._render_story()

    def _get_story_events(self):
        """The newest events, one more than are told to know whether there are more."""
        self.ensure_one()
        return self.env["subscription.event"].search(
            [("contract_id", "=", self._origin.id)], limit=STORY_LENGTH + 1
        )

    def action_view_events(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_event_action"
        )
        action["domain"] = [("contract_id", "=", self.id)]
        action["context"] = {"in_contract": True}
        return action


class SubscriptionEvent(models.Model):
    _inherit = "subscription.event"

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
