import logging

from odoo import api, fields, models
from odoo.tools import plaintext2html

from ...engine.money import to_decimal
from ..failures import isolate
from ..numbers import Number
from ..sentences import invalid, said

BASES = [
    ("quota", "Share of the free quantity (%)"),
    ("amount", "Cost so far"),
    ("quantity", "Quantity used"),
]
_logger = logging.getLogger(__name__)
BATCH_SIZE = 100


class SubscriptionUsageAlert(models.Model):
    """When to tell that a contract has used much of a metered component."""

    _name = "subscription.usage.alert"
    _description = "Subscription Usage Alert"
    _order = "component_id, basis, threshold, id"
    _check_company_auto = True

    component_id = fields.Many2one(
        "subscription.component", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="component_id.company_id", store=True, index=True
    )
    active = fields.Boolean(default=True)
    basis = fields.Selection(
        BASES,
        "Alert On",
        default="quota",
        required=True,
        help="Cost so far: in the contract's currency, before discounts and taxes.",
    )
    threshold = Number(
        "From",
        digits=(24, 8),
        required=True,
        default=80.0,
        help="The alert goes out once per period as soon as this is reached.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        "Mail to Customer",
        domain=[("model", "=", "subscription.usage.notice")],
        ondelete="set null",
        help="Leave empty to send no mail to the customer.",
    )
    has_activity = fields.Boolean(
        "Activity",
        default=True,
        help="An activity for the person responsible for the contract.",
    )
    notice_ids = fields.One2many("subscription.usage.notice", "alert_id")
    _threshold_positive = models.Constraint(
        "CHECK (threshold > 0)",
        "A usage alert needs a threshold above zero.",
    )

    @api.constrains("component_id")
    def _check_component_metered(self):
        for alert in self:
            if alert.component_id.kind != "metered":
                raise invalid(self.env)._(
                    "Component %s is not metered: there is no usage to alert on.",
                    alert.component_id.display_name,
                )

    @api.constrains("mail_template_id")
    def _check_mail_template(self):
        for alert in self:
            model = alert.mail_template_id.model
            if model and model != "subscription.usage.notice":
                raise invalid(self.env)._(
                    "The mail template %s is not for usage notices. Choose or copy "
                    "one that is.",
                    alert.mail_template_id.display_name,
                )

    @api.depends("component_id", "basis", "threshold")
    def _compute_display_name(self):
        names = dict(self._fields["basis"]._description_selection(self.env))
        for alert in self:
            name, basis = alert.component_id.name, names.get(alert.basis)
            alert.display_name = f"{name}: {basis} ≥ {alert.threshold:.15g}"

    def _is_reached(self, priced, facts):
        """Whether what a line has used so far comes to the threshold.

        :param priced: ``engine.price.PricedAmount`` of the period so far
        :param facts: ``engine.charge.UsageFacts``
        """
        self.ensure_one()
        threshold = to_decimal(self.threshold)
        if self.basis == "amount":
            return priced.amount >= threshold
        if self.basis == "quantity":
            return facts.quantity >= threshold
        return facts.free > 0 and 100 * facts.quantity >= threshold * facts.free

    # ----------------------------------------------------------------------
    # Finding what to alert
    #
    # Looking for alerts whose threshold is reached, and sending them once.
    # ----------------------------------------------------------------------

    @api.model
    def _cron_check_alerts(self):
        """Check all alerts, each contract by the calendar of its time zone."""
        runs = self.env["subscription.billing.run"]
        contracts = self.env["subscription.contract"]
        for company in self.env["res.company"].search([]):
            domain = self._get_contract_domain(company)
            for (tz,) in contracts._read_group(domain, ["tz"]):
                scope = [*domain, ("tz", "=", tz)]
                self._check_committing(runs._get_billing_date(tz), company, scope)

    def _get_contract_domain(self, company):
        return [
            ("company_id", "=", company.id),
            ("state", "in", ("trial", "active", "paused")),
            ("line_ids.component_id.usage_alert_ids", "!=", False),
        ]

    @api.model
    def _check_committing(self, day, company, scope):
        """Check contracts in batches, with a commit after each.

        :param list scope: domain on ``subscription.contract``
        """
        contracts = self.env["subscription.contract"].with_company(company)
        seen = [0]

        def claim():
            after = [*scope, ("id", ">", seen[-1])]
            return contracts.search(after, order="id", limit=BATCH_SIZE)

        def work(batch):
            self._check_isolated(day, batch)
            seen.append(batch[-1].id)

        runs = self.env["subscription.billing.run"]
        if not runs._commit_batches(claim, work):
            _logger.warning(
                "Usage alerts of %s: no time was left for contracts after %s",
                company.name,
                contracts.browse(seen[-1]).name,
            )

    def _check_isolated(self, day, contracts):
        """Check a batch without those that cannot be checked (X5)."""
        nothing = self.env["subscription.usage.notice"]
        notices = isolate(
            self.env,
            contracts,
            lambda part: self._check_alerts(day, part),
            lambda part, error: self._report_failure(part, error) or nothing,
        )
        return nothing.union(*notices)

    @api.model
    def _check_alerts(self, day, contracts):
        """Send what is reached on ``day`` and was not sent for its period yet.

        :param date day: inclusive; usage up to its end counts
        :param contracts: ``subscription.contract`` records
        :return: ``subscription.usage.notice`` records created
        """
        contracts = contracts.sudo()
        alerts = self.sudo().search(
            [("component_id", "in", contracts.line_ids.component_id.ids)]
        )
        by_component = alerts.grouped("component_id")
        alerted = contracts.filtered(
            lambda contract: contract.line_ids.component_id & alerts.component_id
        )
        vals_list = [
            self._prepare_notice(alert, *usage)
            for usage in alerted._get_usage_so_far(day)
            for alert in by_component.get(usage[0].component_id, ())
            if alert._is_reached(*usage[2:])
        ]
        notices = self.env["subscription.usage.notice"].sudo()._claim(vals_list)
        notices._deliver()
        return notices

    def _prepare_notice(self, alert, line, whole, priced, facts):
        rounding = line.contract_id._as_rounding()
        return {
            "alert_id": alert.id,
            "line_id": line.id,
            "contract_id": line.contract_id.id,
            "company_id": line.company_id.id,
            "date_start": whole.start,
            "date_end": whole.last_day,
            "quantity": facts.quantity,
            "quota": facts.free,
            "amount": rounding.round(priced.amount),
        }

    def _report_failure(self, contract, error):
        """One open activity, however often the check fails."""
        _logger.warning(
            "Usage alerts of %s failed: %s", contract.name, error, exc_info=error
        )
        user = contract._get_responsible()
        summary = self.with_context(lang=user.lang).env._("Usage alerts failed")
        xmlid = "mail.mail_activity_data_warning"
        is_open = contract.activity_search(
            [xmlid], additional_domain=[("summary", "=", summary)]
        )
        if is_open:
            return
        contract.activity_schedule(
            xmlid,
            summary=summary,
            note=plaintext2html(str(error)),
            user_id=user.id,
        )
        log = self.env["subscription.event"]
        message = said(self.env)._("Usage alerts failed: %s", error)
        log._log("usage_alert_failed", contract, message)
