import base64
import hashlib

from odoo import api, fields, models

from ..models.sentences import denied, refusal
from ..models.texts import Label


class SubscriptionFileImportMixin(models.AbstractModel):
    """A file that somebody reads for a company he works for. What is imported is what
    was checked, byte for byte."""

    _name = "subscription.file.import.mixin"
    _inherit = ["subscription.dialog.mixin"]
    _description = "Import of a File"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    filename = Label()
    checksum = fields.Char(
        "SHA-256", readonly=True, help="Of the file as it was when it was checked."
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._decode(vals.get("file"))
        return super().create(vals_list)

    def write(self, vals):
        self._decode(vals.get("file"))
        return super().write(vals)

    def _decode(self, file):
        """
        :raise UserError: for what is not base64
        """
        try:
            return base64.b64decode(file or b"")
        except (ValueError, TypeError) as error:
            raise refusal(self.env)._(
                "The file did not arrive whole. Upload it again."
            ) from error

    def _check_file(self):
        """Content of the file, to be looked at; from now on it must stay as it is."""
        content = self._decode(self.file)
        self.checksum = hashlib.sha256(content).hexdigest()
        return content

    def _take_file(self):
        """Content of the file, to be imported.

        :raise UserError: if it is not the one that was checked
        """
        content = self._decode(self.file)
        if self.checksum and self.checksum != hashlib.sha256(content).hexdigest():
            raise refusal(self.env)._(
                "%s is not the file that was checked. Check it again.",
                self.filename or self.env._("The file"),
            )
        return content

    def _check_works_there(self):
        """
        :raise AccessError: for a company the user does not belong to
        """
        if self.company_id not in self.env.user.company_ids:
            raise denied(self.env)._(
                "%(user)s does not work for %(company)s.",
                user=self.env.user.name,
                company=self.company_id.sudo().name,
            )
