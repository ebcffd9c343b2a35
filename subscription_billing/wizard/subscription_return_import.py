from odoo import fields, models


class SubscriptionReturnImport(models.TransientModel):
    """Take up a file of the bank with rejected and returned debits."""

    _name = "subscription.return.import"
    _description = "Import a Bank File"
    _inherit = ["subscription.file.import.mixin"]

    file = fields.Binary("Bank File", required=True, attachment=False)

    def action_import(self):
        self.ensure_one()
        files = self.env["subscription.return.file"].with_company(self.company_id)
        files.check_access("create")
        self._check_works_there()
        name = self.filename or self.env._("Bank file")
        file = files.sudo()._read(name, self._take_file(), self.company_id)
        return {
            "type": "ir.actions.act_window",
            "res_model": file._name,
            "res_id": file.id,
            "views": [(False, "form")],
        }
