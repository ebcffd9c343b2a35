from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    datev_consultant = fields.Integer(
        related="company_id.datev_consultant", readonly=False
    )
    datev_client = fields.Integer(related="company_id.datev_client", readonly=False)
    datev_account_length = fields.Integer(
        related="company_id.datev_account_length", readonly=False
    )
    datev_chart = fields.Selection(related="company_id.datev_chart", readonly=False)
    datev_initials = fields.Char(related="company_id.datev_initials", readonly=False)
    datev_is_locked = fields.Boolean(
        related="company_id.datev_is_locked", readonly=False
    )
    datev_key_padding = fields.Boolean(
        related="company_id.datev_key_padding", readonly=False
    )
    datev_with_service_date = fields.Boolean(
        related="company_id.datev_with_service_date", readonly=False
    )
    datev_with_reversal = fields.Boolean(
        related="company_id.datev_with_reversal", readonly=False
    )
    datev_text_invoice = fields.Char(
        related="company_id.datev_text_invoice", readonly=False
    )
    datev_text_refund = fields.Char(
        related="company_id.datev_text_refund", readonly=False
    )
    datev_text_payment = fields.Char(
        related="company_id.datev_text_payment", readonly=False
    )
    datev_cost_plan_id = fields.Many2one(
        related="company_id.datev_cost_plan_id", readonly=False
    )
    datev_cost_plan_2_id = fields.Many2one(
        related="company_id.datev_cost_plan_2_id", readonly=False
    )
