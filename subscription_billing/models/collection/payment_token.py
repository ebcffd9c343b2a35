from odoo import api, fields, models
from odoo.tools import format_date

from ..dates import Day
from ..failures import explain
from ..private_context import Private
from ..sentences import said


class PaymentToken(models.Model):
    """A saved card or account, and whether contracts may be charged by it."""

    _inherit = "payment.token"

    subscription_expiry_date = Day(
        "Expires On", help="Last day on which it can be charged; empty = not known."
    )
    subscription_is_refused = fields.Boolean(
        "Refused",
        readonly=True,
        help="Contracts are not charged by it any more: it was refused for good, or "
        "the customer has saved another one after it had failed.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        tokens = super().create(vals_list)
        tokens.sudo()._replace_failed()
        return tokens

    def _replace_failed(self):
        """A new one takes the place of those that failed, and is charged at once."""
        for token in self:
            contracts = token._get_family_contracts()
            moves = contracts._get_open_moves(token.company_id)
            failed = moves.subscription_attempt_ids.filtered(
                lambda attempt: attempt.state == "failed"
            )
            (failed.token_id - token).subscription_is_refused = True
            contracts._regain_payment_method()
            contracts._go_on_after_trial()
            moves._schedule_again(token)

    def _get_family_contracts(self):
        """Running contracts of whom the token belongs to, and their colleagues."""
        self.ensure_one()
        return self.env["subscription.contract"].search(
            [
                (
                    "commercial_partner_id",
                    "=",
                    self.partner_id.commercial_partner_id.id,
                ),
                ("company_id", "child_of", self.company_id.id),
                ("state", "!=", "draft"),
            ]
        )

    def _is_chargeable(self, company, currency, day):
        """Whether invoices of a company may be charged by it on ``day``."""
        self.ensure_one()
        provider = self.provider_id
        return bool(
            self.active
            and not self.subscription_is_refused
            and provider.state != "disabled"
            and not provider.capture_manually
            and self.company_id in company.parent_ids
            and (
                not provider.available_currency_ids
                or currency in provider.available_currency_ids
            )
            and not (
                self.subscription_expiry_date and self.subscription_expiry_date < day
            )
        )

    def _refuse(self, message):
        """It is not charged any more; contracts that have no other one are flagged, as
        their customers are told of the payment that failed."""
        for token in self:
            contracts = token._get_family_contracts()
            charged = contracts._get_charged_by(token)
            token.subscription_is_refused = True
            charged.filtered(
                lambda it: not it.is_payment_method_missing
                and not it._get_current_token()
            )._flag_payment_method(message)

    def _handle_archiving(self):
        """Contracts that have no other one are flagged, and their customers asked."""
        result = super()._handle_archiving()
        contracts = self.env["subscription.contract"]
        for token in self:
            contracts |= token._get_family_contracts()._get_charged_by(token)
        # They are still active.
        contracts.with_context(
            subscription_lost_token_ids=Private(self.ids)
        )._lose_token(said(self.env)._("The payment method was removed."))
        return result

    def _watch_expiry(self, company, day):
        """Tell the customers whose only payment method expires; flag the contracts of
        one that has expired."""
        for token in self:
            contracts = token._get_family_contracts().filtered(
                lambda it: it.company_id == company
            )
            expiry = token.subscription_expiry_date
            if expiry < day:
                expired = contracts.filtered(
                    lambda it: not it.is_payment_method_missing
                )
                expired._get_charged_by(token, expiry)._expire_token(token, day)
                continue
            notice = company._get_expiry_notice(expiry, day)
            if notice:
                contracts._get_charged_by(token)._send_notice(
                    "payment_method_expiring", token=token, day=expiry, date=notice
                )

    def _note_not_watched(self, error):
        contracts = self._get_family_contracts()
        what = self.env._("Expiry of %s", self.display_name)
        text = f"{what}: {explain(self.env, error, what)}"
        contracts[:1]._schedule_money_activity(text)

    def get_linked_records_info(self):
        """The portal warns before one that contracts are charged by is deleted."""
        info = super().get_linked_records_info()
        for contract in self._get_family_contracts()._get_charged_by(self):
            info.append(
                {
                    "description": self.env._("Subscription Contract"),
                    "id": contract.id,
                    "name": contract.name,
                    "url": "",
                }
            )
        return info

    def _get_label(self):
        """How customers recognise it, e.g. "•••• 1234 (12/31/2026)"."""
        self.ensure_one()
        expiry = self.subscription_expiry_date
        if not expiry:
            return self.display_name
        return f"{self.display_name} ({format_date(self.env, expiry)})"
