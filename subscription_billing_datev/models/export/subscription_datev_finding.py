from odoo import fields, models

from odoo.addons.subscription_billing.models.sentences import Sentences

SEVERITIES = [("error", "Error"), ("warning", "Warning"), ("info", "Note")]


class SubscriptionDatevFinding(models.Model):
    """What the check of an export found, with the record it is about."""

    _name = "subscription.datev.finding"
    _description = "Finding of a DATEV Export"
    _order = "id"

    export_id = fields.Many2one(
        "subscription.datev.export", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="export_id.company_id", store=True)
    severity = fields.Selection(SEVERITIES, required=True)
    name = Sentences("Finding", required=True)
    res_model = fields.Char("Model")
    res_id = fields.Many2oneReference("Record", model_field="res_model")

    def action_open(self):
        """The record the finding is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
            "target": "current",
        }
