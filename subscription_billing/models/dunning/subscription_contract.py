from odoo import api, fields, models


class SubscriptionContract(models.Model):
    """How a contract is dunned, and how its customer stands."""

    _inherit = "subscription.contract"

    dunning_policy_id = fields.Many2one(
        "subscription.dunning.policy",
        "Dunning Policy",
        check_company=True,
        tracking=True,
        groups="account.group_account_invoice",
        help="Empty = that of the customer, else of the company.",
    )
    dunning_state = fields.Char(
        "Dunning", compute="_compute_dunning_state", compute_sudo=True
    )

    def _get_open_fields(self):
        return {
            **super()._get_open_fields(),
            "dunning_policy_id": "How open items are dunned from now on",
        }

    @api.depends("partner_id")
    def _compute_dunning_state(self):
        for company, contracts in self.grouped("company_id").items():
            debtors = contracts.commercial_partner_id
            states = debtors._get_dunning_states(company)
            for contract in contracts:
                contract.dunning_state = states.get(contract.commercial_partner_id, "")

    def action_view_dunning_cases(self):
        self.ensure_one()
        return self.partner_id.action_view_dunning_cases()
