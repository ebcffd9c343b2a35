from odoo import models

from ..dates import as_last, as_stop
from ..sentences import refusal


class SubscriptionChangeKindEnd(models.AbstractModel):
    """The end of a contract: by term and notice, on any day, by withdrawal, or as if it
    never was (C2, C5). The planner gives back what was paid ahead."""

    _name = "subscription.change.kind.end"
    _inherit = "subscription.change.kind"
    _description = "Kind of Change"
    _is_end = True

    def _get_effective_date(self, change, today):
        """First day the contract does not cover any more."""
        contract = change.contract_id
        if change._is_annulment(today):
            self._check_withdrawal(change, today)
            return contract.date_start
        last = {
            "regular": self._get_regular_end,
            "extraordinary": self._get_extraordinary_end,
            "withdrawal": self._get_withdrawal_end,
        }[change.end_method](change, today)
        if last < contract.date_start:
            raise refusal(self.env)._(
                "Contract %(contract)s starts on %(start)s. Choose a last day from "
                "then on, or annul it.",
                contract=contract.display_name,
                start=contract.date_start,
            )
        return as_stop(last)

    def _get_since(self, change, today):
        """The last end that was entered counts, the others give way to it."""
        ends = change.contract_id.change_ids.filtered(
            lambda it: it.kind == "end" and it._is_open(today)
        )
        return min(end._get_rank() for end in ends | change)

    def _check(self, change, day):
        contract = change.contract_id
        newer = contract.change_ids.filtered(
            lambda it: it.state in ("scheduled", "applied")
            and (
                it.kind == "end"
                and it.id > change.id
                or it.kind == "transfer"
                and it.date_effective < day
            )
        )
        if newer:
            raise refusal(self.env)._(
                "Contract %(contract)s ends on %(day)s by “%(other)s”.",
                contract=contract.display_name,
                day=as_last(newer[-1].date_effective),
                other=newer[-1].display_name,
            )
        if not change.end_reason_id and change.end_method != "withdrawal":
            raise refusal(self.env)._(
                "Contract %s: choose the reason of the end.",
                change.contract_id.display_name,
            )

    def _apply(self, change, day, today):
        contract, is_annulled = change.contract_id, change._is_annulment(today)
        change.ending_before = contract._get_ending()
        # Kept: made again for another reason, the notice was received when it was.
        received = change.cancelled_at or self.env.cr.now().replace(microsecond=0)
        change.cancelled_at = received
        contract._get_applying().write(
            {
                # A contract that never was still needs a day to stand on: its first.
                "date_end": contract.date_start if is_annulled else as_last(day),
                "end_method": change.end_method,
                "end_reason_id": change.end_reason_id.id,
                "end_note": change.reason,
                "cancelled_at": received,
                "is_annulled": is_annulled,
            }
        )

    def _take_back(self, change):
        change.contract_id._get_applying().write(change.ending_before)

    def _describe(self, change):
        methods = dict(change._fields["end_method"]._description_selection(self.env))
        text = methods[change.end_method]
        if change.end_reason_id:
            text = f"{text}: {change.end_reason_id.name}"
        return change.ending_before and change.ending_before.get("date_end"), text

    def _get_event_type(self, change, event_type):
        if event_type not in ("changed", "change_scheduled"):
            return event_type
        ending = {"annulment": "annulled", "withdrawal": "withdrawn"}
        return ending.get(change.end_method, "cancelled")

    def _get_regular_end(self, change, today):
        contract, wish = change.contract_id, change.date_last
        notice = change.date_notice or today
        earliest = contract._get_earliest_end(notice)
        if not wish or wish == earliest:
            return earliest
        if wish < earliest:
            raise refusal(self.env)._(
                "Contract %(contract)s: with notice received on %(notice)s it ends "
                "on %(earliest)s at the earliest, not on %(wish)s.",
                contract=contract.display_name,
                notice=notice,
                earliest=earliest,
                wish=wish,
            )
        term = contract._as_term().current(contract._get_term_start(), wish)
        if term and term.last_day != wish:
            raise refusal(self.env)._(
                "Contract %(contract)s: %(wish)s lies within a term. It may end on "
                "%(earliest)s or on %(last)s.",
                contract=contract.display_name,
                wish=wish,
                earliest=earliest,
                last=term.last_day,
            )
        return wish

    def _get_extraordinary_end(self, change, today):
        if not change.date_last:
            raise refusal(self.env)._(
                "Contract %s: enter its last day.", change.contract_id.display_name
            )
        return change.date_last

    def _get_withdrawal_end(self, change, today):
        """The day the withdrawal arrives is the last one that is paid for."""
        self._check_withdrawal(change, today)
        return change.date_notice or today

    def _check_withdrawal(self, change, today):
        if change.end_method != "withdrawal":
            return
        contract, notice = change.contract_id, change.date_notice or today
        until = contract.date_withdrawal_until
        if not until:
            raise refusal(self.env)._(
                "Contract %(contract)s: %(customer)s is a business; only consumers "
                "may withdraw (§ 355 BGB). Choose another kind of end.",
                contract=contract.display_name,
                customer=contract.partner_id.display_name,
            )
        if notice > until:
            raise refusal(self.env)._(
                "Contract %(contract)s: a withdrawal was possible until %(until)s "
                "(§ 355 BGB), the notice is of %(notice)s. End it by term and "
                "notice, or extraordinarily.",
                contract=contract.display_name,
                until=until,
                notice=notice,
            )
