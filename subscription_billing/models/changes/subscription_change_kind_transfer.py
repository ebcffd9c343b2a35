from odoo import models
from odoo.fields import Command

from ..contracts.subscription_contract import SNAPSHOT_FIELDS
from ..dates import as_last, as_stop
from ..sentences import refusal, said

# What the new customer takes over; taxes, terms and addresses are his own.
TAKEN_OVER = (
    "variant_id",
    "company_id",
    "currency_id",
    "user_id",
    "tz",
    "date_end",
)


class SubscriptionChangeKindTransfer(models.AbstractModel):
    """Another customer takes the contract over. What was paid ahead is given back to
    the one who paid it; a new contract goes on with the same lines, prices, periods and
    term. Bonuses are of the plan and go along as they were agreed, with the time they
    are earned by; discounts are between the company and the old customer, and end."""

    _name = "subscription.change.kind.transfer"
    _inherit = "subscription.change.kind"
    _description = "Kind of Change"

    def _is_offered(self, contract):
        return contract.state != "paused"

    def _check(self, change, day):
        contract = change.contract_id
        if not change.partner_new_id or change.partner_new_id == contract.partner_id:
            raise refusal(self.env)._(
                "Contract %(contract)s: choose another customer than %(customer)s.",
                contract=contract.display_name,
                customer=contract.partner_id.display_name,
            )
        then = contract._get_as_of(day, change)
        then.variant_id._check_customer(change.partner_new_id, contract)
        if day <= contract.date_start:
            raise refusal(self.env)._(
                "Contract %(contract)s can be taken over from %(day)s on, the day "
                "after its start. Before that, make a new contract.",
                contract=contract.display_name,
                day=as_stop(contract.date_start),
            )
        if contract.state == "paused":
            raise refusal(self.env)._(
                "Contract %s is paused. Resume it before it is taken over.",
                contract.display_name,
            )
        self._check_nothing_later(change, day)

    def _apply(self, change, day, today):
        contract = change.contract_id
        change.ending_before = contract._get_ending()
        lines = contract.line_ids.filtered(
            lambda line: line._is_recurring() and line._is_valid_on(day)
        )
        successor = self._create_successor(change, lines, day)
        reason = self.env.ref("subscription_billing.subscription_end_reason_transfer")
        contract._get_applying().write(
            {
                "date_end": as_last(day),
                "end_method": "extraordinary",
                "end_reason_id": reason.id,
                "end_note": successor.name,
            }
        )
        self.env["subscription.event"]._log(
            "transferred",
            successor,
            said(self.env)._("Taken over from %s", contract.partner_id.display_name),
            date_effective=day,
            change_id=change.id,
        )
        self._hand_over(change, lines, successor, today)
        successor._settle(today)

    def _take_back(self, change):
        """The new contract is not billed yet and may go; a next one gets its name."""
        contract, day = change.contract_id, change.date_effective
        successor = contract.successor_ids.filtered(lambda it: it.date_start == day)
        change.agreed = {"name": successor.name}
        # What was handed over to it goes with it, before it: the log names both.
        for gone in (successor.sudo().change_ids, successor.sudo()):
            gone.write({"state": "draft"})
            gone.unlink()
        contract._get_applying().write(change.ending_before)

    def _hand_over(self, change, lines, successor, today):
        """What is scheduled for later days goes on in the new contract; here it lapses
        with the end."""
        new = dict(zip(lines, successor.line_ids.sorted("id"), strict=True))
        first = {line._get_first(): new[line] for line in lines}
        later = change.contract_id.change_ids.filtered(
            lambda it: it._is_open(today)
            and it.kind != "transfer"
            and it.date_effective > change.date_effective
        )
        copies = change.browse()
        for other in later:
            copies += other.copy(
                {
                    "contract_id": successor.id,
                    "line_id": first.get(other.line_id, other.line_id.browse()).id,
                    "batch_id": False,
                }
            )
            copies[-1].write(
                {"state": "scheduled", "date_effective": other.date_effective}
            )
        copies._derive(today)

    def _describe(self, change):
        return (
            change.contract_id.partner_id.display_name,
            change.partner_new_id.display_name,
        )

    def _create_successor(self, change, lines, day):
        contract = change.contract_id
        then = contract._get_as_of(day, change)
        vals = {name: then[name] for name in (*TAKEN_OVER, *SNAPSHOT_FIELDS)}
        successor = contract._get_applying().create(
            {
                **contract._convert_to_write(vals),
                **(change.agreed or {}),
                "partner_id": change.partner_new_id.id,
                "bonus_ids": [Command.set(contract.bonus_ids.ids)],
                "predecessor_id": contract.id,
                "date_start": day,
                "trial_count": 0,
                "date_anchor": then.date_anchor or contract._get_paid_start(),
                "date_term_start": then.date_term_start or contract._get_term_start(),
                "line_ids": [
                    Command.create({**line.copy_data()[0], "date_start": day})
                    for line in lines._get_applying()
                ],
            }
        )
        if contract.state == "trial":
            successor.date_trial_end = contract.date_trial_end
        successor._update_state(contract.state, said(self.env)._("Taken over"))
        # A draft takes the prices of today; what was agreed goes on (C6).
        for line, new in zip(lines, successor.line_ids.sorted("id"), strict=True):
            anchor = line.date_anchor or contract._get_paid_start()
            new.write({**line._prepare_agreed(), "date_anchor": anchor})
        return successor
