from dataclasses import replace
from datetime import date, timedelta

from odoo import fields, models
from odoo.exceptions import LockError, UserError

from ...engine.money import to_decimal
from ...engine.planner import plan

BILLABLE_STATES = ("trial", "active", "paused", "ended")
RETRY_DAYS = (1, 2, 4, 7)
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


class SubscriptionBillableMixin(models.AbstractModel):
    """Where a contract stands in billing: when it is looked at next, whether it is
    held or parked, and the way to have it tried again (X5)."""

    _name = "subscription.billable.mixin"
    _description = "Subscription Billing Status"

    date_next_billing = fields.Date(
        "Next Billing",
        readonly=True,
        copy=False,
        index=True,
        help="Derived from the charges; the ledger decides, not this date.",
    )
    is_on_hold = fields.Boolean("Billing on Hold", copy=False, tracking=True)
    billing_error = fields.Text(readonly=True, copy=False)
    billing_failures = fields.Integer(readonly=True, copy=False)
    date_retry = fields.Date("Next Retry", readonly=True, copy=False)

    def action_retry_billing(self):
        """Have parked contracts billed by the next run."""
        self.check_access("write")
        parked = self.filtered("billing_error")
        parked.sudo().date_retry = False
        message = self.env._("Retry requested")
        self.env["subscription.event"]._log("released", parked, message)
        self.env.ref("subscription_billing.ir_cron_bill")._trigger()

    def action_toggle_hold(self):
        """Take the contract out of billing, or back into it."""
        self.check_access("write")
        for contract in self:
            contract.sudo().is_on_hold = not contract.is_on_hold
            message = (
                self.env._("Billing put on hold")
                if contract.is_on_hold
                else self.env._("Billing released")
            )
            self.env["subscription.event"]._log("hold", contract, message)

    def _lock_or_refuse(self):
        """A run skips what another one holds; whoever pressed a button is told."""
        try:
            self.lock_for_update()
        except LockError as error:
            raise UserError(
                self.env._(
                    "Some of these contracts are being billed at this moment. Try "
                    "again in a minute."
                )
            ) from error

    def _get_due_domain(self, day):
        """Contracts a run of ``day`` has to look at."""
        return [("date_next_billing", "<=", day), *self._get_open_domain(day)]

    def _get_open_domain(self, day):
        """Contracts that may be billed on ``day`` at all."""
        return [
            ("state", "in", BILLABLE_STATES),
            ("is_on_hold", "=", False),
            "|",
            ("date_retry", "=", False),
            ("date_retry", "<=", day),
        ]

    def _plan_charges(self, until, interim=False):
        """What is due up to ``until`` and not yet charged (X2).

        Reads, decides, writes nothing.

        :param date until: inclusive
        :param bool interim: also the usage of open periods, up to the day before
        :return: dict contract -> ``engine.charge.Plan``
        :raise EngineError: for data no timeline can be made of
        """
        plans = self._plan_due(until, interim)
        plans = self.env["subscription.rating"]._rate_plans(plans)
        plans = self._reduce_plans(plans)
        return {contract: self._cap_credits(due) for contract, due in plans.items()}

    def _plan_due(self, until, interim=False):
        """The same before usage is read: which periods are due, and which fees."""
        ledger = self._get_charged()
        return {
            contract: plan(
                contract._as_timeline(),
                ledger.get(contract.id, ()),
                until,
                contract._as_rounding(),
                interim,
            )
            for contract in self
        }

    def _cap_credits(self, due):
        """What was refunded by hand is not credited a second time (X1)."""
        rest, credits_ = {}, []
        for credit in due.credits:
            charge = self.env["subscription.charge"].browse(credit.credits)
            left = rest.get(charge, to_decimal(charge._get_uncredited()))
            amount = max(credit.amount, -left)
            rest[charge] = left + amount
            credits_.append(replace(credit, amount=amount))
        return replace(due, credits=tuple(credits_))

    def _get_charged(self):
        """The ledger of these contracts, one read for all: id -> tuple of Charged."""
        rows = self.env["subscription.charge"].search_fetch(
            [
                ("contract_id", "in", self.ids),
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

    def _refresh_next_billing(self):
        """Derive the next billing date from timeline and ledger."""
        billable = self.filtered(lambda contract: contract.state in BILLABLE_STATES)
        for contract in self - billable:
            contract._write_next_billing(False)
        for contract, due in billable._plan_due(date.min).items():
            days = [credit.due for credit in due.credits]
            if due.next_due:
                days.append(due.next_due)
            day = min(days) if days else contract._get_late_usage_day()
            contract._write_next_billing(day)

    def _write_next_billing(self, day):
        if self.date_next_billing != day:
            self.sudo().date_next_billing = day

    def _park(self, message, day, run):
        """Leave the contract out until ``date_retry``, visibly.

        :param str message: what is wrong and what to do
        :param date day: billing date of the run that failed
        :param run: ``subscription.billing.run`` or empty
        """
        for contract in self:
            failures = contract.billing_failures + 1
            wait = RETRY_DAYS[min(failures, len(RETRY_DAYS)) - 1]
            contract.sudo().write(
                {
                    "billing_error": message,
                    "billing_failures": failures,
                    "date_retry": day + timedelta(days=wait),
                }
            )
            contract._schedule_parked_activity(message)
        self.env["subscription.event"]._log(
            "parked", self, message, run_id=run.id, date_effective=day
        )

    def _schedule_parked_activity(self, message):
        """One open activity per parked contract, however often it fails."""
        self.ensure_one()
        xmlid = "subscription_billing.mail_activity_type_billing_error"
        if not self.activity_search([xmlid]):
            self.activity_schedule(
                xmlid,
                summary=self.env._("Billing failed"),
                note=message,
                user_id=(self.user_id or self.env.user).id,
            )

    def _unpark(self):
        """Billed after all: clear the error and its activity."""
        parked = self.filtered("billing_error")
        if parked:
            parked.sudo().write(
                {"billing_error": False, "billing_failures": 0, "date_retry": False}
            )
            parked.activity_unlink(
                ["subscription_billing.mail_activity_type_billing_error"]
            )
