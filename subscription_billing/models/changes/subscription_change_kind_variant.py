from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.misc import format_date

from ..contracts.subscription_contract import SNAPSHOT_FIELDS
from ..dates import as_last
from ..sentences import refusal, said

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

    def _is_offered(self, contract):
        return bool(self._get_offered_variants(contract))

    def _get_offered_variants(self, contract):
        """Those of its plan and plan group that are for the customer; the one of now
        only where the contract leaves it later."""
        leaves = contract.change_ids.filtered(
            lambda it: it.kind == "variant" and it.state == "scheduled"
        )
        present = contract.variant_id.browse() if leaves else contract.variant_id
        plans = contract.plan_id | contract.plan_id.group_id.plan_ids
        offered = plans.filtered("active").variant_ids.filtered(
            lambda it: it.company_id in (it.company_id.browse(), contract.company_id)
            and it._is_for(contract.partner_id)
            and contract.currency_id in (it.currency_id | it.price_ids.currency_id)
        )
        return offered - present

    def _get_default_timing(self, change):
        if self._get_term_cut(change, change.contract_id._get_today()):
            return "term_end"
        group = change.contract_id.plan_id.group_id
        if group.downgrade_policy == "period_end":
            return "period_end" if change.is_downgrade else "now"
        return super()._get_default_timing(change)

    def _get_term_cut(self, change, day):
        """Where the change binds the customer for a shorter time than was agreed: the
        stop of the term that runs on ``day``; None else."""
        contract, variant = change.contract_id, change.variant_id
        trial_end = contract.date_trial_end  # nothing binds before it is over (C3)
        is_bound = contract.date_start and not contract.date_end
        if not variant or not is_bound or (trial_end and day <= trial_end):
            return None
        then = contract._get_as_of(day, change)
        start = then.date_term_start or contract._get_term_start()
        current = then._as_term().current(start, day)
        start = day if change.restarts_term else start
        if not current or variant._as_term().earliest_end(start, day) >= current.stop:
            return None
        return current.stop

    def _check(self, change, day):
        contract, variant = change.contract_id, change.variant_id
        then = contract._get_as_of(day, change)
        follows = change.follows_variant_id
        if not variant or variant == then.variant_id:
            raise refusal(self.env)._(
                "Contract %(contract)s: choose another variant than %(variant)s.",
                contract=contract.display_name,
                variant=then.variant_id,
            )
        if follows and follows != then.variant_id:
            raise refusal(self.env)._(
                "Contract %(contract)s: %(variant)s follows the first term of "
                "%(before)s, and the contract is on %(now)s by then.",
                contract=contract.display_name,
                variant=variant,
                before=follows,
                now=then.variant_id,
            )
        variant._check_customer(contract.partner_id, contract)
        self._check_same_group(change, then.plan_id)
        if (
            variant.currency_id != contract.currency_id
            and not variant.price_ids.filtered(
                lambda price: price.currency_id == contract.currency_id
            )
        ):
            raise refusal(self.env)._(
                "Contract %(contract)s is billed in %(currency)s; %(variant)s has "
                "no prices in it.",
                contract=contract.display_name,
                currency=contract.currency_id.name,
                variant=variant,
            )
        self._check_nothing_later(change, day)
        for component, quantity in self._get_wanted(change, day).items():
            vals = self._prepare_new_line(change, component, quantity, day)
            if not vals["price_id"]:
                raise UserError(self._get_no_price_message(change, component, day))

    def _apply(self, change, day, today):
        wanted = self._get_wanted(change, day)
        self._agree(change, wanted, day)
        for line, component in list(self._get_pairs(change, day)):
            quantity = wanted.pop(component, None) if component else None
            if quantity is None:
                change._end_line(line, day)
                continue
            vals = self._prepare_new_line(change, component, quantity, day)
            if component != line.component_id:
                change._replace(line, component, day, vals, today)
                continue
            vals |= self._prepare_own_price(change, line)
            if line._get_news({**vals, "date_start": line.date_start}):
                change._go_on(line, day, vals, today)
        for component, quantity in wanted.items():
            vals = self._prepare_new_line(change, component, quantity, day)
            change._book(component, day, vals, today)
        self._give_bonuses(
            change, [Command.link(id_) for id_ in change.agreed["bonuses"]]
        )

    def _reach(self, change, day):
        """It remembers the variant before."""
        change.variant_old_id = change.contract_id.variant_id
        return super()._reach(change, day)

    def _take_back(self, change):
        """Its bonuses go, unless they are those of the plan of now or of another
        change."""
        contract = change.contract_id
        bonuses = contract.bonus_ids.browse((change.agreed or {}).get("bonuses", ()))
        others = contract._get_variant_changes() - change
        kept = {id_ for it in others for id_ in (it.agreed or {}).get("bonuses", ())}
        gone = bonuses.filtered(
            lambda it: it.plan_id != contract.plan_id and it.id not in kept
        )
        self._give_bonuses(change, [Command.unlink(id_) for id_ in gone.ids])

    def _get_bonuses(self, change, then):
        """What the new plan offers; within the plan, what is for the variant alone."""
        offer = then.new({"variant_id": change.variant_id.id}, origin=then._origin)
        bonuses = offer._get_offered_bonuses()
        is_same = then.plan_id == change.variant_id.plan_id
        return bonuses.filtered("variant_id") if is_same else bonuses

    def _give_bonuses(self, change, commands):
        if commands:
            change.contract_id._get_applying().write({"bonus_ids": commands})

    def _prepare_header(self, change):
        """The header of the contract follows its lines."""
        day = change.date_effective
        return {
            "variant_id": change.variant_id.id,
            # Written with the variant, so that nothing is taken from it by itself.
            "currency_id": change.contract_id.currency_id.id,
            **self._get_agreed_header(change),
            **({"date_anchor": day} if change.restarts_periods else {}),
            **({"date_term_start": day} if change.restarts_term else {}),
        }

    def _get_agreed_header(self, change):
        """Rhythm and terms of the variant as they were when the change was made; a
        running contract keeps its trial."""
        agreed = (change.agreed or {}).get("header") or {
            name: change.variant_id[name] for name in SNAPSHOT_FIELDS
        }
        own = {name: change.contract_id[name] for name in TRIAL_FIELDS}
        return {**agreed, **own}

    def _agree(self, change, components, day):
        """Keep what is agreed with the change, for whenever it is made anew (C6)."""
        agreed = change.agreed or {}
        terms = {
            str(component.id): self._get_terms(change, component, day)
            for component in components
        }
        then = change.contract_id._get_as_of(day, change)
        news = {
            "header": self._get_agreed_header(change),
            "bonuses": agreed.get("bonuses", self._get_bonuses(change, then).ids),
            "terms": {**terms, **agreed.get("terms", {})},
        }
        if news != agreed:
            change.agreed = news

    def _describe(self, change):
        """A term that is cut is named, as nobody may be released from it unnoticed."""
        old = change.contract_id.variant_id.display_name
        stop = self._get_term_cut(change, change.date_effective)
        if stop:
            last = format_date(self.env, as_last(stop))
            old = self.env._("%(variant)s, agreed up to %(day)s", variant=old, day=last)
        return old, change.variant_id.display_name

    def _is_cheaper(self, change):
        """Whether the recurring fees cost less per month than today, before what is
        taken off."""
        contract, day = change.contract_id, change.contract_id._get_today()
        lines = contract._get_fee_lines_on(max(day, contract._get_paid_start()))
        before = sum(line._get_monthly_amount() for line in lines)
        return self._get_new_monthly_amount(change, day) < before

    def _get_new_monthly_amount(self, change, day):
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

    def _check_same_group(self, change, before):
        contract, plan = change.contract_id, change.variant_id.plan_id
        group = before.group_id
        if plan != before and (not group or plan.group_id != group):
            raise refusal(self.env)._(
                "Contract %(contract)s may switch within %(plans)s, not to "
                "%(plan)s. Put both plans into the same plan group.",
                contract=contract.display_name,
                plans=", ".join((before | group.plan_ids).mapped("name")),
                plan=plan.name,
            )

    def _get_no_price_message(self, change, component, day):
        return said(self.env)._(
            "Contract %(contract)s: %(variant)s has no %(currency)s price for "
            "%(component)s on %(day)s. Add one under Configuration > Prices.",
            contract=change.contract_id.display_name,
            variant=change.variant_id,
            currency=change.currency_id.name,
            component=component,
            day=day,
        )

    def _prepare_new_line(self, change, component, quantity, day):
        """Values of a line of the new variant, in memory or to be written."""
        contract = change.contract_id
        then = contract._get_as_of(day, change)
        return {
            "contract_id": contract.id,
            "component_id": component.id,
            "quantity": quantity,
            "date_start": day,
            **self._get_terms(change, component, day),
            "date_anchor": day if change.restarts_periods else then.date_anchor,
        }

    def _get_terms(self, change, component, day):
        """Price and rhythm of a component in the new variant: what was agreed, else
        what the offer says."""
        agreed = (change.agreed or {}).get("terms", {}).get(str(component.id))
        if agreed:
            return agreed
        contract = change.contract_id
        price = component._get_price(
            change.variant_id, contract.currency_id, contract.partner_id, day
        )
        steps = (
            price._get_pricelist_steps(contract.partner_id, day)
            if price.price_model == "pricelist"
            else False
        )
        header = contract.new(self._get_agreed_header(change))
        line = self.env["subscription.contract.line"].new(
            {"contract_id": contract.id, "component_id": component.id}
        )
        rhythm = line._prepare_rhythm(header)
        del rhythm["date_anchor"]  # the contract's on the day
        return {"price_id": price.id, "agreed_steps": steps, **rhythm}

    def _prepare_own_price(self, change, line):
        own = change.keeps_own_prices and line.has_price_override
        return {
            "has_price_override": own,
            "price_override": line.price_override if own else 0.0,
        }
