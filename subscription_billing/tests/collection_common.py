from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from odoo.fields import Command

from odoo.addons.payment.models.payment_transaction import PaymentTransaction

from .common import SubscriptionCommon


class Provider:
    """A provider that is simulated, with its own record of what it was asked.

    ``answers`` are used up one by one; the last one stays. An answer is a word (done,
    pending, silent), another text (refused with that message) or an exception.
    """

    def __init__(self, *answers):
        self.answers = list(answers) or ["done"]
        self.calls = []
        self.charged = {}

    def answer(self, transaction):
        self.calls.append((transaction.reference, transaction.amount))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        if answer == "done":
            # The reference is the key: the same one is charged once.
            self.charged[transaction.reference] = transaction.amount
            transaction._set_done()
        elif answer == "pending":
            transaction._set_pending()
        elif answer != "silent":
            transaction._set_error(answer)


class CollectionCommon(SubscriptionCommon):
    """Verbs for stories about money; one provider without a module behind it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("account.group_account_manager")
        cls.customer.email = "ada@example.com"
        # No taxes: what is billed is what is collected.
        cls.product_a.taxes_id = False
        cls.method = cls.env.ref("payment.payment_method_unknown")
        cls.bank = cls.company_data["default_journal_bank"]
        cls.provider = cls._provider("Simulated", cls.company, cls.bank)
        cls.method.write({"active": True, "support_tokenization": True})

    @classmethod
    def _provider(cls, name, company, journal):
        provider = cls.env["payment.provider"].create(
            {
                "name": name,
                "code": "none",
                "state": "test",
                "company_id": company.id,
                "payment_method_ids": [Command.set(cls.method.ids)],
                "allow_tokenization": True,
            }
        )
        method = cls.env["account.payment.method"].sudo()
        method = method.search([("code", "=", "none")]) or method.create(
            {"name": "Simulated", "code": "none", "payment_type": "inbound"}
        )
        outstanding = journal.inbound_payment_method_line_ids[0].payment_account_id
        cls.env["account.payment.method.line"].create(
            {
                "payment_method_id": method.id,
                "journal_id": journal.id,
                "payment_provider_id": provider.id,
                "payment_account_id": outstanding.id
                or journal.company_id.transfer_account_id.id,
            }
        )
        provider.journal_id = journal
        return provider

    def priced(self, amount):
        """Lines of a contract that costs so much a month."""
        vals = {"has_price_override": True, "price_override": amount, "quantity": 1}
        return [Command.create({"component_id": self.base.id, **vals})]

    def token(self, details="1234", partner=None, provider=None, **vals):
        return self.env["payment.token"].create(
            {
                "provider_id": (provider or self.provider).id,
                "payment_method_id": self.method.id,
                "payment_details": details,
                "partner_id": (partner or self.customer).id,
                "provider_ref": f"ref {details}",
                **vals,
            }
        )

    @contextmanager
    def provider_answers(self, *answers):
        """Simulate the provider; yields its record."""
        provider = answers[0] if answers else Provider()
        if not isinstance(provider, Provider):
            provider = Provider(*answers)
        with patch.object(
            PaymentTransaction,
            "_send_payment_request",
            autospec=True,
            side_effect=provider.answer,
        ):
            yield provider

    def at(self, day):
        """The clock of all companies and contracts."""
        stack = ExitStack()
        runs = type(self.env["subscription.billing.run"])
        answer = self.day(day)
        stack.enter_context(
            patch.object(runs, "_get_billing_date", return_value=answer)
        )
        # The transaction of a test is not to be committed.
        crons = type(self.env["ir.cron"])
        stack.enter_context(patch.object(crons, "_commit_progress", return_value=60.0))
        return stack

    def collect(self, day, *answers):
        """Let the scheduled action collect on a day; returns the provider's record."""
        with self.at(day), self.provider_answers(*answers) as provider:
            self.env["subscription.collecting"]._cron_collect()
        self.env.invalidate_all()
        return provider

    def invoice(self, day="2026-01-01", contract=None, **vals):
        """The invoice of a new contract of 30.00 a month, or of a given one."""
        contract = contract or self.subscribe(day, **vals)
        return self.advance(day, contract).move_ids

    def assertAttempts(self, move, expected):
        """Attempts as (number, due, state), oldest first."""
        attempts = move.subscription_attempt_ids.sorted("id")
        actual = [(it.number, str(it.date), it.state) for it in attempts]
        self.assertEqual(actual, expected)

    def mails(self, code):
        """Days on which, and contracts to which, an e-mail of a code was sent."""
        return self.env["subscription.event"].search(
            [("type", "=", "notice_sent"), ("notice_code", "=", code)], order="id"
        )
