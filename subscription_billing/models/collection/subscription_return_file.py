import hashlib

from odoo import api, fields, models

from ...formats import bank_answers
from ...formats.file_error import FileError
from ...formats.sepa_text import clean_id
from ..sentences import refusal

FILE_ERRORS = {
    "too_large": lambda env, facts: env._(
        "The file is larger than %s MB. Ask the bank for shorter periods.",
        facts["limit"],
    ),
    "not_xml": lambda env, facts: env._(
        "The file is no XML. Upload a file of the kind camt.052, camt.053, camt.054 or "
        "pain.002 as your bank offers it."
    ),
    "doctype": lambda env, facts: env._(
        "The file defines a document type of its own, which no bank does. It is not "
        "read."
    ),
    "unknown_message": lambda env, facts: env._(
        "The file is XML, but no answer of a bank (camt.052, camt.053, camt.054 or "
        "pain.002): it begins with %s.",
        facts["root"],
    ),
}


class SubscriptionReturnFile(models.Model):
    """A file of a bank with what became of direct debits; it is read once."""

    _name = "subscription.return.file"
    _inherit = ["subscription.guard.mixin"]
    _description = "Bank File"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("File", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    checksum = fields.Char(readonly=True)
    entry_ids = fields.One2many("subscription.return.entry", "file_id", "Debits")
    entry_count = fields.Integer("Entries", compute="_compute_counts", store=True)
    unmatched_count = fields.Integer("Unmatched", compute="_compute_counts", store=True)

    _checksum_unique = models.UniqueIndex(
        "(company_id, checksum)", "This file was read already."
    )

    @api.depends("entry_ids.state")
    def _compute_counts(self):
        for file in self:
            file.entry_count = len(file.entry_ids)
            unmatched = file.entry_ids.filtered(lambda it: it.state == "unmatched")
            file.unmatched_count = len(unmatched)

    @api.model
    def _read(self, name, content, company):
        """Read a file and do what it says.

        :param str name: of the file
        :param bytes content: of the file
        :param company: ``res.company``
        :return: the ``subscription.return.file``; the earlier one, and nothing is done,
            if the same file was read already
        :raise UserError: if it is no such file, or for another account
        """
        checksum = hashlib.sha256(content).hexdigest()
        known = self.search(
            [("company_id", "=", company.id), ("checksum", "=", checksum)]
        )
        if known:
            return known
        try:
            answers = bank_answers.read(content)
        except FileError as error:
            words = FILE_ERRORS[error.code](self.env, error.facts)
            raise refusal(self.env)._(
                "%(file)s: %(problem)s", file=name, problem=words
            ) from error
        self._check_account(name, answers, company)
        file = self.create(
            {"name": name, "company_id": company.id, "checksum": checksum}
        )
        day = company._get_collection_date()
        for answer in answers:
            file._take(answer, day)
        return file

    def _check_account(self, name, answers, company):
        """Statements of strangers' accounts are not ours to act upon."""
        banks = self.env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "=", "bank")]
        )
        own = set(banks.bank_account_id.mapped("sanitized_acc_number"))
        foreign = {answer.iban for answer in answers if answer.iban} - own
        if foreign:
            raise refusal(self.env)._(
                "%(file)s is for the account %(iban)s, which is none of %(company)s.",
                file=name,
                iban=sorted(foreign)[0],
                company=company.display_name,
            )

    def _take(self, answer, day):
        """Write the entry, and tell the debits it is about."""
        lines = self._find_lines(answer)
        reason = self.env["subscription.failure.reason"]._get_by_code(answer.code)
        if not lines:
            self._create_entry(answer, reason, lines, "unmatched")
        for line in lines:
            if line.state in ("rejected", "returned", "dropped"):
                self._create_entry(answer, reason, line, "known")
                continue
            if line.batch_id.state == "confirmed":
                line.batch_id.action_send()
            line._take_answer(answer, reason, day)
            self._create_entry(answer, reason, line, "done")

    def _find_lines(self, answer):
        lines = self.env["subscription.debit.line"]
        own = ("company_id", "=", self.company_id.id)
        if answer.end_to_end_id:
            return lines.search([own, ("end_to_end_id", "=", answer.end_to_end_id)])
        if answer.block_id:
            return lines.search([own, ("block_ref", "=", answer.block_id)])
        if answer.message_id:
            batches = self.env["subscription.debit.batch"].search([own])
            batch = batches.filtered(lambda it: clean_id(it.name) == answer.message_id)
            return batch.line_ids.filtered("end_to_end_id")
        return lines

    def _create_entry(self, answer, reason, line, state):
        return self.env["subscription.return.entry"].create(
            {
                "file_id": self.id,
                "kind": answer.kind,
                "date": answer.day,
                "end_to_end_id": answer.end_to_end_id,
                "code": answer.code,
                "reason_id": reason.id,
                "amount": float(answer.amount or 0),
                "text": answer.text,
                "line_id": line.id,
                "state": state,
            }
        )
