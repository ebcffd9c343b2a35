from odoo import models

from ..numbers import Count, Number


class AccountJournal(models.Model):
    _inherit = "account.journal"

    subscription_debit_lead_days = Count(
        "Days Before a Debit",
        default=2,
        help="Working days of banks (TARGET) between handing over a file and the day "
        "of its debits.",
    )
    subscription_debit_cutoff = Number(
        "Hour of the Day",
        default=10.0,
        help="Files handed over later count as those of the next working day.",
    )
    _subscription_debit_lead_days_range = models.Constraint(
        "CHECK (subscription_debit_lead_days BETWEEN 0 AND 14)",
        "Files of debits are handed over at most 14 days ahead.",
    )
    _subscription_debit_cutoff_range = models.Constraint(
        "CHECK (subscription_debit_cutoff BETWEEN 0 AND 24)",
        "The hour of the day lies between 0 and 24.",
    )
