from contextlib import ExitStack

from odoo.exceptions import UserError

from .common import SubscriptionCommon


class ChangeCommon(SubscriptionCommon):
    """Verbs for stories about changes of a running contract (C4)."""

    def draft_change(self, contract, kind, **vals):
        changes = self.env["subscription.change"]
        return changes.create({"contract_id": contract.id, "kind": kind, **vals})

    def change(self, contract, kind, on, today=None, **vals):
        """Apply a change that counts from ``on``, decided ``today`` (default: on)."""
        vals = {"timing": "date", "date": on, **vals}
        change = self.draft_change(contract, kind, **vals)
        change._apply(self.day(today or on))
        return change

    def refused(self, message):
        """Refused with this message, and nothing is written."""
        stack = ExitStack()
        stack.enter_context(self.assertRaisesRegex(UserError, message))
        stack.enter_context(self.env.cr.savepoint())
        return stack

    def line(self, contract, component, day):
        """The line of a component that is booked on a day."""
        return contract.line_ids.filtered(
            lambda it: it.component_id == component and it._is_valid_on(self.day(day))
        )

    def total(self, contract):
        """All that was billed less all that was given back."""
        live = contract.charge_ids.filtered(lambda charge: not charge.is_void)
        return round(sum(live.mapped("amount")), 2)
