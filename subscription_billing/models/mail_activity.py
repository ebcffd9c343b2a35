from odoo import api, models

from .sentences import in_lang


class MailActivity(models.Model):
    """Whoever is asked to do something reads it in the own language, whoever's work it
    came from."""

    _inherit = "mail.activity"

    @api.model_create_multi
    def create(self, vals_list):
        users = self.env["res.users"]
        for vals in vals_list:
            lang = users.browse(vals.get("user_id") or self.env.uid).sudo().lang
            for name in vals.keys() & {"summary", "note"}:
                vals[name] = in_lang(vals[name], lang)
        return super().create(vals_list)
