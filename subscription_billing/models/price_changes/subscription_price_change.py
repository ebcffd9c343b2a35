import math

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.adjustment import Adjustment
from ...engine.money import to_decimal

CHANGE_MODES = [
    ("percent", "By percent"),
    ("amount", "By amount"),
    ("new_price", "To new prices"),
    ("catalog", "To the prices for new contracts"),
]
PERCENT_RANGE = (-100, 1000)
MAX_AMOUNT = 1e9


class SubscriptionPriceChange(models.Model):
    """New prices for running contracts from a date on (C6): shown before, announced,
    and undone as long as the date is to come."""

    _name = "subscription.price.change"
    _description = "Subscription Price Change"
    _inherit = [
        "mail.thread",
        "subscription.price.change.pricing",
        "subscription.price.change.preview",
        "subscription.price.change.applying",
        "subscription.price.change.announcing",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, default="/", readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    date = fields.Date(
        "New Prices From",
        required=True,
        tracking=True,
        help="First day of the new prices. A day inside a billed period is settled by "
        "a credit of the rest and a new charge.",
    )
    mode = fields.Selection(
        CHANGE_MODES, "Change", default="percent", required=True, tracking=True
    )
    # Without digits: a column of fixed digits fails on NaN and 1e300 before any check.
    percent = fields.Float(help="Negative lowers the prices.", tracking=True)
    amount = fields.Float(
        tracking=True,
        help="Added to the fee or unit price, in its currency; negative lowers it.",
    )
    rounding_step = fields.Float(
        "Round To",
        default=0.01,
        help="New prices are multiples of this, half up; 0 = not rounded. Prices below "
        "ten of it keep six decimals.",
    )
    price_ids = fields.One2many("subscription.price", "change_id", "New Prices")
    component_ids = fields.Many2many(
        "subscription.component", string="Components", check_company=True
    )
    plan_ids = fields.Many2many("subscription.plan", string="Plans", check_company=True)
    variant_ids = fields.Many2many(
        "subscription.plan.variant", string="Plan Variants", check_company=True
    )
    contract_ids = fields.Many2many(
        "subscription.contract",
        "subscription_price_change_contract_rel",
        string="Contracts",
        check_company=True,
        help="Empty = all running contracts.",
    )
    domain = fields.Char("Filter", default="[]")
    reason = fields.Text(
        translate=True, help="Told to the customers in the announcement."
    )
    line_ids = fields.One2many(
        "subscription.price.change.line", "change_id", readonly=True
    )
    is_stale = fields.Boolean(readonly=True, copy=False)
    is_past = fields.Boolean(compute="_compute_is_past")
    contract_count = fields.Integer("Changed Contracts", compute="_compute_counts")
    affected_count = fields.Integer("Changed Lines", compute="_compute_counts")
    skipped_count = fields.Integer("Left Out", compute="_compute_counts")
    refused_count = fields.Integer("Refused", compute="_compute_counts")
    effect_text = fields.Char("Monthly Effect", compute="_compute_counts")

    @api.depends("date", "company_id")
    def _compute_is_past(self):
        for change in self:
            change.is_past = bool(change.date) and change.date < change._get_today()

    @api.depends("line_ids.method", "line_ids.amount_monthly")
    def _compute_counts(self):
        for change in self:
            by_method = change.line_ids.grouped("method")
            nothing = change.line_ids.browse()
            changed = change.line_ids.filtered(lambda row: row._is_change())
            change.contract_count = len(changed.contract_id)
            change.affected_count = len(changed)
            change.skipped_count = len(by_method.get("skip", nothing))
            change.refused_count = len(by_method.get("error", nothing))
            change.effect_text = changed._get_effect_text()

    @api.constrains("percent", "amount", "rounding_step")
    def _check_numbers(self):
        low, high = PERCENT_RANGE
        for change in self:
            for name, least, most in (
                ("percent", low, high),
                ("amount", -MAX_AMOUNT, MAX_AMOUNT),
                ("rounding_step", 0, MAX_AMOUNT),
            ):
                value = change[name]
                if not math.isfinite(value) or not least <= value <= most:
                    raise ValidationError(
                        self.env._(
                            "Price change %(change)s: %(field)s must lie between "
                            "%(least)s and %(most)s, it is %(value)s.",
                            change=change.name,
                            field=change._fields[name]._description_string(self.env),
                            least=least,
                            most=most,
                            value=value,
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                sequence = self.env["ir.sequence"].with_company(company)
                vals["name"] = sequence.next_by_code("subscription.price.change")
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        self._check_open()

    def action_preview(self):
        """Show who is affected, with old and new price."""
        self.check_access("write")
        for change in self:
            change._check_open()
            change._set_rows(change._prepare_rows())

    def action_view_contracts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_contract_action"
        )
        changed = self.line_ids.filtered(lambda row: row._is_change())
        action["domain"] = [("id", "in", changed.contract_id.ids)]
        action["context"] = {"create": False}
        return action

    def _set_rows(self, rows):
        self.line_ids.sudo().unlink()
        self.env["subscription.price.change.line"].sudo().create(rows)
        self.sudo().is_stale = False

    def _get_today(self):
        """The billing date in the company's time zone (T3)."""
        tz = self.company_id.partner_id.tz or "UTC"
        return self.env["subscription.billing.run"]._get_billing_date(tz)

    def _as_adjustment(self):
        """Percent, amount and rounding as the engine's value."""
        self.ensure_one()
        by_percent = self.mode == "percent"
        return Adjustment(
            percent=to_decimal(self.percent if by_percent else 0),
            amount=to_decimal(0 if by_percent else self.amount),
            step=to_decimal(self.rounding_step) if self.rounding_step else None,
        )
