from odoo import api, fields, models
from odoo.exceptions import UserError

# Contracts written to by one press of the button; the next press takes the others.
LIMIT = 500


class SubscriptionPriceChangeAnnouncing(models.AbstractModel):
    """Letters about a price change: through Odoo's mail queue, one per contract, in
    its customer's language and its chatter. Not in the transaction that applies."""

    _name = "subscription.price.change.announcing"
    _description = "Announcement of Price Changes"

    template_id = fields.Many2one(
        "mail.template",
        "E-mail Template",
        default=lambda self: self._get_default_template(),
        domain=[("model", "=", "subscription.contract")],
        copy=True,
    )
    has_cancellation_note = fields.Boolean(
        "Offer to Cancel",
        help="The announcement says that the contract can be ended with effect from "
        "the date of the new prices.",
    )
    announced_count = fields.Integer("Announced", compute="_compute_announced")
    unannounced_count = fields.Integer("Not Announced", compute="_compute_announced")
    failed_count = fields.Integer("Not Delivered", compute="_compute_announced")

    def _get_default_template(self):
        return self.env.ref(
            "subscription_billing.mail_template_price_change", raise_if_not_found=False
        )

    @api.depends("line_ids.is_announced", "line_ids.mail_state", "line_ids.method")
    def _compute_announced(self):
        for change in self:
            rows = change.line_ids.filtered(lambda row: row._is_change())
            told = rows.filtered("is_announced")
            change.announced_count = len(told.contract_id)
            change.unannounced_count = len((rows - told).contract_id)
            failed = told.filtered(lambda row: row.mail_state == "exception")
            change.failed_count = len(failed.contract_id)

    def action_announce(self):
        """Queue the announcement for all contracts that have not got it yet."""
        self.ensure_one()
        self.check_access("write")
        rows = self.line_ids.filtered(
            lambda row: row._is_change() and not row.is_announced
        )
        contracts = rows.contract_id[:LIMIT]
        self._check_announceable(contracts)
        mails = self._queue_mails(contracts)
        by_contract = mails.grouped("res_id")
        for contract, group in rows.grouped("contract_id").items():
            if contract in contracts:
                mail = by_contract.get(contract.id, mails.browse())
                group.sudo().write({"is_announced": True, "mail_id": mail[:1].id})
        return self._notify_queued(len(contracts), len(rows.contract_id - contracts))

    def action_announce_again(self):
        """Have the next announcement go to everybody once more."""
        self.check_access("write")
        self.line_ids.sudo().write({"is_announced": False, "mail_id": False})

    def _check_announceable(self, contracts):
        if self.state not in ("applied", "done"):
            raise UserError(
                self.env._(
                    "Price change %s: apply it before it is announced.", self.name
                )
            )
        if not contracts:
            raise UserError(
                self.env._(
                    "Price change %s: every customer was written to. Use “Announce "
                    "Again” to repeat it.",
                    self.name,
                )
            )
        if not self.template_id:
            raise UserError(
                self.env._("Price change %s: choose an e-mail template.", self.name)
            )
        lost = contracts.filtered(lambda contract: not contract.partner_id.email)
        if lost:
            raise UserError(
                self.env._(
                    "These customers have no e-mail address: %s. Add it, or write to "
                    "them yourself.",
                    ", ".join(sorted(set(lost.partner_id.mapped("display_name")))[:20]),
                )
            )

    def _queue_mails(self, contracts):
        """One mail per contract, left to Odoo's queue; returned as superuser."""
        composer = self.env["mail.compose.message"].with_context(
            subscription_price_change=self.id
        )
        return composer.create(
            {
                "composition_mode": "mass_mail",
                "model": contracts._name,
                "res_ids": repr(contracts.ids),
                "template_id": self.template_id.id,
                "auto_delete": False,
                "force_send": False,
            }
        )._action_send_mail()[0]

    def _notify_queued(self, count, left):
        message = self.env._("%s announcements are in the mail queue.", count)
        if left:
            message += " " + self.env._("Press again for the other %s.", left)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
