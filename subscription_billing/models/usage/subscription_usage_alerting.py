import logging

from odoo import api, models

from ..billing.subscription_invoicing import RETRYABLE

_logger = logging.getLogger(__name__)

BATCH_SIZE = 100


class SubscriptionUsageAlert(models.Model):
    """Looking for alerts whose threshold is reached, and sending them once."""

    _inherit = "subscription.usage.alert"

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
        """Check a batch; where that fails, each contract alone (X5)."""
        try:
            with self.env.cr.savepoint():
                return self._check_alerts(day, contracts)
        except RETRYABLE:
            raise
        except Exception as error:
            if len(contracts) == 1:
                self._report_failure(contracts, error)
                return self.env["subscription.usage.notice"]
        notices = [self._check_isolated(day, contract) for contract in contracts]
        return self.env["subscription.usage.notice"].union(*notices)

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
        summary = self.env._("Usage alerts failed")
        xmlid = "mail.mail_activity_data_warning"
        is_open = contract.activity_search(
            [xmlid], additional_domain=[("summary", "=", summary)]
        )
        if is_open:
            return
        contract.activity_schedule(
            xmlid,
            summary=summary,
            note=str(error),
            user_id=(contract.user_id or self.env.user).id,
        )
        log = self.env["subscription.event"]
        log._log("usage_alert_failed", contract, f"{summary}: {error}")
