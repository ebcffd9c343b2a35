from datetime import timedelta

from stdnum.eu import at_02

from odoo import api, fields, models

from ..numbers import Amount, Count
from ..sentences import invalid, refusal
from ..texts import Label

DAYS = ("subscription_retry_days", "subscription_expiry_notice_days")


class ResCompany(models.Model):
    """How a company gets its money."""

    _inherit = "res.company"

    subscription_collect_on = fields.Selection(
        [("invoice", "On the invoice date"), ("due", "On the due date")],
        "Charge Tokens",
        default="invoice",
        required=True,
    )
    subscription_retry_days = Label(
        "Retry Plan",
        default="0, 3, 7, 14",
        required=True,
        help="Days of the tries, counted from the first one.",
    )
    subscription_collect_minimum = Amount(
        "Collect From",
        currency_field="currency_id",
        help="What a customer owes in all is not collected while it is less; it goes "
        "along with the next invoice.",
    )
    subscription_expiry_notice_days = Label(
        "Notices of Expiry",
        default="60, 30, 7",
        help="Days before a card expires on which its customer is told; empty = never.",
    )
    subscription_expired_policy = fields.Selection(
        [
            ("notify", "Tell the staff"),
            ("ask", "Ask the customer for another one"),
            ("pause", "Pause the contract"),
            ("end", "End the contract by term and notice"),
        ],
        "Expired Cards",
        default="ask",
        required=True,
        help="What happens when the only payment method of a contract has expired.",
    )
    subscription_creditor_identifier = Label(
        "SEPA Creditor Identifier", help="Of the company, e.g. DE98ZZZ09999999999."
    )
    subscription_announcement_days = Count(
        "Announce Debits",
        default=14,
        help="So many days before a debit its debtor is told of amount and day; 14, "
        "unless fewer were agreed.",
    )
    subscription_debit_uses_first = fields.Boolean(
        "First Debits Marked",
        help="The first debit of a mandate is sent as FRST; banks have not asked for "
        "it since November 2016.",
    )
    subscription_return_fee_account_id = fields.Many2one(
        "account.account",
        "Fees of Returns",
        domain="[('account_type', 'in', ('expense', 'expense_other'))]",
        check_company=True,
        help="What a bank or a provider charges for a payment it takes back; empty = "
        "the account Odoo takes for bank fees.",
    )
    _subscription_collect_minimum_positive = models.Constraint(
        "CHECK (subscription_collect_minimum >= 0)",
        "The amount from which is collected must not be negative.",
    )

    _subscription_announcement_days_positive = models.Constraint(
        "CHECK (subscription_announcement_days >= 0)",
        "Days before a debit must not be negative.",
    )

    @api.constrains("subscription_creditor_identifier")
    def _check_identifier_valid(self):
        for company in self.filtered("subscription_creditor_identifier"):
            if not at_02.is_valid(company.subscription_creditor_identifier):
                raise invalid(self.env)._(
                    "%(company)s: “%(text)s” is no SEPA creditor identifier: its check "
                    "digits do not fit. In Germany it looks like DE98ZZZ09999999999.",
                    company=company.name,
                    text=company.subscription_creditor_identifier,
                )

    def write(self, vals):
        """Another identifier is told to the bank with the next debit of a mandate."""
        name = "subscription_creditor_identifier"
        if name in vals:
            mandates = self.env["subscription.sepa.mandate"].sudo()
            for company in self.filtered(
                lambda it: it[name] and it[name] != vals[name]
            ):
                mandates.search(
                    [
                        ("company_id", "=", company.id),
                        ("date_last_collection", "!=", False),
                        ("original_identifier", "=", False),
                    ]
                ).original_identifier = at_02.compact(company[name])
        return super().write(vals)

    def _check_creditor_identifier(self):
        self.ensure_one()
        if not self.subscription_creditor_identifier:
            raise refusal(self.env)._(
                "%s has no SEPA creditor identifier. Enter it in the settings of "
                "subscriptions; in Germany the Bundesbank gives it.",
                self.display_name,
            )

    @api.constrains(*DAYS)
    def _check_collection_days(self):
        for company in self:
            plan = company._get_days("subscription_retry_days")
            if not plan or plan[0] or plan != sorted(set(plan)):
                raise invalid(self.env)._(
                    "%(company)s: the retry plan “%(plan)s” must begin with 0 and "
                    "ascend, such as 0, 3, 7, 14.",
                    company=company.name,
                    plan=company.subscription_retry_days,
                )
            company._get_days("subscription_expiry_notice_days")

    def _get_days(self, name):
        """Days of a setting, whole numbers separated by commas.

        :raise ValidationError: if it is anything else
        """
        self.ensure_one()
        words = [word.strip() for word in (self[name] or "").split(",")]
        words = [word for word in words if word]
        if not all(word.isdecimal() and int(word) <= 365 for word in words):
            raise invalid(self.env)._(
                "%(company)s: “%(text)s” are no days. Enter whole numbers up to "
                "365, separated by commas.",
                company=self.name,
                text=self[name],
            )
        return [int(word) for word in words]

    def _is_worth_collecting(self, amount, currency, day):
        """Whether an amount, in ``currency``, is collected and dunned at all."""
        self.ensure_one()
        owed = currency._convert(amount, self.currency_id, self, day)
        minimum = self.subscription_collect_minimum
        return self.currency_id.compare_amounts(owed, minimum) >= 0

    def _get_collection_date(self):
        """Today by the company's clock (T3)."""
        self.ensure_one()
        runs = self.env["subscription.billing.run"]
        return runs._get_billing_date(self.partner_id.tz or "UTC")

    def _get_return_fee_account(self):
        self.ensure_one()
        charts = self.env["account.chart.template"].with_company(self)
        return (
            self.subscription_return_fee_account_id
            or charts._get_bank_fees_reco_account(self)
        )

    def _get_expiry_notice(self, expiry, day):
        """The latest day on which to tell of an expiry that ``day`` has reached; None
        if there is none yet, or it has expired."""
        self.ensure_one()
        days = [
            expiry - timedelta(days=ahead)
            for ahead in self._get_days("subscription_expiry_notice_days")
        ]
        if day > expiry:
            return None
        return max((it for it in days if it <= day), default=None)
