from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..contracts.subscription_agreed_terms_mixin import SNAPSHOT_FIELDS

# What the new customer takes over; taxes, terms and addresses are his own.
TAKEN_OVER = (
    "variant_id",
    "company_id",
    "currency_id",
    "user_id",
    "tz",
    "date_end",
)


class SubscriptionChange(models.Model):
    """Another customer takes the contract over. What was paid ahead is given back to
    the one who paid it; a new contract goes on with the same lines, prices, periods and
    term. Discounts are a matter between the company and the old customer, and end."""

    _inherit = "subscription.change"

    partner_new_id = fields.Many2one(
        "res.partner", "New Customer", ondelete="restrict", check_company=True
    )

    def _check_transfer(self, day):
        contract = self.contract_id
        if not self.partner_new_id or self.partner_new_id == contract.partner_id:
            raise UserError(
                self.env._(
                    "Contract %(contract)s: choose another customer than %(customer)s.",
                    contract=contract.display_name,
                    customer=contract.partner_id.display_name,
                )
            )
        if day <= contract.date_start:
            raise UserError(
                self.env._(
                    "Contract %(contract)s can be taken over from %(day)s on, the day "
                    "after its start. Before that, make a new contract.",
                    contract=contract.display_name,
                    day=fields.Date.add(contract.date_start, days=1),
                )
            )
        if contract.state == "paused":
            raise UserError(
                self.env._(
                    "Contract %s is paused. Resume it before it is taken over.",
                    contract.display_name,
                )
            )
        self._check_nothing_later(day)

    def _apply_transfer(self, day, today):
        contract = self.contract_id
        self.ending_before = contract._get_ending()
        successor = self._create_successor(day)
        reason = self.env.ref("subscription_billing.subscription_end_reason_transfer")
        contract._get_applying().write(
            {
                "date_end": fields.Date.subtract(day, days=1),
                "end_method": "extraordinary",
                "end_reason_id": reason.id,
                "end_note": successor.name,
            }
        )
        self.env["subscription.event"]._log(
            "transferred",
            successor,
            self.env._("Taken over from %s", contract.partner_id.display_name),
            date_effective=day,
            change_id=self.id,
        )
        successor._refresh_next_billing()
        successor._reach(today)

    def _create_successor(self, day):
        contract = self.contract_id
        lines = contract.line_ids.filtered(
            lambda line: line._is_recurring() and line._is_valid_on(day)
        )
        vals = {name: contract[name] for name in (*TAKEN_OVER, *SNAPSHOT_FIELDS)}
        successor = contract._get_applying().create(
            {
                **contract._convert_to_write(vals),
                "partner_id": self.partner_new_id.id,
                "predecessor_id": contract.id,
                "date_start": day,
                "trial_count": 0,
                "date_anchor": contract.date_anchor or contract._get_paid_start(),
                "date_term_start": contract._get_term_start(),
                "line_ids": [
                    Command.create({**line.copy_data()[0], "date_start": day})
                    for line in lines._get_applying()
                ],
            }
        )
        if contract.state == "trial":
            successor.date_trial_end = contract.date_trial_end
        successor._update_state(contract.state, self.env._("Taken over"))
        # A draft takes the prices of today; what was agreed goes on (C6).
        for line, new in zip(lines, successor.line_ids.sorted("id"), strict=True):
            anchor = line.date_anchor or contract._get_paid_start()
            new.write({**line._prepare_agreed(), "date_anchor": anchor})
        return successor

    def _withdraw_transfer(self, day):
        """The new contract is not billed yet, so it may go."""
        contract = self.contract_id
        successor = contract.successor_ids.filtered(lambda it: it.date_start == day)
        successor.sudo().state = "draft"
        successor.sudo().unlink()
        contract._get_applying().write(self.ending_before)

    def _describe_transfer(self):
        return (
            self.contract_id.partner_id.display_name,
            self.partner_new_id.display_name,
        )


class SubscriptionContract(models.Model):
    """Contracts that were taken over, and those that took over."""

    _inherit = "subscription.contract"

    predecessor_id = fields.Many2one(
        "subscription.contract",
        "Taken Over From",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    successor_ids = fields.One2many(
        "subscription.contract", "predecessor_id", "Taken Over By"
    )
    successor_id = fields.Many2one(
        "subscription.contract", "Taken Over As", compute="_compute_successor_id"
    )

    @api.depends("successor_ids")
    def _compute_successor_id(self):
        for contract in self:
            contract.successor_id = contract.successor_ids[:1]
