from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...engine.money import to_decimal
from ...engine.proration import Proration
from ...engine.timeline import Item, ItemKind, Mode
from ..catalogue.subscription_recurrence_mixin import as_stop

# What a billed line says must stay true; a change is a new line from its date on.
LOCKED_FIELDS = {
    "contract_id",
    "component_id",
    "quantity",
    "date_start",
    "price_id",
    "has_price_override",
    "price_override",
    "fee_interval_count",
    "fee_interval_unit",
    "billing_mode",
    "proration",
}


class SubscriptionContractLine(models.Model):
    """One booked component: what, how much, at which price, from when to when."""

    _name = "subscription.contract.line"
    _description = "Subscription Contract Line"
    _inherit = ["subscription.agreed.price.mixin", "subscription.timeline.mixin"]
    _order = "contract_id, sequence, id"
    _check_company_auto = True

    contract_id = fields.Many2one(
        "subscription.contract", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    state = fields.Selection(related="contract_id.state")
    sequence = fields.Integer(default=10)
    component_id = fields.Many2one(
        "subscription.component",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    product_id = fields.Many2one(related="component_id.product_id", store=True)
    kind = fields.Selection(related="component_id.kind", store=True)
    name = fields.Char(
        compute="_compute_from_component",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    quantity = fields.Float(
        compute="_compute_from_component",
        store=True,
        readonly=False,
        precompute=True,
        digits="Product Unit",
    )
    date_start = fields.Date(
        compute="_compute_date_start", store=True, readonly=False, precompute=True
    )
    date_end = fields.Date(help="Last day, inclusive; empty = as long as the contract.")
    charge_ids = fields.One2many("subscription.charge", "line_id")

    @api.depends("component_id")
    def _compute_from_component(self):
        for line in self:
            component = line.component_id
            lang = line.contract_id.partner_id.lang or self.env.lang
            line.name = component.with_context(lang=lang).name
            line.quantity = line.quantity or component.default_quantity

    @api.depends("contract_id.date_start")
    def _compute_date_start(self):
        for line in self:
            contract = line.contract_id
            if contract.state == "draft":
                line.date_start = contract.date_start
            elif not line.date_start:
                # Not back to the start: that would bill all past periods.
                line.date_start = contract.date_next_billing or contract.date_start

    @api.onchange("has_price_override")
    def _onchange_has_price_override(self):
        if self.has_price_override and not self.price_override:
            self.price_override = self.price_id.amount

    @api.constrains("date_start", "date_end")
    def _check_dates(self):
        if self._is_applying():
            return  # a price may be replaced from its very first day: it never was
        for line in self:
            if line.date_end and line.date_start and line.date_end < line.date_start:
                raise ValidationError(
                    self.env._(
                        "%(contract)s, %(line)s: the end %(end)s lies before the "
                        "start %(start)s.",
                        contract=line.contract_id.display_name,
                        line=line.name,
                        end=line.date_end,
                        start=line.date_start,
                    )
                )

    @api.constrains("quantity", "price_override")
    def _check_amounts(self):
        for line in self:
            if line.quantity < 0 or line.price_override < 0:
                raise ValidationError(
                    self.env._(
                        "%(contract)s, %(line)s: quantity and price must not be "
                        "negative.",
                        contract=line.contract_id.display_name,
                        line=line.name,
                    )
                )

    @api.constrains("component_id", "contract_id")
    def _check_component_of_plan(self):
        if self._is_applying():
            return  # a change to another plan may lie ahead
        for line in self:
            if line.component_id.plan_id != line.contract_id.plan_id:
                raise ValidationError(
                    self.env._(
                        "%(contract)s: %(component)s is not part of the plan %(plan)s.",
                        contract=line.contract_id.display_name,
                        component=line.component_id.display_name,
                        plan=line.contract_id.plan_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_not_ended()
        lines._follow_up("line_added", self.env._("Booked"), "date_start")
        return lines

    def write(self, vals):
        if vals.keys() & LOCKED_FIELDS:
            self._check_not_billed()
        result = super().write(vals)
        if "date_end" in vals:
            self._follow_up("line_ended", self.env._("End date changed"), "date_end")
        return result

    def _check_not_ended(self):
        for contract in self.contract_id:
            if contract.state == "ended":
                raise UserError(
                    self.env._(
                        "Contract %s has ended; nothing can be booked any more.",
                        contract.display_name,
                    )
                )

    def _follow_up(self, event_type, verb, date_field):
        """Log what happened to lines of running contracts and look what is due now."""
        if self._is_applying():
            return  # which logs what it does, and looks once for all of them
        running = self.filtered(lambda line: line.contract_id.state != "draft")
        for line in running:
            self.env["subscription.event"]._log(
                event_type,
                line.contract_id,
                f"{verb}: {line.name}",
                date_effective=line[date_field],
            )
        running.contract_id._refresh_next_billing()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        self._check_not_billed()

    def _check_not_billed(self):
        charge = (
            self.env["subscription.charge"]
            .sudo()
            .search([("line_id", "in", self.ids), ("is_void", "=", False)], limit=1)
        )
        if charge:
            raise UserError(
                self.env._(
                    "%(contract)s: %(line)s has been billed (%(period)s) and keeps its "
                    "terms. End it and add a new line from the day of the change.",
                    contract=charge.contract_id.display_name,
                    line=charge.line_id.name,
                    period=charge._get_period_name(),
                )
            )

    def _is_recurring(self):
        self.ensure_one()
        return not self.component_id._is_one_off()

    def _get_item_kind(self):
        self.ensure_one()
        if self.kind == "metered":
            return ItemKind.METERED
        return ItemKind.RECURRING if self._is_recurring() else ItemKind.ONE_OFF

    def _as_item(self):
        """This line as the engine's item: dates half-open, numbers Decimal."""
        self.ensure_one()
        start, stop = self._get_billed_period()
        return Item(
            key=self.id,
            start=start,
            # An end before the start: it was never valid, all of it is given back.
            stop=stop,
            kind=self._get_item_kind(),
            mode=Mode(self.billing_mode),
            fees=self._as_grid(),
            billing=self._as_billing_recurrence(),
            price=self._as_price(),
            quantity=to_decimal(self.quantity),
            proration=self._as_proration(),
        )

    def _as_proration(self):
        """Usage is never prorated: the rule is then about what is granted free."""
        return Proration("day" if self.kind == "metered" else self.proration)

    def _as_stop(self):
        """First day no longer covered, or None."""
        ends = [self.date_end, self.contract_id._get_last_day()]
        return as_stop(min(filter(None, ends), default=None))
