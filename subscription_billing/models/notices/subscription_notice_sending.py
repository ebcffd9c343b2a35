import logging

from odoo import models
from odoo.tools import frozendict

from ..billing.subscription_invoicing import RETRYABLE

_logger = logging.getLogger(__name__)

# Set by who does something that is no news to the customer: a preview, an import.
SILENT = ("subscription_preview", "subscription_import", "subscription_silent")
NOT_SENT = "subscription_billing.mail_activity_type_notice_not_sent"


class SubscriptionContract(models.Model):
    """E-mails to the customers: through Odoo's queue, one per contract, in the language
    of its customer and its chatter."""

    _inherit = "subscription.contract"

    def _send_notice(self, code, **facts):
        """Queue an e-mail for each contract, unless the company does not send it.

        What happened to the contracts stands, even if a template fails.

        :param str code: one of ``NOTICES``
        :param facts: as in ``_get_notice_facts``, the same for all contracts; with
            ``date`` the same e-mail is sent once per contract and date
        :return: the mails queued, as superuser
        """
        mails = self.env["mail.mail"].sudo()
        if any(self.env.context.get(name) for name in SILENT):
            return mails
        told = self.sudo().filtered(lambda contract: contract.state != "draft")
        for company, contracts in told.grouped("company_id").items():
            template = self.env["subscription.notice"]._get_template(company, code)
            if not template:
                continue
            contracts = contracts._get_untold(code, facts.get("date"))
            lost = contracts.filtered(lambda contract: not contract.partner_id.email)
            lost._ask_to_tell(
                self.env._(
                    "No e-mail address, not sent: %s", self._get_notice_label(code)
                )
            )
            mails += (contracts - lost)._queue_isolated(template, code, facts)
        return mails

    def _get_untold(self, code, day):
        """Without those that were told the same about the same day."""
        if not day:
            return self
        told = (
            self.env["subscription.event"]
            .sudo()
            .search_fetch(
                [
                    ("contract_id", "in", self.ids),
                    ("notice_code", "=", code),
                    ("date_effective", "=", day),
                ],
                ["contract_id"],
            )
        )
        return self - told.contract_id

    def _get_notice_label(self, code):
        codes = self.env["subscription.notice"]._fields["code"]
        return dict(codes._description_selection(self.env))[code]

    def _queue_isolated(self, template, code, facts):
        """Queue for all; where that fails, for each contract alone (X5)."""
        try:
            with self.env.cr.savepoint():
                return self._queue_notice(template, code, facts)
        except RETRYABLE:
            raise
        except Exception as error:
            if len(self) == 1:
                self._report_unsent(code, error)
                return self.env["mail.mail"].sudo()
        mails = self.env["mail.mail"].sudo()
        for contract in self:
            mails += contract._queue_isolated(template, code, facts)
        return mails

    def _queue_notice(self, template, code, facts):
        # For all at once: templates come to them one by one.
        self.line_ids.mapped("amount")
        mails = template.with_context(
            subscription_notice=frozendict(facts)
        ).send_mail_batch(self.ids, email_values={"auto_delete": False})
        self.env["subscription.event"]._log(
            "notice_sent",
            self,
            self._get_notice_label(code),
            notice_code=code,
            date_effective=facts.get("date") or facts.get("day"),
        )
        return mails

    def _report_unsent(self, code, error):
        label = self._get_notice_label(code)
        _logger.warning(
            "%s: e-mail %s failed: %s", self.name, code, error, exc_info=error
        )
        message = self.env._(
            "%(notice)s could not be written: %(error)s", notice=label, error=error
        )
        self.env["subscription.event"]._log("notice_failed", self, message)
        self._ask_to_tell(self.env._("Template fails, not sent: %s", label))

    def _ask_to_tell(self, summary):
        """One open activity per contract, however many e-mails it would be."""
        if not self:
            return
        type_ = self.env.ref(NOT_SENT)
        activities = self.env["mail.activity"].sudo()
        asked = activities.search_fetch(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", type_.id),
            ],
            ["res_id"],
        ).mapped("res_id")
        vals = {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "activity_type_id": type_.id,
            "summary": summary,
        }
        activities.with_context(mail_activity_quick_update=True).create(
            [
                {
                    **vals,
                    "res_id": contract.id,
                    "user_id": (contract.user_id or self.env.user).id,
                }
                for contract in self
                if contract.id not in asked
            ]
        )
