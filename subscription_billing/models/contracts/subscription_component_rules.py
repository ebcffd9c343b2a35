from itertools import chain

from odoo import models

from ...engine.money import ZERO, to_decimal
from ..sentences import refusal, said


class SubscriptionComponentRules(models.AbstractModel):
    """Rules of components, kept by running contracts: how much, and beside what.
    Drafts may be incomplete. A rule that was tightened later reaches a contract with
    the next change of that component, and only for the days after it."""

    _name = "subscription.component.rules"
    _description = "Subscription Component Rules"

    def _check(self, contracts, components=None, since=None):
        """Check the rules of booked components on each day something changes.

        :param contracts: ``subscription.contract`` records
        :param components: look only at what concerns these; None for all
        :param date since: first day to look at; None for the whole time
        :raise UserError: naming contract, component and rule
        """
        for contract in contracts:
            validity = {
                line: period
                for line in contract.line_ids
                if (period := line._as_validity())
            }
            for day in _get_days(validity.values(), since):
                # Filtered and not browsed: all lines are read at once.
                lines = contract.line_ids.filtered(
                    lambda line, day=day, validity=validity: line in validity
                    and validity[line].start <= day < validity[line].stop
                )
                self._check_day(contract, day, lines, components)

    def _check_day(self, contract, day, lines, touched):
        booked = lines.component_id
        for component, group in lines.grouped("component_id").items():
            is_touched = touched is None or component in touched
            if is_touched and component.kind != "metered":
                self._check_quantity(contract, component, group, day)
            others = component.requires_ids - booked
            missing = others if is_touched else others & touched
            if missing:
                self._refuse(
                    contract,
                    component,
                    day,
                    said(self.env)._(
                        "requires %s. Book that for the same time, or end this line",
                        ", ".join(missing.mapped("name")),
                    ),
                )
            others = component.excludes_ids & booked
            clashing = others if is_touched else others & touched
            if clashing:
                self._refuse(
                    contract,
                    component,
                    day,
                    said(self.env)._(
                        "cannot be booked together with %s. End one of the two",
                        ", ".join(clashing.mapped("name")),
                    ),
                )

    def _check_quantity(self, contract, component, lines, day):
        """The quantities of all lines of a component that are valid on a day."""
        quantity = sum((to_decimal(line.quantity) for line in lines), ZERO)
        low, high, step = (
            to_decimal(component[name])
            for name in ("quantity_minimum", "quantity_maximum", "quantity_step")
        )
        rule = None
        if component.kind == "on_off" and quantity != 1:
            rule = said(self.env)._("is on or off: book it once, with quantity 1")
        elif quantity < low:
            rule = said(self.env)._("needs a quantity of at least %s", _plain(low))
        elif high and quantity > high:
            rule = said(self.env)._("allows a quantity of at most %s", _plain(high))
        elif step and quantity % step:
            rule = said(self.env)._("is sold in steps of %s", _plain(step))
        if rule:
            rule = said(self.env)._(
                "%(rule)s (booked: %(quantity)s)", rule=rule, quantity=_plain(quantity)
            )
            self._refuse(contract, component, day, rule)

    def _refuse(self, contract, component, day, rule):
        raise refusal(self.env)._(
            "Contract %(contract)s: %(component)s %(rule)s, from %(day)s on.",
            contract=contract.display_name,
            component=component.name,
            rule=rule,
            day=day,
        )


def _plain(number):
    return f"{number.normalize():f}"


def _get_days(periods, since):
    """Days on which a line begins or is the first day gone, from ``since`` on."""
    days = set(chain.from_iterable((each.start, each.stop) for each in periods))
    if since:
        days = {day for day in days if day >= since} | {since}
    return sorted(days)
