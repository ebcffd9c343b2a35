from odoo import models

from ...engine.money import to_decimal
from ...engine.price import Flat, PerUnit
from ...engine.proration import Proration
from ...engine.timeline import Item, ItemKind, Mode
from ..dates import as_stop


class SubscriptionContractLine(models.Model):
    """A contract line as an item of the engine's timeline."""

    _inherit = "subscription.contract.line"

    def _as_item(self):
        """This line as the engine's item: dates half-open, numbers Decimal."""
        self.ensure_one()
        stop = self._as_stop()
        return Item(
            key=self.id,
            start=self.date_start,
            # An end before the start: it was never valid, all of it is given back.
            stop=stop and max(stop, self.date_start),
            kind=self._get_item_kind(),
            mode=Mode(self.billing_mode),
            fees=self._as_grid(),
            billing=self._as_billing_recurrence(),
            price=self._as_price(),
            quantity=to_decimal(self.quantity),
            proration=self._as_proration(),
        )

    def _get_item_kind(self):
        self.ensure_one()
        if self.kind == "metered":
            return ItemKind.METERED
        return ItemKind.RECURRING if self._is_recurring() else ItemKind.ONE_OFF

    def _is_recurring(self):
        self.ensure_one()
        return not self.component_id._is_one_off()

    def _as_proration(self):
        """Usage is never prorated: the rule is then about what is granted free."""
        return Proration("day" if self.kind == "metered" else self.proration)

    def _as_grid(self):
        """Fee periods of this line, counted from its anchor (T1)."""
        self.ensure_one()
        return self._as_own_recurrence(self._as_fee_interval())

    def _as_billing_recurrence(self):
        """Its billing periods, the last one cut at the end of the contract (T6)."""
        self.ensure_one()
        stop = self.contract_id._as_stop()
        return self._as_own_recurrence(self._as_billing_interval(), stop)

    def _as_own_recurrence(self, interval, stop=None):
        """Usage that is billed in the trial has periods in it; fees begin after it."""
        contract = self.contract_id
        anchor = self.date_anchor or contract._get_paid_start()
        start = contract._get_first_billed_day(self)
        return self._as_recurrence(interval, start, anchor, stop and max(stop, start))

    def _as_stop(self):
        """First day no longer covered, or None."""
        ends = [self.date_end, self.contract_id._get_last_day()]
        return as_stop(min(filter(None, ends), default=None))

    def _as_price(self):
        self.ensure_one()
        own = self._get_own_amount()
        if not self.price_id:
            amount = to_decimal(own or 0.0)
            return Flat(amount) if self.kind == "base" else PerUnit(amount)
        return self.price_id._as_price(own, self.agreed_steps or None)
