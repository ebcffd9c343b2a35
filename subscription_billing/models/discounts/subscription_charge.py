from odoo import models

from ...engine.charge import measured
from ...engine.money import exact_sum, scaled, to_decimal
from ...engine.proration import Proration, fraction
from ...engine.spent import Spent


class SubscriptionCharge(models.Model):
    """What a charge of the ledger says about discounts."""

    _inherit = "subscription.charge"

    def _as_spent(self, cell, charged):
        """What this charge took of amounts per billing period.

        :param date cell: start of its billing period
        :param Charged charged: this charge with all its credits
        """
        self.ensure_one()
        live = charged.live()
        if live and charged.proration is Proration.NONE:
            live = (charged.whole,)
        return [
            Spent(
                key=part["key"],
                cell=cell,
                whole=charged.whole,
                live=live,
                value=-to_decimal(part["amount"]),
                is_usage=bool(self.usage_to),
            )
            for part in self.explanation["slices"]
            if part.get("key")
        ]

    def _get_live_list_amount(self, charged):
        """Amount before discounts of the days that were not credited, unrounded.

        :param Charged charged: this charge with all its credits
        """
        self.ensure_one()
        if self.usage_to:
            return to_decimal(self.amount_list)
        whole = exact_sum(
            to_decimal(part["amount"])
            for part in self.explanation["slices"]
            if part["kind"] != "discount" or not part.get("key")
        )
        rule, zone = charged.proration, self.contract_id.tz
        whole_time = measured(charged.whole, rule, zone)
        share = sum(
            fraction(measured(part, rule, zone), whole_time, rule)
            for part in charged.live()
        )
        return scaled(self.contract_id._as_rounding().round(whole), share)
