from odoo import models

from ..sentences import refusal


class SubscriptionChangeKindPrice(models.AbstractModel):
    """The price of a price change: takes the place of the one it was made from, and of
    no other."""

    _inherit = "subscription.change.kind.price"

    def _check(self, change, day):
        super()._check(change, day)
        row = change.price_change_line_id
        if not row or change.state == "applied":
            return
        if change._get_line()._get_news(row._prepare_old_terms()):
            raise refusal(self.env)._(
                "Contract %(contract)s, %(line)s: on %(day)s it has another price "
                "than the one %(change)s was made for.",
                contract=change.contract_id.display_name,
                line=change.line_id.name,
                day=day,
                change=row.change_id.name,
            )

    def _prepare_price(self, change):
        row = change.price_change_line_id
        return row._prepare_new_terms() if row else super()._prepare_price(change)

    def _get_event_type(self, change, event_type):
        if not change.price_change_line_id:
            return super()._get_event_type(change, event_type)
        types = {"change_withdrawn": "price_change_undone", "change_lapsed": event_type}
        return types.get(event_type, "price_changed")

    def _get_message(self, change):
        row = change.price_change_line_id
        return row._get_message() if row else super()._get_message(change)
