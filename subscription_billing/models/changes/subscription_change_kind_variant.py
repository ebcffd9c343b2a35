from odoo import models
from odoo.exceptions import UserError

from ..contracts.subscription_contract import SNAPSHOT_FIELDS

# A running contract keeps its trial, whatever the new variant offers (C3).
TRIAL_FIELDS = (
    "trial_count",
    "trial_unit",
    "trial_end_policy",
    "is_trial_usage_billed",
)


class SubscriptionChangeKindVariant(models.AbstractModel):
    """Another variant or plan: upgrade, downgrade, another rhythm."""

    _name = "subscription.change.kind.variant"
    _inherit = "subscription.change.kind"
    _description = "Kind of Change"

    def _get_default_timing(self, change):
        group = change.contract_id.plan_id.group_id
        if group.downgrade_policy == "period_end":
            return "period_end" if change.is_downgrade else "now"
        return super()._get_default_timing(change)

    def _check(self, change, day):
        contract, variant = change.contract_id, change.variant_id
        if not variant or variant == contract.variant_id:
            raise UserError(
                self.env._(
                    "Contract %(contract)s: choose another variant than %(variant)s.",
                    contract=contract.display_name,
                    variant=contract.variant_id.display_name,
                )
            )
        self._check_same_group(change)
        if (
            variant.currency_id != contract.currency_id
            and not variant.price_ids.filtered(
                lambda price: price.currency_id == contract.currency_id
            )
        ):
            raise UserError(
                self.env._(
                    "Contract %(contract)s is billed in %(currency)s; %(variant)s has "
                    "no prices in it.",
                    contract=contract.display_name,
                    currency=contract.currency_id.name,
                    variant=variant.display_name,
                )
            )
        self._check_nothing_later(change, day)
        for component, quantity in self._get_wanted(change, day).items():
            draft = self.env["subscription.contract.line"].new(
                self._prepare_new_line(change, component, quantity, day)
            )
            if not draft.price_id:
                raise UserError(self._get_no_price_message(change, component, day))

    def _apply(self, change, day, today):
        wanted = self._get_wanted(change, day)
        for line, component in list(self._get_pairs(change, day)):
            quantity = wanted.pop(component, None) if component else None
            if quantity is None:
                change._end_line(line, day)
                continue
            vals = self._prepare_new_line(change, component, quantity, day)
            if component != line.component_id:
                self._replace(change, line, component, day, vals, today)
            elif self._differs(change, line, vals):
                change._go_on(
                    line, day, self._without_own_price(change, line, vals), today
                )
        for component, quantity in wanted.items():
            vals = self._prepare_new_line(change, component, quantity, day)
            change._book(component, day, vals, today)

    def _reach(self, change, day):
        """The header of the contract follows its lines."""
        variant, contract = change.variant_id, change.contract_id
        # Written together with the variant, so that nothing is taken from it by itself.
        vals = {
            name: (contract if name in TRIAL_FIELDS else variant)[name]
            for name in SNAPSHOT_FIELDS
        }
        vals["currency_id"] = contract.currency_id.id
        if change.restarts_periods:
            vals["date_anchor"] = day
        if change.restarts_term:
            vals["date_term_start"] = day
        contract._get_applying().write({"variant_id": variant.id, **vals})

    def _describe(self, change):
        return (
            change.contract_id.variant_id.display_name,
            change.variant_id.display_name,
        )

    def _get_new_monthly_amount(self, change):
        """What the recurring fees would cost per month under the new variant."""
        day = change.contract_id._get_today()
        lines = self.env["subscription.contract.line"]
        total = 0.0
        for component, quantity in self._get_wanted(change, day).items():
            line = lines.new(self._prepare_new_line(change, component, quantity, day))
            if line._is_recurring():
                total += line._get_monthly_amount()
        return total

    def _get_wanted(self, change, day):
        """What is booked after the change: component -> quantity."""
        new = {}
        for line, component in self._get_pairs(change, day):
            if component:
                new[component] = new.get(component, 0.0) + line.quantity
        for component in change.variant_id.plan_id.component_ids:
            required = component.is_required and not component._is_one_off()
            if required and component not in new:
                new[component] = component.default_quantity
        return new

    def _get_pairs(self, change, day):
        """Lines that run on ``day`` with the component they go on as, empty if they
        end: the same in the same plan, else the one with the same code, and a base
        fee for a base fee."""
        plan = change.variant_id.plan_id
        components = plan.component_ids
        for line in change.contract_id.line_ids:
            old = line.component_id
            if not line._is_recurring() or not line._is_valid_on(day):
                continue
            if old.plan_id == plan:
                yield line, old
                continue
            twin = components.filtered(
                lambda it, old=old: it.code and it.code == old.code
            )
            if not twin and old.kind == "base":
                twin = components.filtered(
                    lambda it: it.kind == "base" and it.is_required
                )
            yield line, twin[:1]

    def _check_same_group(self, change):
        contract, plan = change.contract_id, change.variant_id.plan_id
        group = contract.plan_id.group_id
        if plan != contract.plan_id and (not group or plan.group_id != group):
            raise UserError(
                self.env._(
                    "Contract %(contract)s may switch within %(plans)s, not to "
                    "%(plan)s. Put both plans into the same plan group.",
                    contract=contract.display_name,
                    plans=", ".join((contract.plan_id | group.plan_ids).mapped("name")),
                    plan=plan.name,
                )
            )

    def _get_no_price_message(self, change, component, day):
        return self.env._(
            "Contract %(contract)s: %(variant)s has no %(currency)s price for "
            "%(component)s on %(day)s. Add one under Configuration > Prices.",
            contract=change.contract_id.display_name,
            variant=change.variant_id.display_name,
            currency=change.currency_id.name,
            component=component.display_name,
            day=day,
        )

    def _prepare_new_line(self, change, component, quantity, day):
        """Values of a line of the new variant, in memory or to be written."""
        contract = change.contract_id
        price = component._get_price(
            change.variant_id, contract.currency_id, contract.partner_id, day
        )
        return {
            "contract_id": contract.id,
            "component_id": component.id,
            "quantity": quantity,
            "date_start": day,
            "price_id": price.id,
            **self._prepare_new_terms(change, component, price, day),
        }

    def _prepare_new_terms(self, change, component, price, day):
        """Price and rhythm of a component in the new variant."""
        contract = change.contract_id
        line = self.env["subscription.contract.line"].new(
            {"contract_id": contract.id, "component_id": component.id}
        )
        rhythm = line._prepare_rhythm(change.variant_id)
        anchor = day if change.restarts_periods else contract.date_anchor
        steps = (
            price._get_pricelist_steps(contract.partner_id, day)
            if price.price_model == "pricelist"
            else False
        )
        return {**rhythm, "date_anchor": anchor, "agreed_steps": steps}

    def _without_own_price(self, change, line, vals):
        own = change.keeps_own_prices and line.has_price_override
        new = {
            **vals,
            "has_price_override": own,
            "price_override": line.price_override if own else 0.0,
        }
        return {name: new[name] for name in new if name not in ("contract_id",)}

    def _differs(self, change, line, vals):
        """Whether a line costs something else, or at another time."""
        new = line._convert_to_write(self._without_own_price(change, line, vals))
        new.pop("date_start")
        old = line._convert_to_write({name: line[name] for name in new})
        return any((old[name] or False) != (new[name] or False) for name in new)

    def _replace(self, change, line, component, day, vals, today):
        """A component of the new plan in the place of one of the old."""
        before = line.date_end
        line._end_on(day)
        lines = self.env["subscription.contract.line"]
        new = lines._book(change.contract_id, component, day, vals, today)
        new.write({**vals, "predecessor_id": line.id, "date_end": before})
        change._remember(line, before, new)
