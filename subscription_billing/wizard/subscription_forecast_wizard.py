from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.dates import Day, as_last
from ..models.numbers import Count
from ..models.sentences import invalid, refusal

MAX_MONTHS = 36
# More than anybody reads, and as many as a request can store.
MAX_ROWS = 200_000


class SubscriptionForecastWizard(models.TransientModel):
    """Ask for a forecast, and keep its rows as long as they are looked at."""

    _name = "subscription.forecast.wizard"
    _inherit = ["subscription.dialog.mixin"]
    _check_company_auto = True
    _description = "Billing Forecast"

    scope = fields.Selection(
        [("selected", "Selected contracts"), ("company", "All of the company")],
        required=True,
        default=lambda self: "selected" if self._default_contract_ids() else "company",
    )
    contract_ids = fields.Many2many(
        "subscription.contract",
        string="Contracts",
        default=lambda self: self._default_contract_ids(),
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date = Day(
        "From",
        required=True,
        default=lambda self: self._default_date(),
        help="What is overdue on this day counts for it. Amounts in other currencies "
        "are converted at its rates.",
    )
    months = Count(required=True, default=12)
    date_until = fields.Date("Until", compute="_compute_date_until")
    is_held_included = fields.Boolean(
        "Contracts on Hold", help="Forecast them as if they were released today."
    )
    row_ids = fields.One2many("subscription.forecast.row", "wizard_id")

    def _default_contract_ids(self):
        if self.env.context.get("active_model") == "subscription.contract":
            return self.env.context.get("active_ids")
        return False

    def _default_date(self):
        tz = self.env.company.partner_id.tz or self.env.user.tz or "UTC"
        return self.env["subscription.billing.run"]._get_billing_date(tz)

    @api.depends("date", "months")
    def _compute_date_until(self):
        for wizard in self:
            is_valid = wizard.date and 1 <= wizard.months <= MAX_MONTHS
            wizard.date_until = is_valid and (
                as_last(wizard.date + relativedelta(months=wizard.months))
            )

    @api.constrains("months")
    def _check_months(self):
        for wizard in self:
            if not 1 <= wizard.months <= MAX_MONTHS:
                raise invalid(self.env)._(
                    "A forecast covers 1 to %(most)s months, not %(months)s.",
                    most=MAX_MONTHS,
                    months=wizard.months,
                )

    def action_forecast(self):
        """Make the rows anew and show them."""
        self.ensure_one()
        rows = self.env["subscription.forecast"]._get_rows(
            self._get_contracts(), self.date, self.date_until, self.is_held_included
        )
        self._check_count(rows)
        self.row_ids.unlink()
        self.env["subscription.forecast.row"].create(
            [{"wizard_id": self.id, **row} for row in rows]
        )
        return self._get_result_action(rows)

    def _get_contracts(self):
        contracts = self.contract_ids
        if self.scope == "company":
            domain = [("company_id", "=", self.company_id.id)]
            contracts = contracts.search([*domain, ("state", "!=", "draft")])
        if not contracts:
            raise UserError(
                self.env._("Select contracts to forecast.")
                if self.scope == "selected"
                else self.env._(
                    "%s has no running contract to forecast. Activate one first.",
                    self.company_id.display_name,
                )
            )
        drafts = contracts.filtered(lambda contract: contract.state == "draft")
        if drafts == contracts:
            raise refusal(self.env)._(
                "Contract %s is a draft and bills nothing. Activate it first.",
                drafts[0].display_name,
            )
        return contracts

    def _check_count(self, rows):
        if len(rows) > MAX_ROWS:
            raise refusal(self.env)._(
                "%(count)s charges lie ahead, more than the %(limit)s that can be "
                "shown. Choose fewer months or contracts.",
                count=len(rows),
                limit=MAX_ROWS,
            )

    def _get_result_action(self, rows):
        """The rows; before them, by name, what could not be forecast."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_forecast_row_action"
        )
        action["domain"] = [("wizard_id", "=", self.id)]
        notes = [row["note"] for row in rows if row["status"] == "problem"]
        if not notes:
            return action
        broken = self.row_ids.filtered(lambda row: row.status == "problem").contract_id
        message = self.env._(
            "%(contracts)s cannot be planned: %(notes)s",
            contracts=", ".join(broken.mapped("display_name")),
            notes="; ".join(notes),
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("Not in the forecast"),
                "message": message,
                "next": action,
            },
        }


class SubscriptionForecastRow(models.TransientModel):
    """One charge that a run would make."""

    _name = "subscription.forecast.row"
    _description = "Forecast Charge"
    _order = "date, contract_id, id"

    wizard_id = fields.Many2one(
        "subscription.forecast.wizard", index=True, ondelete="cascade", readonly=True
    )
    contract_id = fields.Many2one("subscription.contract", readonly=True)
    line_id = fields.Many2one("subscription.contract.line", "Item", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    plan_id = fields.Many2one("subscription.plan", readonly=True)
    component_id = fields.Many2one("subscription.component", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    kind = fields.Selection(
        [
            ("fee", "Fee"),
            ("usage", "Usage"),
            ("late", "Late usage"),
            ("credit", "Credit"),
        ],
        readonly=True,
    )
    status = fields.Selection(
        [
            ("planned", "Planned"),
            ("parked", "Billing failed"),
            ("held", "On hold"),
            ("problem", "Cannot be planned"),
        ],
        readonly=True,
        help="Where billing failed, the forecast begins with the next retry.",
    )
    date = fields.Date("Billed On", readonly=True)
    date_start = fields.Date("From", readonly=True)
    date_end = fields.Date("To", help="Last day, inclusive.", readonly=True)
    quantity = fields.Float(digits=(24, 8), readonly=True)
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_company = fields.Monetary(
        "Company Amount",
        currency_field="company_currency_id",
        readonly=True,
        help="At the exchange rates of the first day of the forecast.",
    )
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    note = fields.Char(readonly=True)
