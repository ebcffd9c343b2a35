from odoo import api, fields, models
from odoo.exceptions import UserError

from ..contracts.subscription_agreed_terms_mixin import SNAPSHOT_FIELDS

# A running contract keeps its trial, whatever the new variant offers (C3).
TRIAL_FIELDS = (
    "trial_count",
    "trial_unit",
    "trial_end_policy",
    "is_trial_usage_billed",
)
INTERVALS = (
    "fee_interval_count",
    "fee_interval_unit",
    "billing_interval_count",
    "billing_interval_unit",
    "alignment",
)


class SubscriptionChange(models.Model):
    """Another variant or plan: upgrade, downgrade, another rhythm."""

    _inherit = "subscription.change"

    keeps_own_prices = fields.Boolean(
        help="Lines with an own price keep it; otherwise the prices of the new plan "
        "count."
    )
    restarts_periods = fields.Boolean(
        "New Periods",
        compute="_compute_restarts_periods",
        store=True,
        readonly=False,
        precompute=True,
        help="Periods are counted from the day of the change, not from the old anchor.",
    )
    restarts_term = fields.Boolean(
        "New First Term", help="A new first term begins with the change."
    )
    is_downgrade = fields.Boolean(compute="_compute_is_downgrade")

    @api.depends("variant_id", "contract_id")
    def _compute_restarts_periods(self):
        """Where periods get another length, the old ones are no use to anybody."""
        for change in self:
            contract, variant = change.contract_id, change.variant_id
            change.restarts_periods = bool(variant) and any(
                contract[name] != variant[name] for name in INTERVALS
            )

    @api.depends("variant_id", "contract_id")
    def _compute_is_downgrade(self):
        for change in self:
            variant, contract = change.variant_id, change.contract_id
            change.is_downgrade = bool(
                variant
                and contract
                and change._get_new_monthly_amount() < contract.amount_monthly
            )

    def _get_default_timing(self):
        group = self.contract_id.plan_id.group_id
        if self.kind == "variant" and group.downgrade_policy == "period_end":
            return "period_end" if self.is_downgrade else "now"
        return super()._get_default_timing()

    @api.depends("variant_id")
    def _compute_timing(self):
        return super()._compute_timing()

    def _get_new_monthly_amount(self):
        """What the recurring fees would cost per month under the new variant."""
        day = self.contract_id._get_today()
        lines = self.env["subscription.contract.line"]
        total = 0.0
        for component, quantity in self._get_wanted(day).items():
            line = lines.new(self._prepare_new_line(component, quantity, day))
            if line._is_recurring():
                total += line._get_monthly_amount()
        return total

    def _get_wanted(self, day):
        """What is booked after the change: component -> quantity."""
        new = {}
        for line, component in self._get_pairs(day):
            if component:
                new[component] = new.get(component, 0.0) + line.quantity
        for component in self.variant_id.plan_id.component_ids:
            required = component.is_required and not component._is_one_off()
            if required and component not in new:
                new[component] = component.default_quantity
        return new

    def _get_pairs(self, day):
        """Lines that run on ``day`` with the component they go on as, empty if they
        end: the same in the same plan, else the one with the same code, and a base
        fee for a base fee."""
        plan = self.variant_id.plan_id
        components = plan.component_ids
        for line in self.contract_id.line_ids:
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

    def _check_variant(self, day):
        contract, variant = self.contract_id, self.variant_id
        if not variant or variant == contract.variant_id:
            raise UserError(
                self.env._(
                    "Contract %(contract)s: choose another variant than %(variant)s.",
                    contract=contract.display_name,
                    variant=contract.variant_id.display_name,
                )
            )
        self._check_same_group()
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
        self._check_nothing_later(day)
        for component, quantity in self._get_wanted(day).items():
            draft = self.env["subscription.contract.line"].new(
                self._prepare_new_line(component, quantity, day)
            )
            if not draft.price_id:
                raise UserError(self._get_no_price_message(component, day))

    def _check_same_group(self):
        contract, plan = self.contract_id, self.variant_id.plan_id
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

    def _check_nothing_later(self, day):
        """What was agreed for later days was agreed for the old plan."""
        later = self.contract_id.line_ids.filtered(
            lambda line: line.date_start > day
            and (not line.date_end or line.date_end >= line.date_start)
        )
        if later:
            raise UserError(
                self.env._(
                    "Contract %(contract)s: %(line)s begins later, on %(start)s. "
                    "Choose that day or a later one, or withdraw that change first.",
                    contract=self.contract_id.display_name,
                    line=later[0].name,
                    start=max(later.mapped("date_start")),
                )
            )

    def _get_no_price_message(self, component, day):
        return self.env._(
            "Contract %(contract)s: %(variant)s has no %(currency)s price for "
            "%(component)s on %(day)s. Add one under Configuration > Prices.",
            contract=self.contract_id.display_name,
            variant=self.variant_id.display_name,
            currency=self.currency_id.name,
            component=component.display_name,
            day=day,
        )

    def _prepare_new_line(self, component, quantity, day):
        """Values of a line of the new variant, in memory or to be written."""
        contract = self.contract_id
        price = component._get_price(
            self.variant_id, contract.currency_id, contract.partner_id, day
        )
        return {
            "contract_id": contract.id,
            "component_id": component.id,
            "quantity": quantity,
            "date_start": day,
            "price_id": price.id,
            **self._prepare_new_terms(component, price, day),
        }

    def _prepare_new_terms(self, component, price, day):
        """Price and rhythm of a component in the new variant."""
        contract = self.contract_id
        line = self.env["subscription.contract.line"].new(
            {"contract_id": contract.id, "component_id": component.id}
        )
        rhythm = line._prepare_rhythm(self.variant_id)
        anchor = day if self.restarts_periods else contract.date_anchor
        steps = (
            price._get_pricelist_steps(contract.partner_id, day)
            if price.price_model == "pricelist"
            else False
        )
        return {**rhythm, "date_anchor": anchor, "agreed_steps": steps}

    def _apply_variant(self, day, today):
        wanted = self._get_wanted(day)
        for line, component in list(self._get_pairs(day)):
            quantity = wanted.pop(component, None) if component else None
            if quantity is None:
                self._end_line(line, day)
                continue
            vals = self._prepare_new_line(component, quantity, day)
            if component != line.component_id:
                self._replace(line, component, day, vals, today)
            elif self._differs(line, vals):
                self._go_on(line, day, self._without_own_price(line, vals), today)
        for component, quantity in wanted.items():
            vals = self._prepare_new_line(component, quantity, day)
            self._book(component, day, vals, today)

    def _without_own_price(self, line, vals):
        own = self.keeps_own_prices and line.has_price_override
        new = {
            **vals,
            "has_price_override": own,
            "price_override": line.price_override if own else 0.0,
        }
        return {name: new[name] for name in new if name not in ("contract_id",)}

    def _differs(self, line, vals):
        """Whether a line costs something else, or at another time."""
        new = line._convert_to_write(self._without_own_price(line, vals))
        new.pop("date_start")
        old = line._convert_to_write({name: line[name] for name in new})
        return any((old[name] or False) != (new[name] or False) for name in new)

    def _replace(self, line, component, day, vals, today):
        """A component of the new plan in the place of one of the old."""
        before = line.date_end
        line._end_on(day)
        lines = self.env["subscription.contract.line"]
        new = lines._book(self.contract_id, component, day, vals, today)
        new.write({**vals, "predecessor_id": line.id, "date_end": before})
        self._remember(line, before, new)

    def _reach_variant(self, day):
        """The header of the contract follows its lines."""
        variant, contract = self.variant_id, self.contract_id
        # Written together with the variant, so that nothing is taken from it by itself.
        vals = {
            name: (contract if name in TRIAL_FIELDS else variant)[name]
            for name in SNAPSHOT_FIELDS
        }
        vals["currency_id"] = contract.currency_id.id
        if self.restarts_periods:
            vals["date_anchor"] = day
        if self.restarts_term:
            vals["date_term_start"] = day
        contract._get_applying().write({"variant_id": variant.id, **vals})

    def _describe_variant(self):
        return self.contract_id.variant_id.display_name, self.variant_id.display_name
