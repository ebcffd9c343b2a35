"""Reads journal entries of a company as items of the engine, in batches.

Accounts, taxes, persons and cost centres are read once and kept.
"""

import uuid
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from ...engine.booking import BookingError
from ...engine.journal import Account, Item
from ...formats.extf import clean_cost, is_writable
from ...formats.extf_bookings import Voucher

LINE_FIELDS = [
    "move_id",
    "account_id",
    "partner_id",
    "currency_id",
    "balance",
    "amount_currency",
    "tax_ids",
    "tax_line_id",
    "display_type",
    "name",
    "analytic_distribution",
    "date_maturity",
    "subscription_contract_id",
    "subscription_date_end",
]
NO_ITEMS = ("line_section", "line_subsection", "line_note")
PERSONS = {"asset_receivable": "debtor", "liability_payable": "creditor"}
FACTS = {"fee": "40", "interest": "31"}
WHOLE = Decimal(100)


def dec(amount):
    """A float of the ORM as the cents it stands for."""
    return Decimal(str(round(amount, 2)))


class EntryReader:
    """:ivar partners: persons met so far, {(kind, number): partner}"""

    def __init__(self, company, with_documents):
        self.company = company
        self.env = company.env
        self.with_documents = with_documents
        self.liquidity = company._get_datev_liquidity()
        self.currency = company.currency_id.name
        self.partners = {}
        self.accounts, self.taxes, self.costs, self.currencies = {}, {}, {}, {}

    # ----------------------------------------------------------------------
    # Batches
    # ----------------------------------------------------------------------

    def read_entries(self, moves):
        """Yield (move, items, voucher) of each move; instead of items the
        ``BookingError`` that reading them led to."""
        lines = self.env["account.move.line"].search_read(
            [("move_id", "in", moves.ids), ("display_type", "not in", NO_ITEMS)],
            LINE_FIELDS,
            order="move_id, id",
            load=None,
        )
        by_move = defaultdict(list)
        for line in lines:
            by_move[line["move_id"]].append(line)
        self._assign_numbers(lines)
        cleared = self._read_cleared(moves, by_move)
        mandates = self._read_mandates(moves)
        for move in moves:
            own = by_move[move.id]
            try:
                items = self._get_items(move, own, cleared)
            except BookingError as error:
                items = error
            yield move, items, self._get_voucher(move, own, mandates.get(move.id, ""))

    def _assign_numbers(self, lines):
        """Give a number to those of a batch who are debtors or creditors at DATEV for
        the first time, all at once."""
        persons = defaultdict(set)
        for line in lines:
            if kind := self._person_kind(line["account_id"]):
                persons[kind].add(line["partner_id"])
        for kind, ids in persons.items():
            partners = self.env["res.partner"].browse(sorted(ids - {False}))
            partners.commercial_partner_id._assign_datev_numbers(kind, self.company)

    def _read_cleared(self, moves, by_move):
        """Parts of persons' items of payments and entries by the document they
        clear: {line id: [(document, balance, foreign)]}."""
        ids = [
            line["id"]
            for move in moves
            if not move.is_invoice(include_receipts=True)
            for line in by_move[move.id]
            if self._person_kind(line["account_id"])
        ]
        partials = self.env["account.partial.reconcile"].search(
            ["|", ("debit_move_id", "in", ids), ("credit_move_id", "in", ids)],
            order="id",
        )
        wanted, cleared = set(ids), defaultdict(lambda: defaultdict(list))
        for part in partials:
            for own, other, sign, foreign in (
                (part.debit_move_id, part.credit_move_id, 1, "debit_amount_currency"),
                (part.credit_move_id, part.debit_move_id, -1, "credit_amount_currency"),
            ):
                if own.id in wanted:
                    is_difference = self._is_exchange_difference(own.move_id)
                    document = self._get_document(
                        (own if is_difference else other).move_id
                    )
                    amounts = (sign * dec(part.amount), sign * dec(part[foreign]))
                    cleared[own.id][document].append(amounts)
        return {
            line_id: [
                (document, *map(sum, zip(*amounts, strict=True)))
                for document, amounts in parts.items()
            ]
            for line_id, parts in cleared.items()
        }

    def _read_mandates(self, moves):
        lines = self.env["subscription.debit.line"].sudo()
        found = lines.search([("move_id", "in", moves.ids)], order="id")
        return {line.move_id.id: line.mandate_id.name for line in found}

    # ----------------------------------------------------------------------
    # Items
    # ----------------------------------------------------------------------

    def _get_items(self, move, lines, cleared):
        items = []
        fact = self._get_fact(move)
        for line in lines:
            kind = self._person_kind(line["account_id"])
            if not line["balance"] and not kind:
                continue
            item = Item(
                account=self._get_account(line, kind),
                balance=dec(line["balance"]),
                foreign=dec(line["amount_currency"]),
                currency=self._get_currency(line["currency_id"]),
                tax=self._get_tax(line),
                tax_of=line["tax_line_id"] or None,
                label=self._get_label(line["name"]),
                cost=self._get_cost(line["analytic_distribution"]),
                service=self._get_service(line),
                fact="" if kind else fact,
                may_be_untaxed=line["display_type"] == "epd" and not line["tax_ids"],
            )
            items += self._split_cleared(item, cleared.get(line["id"], ()))
        return items

    def _split_cleared(self, item, parts):
        """A person's item, one for each document it clears, and what is left."""
        balance, foreign = item.balance, item.foreign
        for document, amount, other in parts:
            balance, foreign = balance - amount, foreign - other
            yield replace(item, balance=amount, foreign=other, document=document)
        if balance or not parts:
            yield replace(item, balance=balance, foreign=foreign)

    def _person_kind(self, account_id):
        return PERSONS.get(self._get_ledger_account(account_id)[1])

    def _get_ledger_account(self, account_id):
        """(account as value, its type)"""
        if account_id not in self.accounts:
            account = self.env["account.account"].browse(account_id)
            value = account._as_datev_account(self.company, self.liquidity)
            self.accounts[account_id] = (value, account.account_type)
        return self.accounts[account_id]

    def _get_account(self, line, kind):
        ledger = self._get_ledger_account(line["account_id"])[0]
        if not kind:
            return ledger
        partner = self.env["res.partner"].browse(line["partner_id"] or ())
        partner = partner.commercial_partner_id.with_company(self.company)
        if not partner:
            raise BookingError("no_partner", account=ledger.number)
        number = partner[f"datev_{kind}_number"]
        self.partners[kind, number] = partner
        return Account(number, "person")

    def _get_currency(self, currency_id):
        if currency_id not in self.currencies:
            currency = self.env["res.currency"].browse(currency_id)
            self.currencies[currency_id] = currency.name
        return self.currencies[currency_id]

    def _get_tax(self, line):
        if not line["tax_ids"] or line["tax_line_id"]:
            return None
        ids = tuple(line["tax_ids"])
        if ids not in self.taxes:
            taxes = self.env["account.tax"].browse(ids)
            if len(taxes) > 1 or taxes.amount_type not in ("percent", "division"):
                number = self._get_ledger_account(line["account_id"])[0].number
                names = ", ".join(taxes.mapped("name"))
                raise BookingError("several_taxes", account=number, tax=names)
            self.taxes[ids] = taxes._as_datev_tax(self.company)
        return self.taxes[ids]

    def _get_cost(self, distribution):
        """Shares (cost centre 1, cost centre 2, percent) that come to a hundred."""
        if not distribution:
            return ()
        key = tuple(sorted(distribution.items()))
        if key not in self.costs:
            shares = [
                (*self._get_cost_centres(ids), Decimal(str(percent)))
                for ids, percent in key
            ]
            shares = [share for share in shares if share[0] or share[1]]
            rest = WHOLE - sum(percent for _one, _two, percent in shares)
            self.costs[key] = (*shares, ("", "", rest)) if rest else tuple(shares)
        return self.costs[key]

    def _get_cost_centres(self, ids):
        numbers = [int(part) for part in ids.split(",")]
        accounts = self.env["account.analytic.account"].browse(numbers).exists()
        plans = self.company.datev_cost_plan_id, self.company.datev_cost_plan_2_id
        for plan in plans:
            own = accounts.filtered(lambda it, plan=plan: it.root_plan_id == plan)[:1]
            yield clean_cost(own.code or own.name or "") if plan else ""

    def _get_service(self, line):
        day = line["subscription_date_end"]
        wanted = self.company.datev_with_service_date and day
        return day.isoformat() if wanted else ""

    @staticmethod
    def _get_fact(move):
        origin = move.reversed_entry_id
        kind = move.subscription_claim_kind or origin.subscription_claim_kind
        return FACTS.get(kind, "")

    @staticmethod
    def _get_label(name):
        """The first line of a text, as DATEV takes it."""
        label = (name or "").strip().partition("\n")[0]
        if is_writable(label):
            return label
        return label.encode("cp1252", "replace").decode("cp1252").lstrip("=+-@ ")

    # ----------------------------------------------------------------------
    # Vouchers
    # ----------------------------------------------------------------------

    def _get_document(self, move):
        """The number an open item is cleared by: that of the invoice, also for what
        credits it, and for a claim of the one invoice it was made for."""
        origin = move.reversed_entry_id
        if move.move_type in ("out_refund", "in_refund") and origin:
            return self._get_document(origin)
        if deferrals := move.sudo().subscription_deferral_ids:
            return self._get_document(deferrals.invoice_id[:1])
        if self._is_exchange_difference(move):
            partials = self.env["account.partial.reconcile"]
            part = partials.search([("exchange_move_id", "=", move.id)], limit=1)
            sides = (part.debit_move_id | part.credit_move_id).move_id
            invoice = sides.filtered(lambda it: it.is_invoice(include_receipts=True))
            return self._get_document(invoice[:1]) if invoice else move.name
        if move.subscription_claim_kind:
            step = move.sudo().subscription_dunning_step_id
            invoices = step.line_ids.move_line_id.move_id
            if len(invoices) == 1:
                return invoices.name
        if move.move_type in ("in_invoice", "in_receipt") and move.ref:
            return move.ref
        return move.name

    def _is_exchange_difference(self, move):
        journal = self.company.currency_exchange_journal_id
        return move.move_type == "entry" and move.journal_id == journal

    def _get_voucher(self, move, lines, mandate):
        company, partner = self.company, move.commercial_partner_id
        is_refund = move.move_type in ("out_refund", "in_refund")
        is_invoice = move.is_invoice(include_receipts=True)
        contracts = {it["subscription_contract_id"] for it in lines} - {False}
        return Voucher(
            day=move.date,
            document=self._get_document(move),
            text=self._get_text(move, partner, is_invoice, is_refund),
            currency=self.currency,
            due=self._get_due(lines) if is_invoice and not is_refund else None,
            link=self.get_guid(move) if self.with_documents else "",
            vat=partner._get_datev_vat(),
            own_vat=(company.vat or "").replace(" ", ""),
            mandate=mandate or "",
            contract=self._get_contracts(contracts),
            order=self._get_order(move),
            is_reversal=bool(company.datev_with_reversal and move.reversed_entry_id),
            is_locked=company.datev_is_locked,
            key_length=4 if company.datev_key_padding else 0,
        )

    def _get_text(self, move, partner, is_invoice, is_refund):
        company, text = self.company, "{label}"
        if is_refund:
            text = company.datev_text_refund or text
        elif is_invoice:
            text = company.datev_text_invoice or text
        elif move.origin_payment_id or move.statement_line_id:
            text = company.datev_text_payment or text
        text = text.replace("{partner}", self._get_label(partner._get_datev_name()))
        return text.replace("{number}", move.name or "")

    def _get_due(self, lines):
        """The last due date of its terms."""
        days = [
            line["date_maturity"]
            for line in lines
            if line["date_maturity"] and self._person_kind(line["account_id"])
        ]
        return max(days, default=None)

    def get_guid(self, move):
        """The same GUID for a document whenever it is asked for; '' where a document
        is not handed over."""
        if not move.is_sale_document(include_receipts=True):
            return ""
        parameters = self.env["ir.config_parameter"].sudo()
        space = uuid.UUID(parameters.get_param("database.uuid"))
        return str(uuid.uuid5(space, f"account.move,{move.id}")).upper()

    def _get_contracts(self, ids):
        contracts = self.env["subscription.contract"].sudo().browse(sorted(ids))
        return ", ".join(contracts.mapped("name"))

    @staticmethod
    def _get_order(move):
        payment = move.sudo().origin_payment_id
        return payment.payment_transaction_id.provider_reference or ""
