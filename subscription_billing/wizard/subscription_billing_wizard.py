from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools.misc import format_date

from ..engine.charge import ChargeKind
from ..models.billing.subscription_contract import MAX_CONTRACTS_AT_ONCE
from ..models.dates import Day
from ..models.failures import explain, isolate
from ..models.sentences import refusal

MAX_PREVIEW_CONTRACTS = 80
# Who types 2062 for 2026 is asked.
MONTHS_AHEAD = 13


class SubscriptionBillingWizard(models.TransientModel):
    """Bill up to a date, by hand, with a look at what is due first."""

    _name = "subscription.billing.wizard"
    _inherit = ["subscription.dialog.mixin"]
    _check_company_auto = True
    _description = "Bill up to a Date"

    date = Day(
        "Bill up to",
        required=True,
        default=lambda self: self._default_date(),
        help="Everything due up to this day is billed; it is also the invoice date.",
    )
    is_far = fields.Boolean(compute="_compute_is_far")
    is_far_confirmed = fields.Boolean("Bill That Far Ahead")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    contract_ids = fields.Many2many(
        "subscription.contract",
        string="Contracts",
        default=lambda self: self._default_contract_ids(),
        help="Leave empty to bill all contracts that are due.",
        check_company=True,
    )
    line_ids = fields.One2many(
        "subscription.billing.wizard.line", "wizard_id", compute="_compute_preview"
    )
    contract_count = fields.Integer(compute="_compute_preview")
    has_more = fields.Boolean(compute="_compute_preview")
    error_text = fields.Text(compute="_compute_preview")

    def _default_date(self):
        tz = self.env.company.partner_id.tz or self.env.user.tz or "UTC"
        return self.env["subscription.billing.run"]._get_billing_date(tz)

    def _default_contract_ids(self):
        if self.env.context.get("active_model") == "subscription.contract":
            return self.env.context.get("active_ids")
        return False

    @api.depends("date")
    def _compute_is_far(self):
        horizon = self._default_date() + relativedelta(months=MONTHS_AHEAD)
        for wizard in self:
            wizard.is_far = bool(wizard.date) and wizard.date > horizon

    @api.depends("date", "company_id", "contract_ids", "is_far_confirmed")
    def _compute_preview(self):
        for wizard in self:
            is_asked = wizard.is_far and not wizard.is_far_confirmed
            is_looked_at = wizard.date and not is_asked
            due = wizard._get_due_contracts() if is_looked_at else None
            if not due:
                wizard.line_ids = [Command.clear()]
                wizard.contract_count = 0
                wizard.has_more = wizard.error_text = False
                continue
            rows, errors = wizard._plan_preview(due[:MAX_PREVIEW_CONTRACTS])
            wizard.line_ids = [Command.clear(), *map(Command.create, rows)]
            wizard.contract_count = len(due)
            wizard.has_more = len(due) > MAX_PREVIEW_CONTRACTS
            wizard.error_text = "\n".join(errors) or False

    def _get_due_contracts(self):
        self.ensure_one()
        contracts = self.env["subscription.contract"]
        return contracts.search(
            self._get_scope() + contracts._get_due_domain(self.date)
        )

    def _get_scope(self):
        scope = [("company_id", "=", self.company_id.id)]
        if self.contract_ids:
            scope.append(("id", "in", self.contract_ids.ids))
        return scope

    def _plan_preview(self, contracts):
        """What a run would charge; writes nothing."""
        rows, errors = [], []

        def report(contract, error):
            reason = explain(self.env, error, contract.name)
            errors.append(f"{contract.display_name}: {reason}")
            return {}

        planning = self.env["subscription.planning"]
        planned = isolate(
            self.env, contracts, lambda part: planning._plan(part, self.date), report
        )
        # Journals, accounts and taxes are not the reader's to open.
        check = self.env["subscription.billing.check"].sudo()
        for contract, plan in (item for plans in planned for item in plans.items()):
            due = plan.credits + plan.charges
            rows += [self._prepare_preview(contract, charge) for charge in due]
            for problem in check._get_problems(contract.sudo(), plan, self.date):
                errors.append(f"{contract.display_name}: {problem}")
        return rows, errors

    def _prepare_preview(self, contract, charge):
        line = self.env["subscription.contract.line"].browse(charge.item_key)
        return {
            "contract_id": contract.id,
            "partner_id": contract.partner_id.id,
            "name": line.name,
            "kind": "credit" if charge.kind == ChargeKind.CREDIT else "fee",
            "date_start": charge.period.start,
            "date_end": charge.period.last_day,
            "amount": float(charge.amount),
            "currency_id": contract.currency_id.id,
        }

    def action_bill(self):
        """Bill now, or leave a large run to the scheduled action."""
        self.ensure_one()
        if self.is_far and not self.is_far_confirmed:
            raise refusal(self.env)._(
                "%(day)s is more than %(months)s months ahead. Confirm that you "
                "want to bill that far.",
                day=format_date(self.env, self.date),
                months=MONTHS_AHEAD,
            )
        due = self._get_due_contracts()
        if not due:
            raise refusal(self.env)._(
                "Nothing is due up to %s.", format_date(self.env, self.date)
            )
        if len(due) > MAX_CONTRACTS_AT_ONCE:
            raise refusal(self.env)._(
                "%(count)s contracts are due, more than the %(limit)s that can be "
                "billed while you wait. Select fewer, or let the scheduled action "
                "bill them.",
                count=len(due),
                limit=MAX_CONTRACTS_AT_ONCE,
            )
        due._lock_or_refuse()
        run = (
            self.env["subscription.billing.run"]
            .sudo()
            .create(
                {
                    "company_id": self.company_id.id,
                    "date": self.date,
                    "contract_ids": [Command.set(self.contract_ids.ids)],
                }
            )
        )
        run._process(self._get_scope())
        return {
            "type": "ir.actions.act_window",
            "res_model": "subscription.billing.run",
            "res_id": run.id,
            "views": [(False, "form")],
        }


class SubscriptionBillingWizardLine(models.TransientModel):
    """One charge a run would make."""

    _name = "subscription.billing.wizard.line"
    _description = "Billing Preview Line"

    wizard_id = fields.Many2one("subscription.billing.wizard", ondelete="cascade")
    contract_id = fields.Many2one("subscription.contract", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    name = fields.Char("Item", readonly=True)
    kind = fields.Selection(
        [("fee", "Fee"), ("credit", "Credit")], readonly=True, default="fee"
    )
    date_start = fields.Date("From", readonly=True)
    date_end = fields.Date("To", readonly=True)
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
