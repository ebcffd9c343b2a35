from odoo import fields, models


class SubscriptionContractLine(models.Model):
    """Lines that go on under a new price: the old one ends the day before, the new one
    names it. What was billed by the old one stays as it is (C6)."""

    _inherit = "subscription.contract.line"

    predecessor_id = fields.Many2one(
        "subscription.contract.line",
        "Continues",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The line that was booked before, at the old price.",
    )
    successor_ids = fields.One2many(
        "subscription.contract.line", "predecessor_id", "Continued By", copy=False
    )
    is_upcoming = fields.Boolean(
        readonly=True,
        copy=False,
        help="Its price is announced and not yet in force; until then the line it "
        "continues counts.",
    )
    _upcoming = models.Index("(company_id, date_start) WHERE is_upcoming")

    def copy_data(self, default=None):
        """A copied contract starts at the last price of each component: what was
        continued by another line is left out of it."""
        vals_list = super().copy_data(default)
        if self._is_applying():
            return vals_list  # of a line that goes on, whatever came after it
        return [
            {} if line.successor_ids else vals
            for line, vals in zip(self, vals_list, strict=True)
        ]

    def _get_current(self):
        """The line whose price is in force as long as this one is announced."""
        line = self
        while line.is_upcoming and line.predecessor_id:
            line = line.predecessor_id
        return line

    def _get_interval_text(self):
        """One interval as "month" or "3 months", in the language of ``env``."""
        self.ensure_one()
        units = {
            "day": (self.env._("day"), self.env._("days")),
            "week": (self.env._("week"), self.env._("weeks")),
            "month": (self.env._("month"), self.env._("months")),
            "quarter": (self.env._("quarter"), self.env._("quarters")),
            "half_year": (self.env._("half-year"), self.env._("half-years")),
            "year": (self.env._("year"), self.env._("years")),
        }
        one, many = units[self.fee_interval_unit]
        count = self.fee_interval_count
        return one if count == 1 else f"{count} {many}"

    def _end_upcoming(self, day, companies):
        """Let announced prices count from their day on, in the caller's transaction.

        :param date day: today for these companies
        :param companies: ``res.company`` records
        """
        reached = self.sudo().search(
            [
                ("is_upcoming", "=", True),
                ("date_start", "<=", day),
                ("company_id", "in", companies.ids),
            ]
        )
        reached.is_upcoming = False
        return reached


class SubscriptionPrice(models.Model):
    """Prices made by a price change: they reach its contracts and nobody else."""

    _inherit = "subscription.price"

    change_id = fields.Many2one(
        "subscription.price.change",
        "Price Change",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="cascade",
        help="Made by this price change for running contracts, not for new ones.",
    )
