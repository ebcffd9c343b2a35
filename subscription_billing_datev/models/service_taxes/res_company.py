from odoo import fields, models


class ResCompany(models.Model):
    """Whether taxes of services are looked at before they are billed."""

    _inherit = "res.company"

    subscription_tax_check = fields.Selection(
        [
            ("stop", "Do not bill the contract"),
            ("warn", "Bill it, and note it in the process log"),
        ],
        "Wrong Taxes of Services",
        default="stop",
        help="A service with a fiscal position for goods, an account that stands for "
        "another tax, or a VAT number that is missing. Empty = not looked at.",
    )
