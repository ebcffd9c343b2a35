from odoo import api, fields, models
from odoo.tools.misc import format_date, formatLang

from ..dates import Day
from ..numbers import Amount, BigCount, Count, Number
from ..sentences import invalid

# Beyond it a float no longer knows the cents.
AMOUNT_MAXIMUM = 1e12


class SubscriptionDiscountTermsMixin(models.AbstractModel):
    """What a discount takes off and for how long: shared by the offer and by its
    redemption, which keeps a copy (C6)."""

    _name = "subscription.discount.terms.mixin"
    _description = "Subscription Discount Terms"

    sequence = BigCount(
        default=10, help="A lower one is taken off first, the next from what is left."
    )
    kind = fields.Selection(
        [("percent", "Percent"), ("amount", "Amount")],
        default="percent",
        required=True,
    )
    percent = Number(digits=(5, 2), aggregator=None)
    currency_id = fields.Many2one("res.currency")
    amount = Amount(
        help="Per billing period, taken off its charges in their order. What is more "
        "than the charges lapses.",
        aggregator=None,
    )
    amount_minimum = Amount(
        "Minimum Amount",
        help="Only where the charges of a billing period, before discounts, reach it.",
        aggregator=None,
    )
    duration = fields.Selection(
        [
            ("once", "First billing period"),
            ("periods", "First n billing periods"),
            ("dates", "From - to"),
            ("forever", "For ever"),
        ],
        default="once",
        required=True,
    )
    period_count = Count("Billing Periods", default=3, aggregator=None)
    date_start = Day("From")
    date_end = Day("To")
    reduction = fields.Char(compute="_compute_terms", help="Percent or amount.")
    terms = fields.Char(compute="_compute_terms")

    @api.depends(
        *("kind", "percent", "amount", "currency_id"),
        *("duration", "period_count", "date_start", "date_end"),
    )
    @api.depends_context("lang")
    def _compute_terms(self):
        for record in self:
            record.reduction = record._get_reduction_text()
            record.terms = record._get_terms_text()

    def _get_terms_text(self):
        self.ensure_one()
        if self.duration == "periods":
            return self.env._(
                "%(reduction)s off the first %(count)s billing periods",
                reduction=self.reduction,
                count=self.period_count,
            )
        if self.duration == "dates":
            return self.env._(
                "%(reduction)s off from %(start)s to %(end)s",
                reduction=self.reduction,
                start=format_date(self.env, self.date_start),
                end=format_date(self.env, self.date_end) or "...",
            )
        if self.duration == "forever":
            return self.env._("%s off for ever", self.reduction)
        return self.env._("%s off the first billing period", self.reduction)

    def _get_reduction_text(self):
        if self.kind == "amount":
            return formatLang(self.env, self.amount, currency_obj=self.currency_id)
        return self.env._("%s %%", format_percent(self.env, self.percent))

    @api.constrains("kind", "percent", "amount", "amount_minimum")
    def _check_reduction(self):
        for record in self:
            if record.kind == "percent" and not 0 < record.percent <= 100:
                raise invalid(self.env)._(
                    "Discount %(discount)s: the percentage must lie above 0 and "
                    "not above 100, it is %(percent)s.",
                    discount=record.display_name,
                    percent=record.percent,
                )
            if record.kind == "amount" and not 0 < record.amount < AMOUNT_MAXIMUM:
                raise invalid(self.env)._(
                    "Discount %(discount)s: the amount must be positive, it is "
                    "%(amount)s.",
                    discount=record.display_name,
                    amount=record.amount,
                )
            if not 0 <= record.amount_minimum < AMOUNT_MAXIMUM:
                raise invalid(self.env)._(
                    "Discount %s: the minimum amount must not be negative.",
                    record.display_name,
                )

    @api.constrains("duration", "period_count")
    def _check_period_count(self):
        for record in self:
            if record.duration == "periods" and record.period_count < 1:
                raise invalid(self.env)._(
                    "Discount %(discount)s: enter for how many billing periods "
                    "it is given (it is %(count)s).",
                    discount=record.display_name,
                    count=record.period_count,
                )

    def _has_amounts(self):
        """Whether the terms only make sense in one currency."""
        self.ensure_one()
        return self.kind == "amount" or bool(self.amount_minimum)


def format_percent(env, percent):
    """A percentage in the reader's language, without zeros at its end."""
    digits = len(f"{percent:.2f}".rstrip("0").partition(".")[2])
    return formatLang(env, percent, digits=digits)
