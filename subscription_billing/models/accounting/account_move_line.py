from odoo import models

from ...engine.deferral import Prepaid
from ...engine.money import to_decimal


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _as_prepaid(self, credits):
        """The line as a value of the engine: net, in the company's currency.

        :param credits: (booking date, amount given back) in the order of the dates
        """
        self.ensure_one()
        return Prepaid(
            amount=to_decimal(-self.balance),
            first=self.subscription_date_start or self.date,
            last=self.subscription_date_end,
            booked=self.date,
            credits=tuple(credits),
        )
