from odoo import models

from ...engine.charge import ChargeKind
from ...engine.credit import annulled, capped
from ...engine.money import to_decimal
from ...engine.planner import plan

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
    ledger holds (X2). Reads and decides, writes nothing, takes the day as given."""

    _name = "subscription.planning"
    _description = "Subscription Planning"

    def _plan(self, contracts, until, interim=False):
        """What is due up to ``until`` and not yet charged (X2).

        :param contracts: ``subscription.contract`` records
        :param until: inclusive; a date for all, or dict contract -> date
        :param bool interim: also the usage of open periods, up to the day before
        :return: dict contract -> ``engine.charge.Plan``
        :raise EngineError: for data no timeline can be made of
        """
        self = self.with_env(contracts.env)  # who may read them may plan them
        plans = self._plan_due(contracts, until, interim)
        running = {it: due for it, due in plans.items() if not it.is_annulled}
        rating = self.env["subscription.rating"]
        running = rating._rate_plans(running)
        running = self.env["subscription.reducing"]._reduce_plans(running)
        for contract, due in running.items():
            credited = (credit.credits for credit in due.credits)
            due = capped(due, self._get_uncredited(credited))
            plans[contract] = rating._cap_usage(contract, due)
        return plans

    def _plan_due(self, contracts, until, interim=False):
        """The same before usage is read: which periods are due, and which fees."""
        self = self.with_env(contracts.env)
        ledger = self._read_ledger(contracts)
        plans = {}
        for contract in contracts:
            rows = ledger.get(contract.id, ())
            if contract.is_annulled:
                left = self._get_uncredited(row.key for row in rows)
                plans[contract] = annulled(rows, left)
                continue
            timeline, rounding = contract._as_timeline(), contract._as_rounding()
            day = until[contract] if isinstance(until, dict) else until
            plans[contract] = plan(timeline, rows, day, rounding, interim)
        return plans

    def _get_uncredited(self, keys):
        """What is left of these charges after credits and refunds, by their ids."""
        charges = self.env["subscription.charge"].browse(dict.fromkeys(keys))
        return {it.id: to_decimal(it._get_uncredited()) for it in charges}

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
