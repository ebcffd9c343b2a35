from itertools import chain

from odoo import api, models
from odoo.exceptions import UserError

from ...engine.money import ZERO, to_decimal
from ..catalogue.subscription_recurrence_mixin import as_stop

# A change of these touches every day of a line, one of its end only those after it.
RULED_FIELDS = {"component_id", "contract_id", "quantity", "date_start", "date_end"}


class SubscriptionContract(models.Model):
    """Rules of components, kept by running contracts: how much, and beside what.
    Drafts may be incomplete. A rule that was tightened later reaches a contract with
    the next change of that component, and only for the days after it."""

    _inherit = "subscription.contract"

    def _check_ready(self):
        result = super()._check_ready()
        self._check_component_rules()
        return result

    def _check_component_rules(self, components=None, since=None):
        """Check the rules of booked components on each day something changes.

        :param components: look only at what concerns these; None for all
        :param date since: first day to look at; None for the whole time
        :raise UserError: naming contract, component and rule
        """
        for contract in self:
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
                contract._check_rules_on(day, lines, components)

    def _check_rules_on(self, day, lines, touched):
        booked = lines.component_id
        for component, group in lines.grouped("component_id").items():
            is_touched = touched is None or component in touched
            if is_touched and component.kind != "metered":
                self._check_quantity_rule(component, group, day)
            others = component.requires_ids - booked
            missing = others if is_touched else others & touched
            if missing:
                self._raise_rule(
                    component,
                    day,
                    self.env._(
                        "requires %s. Book that for the same time, or end this line",
                        ", ".join(missing.mapped("name")),
                    ),
                )
            others = component.excludes_ids & booked
            clashing = others if is_touched else others & touched
            if clashing:
                self._raise_rule(
                    component,
                    day,
                    self.env._(
                        "cannot be booked together with %s. End one of the two",
                        ", ".join(clashing.mapped("name")),
                    ),
                )

    def _check_quantity_rule(self, component, lines, day):
        """The quantities of all lines of a component that are valid on a day."""
        quantity = sum((to_decimal(line.quantity) for line in lines), ZERO)
        low, high, step = (
            to_decimal(component[name])
            for name in ("quantity_minimum", "quantity_maximum", "quantity_step")
        )
        rule = None
        if component.kind == "on_off" and quantity != 1:
            rule = self.env._("is on or off: book it once, with quantity 1")
        elif quantity < low:
            rule = self.env._("needs a quantity of at least %s", _plain(low))
        elif high and quantity > high:
            rule = self.env._("allows a quantity of at most %s", _plain(high))
        elif step and quantity % step:
            rule = self.env._("is sold in steps of %s", _plain(step))
        if rule:
            booked = self.env._("booked: %s", _plain(quantity))
            self._raise_rule(component, day, f"{rule} ({booked})")

    def _raise_rule(self, component, day, rule):
        raise UserError(
            self.env._(
                "Contract %(contract)s: %(component)s %(rule)s, from %(day)s on.",
                contract=self.display_name,
                component=component.name,
                rule=rule,
                day=day,
            )
        )


class SubscriptionContractLine(models.Model):
    """Changes of a running contract's lines keep the rules of their components."""

    _inherit = "subscription.contract.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_rules(lines.component_id, lines._get_first_day())
        return lines

    def write(self, vals):
        if not RULED_FIELDS & vals.keys():
            return super().write(vals)
        is_end = RULED_FIELDS & vals.keys() == {"date_end"}
        contracts, components = self.contract_id, self.component_id
        before = self._get_first_day(is_end)
        result = super().write(vals)
        days = [day for day in (before, self._get_first_day(is_end)) if day]
        self._check_rules(
            components | self.component_id, min(days, default=None), contracts
        )
        return result

    def unlink(self):
        contracts, components = self.contract_id, self.component_id
        since = self._get_first_day()
        result = super().unlink()
        self.browse()._check_rules(components, since, contracts)
        return result

    def _get_first_day(self, is_end=False):
        """First day these lines are valid, or the first one they no longer are."""
        if is_end:
            days = [as_stop(line.date_end) for line in self if line.date_end]
        else:
            days = [line.date_start for line in self if line.date_start]
        return min(days, default=None)

    def _check_rules(self, components, since, contracts=None):
        if self._is_applying():
            return  # ends lines and goes on with the same at another price
        running = (self.contract_id | (contracts or self.contract_id)).filtered(
            lambda contract: contract.state not in ("draft", "ended")
        )
        running._check_component_rules(components, since)


def _plain(number):
    return f"{number.normalize():f}"


def _get_days(periods, since):
    """Days on which a line begins or is the first day gone, from ``since`` on."""
    days = set(chain.from_iterable((each.start, each.stop) for each in periods))
    if since:
        days = {day for day in days if day >= since} | {since}
    return sorted(days)
