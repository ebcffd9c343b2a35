import csv
from decimal import Decimal
from functools import cache

from odoo import fields, models
from odoo.tools.misc import file_open

from odoo.addons.subscription_billing.models.texts import Label

from ...engine.journal import Account

TABLE = "subscription_billing_datev/models/export/automatic_accounts.csv"


@cache
def read_automatic_accounts():
    """Percent by (chart, number) of the accounts whose tax DATEV fixes; None: any."""
    with file_open(TABLE, "r") as file:
        return {
            (row["chart"], row["account"]): Decimal(row["rate"])
            if row["rate"]
            else None
            for row in csv.DictReader(file, delimiter=";")
        }


class AccountAccount(models.Model):
    """An account as DATEV knows it: number, and whether its tax is fixed."""

    _inherit = "account.account"

    datev_number = Label(
        "DATEV Number",
        company_dependent=True,
        help="Empty = the code of the account. An outstanding account of payments is "
        "told here to be the bank account, or 1360.",
    )
    datev_automatic = fields.Selection(
        [("yes", "Automatic"), ("no", "Not automatic")],
        "DATEV Automatic Tax",
        company_dependent=True,
        help="Whether DATEV takes a tax out of each amount on the account by itself "
        "(Automatikkonto). Empty = as in DATEV's chart.",
    )

    def _get_datev_number(self, company):
        """The digits DATEV knows the account by, of the length the company has there;
        the code as it is where that cannot be said."""
        account, length = self.with_company(company), company.datev_account_length
        if account.datev_number:
            return account.datev_number
        code = account.code or ""
        while len(code) > length and code.endswith("0"):
            code = code[:-1]
        return code.ljust(length, "0")

    def _as_datev_account(self, company, liquidity):
        """The account as a value of the engine.

        :param liquidity: accounts of payments of the company
        """
        number = self._get_datev_number(company)
        table = read_automatic_accounts()
        key = (company.datev_chart, number[:4])
        override = self.with_company(company).datev_automatic
        is_automatic = override == "yes" or (
            override != "no" and key in table and not number[4:].strip("0")
        )
        rate = table.get(key)
        if override == "yes" and self.tax_ids:
            rate = Decimal(str(self.tax_ids[0].amount))
        kind = "liquidity" if self in liquidity else "ledger"
        return Account(number, kind, is_automatic, rate if is_automatic else None)
