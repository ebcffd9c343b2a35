"""How the demo's customers pay: saved cards, SEPA debits, transfers.

Of 100 payments 8 fail or come back. The provider and the bank are simulated; all else
is what the scheduled action and the accountant do.
"""

from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from .dunning import Dunning
from .simulated_bank import BANK, camt, german_iban

CREDITOR = "DE98ZZZ09999999999"
FAILING = 0.08
REFUSALS = (
    "Insufficient funds",
    "Insufficient funds",
    "Do not honor",
    "Your card was reported stolen",
)
METHODS = ("card", "debit", "transfer")
RETRIES = (3, 7, 14)


class Collection:
    """The money of one company, month by month."""

    def __init__(self, env, window):
        self.env, self.window = env, window
        self.company = env.company
        self.tried = Counter()
        self.charged = Counter()
        self.method_of = {}

    # ------------------------------------------------------------------
    # Who pays how
    # ------------------------------------------------------------------

    def set_up(self, contracts):
        """Payment methods of the customers: of ten, four cards and three mandates."""
        env = self.env
        self.company.write(
            {
                "subscription_creditor_identifier": CREDITOR,
                "subscription_announcement_days": 2,
            }
        )
        self.bank = env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        self.bank.bank_account_id = env["res.partner.bank"].create(
            {"acc_number": BANK, "partner_id": self.company.partner_id.id}
        )
        self.dunning = Dunning(self)
        provider = self._create_provider()
        partners = contracts.partner_id.commercial_partner_id.sorted("id")
        for number, partner in enumerate(partners):
            place = number % 10
            is_euro = all(
                contract.currency_id.name == "EUR"
                for contract in contracts
                if contract.commercial_partner_id == partner
            )
            if place < 4:
                self._save_card(partner, provider, number)
            elif place < 7 and is_euro:
                self._sign_mandate(partner, number)
            else:
                self.method_of[partner.id] = "transfer"
        counts = Counter(self.method_of.values())
        told = ", ".join(f"{counts[name]} by {name}" for name in METHODS)
        print(f"{len(partners)} customers pay: {told}")

    def _create_provider(self):
        method = self.env.ref("payment.payment_method_card")
        provider = self.env["payment.provider"].create(
            {
                "name": "Simulated provider",
                "code": "none",
                "state": "test",
                "company_id": self.company.id,
                "payment_method_ids": [(6, 0, method.ids)],
                "allow_tokenization": True,
            }
        )
        method.write({"active": True, "support_tokenization": True})
        methods = self.env["account.payment.method"]
        self.env["account.payment.method.line"].create(
            {
                "payment_method_id": methods.create(
                    {"name": "Card", "code": "none", "payment_type": "inbound"}
                ).id,
                "journal_id": self.bank.id,
                "payment_provider_id": provider.id,
                "payment_account_id": self.company.transfer_account_id.id,
            }
        )
        provider.journal_id = self.bank
        return provider

    def _save_card(self, partner, provider, number):
        self.method_of[partner.id] = "card"
        self.env["payment.token"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": provider.payment_method_ids[:1].id,
                "payment_details": f"{4242 + number:04}",
                "partner_id": partner.id,
                "provider_ref": f"card-{number}",
                "subscription_expiry_date": self.window.today + timedelta(days=400),
            }
        )

    def _sign_mandate(self, partner, number):
        self.method_of[partner.id] = "debit"
        mandate = self.env["subscription.sepa.mandate"].create(
            {
                "partner_id": partner.id,
                "company_id": self.company.id,
                "iban": german_iban(number),
                "date_signed": self.window.first - timedelta(days=17),
                "place_signed": partner.city,
            }
        )
        mandate.action_activate()

    # ------------------------------------------------------------------
    # A month
    # ------------------------------------------------------------------

    def collect(self, day):
        """Collect what the run of ``day`` has billed, and all that follows."""
        with self._provider():
            with self.clock(day):
                self._run(day)
                self._send_debits(day)
            paid = self._after(day, 6)
            with self.clock(paid):
                self._run(paid)
                self._return_some(paid)
                self._transfer(paid)
            for later in RETRIES:
                retry = self._after(day, later)
                with self.clock(retry):
                    self._run(retry)
                    self._send_debits(retry)
            last = self._after(day, 24)
            with self.clock(last):
                self._run(last)
                self.dunning.pay_some(last)
        self.dunning.close_month(last)
        self.env.cr.commit()

    def collect_today(self):
        """What the last run has billed, as far as it is paid at once."""
        today = self.window.today
        self.dunning.leave_to_people()
        with self._provider(), self.clock(today):
            self._run(today)
            self._send_debits(today)
            self._transfer(today)
        self.env.cr.commit()

    def _after(self, day, days):
        """Some days later, if that is not still to come."""
        return min(day + timedelta(days=days), self.window.today)

    @contextmanager
    def clock(self, day):
        runs = type(self.env["subscription.billing.run"])
        with patch.object(runs, "_get_billing_date", return_value=day):
            yield

    @contextmanager
    def _provider(self):
        transactions = type(self.env["payment.transaction"])

        def answer(transaction):
            if self._fails("card"):
                number = self.tried["refusal"]
                self.tried["refusal"] += 1
                transaction._set_error(REFUSALS[number % len(REFUSALS)])
            else:
                self.charged[transaction.reference] += 1
                transaction._set_done()

        with patch.object(transactions, "_send_payment_request", answer):
            yield

    def _fails(self, method):
        """Whether the next payment of a kind fails: of 100 as many as are said."""
        before = int(self.tried[method] * FAILING)
        self.tried[method] += 1
        return int(self.tried[method] * FAILING) > before

    def _run(self, day):
        self.env["subscription.collecting"]._collect(self.company, day)
        self.dunning.dun(day)

    def _send_debits(self, day):
        batch = self.env["subscription.debit.batch"].create(
            {"date_until": day, "journal_id": self.bank.id}
        )
        batch.action_propose()
        if not batch.line_ids:
            batch.unlink()
            return
        batch.action_announce()
        batch.action_confirm()
        batch.action_send()

    def _return_some(self, day):
        """A statement of the bank with some debits taken back."""
        lines = self.env["subscription.debit.line"].search(
            [("state", "=", "collected"), ("date", ">", day - timedelta(days=6))]
        )
        back = [line for line in lines if self._fails("debit")]
        if back:
            content = camt(back, day, self.tried["return"])
            self.tried["return"] += len(back)
            files = self.env["subscription.return.file"]
            files._read(f"camt.053 {day}.xml", content, self.company)

    def _transfer(self, day):
        """Who transfers does so, mostly."""
        moves = self.get_moves().filtered(
            lambda move: move.invoice_date >= day - timedelta(days=31)
            and self.method_of.get(move.commercial_partner_id.id) == "transfer"
            and not move._is_settled()
            and not self._fails("transfer")
        )
        register = self.env["account.payment.register"]
        for move in moves:
            wizard = register.with_context(
                active_model="account.move", active_ids=move.ids
            ).create({"payment_date": day, "journal_id": self.bank.id})
            wizard._create_payments()

    def get_moves(self):
        """Invoices of contracts."""
        return self.env["account.move"].search(
            [
                ("company_id", "=", self.company.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("subscription_run_id", "!=", False),
            ]
        )
