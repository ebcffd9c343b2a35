from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from odoo import models

from ...engine.charge import ChargeKind, DueCharge, Plan
from ...engine.credit import capped_credit
from ...engine.money import ZERO, to_decimal
from ...engine.planner import plan
from ...engine.price import PricedAmount

# All the planner needs: ten years of rows are read in one query without the rest.
LEDGER_FIELDS = (
    "kind",
    "contract_id",
    "line_id",
    "revision",
    "date_start",
    "date_end",
    "whole_date_start",
    "whole_date_end",
    "amount_full",
    "credited_charge_id",
)


class SubscriptionPlanning(models.AbstractModel):
    """The way from contracts to due charges: what the timeline bills, less what the
    ledger holds (X2). Reads and decides, writes nothing, and takes the day as an
    argument. Runs, previews, the forecast and thresholds ask it."""

    _name = "subscription.planning"
    _description = "Subscription Planning"

    def _plan(self, contracts, until, interim=False):
        """What is due up to ``until`` and not yet charged (X2).

        :param contracts: ``subscription.contract`` records
        :param date until: inclusive
        :param bool interim: also the usage of open periods, up to the day before
        :return: dict contract -> ``engine.charge.Plan``
        :raise EngineError: for data no timeline can be made of
        """
        self = self.with_env(contracts.env)  # who may read them may plan them
        annulled = contracts.filtered("is_annulled")
        rating = self.env["subscription.rating"]
        plans = self._plan_due(contracts - annulled, until, interim)
        plans = rating._rate_plans(plans)
        plans = contracts._reduce_plans(plans)
        plans = {it: self._cap_credits(due) for it, due in plans.items()}
        plans = {it: rating._cap_usage(it, due) for it, due in plans.items()}
        return {**plans, **self._plan_annulments(annulled)}

    def _plan_due(self, contracts, until, interim=False):
        """The same before usage is read: which periods are due, and which fees."""
        self = self.with_env(contracts.env)
        annulled = contracts.filtered("is_annulled")
        running = contracts - annulled
        ledger = self._read_ledger(running)
        plans = {
            contract: plan(
                contract._as_timeline(),
                ledger.get(contract.id, ()),
                until,
                contract._as_rounding(),
                interim,
            )
            for contract in running
        }
        return {**plans, **self._plan_annulments(annulled)}

    def _get_dated(self, contract, plan, day):
        """Each charge with the day it is billed on, if a run is made every day.

        Credits and late usage are billed by the first run that looks at the contract,
        whatever day they are about.
        """
        ready = max(day, contract.date_retry or day)
        fees = [due for due in plan.charges if due.kind != ChargeKind.LATE]
        looks = [due.due for due in (*fees, *plan.credits)]
        if plan.next_due:
            looks.append(plan.next_due)
        first = max(min(looks, default=ready), ready)
        for due in plan.credits + plan.charges:
            is_first = due.kind in (ChargeKind.CREDIT, ChargeKind.LATE)
            yield due, first if is_first else max(due.due, ready)

    def _read_ledger(self, contracts):
        """The ledger of these contracts, one read for all: id -> tuple of Charged."""
        rows = self.env["subscription.charge"].search_fetch(
            [
                ("contract_id", "in", contracts.ids),
                ("is_void", "=", False),
                ("kind", "in", ("fee", "credit")),
            ],
            LEDGER_FIELDS,
            order="id",
        )
        by_kind = rows.grouped("kind")
        nothing = rows.browse()
        credits_ = by_kind.get("credit", nothing).grouped("credited_charge_id")
        fees = by_kind.get("fee", nothing).grouped("contract_id")
        return {
            contract.id: tuple(
                fee._as_charged(credits_.get(fee, nothing)) for fee in group
            )
            for contract, group in fees.items()
        }

    def _cap_credits(self, due):
        """What was refunded by hand is not credited a second time (X1)."""
        rest, credits_ = {}, []
        for credit in due.credits:
            charge = self.env["subscription.charge"].browse(credit.credits)
            left = rest.get(charge, to_decimal(charge._get_uncredited()))
            amount = capped_credit(-credit.amount, left)
            rest[charge] = left - amount
            credits_.append(replace(credit, amount=-amount))
        return replace(due, credits=tuple(credits_))

    def _plan_annulments(self, contracts):
        """What the ledger still holds of each contract, as credits."""
        rows = self.env["subscription.charge"].search(
            [
                ("contract_id", "in", contracts.ids),
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
                    for credit in self._get_counter_credits(row)
                )
            )
            for contract in contracts
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
                kind=ChargeKind.CREDIT,
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
