from odoo import models

# Places in the text of a GiroCode, and how long they may be (EPC069-12, version 2).
NAME, AMOUNT, REMITTANCE = 5, 7, 10
NAME_LENGTH, REMITTANCE_LENGTH = 70, 140


class ResPartnerBank(models.Model):
    """GiroCodes that banking apps take: whole cents, and no text too long."""

    _inherit = "res.partner.bank"

    def _get_qr_vals(self, qr_method, amount, currency, *args, **kwargs):
        vals = super()._get_qr_vals(qr_method, amount, currency, *args, **kwargs)
        if qr_method == "sct_qr":
            vals[NAME] = vals[NAME][:NAME_LENGTH]
            vals[AMOUNT] = f"{currency.name}{amount:.2f}"
            vals[REMITTANCE] = vals[REMITTANCE][:REMITTANCE_LENGTH]
        return vals
