from decimal import Decimal
from fractions import Fraction

from odoo import models

from ...engine.charge import DueCharge, Plan
from ...engine.money import ZERO, to_decimal
from ...engine.price import PricedAmount


class SubscriptionContract(models.Model):
    """An annulled contract never was: all that is left of its charges is given back,
    setup fees, full fees and usage too, and nothing is due any more (C5)."""

    _inherit = "subscription.contract"

    def _plan_charges(self, until, interim=False):
        annulled = self.filtered("is_annulled")
        plans = super(SubscriptionContract, self - annulled)._plan_charges(
            until, interim
        )
        return {**plans, **annulled._plan_annulments()}

    def _plan_due(self, until, interim=False):
        annulled = self.filtered("is_annulled")
        plans = super(SubscriptionContract, self - annulled)._plan_due(until, interim)
        return {**plans, **annulled._plan_annulments()}

    def _plan_annulments(self):
        """What the ledger still holds of each contract, as credits."""
        rows = self.env["subscription.charge"].search(
            [
                ("contract_id", "in", self.ids),
                ("is_void", "=", False),
                ("kind", "=", "fee"),
            ],
            order="id",
        )
        by_contract = rows.grouped("contract_id")
        return {
            contract: Plan(
                credits=tuple(
                    credit
                    for row in by_contract.get(contract, rows.browse())
                    for credit in contract._get_counter_credits(row)
                )
            )
            for contract in self
        }

    def _get_counter_credits(self, row):
        """The live days of a charge; the last ones take all that is left of it."""
        charged = row._as_charged()
        left = to_decimal(row._get_uncredited())
        pieces = charged.live()
        for piece in pieces:
            amount = left if piece == pieces[-1] else ZERO
            yield DueCharge(
                item_key=charged.item_key,
                kind="credit",
                period=piece,
                whole=charged.whole,
                billing_period=charged.whole,
                due=piece.start,
                amount=-amount,
                priced=PricedAmount(amount),
                fraction=Fraction(1),
                quantity=Decimal(1),
                revision=charged.revision,
                credits=charged.key,
                proration=charged.proration,
            )

    def _get_late_usage_day(self):
        return False if self.is_annulled else super()._get_late_usage_day()


class SubscriptionContractLine(models.Model):
    """Nothing may be billed of a contract that never was."""

    _inherit = "subscription.contract.line"

    def _get_billed_period(self):
        start, stop = super()._get_billed_period()
        return (start, start) if self.contract_id.is_annulled else (start, stop)
