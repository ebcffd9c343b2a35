from odoo import fields, models
from odoo.exceptions import UserError


class SubscriptionChange(models.Model):
    """On which day a contract may end, by term, by law or by agreement (C2, C5)."""

    _inherit = "subscription.change"

    def _get_effective_date(self, today):
        """First day the contract does not cover any more."""
        if self.kind == "undo_end":
            return today
        if self.kind != "end":
            return super()._get_effective_date(today)
        if self._is_annulment():
            self._check_withdrawal(today)
            return self.contract_id.date_start
        last = {
            "regular": self._get_regular_end,
            "extraordinary": self._get_extraordinary_end,
            "withdrawal": self._get_withdrawal_end,
        }[self.end_method](today)
        if last < self.contract_id.date_start:
            raise UserError(
                self.env._(
                    "Contract %(contract)s starts on %(start)s. Choose a last day from "
                    "then on, or annul it.",
                    contract=self.contract_id.display_name,
                    start=self.contract_id.date_start,
                )
            )
        return fields.Date.add(last, days=1)

    def _get_regular_end(self, today):
        contract, wish = self.contract_id, self.date_last
        notice = self.date_notice or today
        earliest = contract._get_earliest_end(notice)
        if not wish or wish == earliest:
            return earliest
        if wish < earliest:
            raise UserError(
                self.env._(
                    "Contract %(contract)s: with notice received on %(notice)s it ends "
                    "on %(earliest)s at the earliest, not on %(wish)s.",
                    contract=contract.display_name,
                    notice=notice,
                    earliest=earliest,
                    wish=wish,
                )
            )
        term = contract._as_term().current(contract._get_term_start(), wish)
        if term and term.last_day != wish:
            raise UserError(
                self.env._(
                    "Contract %(contract)s: %(wish)s lies within a term. It may end on "
                    "%(earliest)s or on %(last)s.",
                    contract=contract.display_name,
                    wish=wish,
                    earliest=earliest,
                    last=term.last_day,
                )
            )
        return wish

    def _get_extraordinary_end(self, today):
        if not self.date_last:
            raise UserError(
                self.env._(
                    "Contract %s: enter its last day.", self.contract_id.display_name
                )
            )
        return self.date_last

    def _get_withdrawal_end(self, today):
        """The day the withdrawal arrives is the last one that is paid for."""
        self._check_withdrawal(today)
        return max(self.date_notice or today, self.contract_id.date_start)

    def _check_withdrawal(self, today):
        if self.end_method != "withdrawal":
            return
        contract, notice = self.contract_id, self.date_notice or today
        until = contract.date_withdrawal_until
        if not until:
            raise UserError(
                self.env._(
                    "Contract %(contract)s: %(customer)s is a business; only consumers "
                    "may withdraw (§ 355 BGB). Choose another kind of end.",
                    contract=contract.display_name,
                    customer=contract.partner_id.display_name,
                )
            )
        if notice > until:
            raise UserError(
                self.env._(
                    "Contract %(contract)s: a withdrawal was possible until %(until)s "
                    "(§ 355 BGB), the notice is of %(notice)s. End it by term and "
                    "notice, or extraordinarily.",
                    contract=contract.display_name,
                    until=until,
                    notice=notice,
                )
            )
