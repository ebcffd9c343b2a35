import re

from odoo import api, fields, models


class SubscriptionCharge(models.Model):
    """Usage statements of a charge: buttons and file names."""

    _inherit = "subscription.charge"

    def action_print_usage_statement(self):
        """The statements of these charges in one PDF file."""
        return self.env.ref(
            "subscription_billing.report_usage_statement_action"
        ).report_action(self, config=False)

    def action_download_usage_statement(self):
        """All events of the charge and the arithmetic as CSV."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/subscription/statement/charge/{self.id}.csv",
            "target": "download",
        }

    def _get_statement_file_name(self):
        """Name of a file, without its ending."""
        self.ensure_one()
        parts = (self.move_id.name, self.contract_id.name, self.component_id.name)
        name = " ".join(part for part in parts if part)
        return _as_file_name(self.env._("Usage %s", f"{name} {self.date_start}"))


class SubscriptionContractLine(models.Model):
    """The same of a metered line so far."""

    _inherit = "subscription.contract.line"

    def action_print_usage_so_far(self):
        return self.env.ref(
            "subscription_billing.report_usage_so_far_action"
        ).report_action(self, config=False)

    def action_download_usage_so_far(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/subscription/statement/line/{self.id}.csv",
            "target": "download",
        }

    def _get_statement_file_name(self):
        self.ensure_one()
        name = f"{self.contract_id.name} {self.component_id.name}"
        return _as_file_name(self.env._("Usage so far %s", name))


class AccountMove(models.Model):
    """From an invoice to the usage it bills."""

    _inherit = "account.move"

    subscription_usage_charge_count = fields.Integer(
        "Usage Statements",
        compute="_compute_subscription_usage_charge_count",
        compute_sudo=True,
    )

    @api.depends("line_ids.subscription_charge_ids.is_void")
    def _compute_subscription_usage_charge_count(self):
        for move in self:
            move.subscription_usage_charge_count = len(move._get_usage_charges())

    def _get_usage_charges(self):
        return self._get_charges().filtered(
            lambda charge: charge.usage_to and not charge.is_void
        )

    def action_view_usage_statements(self):
        """The charges of usage on the invoice, each with its statement."""
        self.ensure_one()
        charges = self._get_usage_charges().sudo(False)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_charge_action"
        )
        action["name"] = self.env._("Usage Statements")
        action["domain"] = [("id", "in", charges.ids)]
        action["context"] = {"create": False}
        if len(charges) == 1:
            action["views"] = [(False, "form")]
            action["res_id"] = charges.id
        return action


def _as_file_name(text):
    """Without what file systems and headers do not take."""
    return re.sub(r"[^\w\s.-]+", "-", text).strip()
