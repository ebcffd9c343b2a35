"""One pass over the entries of a DATEV export: rows, sums and findings."""

import io
import zipfile
from collections import defaultdict
from decimal import Decimal

from odoo.fields import Domain

from odoo.addons.subscription_billing.models.sentences import said

from ...engine.booking import BookingError, book
from ...formats.document_xml import HIGHEST_COUNT, write_document_xml
from ...formats.extf import clean_document, is_writable, write_file
from ...formats.extf_bookings import BOOKINGS, booking_fields
from ...formats.extf_master import LABELS, PARTNERS, label_fields, partner_fields
from .entry_reader import EntryReader

# Entries read at a time.
BATCH_SIZE = 500
SEVERITIES = ("error", "warning", "info")
# First digits of persons' accounts.
FIRST_DIGITS = {"debtor": "123456", "creditor": "789"}
INVOICE_REPORT = "account.account_invoices"


class ExportWork:
    """:ivar moves: the entries, read and said in rows or found to have none
    :ivar ledger, booked: balance by account, as Odoo has it and as DATEV books it
    """

    def __init__(self, export):
        self.export, self.env = export, export.env
        self.company = export.company_id
        self.reader = EntryReader(self.company, export.with_documents)
        self.moves = export.env["account.move"]
        self.files, self.row_count = {}, 0
        self.findings = {}
        self.ledger, self.booked = defaultdict(Decimal), defaultdict(Decimal)
        self.explained = defaultdict(Decimal)
        self.documents, self.mandates, self.cleaned = {}, {}, {}

    # ----------------------------------------------------------------------
    # Findings
    # ----------------------------------------------------------------------

    def add(self, severity, record, name):
        """One finding; the same of a record is told once."""
        self.findings[severity, name, record._name, record.id] = None

    @property
    def has_errors(self):
        return any(key[0] == "error" for key in self.findings)

    def get_findings(self):
        """Values of the findings, the worst first."""
        keys = sorted(self.findings, key=lambda key: SEVERITIES.index(key[0]))
        names = ("severity", "name", "res_model", "res_id")
        return [dict(zip(names, key, strict=True)) for key in keys]

    def get_sums(self):
        """Values of the sums: each ledger account, and all debtors and creditors."""
        totals = defaultdict(lambda: [Decimal(0), Decimal(0)])
        kinds = {number: kind for kind, number in self.reader.partners}
        for index, sums in enumerate((self.ledger, self.booked)):
            for number, balance in sums.items():
                totals[kinds.get(number, number)][index] += balance
        names = {"debtor": self.env._("Debtors"), "creditor": self.env._("Creditors")}
        names |= dict(self._get_labels())
        return [
            {
                "account": "" if key in FIRST_DIGITS else key,
                "name": names.get(key, ""),
                "amount_ledger": float(ledger),
                "amount_rows": float(booked),
            }
            for key, (ledger, booked) in sorted(totals.items())
        ]

    def _get_labels(self):
        accounts = self.env["account.account"].browse(self.reader.accounts)
        values = [self.reader.accounts[account.id][0] for account in accounts]
        return [
            (value.number, account.name)
            for value, account in zip(values, accounts, strict=True)
        ]

    # ----------------------------------------------------------------------
    # Before the entries
    # ----------------------------------------------------------------------

    def check_settings(self):
        """Numbers of the company, and the period; nothing is read if they are wrong."""
        company = self.company
        if not 1001 <= company.datev_consultant <= 9999999:
            message = said(self.env)._(
                "The consultant number must be between 1001 and 9999999."
            )
            self.add("error", company, message)
        if not 1 <= company.datev_client <= 99999:
            message = said(self.env)._("The client number must be between 1 and 99999.")
            self.add("error", company, message)
        if not 4 <= company.datev_account_length <= 8:
            message = said(self.env)._("Accounts of DATEV have 4 to 8 digits.")
            self.add("error", company, message)
        if not company.datev_chart:
            message = said(self.env)._(
                "Choose the chart of the company at DATEV: SKR 03 or SKR 04."
            )
            self.add("error", company, message)
        if not company.restrictive_audit_trail:
            message = said(self.env)._(
                "The audit trail is off: posted invoices can be deleted."
            )
            self.add("warning", company, message)
        self._check_period()

    def _check_period(self):
        export = self.export
        if export.date_from > export.date_to:
            self.add(
                "error", export, said(self.env)._("The period ends before it begins.")
            )
            return
        year = self.company.compute_fiscalyear_dates(export.date_from)
        if export.date_to > year["date_to"]:
            self.add(
                "error",
                export,
                said(self.env)._(
                    "The period goes beyond the fiscal year, which ends on %s: make "
                    "one export for each year.",
                    year["date_to"],
                ),
            )

    # ----------------------------------------------------------------------
    # The entries
    # ----------------------------------------------------------------------

    def run(self):
        """Say all entries in rows, a file for each month, and check what comes out."""
        batch = self.export._as_batch()
        for first, last in self.export._get_months():
            period = (first, last, f"{self.env._('Odoo')} {first:%Y-%m}")
            rows = self._get_rows(first, last)
            # A field that can't be written is found before, with its record.
            data = write_file(BOOKINGS, batch, rows, period)
            if data.count(b"\r\n") > 2:
                self.files[f"EXTF_Buchungsstapel_{first:%Y-%m}.csv"] = data
        self._check_accounts()
        self._check_partners()
        self._check_sums()
        self._check_period_entries()

    def _get_rows(self, first, last):
        moves = self.env["account.move"]
        domain = self.export._get_domain() & Domain("date", ">=", first)
        found = moves.search(domain & Domain("date", "<=", last), order="date, id")
        for start in range(0, len(found), BATCH_SIZE):
            batch = found[start : start + BATCH_SIZE]
            for move, items, voucher in self.reader.read_entries(batch):
                yield from self._get_move_rows(move, items, voucher)
            self.env.flush_all()
            self.env.invalidate_all()
        self.moves += found

    def _get_move_rows(self, move, items, voucher):
        is_invoice = move.is_invoice(include_receipts=True)
        try:
            if isinstance(items, BookingError):
                raise items
            rows = book(items, is_invoice)
        except BookingError as error:
            self.add("error", move, self._explain(error))
            return
        if not rows:
            self.add(
                "info", move, said(self.env)._("All amounts are 0: it makes no row.")
            )
        for item in items:
            self.ledger[item.account.number] += item.balance
        self._check_document(move, voucher.document)
        for row in rows:
            self._check_row(move, row, voucher)
            yield booking_fields(row, voucher)
        if voucher.link and rows:
            self.documents[move.id] = voucher.link
        if voucher.mandate:
            self.mandates[move.commercial_partner_id.id] = voucher.mandate
        self.row_count += len(rows)

    def _explain(self, error):
        return said(self.env).each(lambda env: self._write_error(env, error))

    def _write_error(self, env, error):
        return {
            "untaxed": env._(
                "DATEV takes a tax out of account %(account)s, and the line has none. "
                "Choose the tax, or another account.",
            ),
            "other_tax": env._(
                "Account %(account)s stands for another tax than %(tax)s. Choose the "
                "account of that tax (fiscal position).",
            ),
            "no_key": env._(
                "Tax %(tax)s on account %(account)s has no DATEV key. Set it on the "
                "tax.",
            ),
            "both_taxed": env._(
                "Both sides of the entry have a tax (account %(account)s). Book it in "
                "two entries.",
            ),
            "several_taxes": env._(
                "A line on account %(account)s has taxes that DATEV has no key for: "
                "%(tax)s."
            ),
            "tax_differs": env._(
                "The tax of account %(account)s differs by %(amount)s from what DATEV "
                "computes of the gross amount."
            ),
            "no_partner": env._(
                "An item on account %(account)s has no partner, so it has no debtor "
                "or creditor."
            ),
        }[error.code] % {"account": "", "tax": "", "amount": "", **error.facts}

    def _check_document(self, move, document):
        """Two numbers that DATEV could not tell from each other."""
        cleaned = clean_document(document)
        other = self.cleaned.setdefault(cleaned, document)
        if other != document:
            message = said(self.env)._(
                "%(one)s and %(two)s are the same number for DATEV: %(number)s.",
                one=other,
                two=document,
                number=cleaned,
            )
            self.add("warning", move, message)

    def _check_row(self, move, row, voucher):
        for number, balance in row.legs():
            self.booked[number] += balance
        tax, difference = row.leg.item.tax, row.tax_difference
        if difference:
            for number, _rate in tax.parts:
                self.explained[number] += difference
            self.explained[row.contra.number] -= difference
            message = said(self.env)._(
                "DATEV computes the tax of account %(account)s %(amount)s otherwise "
                "than Odoo, by rounding.",
                account=row.contra.number,
                amount=difference,
            )
            self.add("warning", move, message)
        if tax and tax.country and not voucher.own_vat:
            message = said(self.env)._(
                "The company's VAT number is missing (one-stop shop)."
            )
            self.add("error", self.company, message)
        if tax and tax.asks_vat:
            self._check_recapitulative(move.commercial_partner_id, voucher)

    def _check_recapitulative(self, partner, voucher):
        """Who is in the recapitulative statement needs a country and a VAT id."""
        if not partner.country_id:
            self.add(
                "error",
                partner,
                said(self.env)._("The country is missing (EU turnover)."),
            )
        if not voucher.vat:
            self.add(
                "error",
                partner,
                said(self.env)._("The VAT number is missing (EU turnover)."),
            )

    # ----------------------------------------------------------------------
    # After the entries
    # ----------------------------------------------------------------------

    def _check_accounts(self):
        length = self.company.datev_account_length
        pending = self.company._get_datev_pending().with_company(self.company)
        unknown = pending.filtered(lambda it: not it.datev_number)
        for account_id, (value, account_type) in self.reader.accounts.items():
            account = self.env["account.account"].browse(account_id)
            number = value.number
            is_person = account_type in ("asset_receivable", "liability_payable")
            if not (number.isdecimal() and number.isascii() and number.strip("0")):
                message = said(self.env)._(
                    "%s is no account of DATEV: only digits are.", number
                )
                self.add("error", account, message)
            elif len(number) != length:
                message = said(self.env)._(
                    "%(number)s has not %(length)s digits.",
                    number=number,
                    length=length,
                )
                self.add("error", account, message)
            elif account in unknown and not is_person:
                message = said(self.env)._(
                    "DATEV does not know account %s of payments under way: set the "
                    "bank account, or 1360, as its DATEV number.",
                    number,
                )
                self.add("warning", account, message)

    def _check_partners(self):
        length = self.company.datev_account_length + 1
        for (kind, number), partner in self.reader.partners.items():
            if len(number) != length or number[0] not in FIRST_DIGITS[kind]:
                message = said(self.env)._(
                    "%(number)s is no account of a %(kind)s: %(length)s digits, the "
                    "first one of %(digits)s.",
                    number=number,
                    kind=said(self.env)._("customer")
                    if kind == "debtor"
                    else said(self.env)._("vendor"),
                    length=length,
                    digits=", ".join(FIRST_DIGITS[kind]),
                )
                self.add("error", partner, message)
            if not is_writable(partner._get_datev_name()):
                message = said(self.env)._(
                    "DATEV does not take the name %s: it has characters DATEV does not "
                    "know, or begins like a formula. Set the name for DATEV.",
                    partner._get_datev_name(),
                )
                self.add("error", partner, message)

    def _check_sums(self):
        """What DATEV books is what Odoo has, but for the cents told above."""
        if self.has_errors:
            return
        for number in sorted({*self.ledger, *self.booked}):
            difference = self.booked[number] - self.ledger[number]
            if difference != self.explained[number]:
                message = said(self.env)._(
                    "Account %(account)s comes to %(booked)s in the rows, and to "
                    "%(ledger)s in the ledger.",
                    account=number,
                    booked=self.booked[number],
                    ledger=self.ledger[number],
                )
                self.add("error", self.export, message)

    def _check_period_entries(self):
        """What of the period is not in the files, so that nobody misses it."""
        moves = self.env["account.move"]
        period = self.export._get_period_domain()
        drafts = moves.search(period & Domain("state", "=", "draft"), order="id")
        if drafts:
            message = said(self.env)._(
                "%s entries of the period are drafts.", len(drafts)
            )
            self.add("warning", drafts[0], message)
        gaps = period & Domain("made_sequence_gap", "=", True)
        for move in moves.search(gaps & Domain("state", "=", "posted"), limit=100):
            message = said(self.env)._("A number before %s is missing.", move.name)
            self.add("warning", move, message)
        posted = period & Domain("state", "=", "posted")
        posted &= Domain("datev_export_id", "=", False)
        left = moves.search_count(posted) - len(self.moves)
        if left:
            message = said(self.env)._(
                "%s entries of other journals are not in the files.", left
            )
            self.add("info", self.export, message)
        if len(self.documents) > HIGHEST_COUNT:
            message = said(self.env)._(
                "DATEV takes %s documents at a time.", HIGHEST_COUNT
            )
            self.add("error", self.export, message)

    # ----------------------------------------------------------------------
    # The archive
    # ----------------------------------------------------------------------

    def write_archive(self):
        """All files as one zip; the same entries give the same bytes."""
        batch, export = self.export._as_batch(), self.export
        files = dict(self.files)
        partners = sorted(self.reader.partners.items(), key=lambda pair: pair[0][1])
        files["EXTF_DebitorenKreditoren.csv"] = write_file(
            PARTNERS,
            batch,
            (
                partner_fields(
                    partner._as_datev_partner(number, self.mandates.get(partner.id, ""))
                )
                for (_kind, number), partner in partners
            ),
        )
        labels = label_fields(sorted(self._get_labels()), "de-DE")
        files["EXTF_Kontenbeschriftungen.csv"] = write_file(LABELS, batch, labels)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                self._add_file(archive, name, data)
            if self.documents:
                listed = list(self._add_documents(archive))
                data = write_document_xml(listed, export.created_at, export.name)
                self._add_file(archive, "document.xml", data)
        return buffer.getvalue()

    def _add_file(self, archive, name, data):
        day = self.export.created_at
        info = zipfile.ZipInfo(name, day.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, data)

    def _add_documents(self, archive):
        """Add the documents; yield (GUID, description, names) of each."""
        reports = self.env["ir.actions.report"]
        for move in self.env["account.move"].browse(self.documents):
            base = clean_document(move.name).replace("/", "_")
            data = move.invoice_pdf_report_id.raw
            if not data:
                data = reports._render_qweb_pdf(INVOICE_REPORT, move.ids)[0]
            names = [f"{base}.pdf"]
            self._add_file(archive, names[0], data)
            if move.ubl_cii_xml_id:
                names.append(f"{base}.xml")
                self._add_file(archive, names[1], move.ubl_cii_xml_id.raw)
            yield self.documents[move.id], move.name, names
