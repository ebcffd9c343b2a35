from dataclasses import replace
from datetime import date

from odoo import models

from ...engine.charge import ChargeKind
from ...engine.money import ZERO
from ...engine.period import Period
from ...engine.reducing import reduce


class SubscriptionReducing(models.AbstractModel):
    """Discounts and bonuses taken off what is due, between planning and invoicing."""

    _name = "subscription.reducing"
    _description = "Subscription Reductions"

    def _reduce_plans(self, plans):
        """Take discounts and bonuses off what is due.

        :param dict plans: contract -> ``engine.charge.Plan`` with priced charges
        :return: the same with reduced amounts
        """
        found = {
            contract: contract._as_reductions()
            for contract, due in plans.items()
            if due.charges
        }
        due_days = [
            self._with_cell(contract, charge).billing_period.start
            for contract, due in plans.items()
            for charge in due.charges
            if any(each.amount or each.minimum for each in found[contract])
        ]
        known = self._get_spent(plans, min(due_days)) if due_days else {}
        return {
            contract: self._reduce(
                contract, due, found[contract], known.get(contract.id)
            )
            if found.get(contract)
            else due
            for contract, due in plans.items()
        }

    def _reduce(self, contract, due, reductions, known):
        """One plan, less its reductions.

        :param known: what the ledger has of its billing periods: list of ``Spent``
            and dict start -> amount before discounts
        """
        spent, billed = known or ((), {})
        charges = reduce(
            [self._with_cell(contract, charge) for charge in due.charges],
            reductions,
            spent,
            contract._as_rounding(),
            contract.tz,
            billed,
        )
        return replace(due, charges=charges)

    def _with_cell(self, contract, charge):
        """Late usage belongs to the billing period its usage was billed in."""
        if charge.kind != ChargeKind.LATE:
            return charge
        recurrence = contract._as_billing_recurrence()
        whole = recurrence.whole_at(charge.period.last_day)
        cell = Period(max(whole.start, contract.date_start), whole.stop)
        return replace(charge, billing_period=cell)

    def _get_spent(self, plans, since):
        """What the ledger took of amounts per billing period, one read for all.

        :param dict plans: their credits are as good as written
        :param date since: start of the first billing period that is looked at
        :return: dict contract id -> (list of ``Spent``, dict start -> amount)
        """
        rows = (
            self.env["subscription.charge"]
            .sudo()
            .search(
                [
                    ("contract_id", "in", [contract.id for contract in plans]),
                    ("is_void", "=", False),
                    ("kind", "in", ("fee", "late")),
                    ("date_end", ">=", since),
                ]
            )
        )
        known, credits_ = {}, _get_credited(plans)
        for row in rows:
            text = (row.explanation or {}).get("billing_start")
            if text:
                cell = date.fromisoformat(text)
                spent, billed = known.setdefault(row.contract_id.id, ([], {}))
                charged = row._as_charged()
                given = (*charged.credited, *credits_.get(row.id, ()))
                charged = replace(charged, credited=given)
                spent += row._as_spent(cell, charged)
                amount = row._get_live_list_amount(charged)
                billed[cell] = billed.get(cell, ZERO) + amount
        return known


def _get_credited(plans):
    """Days that are about to be credited: dict id of the charge -> list of periods."""
    credited = {}
    for due in plans.values():
        for credit in due.credits:
            credited.setdefault(credit.credits, []).append(credit.period)
    return credited
