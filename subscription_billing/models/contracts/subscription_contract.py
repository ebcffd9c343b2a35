from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from odoo.addons.base.models.res_partner import _tz_get

from ...engine.money import Rounding, to_decimal
from ...engine.timeline import Timeline
from ..catalogue.subscription_recurrence_mixin import as_stop
from .subscription_agreed_terms_mixin import SNAPSHOT


class SubscriptionContract(models.Model):
    """The agreement with a customer. It keeps rhythm, term and prices of the variant
    as they were when it was sold (C6); what has been billed is in its charges."""

    _name = "subscription.contract"
    _description = "Subscription Contract"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "subscription.agreed.terms.mixin",
        "subscription.lifecycle.mixin",
        "subscription.billable.mixin",
    ]
    _order = "name desc, id desc"
    _check_company_auto = True

    name = fields.Char("Reference", required=True, copy=False, default="/")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        tracking=True,
        ondelete="restrict",
        check_company=True,
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", store=True, index=True
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        tracking=True,
    )
    customer_reference = fields.Char(help="Order number of the customer, on invoices.")
    plan_id = fields.Many2one(
        related="variant_id.plan_id", store=True, index=True, string="Plan"
    )
    variant_id = fields.Many2one(
        "subscription.plan.variant",
        "Plan Variant",
        required=True,
        index=True,
        tracking=True,
        ondelete="restrict",
        check_company=True,
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        required=True,
        **SNAPSHOT,
    )
    date_start = fields.Date("Start Date", required=True, tracking=True)
    date_end = fields.Date(
        "End Date",
        copy=False,
        tracking=True,
        help="Last day of the contract, inclusive.",
    )
    date_anchor = fields.Date(
        "Anchor",
        help="Day all periods are counted from; empty = the start of the contract.",
    )
    tz = fields.Selection(
        _tz_get, "Time Zone", compute="_compute_tz", required=True, **SNAPSHOT
    )
    fiscal_position_id = fields.Many2one(
        "account.fiscal.position",
        check_company=True,
        help="Leave empty to take the customer's.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        check_company=True,
        help="Leave empty to take the customer's.",
    )
    line_ids = fields.One2many(
        "subscription.contract.line",
        "contract_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        copy=True,
    )
    charge_ids = fields.One2many("subscription.charge", "contract_id")
    amount_monthly = fields.Monetary(
        "Monthly Amount",
        compute="_compute_amount_monthly",
        store=True,
        help="Recurring fees per month, before taxes.",
    )
    invoice_count = fields.Integer(compute="_compute_counts")
    charge_count = fields.Integer(compute="_compute_counts")

    _name_unique = models.Constraint(
        "UNIQUE (company_id, name)",
        "Another contract of this company has the same reference.",
    )
    # The due list of a billing run is read through this index.
    _due = models.Index(
        "(company_id, date_next_billing, id) WHERE date_next_billing IS NOT NULL"
    )

    @api.depends("variant_id", "company_id")
    def _compute_currency_id(self):
        for contract in self:
            contract.currency_id = (
                contract.variant_id.currency_id or contract.company_id.currency_id
            )

    @api.depends("partner_id", "company_id")
    def _compute_tz(self):
        for contract in self:
            contract.tz = (
                contract.partner_id.tz or contract.company_id.partner_id.tz or "UTC"
            )

    @api.depends("variant_id")
    def _compute_line_ids(self):
        for contract in self:
            if contract.state != "draft" or not contract.variant_id:
                continue
            required = contract.plan_id.component_ids.filtered("is_required")
            contract.line_ids = [
                Command.clear(),
                *(
                    Command.create({"component_id": component.id})
                    for component in required
                ),
            ]

    @api.depends(
        "state",
        "line_ids.quantity",
        "line_ids.price_id",
        "line_ids.has_price_override",
        "line_ids.price_override",
        "line_ids.date_end",
        "line_ids.is_upcoming",
        "line_ids.predecessor_id",
    )
    def _compute_amount_monthly(self):
        for contract in self:
            lines = contract.line_ids.filtered(
                lambda line: line._is_recurring()
                and not line.date_end
                and not line._get_current().is_upcoming
            )
            contract.amount_monthly = (
                sum(line._get_current()._get_monthly_amount() for line in lines)
                if contract.state != "ended"
                else 0.0
            )

    def _compute_counts(self):
        groups = self.env["subscription.charge"]._read_group(
            [("contract_id", "in", self.ids), ("is_void", "=", False)],
            ["contract_id"],
            ["__count", "move_id:count_distinct"],
        )
        counts = {contract: numbers for contract, *numbers in groups}
        for contract in self:
            contract.charge_count, contract.invoice_count = counts.get(
                contract._origin, (0, 0)
            )

    @api.constrains("date_start", "date_end")
    def _check_dates(self):
        for contract in self:
            if contract.date_end and contract.date_end < contract.date_start:
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s: the end %(end)s lies before the "
                        "start %(start)s.",
                        contract=contract.display_name,
                        end=contract.date_end,
                        start=contract.date_start,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                sequence = self.env["ir.sequence"].with_company(company)
                vals["name"] = sequence.next_by_code("subscription.contract")
        contracts = super().create(vals_list)
        self.env["subscription.event"]._log(
            "created", contracts, self.env._("Contract created")
        )
        return contracts

    def write(self, vals):
        result = super().write(vals)
        if "date_end" in vals:
            self._refresh_next_billing()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        for contract in self:
            if contract.state != "draft" or contract.charge_ids:
                raise UserError(
                    self.env._(
                        "Contract %(contract)s is not a draft and stays in the books. "
                        "End it instead of deleting it.",
                        contract=contract.display_name,
                    )
                )

    def action_view_invoices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        action["domain"] = [("id", "in", self.charge_ids.move_id.ids)]
        action["context"] = {"create": False}
        return action

    def action_view_charges(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_charge_action"
        )
        action["domain"] = [("contract_id", "=", self.id)]
        return action

    def _get_invoice_partner(self):
        """The address invoices go to."""
        self.ensure_one()
        address = self.partner_id.address_get(["invoice"])["invoice"]
        return self.env["res.partner"].browse(address)

    def _as_rounding(self):
        """Rounding to the currency's step (M1)."""
        return Rounding(to_decimal(self.currency_id.rounding))

    def _as_stop(self):
        """First day the contract no longer covers, or None."""
        self.ensure_one()
        return as_stop(self._get_last_day())

    def _as_billing_recurrence(self):
        """Billing periods as they are now, the last one cut at the end of the contract
        (T6)."""
        self.ensure_one()
        start, stop = self._get_paid_start(), self._as_stop()
        return self._as_recurrence(
            self._as_billing_interval(),
            start,
            self.date_anchor or None,
            stop and max(stop, start),
        )

    def _as_timeline(self):
        """The booked lines as values for the engine."""
        self.ensure_one()
        items = tuple(line._as_item() for line in self.line_ids)
        phases = tuple(pause._as_phase() for pause in self.pause_ids)
        return Timeline(items=items, phases=phases)
