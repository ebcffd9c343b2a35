from odoo import models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from ...engine.money import to_decimal

# Amounts of a price and of its tiers that a percentage raises, beside its own.
PRICE_AMOUNTS = (
    "amount_minimum",
    "amount_maximum",
    "amount_event",
    "event_minimum",
    "event_maximum",
)
TIER_AMOUNTS = ("price_unit", "amount_flat", "amount_maximum")
# Models with one amount that an amount can be added to.
AMOUNT_MODELS = ("flat", "per_unit", "package", "discount_scale")


class Outcome(Exception):
    """Raised where a line keeps its price: ``method`` and why."""

    def __init__(self, method, reason):
        super().__init__(reason)
        self.method = method
        self.reason = reason


class SubscriptionPriceChangePricing(models.AbstractModel):
    """The new price of a contract line: raised by percent or amount, or another
    version. Writes nothing."""

    _name = "subscription.price.change.pricing"
    _description = "Pricing of Price Changes"

    def _get_new_terms(self, line, facts):
        """Fields of the line that change, as values for ``new``."""
        if self.mode in ("percent", "amount"):
            if line.has_price_override:
                return {"price_override": self._get_override(line)}
            if line.price_id.price_model == "pricelist":
                steps = self._get_steps(line)
                return {"price_id": line.price_id, "agreed_steps": steps}
            return {"price_id": self._get_derived(line.price_id, facts)}
        if line.has_price_override:
            raise Outcome("skip", self.env._("Has an own price."))
        price = self._get_fixed_price(line)
        if not price:
            raise Outcome("error", self.env._("There is no new price for it."))
        if price == line.price_id:
            raise Outcome("skip", self.env._("Has this price already."))
        return {"price_id": price, "agreed_steps": self._get_new_steps(line, price)}

    def _get_new_steps(self, line, price):
        """What the pricelist of a new price says on the day of the change."""
        if price.price_model != "pricelist":
            return False
        partner = line.contract_id.partner_id
        try:
            steps = price._get_pricelist_steps(partner, self.date)
        except ValidationError as error:
            raise Outcome("error", str(error)) from error
        return [list(step) for step in steps]

    def _get_fixed_price(self, line):
        contract = line.contract_id
        among = self.price_ids if self.mode == "new_price" else None
        return line.component_id._get_price(
            contract.variant_id,
            contract.currency_id,
            contract.partner_id,
            self.date,
            among,
        )

    def _get_override(self, line):
        new = self._adjust(line.price_override) if line.price_override else 0.0
        if new == line.price_override:
            raise Outcome("skip", self.env._("The price stays the same."))
        return new

    def _get_steps(self, line):
        """The frozen steps of a pricelist at the new price."""
        old = line.agreed_steps or line.price_id._get_current_steps()
        new = [[low, self._adjust(price)] for low, price in old]
        if new == [list(step) for step in old]:
            raise Outcome("skip", self.env._("The price stays the same."))
        return new

    def _get_derived(self, price, facts):
        """The changed copy of a sold price, as an unsaved record; one for each."""
        if not price:
            raise Outcome("error", self.env._("Has no price."))
        if price.id not in facts.derived:
            try:
                vals = self._prepare_derived(price)
                facts.derived[price.id] = price.new(vals)
            except Outcome as outcome:
                facts.derived[price.id] = outcome
        derived = facts.derived[price.id]
        if isinstance(derived, Outcome):
            raise derived
        return derived

    def _prepare_derived(self, price):
        """Values of the price that follows ``price`` under this change.

        Amounts that are not used stay zero; a price that would become zero or
        negative is refused.
        """
        vals = price.copy_data({"change_id": self.id, "date_start": self.date})[0]
        has_amount = price._get_unit_model() in AMOUNT_MODELS
        if self.mode == "amount" and not has_amount:
            raise Outcome(
                "error",
                self.env._("Has no single amount. Change it by percent or new prices."),
            )
        names = ("amount",) if has_amount else ()
        names += PRICE_AMOUNTS if self.mode == "percent" else ()
        is_changed = self._adjust_all(vals, names)
        for command in vals.get("tier_ids") or () if self.mode == "percent" else ():
            if command[0] == Command.CREATE:
                is_changed |= self._adjust_all(command[2], TIER_AMOUNTS)
        if not is_changed:
            raise Outcome("skip", self.env._("The price stays the same."))
        return vals

    def _adjust_all(self, vals, names):
        is_changed = False
        for name in names:
            if vals.get(name):
                old = vals[name]
                vals[name] = self._adjust(old)
                is_changed |= vals[name] != old
        return is_changed

    def _adjust(self, price):
        new = self._as_adjustment().apply(to_decimal(price))
        if new <= 0:
            raise Outcome(
                "error",
                self.env._("The new price would be %s.", f"{new.normalize():f}"),
            )
        return float(new)
