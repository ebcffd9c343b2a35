from odoo import models

from ...engine.charge import ChargeKind
from ..billing.subscription_contract import BILLABLE_STATES
from ..failures import explain, isolate

BATCH_SIZE = 500


class SubscriptionForecast(models.AbstractModel):
    """What runs will bill if nothing else happens: the timeline of each contract,
    planned changes included, through the engine that bills. Writes nothing."""

    _name = "subscription.forecast"
    _description = "Subscription Forecast"

    def _get_rows(self, contracts, day, until, with_held=False):
        """One row for each charge the runs from ``day`` to ``until`` would make.

        What is overdue counts for ``day``. Of usage only what is recorded is known. A
        contract that cannot be planned has one row that says why.

        :param contracts: ``subscription.contract`` records
        :param date day: the day of the first run, whose exchange rates are taken
        :param date until: the day of the last run, inclusive
        :param bool with_held: also contracts on hold, as if they were released
        :return: list of vals of ``subscription.forecast.row``
        """
        contracts.check_access("read")
        billed = contracts.sudo().filtered(
            lambda it: it.state in BILLABLE_STATES and (with_held or not it.is_on_hold)
        )
        rows, rates = [], {}
        planning = self.env["subscription.planning"]
        for start in range(0, len(billed), BATCH_SIZE):
            batch = billed[start : start + BATCH_SIZE].with_prefetch()
            plans, problems = self._plan(batch, until)
            for contract in batch:
                shared = self._prepare_shared(contract)
                if contract in problems:
                    problem = {"note": problems[contract], "date": day}
                    rows.append({**shared, "status": "problem", **problem})
                    continue
                rate = self._get_rate(contract, day, rates)
                for due, date in planning._get_dated(contract, plans[contract], day):
                    if date <= until:
                        rows.append(
                            {**shared, **self._prepare_row(contract, due, date, rate)}
                        )
        return rows

    def _plan(self, contracts, until):
        """Plan all that can be planned.

        :return: dict contract -> ``engine.charge.Plan``, dict contract -> message
        """
        planning = self.env["subscription.planning"]
        results = isolate(
            self.env,
            contracts,
            lambda part: (planning._plan(part, until), {}),
            lambda part, error: ({}, {part: explain(self.env, error, part.name)}),
        )
        plans, problems = {}, {}
        for some_plans, some_problems in results:
            plans.update(some_plans)
            problems.update(some_problems)
        return plans, problems

    def _prepare_shared(self, contract):
        """What is the same in all rows of a contract."""
        status = "parked" if contract.billing_error else "planned"
        return {
            "contract_id": contract.id,
            "partner_id": contract.partner_id.id,
            "plan_id": contract.plan_id.id,
            "company_id": contract.company_id.id,
            "currency_id": contract.currency_id.id,
            "company_currency_id": contract.company_id.currency_id.id,
            "status": "held" if contract.is_on_hold else status,
        }

    def _prepare_row(self, contract, due, date, rate):
        line = self.env["subscription.contract.line"].sudo().browse(due.item_key)
        line = line.with_prefetch(contract.line_ids._prefetch_ids)
        amount = float(due.amount)
        return {
            "line_id": line.id,
            "component_id": line.component_id.id,
            # Not the contract's: another one may be booked by the time.
            "plan_id": line.component_id.plan_id.id,
            "kind": "fee" if due.kind == ChargeKind.CHARGE else due.kind.value,
            "date": date,
            "date_start": due.period.start,
            "date_end": due.period.last_day,
            "quantity": float(due.quantity),
            "amount": amount,
            "amount_company": contract.company_id.currency_id.round(amount * rate),
        }

    def _get_rate(self, contract, day, rates):
        """Odoo's exchange rate of ``day``, asked once for each currency."""
        company, currency = contract.company_id, contract.currency_id
        key = currency.id, company.id
        if key not in rates:
            rates[key] = currency._get_conversion_rate(
                currency, company.currency_id, company, day
            )
        return rates[key]
