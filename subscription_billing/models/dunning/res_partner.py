from odoo import fields, models

from ..failures import explain


class ResPartner(models.Model):
    """How a debtor is dunned, and how it stands."""

    _inherit = "res.partner"

    subscription_dunning_policy_id = fields.Many2one(
        "subscription.dunning.policy",
        "Dunning Policy",
        company_dependent=True,
        groups="account.group_account_invoice",
        help="Empty = that of the company.",
        check_company=True,
    )
    subscription_dunning_state = fields.Char(
        "Dunning", compute="_compute_subscription_dunning_state", compute_sudo=True
    )

    def _compute_subscription_dunning_state(self):
        states = self.commercial_partner_id._get_dunning_states(self.env.company)
        for partner in self:
            partner.subscription_dunning_state = states.get(
                partner.commercial_partner_id, ""
            )

    def _get_dunning_states(self, company):
        """In one word how debtors stand: the level, or what holds it.

        :return: dict commercial partner -> text; those nobody duns are not in it
        """
        cases = self.env["subscription.dunning.case"].search(
            [
                ("partner_id", "in", self.ids),
                ("company_id", "=", company.id),
                ("state", "!=", "closed"),
            ],
            order="id",
        )
        holds = self.env["subscription.dunning.hold"].search(
            [
                ("commercial_partner_id", "in", self.ids),
                ("company_id", "=", company.id),
                ("state", "=", "active"),
                ("move_id", "=", False),
            ],
            order="id",
        )
        states = dict(cases._fields["state"]._description_selection(self.env))
        result = {
            case.partner_id: states[case.state]
            if case.state == "handed_over"
            else case.level_id.name
            for case in cases
            if case.level_id
        }
        kinds = dict(holds._fields["kind"]._description_selection(self.env))
        result.update({it.commercial_partner_id: kinds[it.kind] for it in holds})
        return result

    def action_view_dunning_cases(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_dunning_case_action"
        )
        family = self.commercial_partner_id
        return {**action, "domain": [("partner_id", "=", family.id)], "context": {}}

    def _note_not_dunned(self, company, error):
        """Dunning a debtor has failed; its contracts' owner is told."""
        what = self.env._("Dunning of %s", self.display_name)
        text = f"{what}: {explain(self.env, error, what)}"
        contracts = self.env["subscription.contract"].search(
            [
                ("commercial_partner_id", "in", self.ids),
                ("company_id", "=", company.id),
            ],
            order="id",
            limit=1,
        )
        contracts._schedule_money_activity(text)
