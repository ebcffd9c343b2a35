import base64

from odoo import fields, models
from odoo.exceptions import AccessError


class SubscriptionReturnImport(models.TransientModel):
    """Take up a file of the bank with rejected and returned debits."""

    _name = "subscription.return.import"
    _description = "Import a Bank File"

    file = fields.Binary("Bank File", required=True, attachment=False)
    filename = fields.Char()
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )

    def action_import(self):
        self.ensure_one()
        files = self.env["subscription.return.file"].with_company(self.company_id)
        files.check_access("create")
        if self.company_id not in self.env.user.company_ids:
            raise AccessError(
                self.env._(
                    "%(user)s does not work for %(company)s.",
                    user=self.env.user.name,
                    company=self.company_id.sudo().name,
                )
            )
        content = base64.b64decode(self.file)
        name = self.filename or self.env._("Bank file")
        file = files.sudo()._read(name, content, self.company_id)
        return {
            "type": "ir.actions.act_window",
            "res_model": file._name,
            "res_id": file.id,
            "views": [(False, "form")],
        }
