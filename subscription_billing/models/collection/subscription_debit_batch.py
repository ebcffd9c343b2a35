import base64
import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

from ...engine.target import earliest_debit, next_target_day
from ...formats import pain_008
from ...formats.sepa_text import clean_id
from ..dates import Day
from ..sentences import refusal, said
from .account_move import OPEN_INVOICES

BATCH_STATES = [
    ("draft", "Draft"),
    ("confirmed", "Confirmed"),
    ("sent", "Sent"),
    ("closed", "Closed"),
]


class SubscriptionDebitBatch(models.Model):
    """A file of direct debits: proposed, looked at, confirmed, sent to the bank."""

    _name = "subscription.debit.batch"
    _inherit = ["mail.thread", "subscription.guard.mixin"]
    _description = "Direct Debit File"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, readonly=True, default="/", copy=False)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    journal_id = fields.Many2one(
        "account.journal",
        "Bank",
        required=True,
        check_company=True,
        domain="[('type', '=', 'bank')]",
        default=lambda self: self._get_default_journal(),
    )
    date_until = Day(
        "Due Until",
        required=True,
        default=lambda self: self._get_default_until(),
        help="Invoices that are due up to this day are proposed.",
    )
    state = fields.Selection(
        BATCH_STATES, default="draft", required=True, readonly=True, tracking=True
    )
    line_ids = fields.One2many("subscription.debit.line", "batch_id", "Debits")
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.ref("base.EUR"), readonly=True
    )
    line_count = fields.Integer("Number", compute="_compute_amount", store=True)
    amount = fields.Monetary(compute="_compute_amount", store=True)
    confirmed_at = fields.Datetime(readonly=True, copy=False)
    sent_at = fields.Datetime(readonly=True, copy=False)
    file = fields.Binary(readonly=True, copy=False, attachment=True)
    filename = fields.Char(compute="_compute_filename")
    checksum = fields.Char("SHA-256", readonly=True, copy=False)

    @api.depends("line_ids.amount", "line_ids.state")
    def _compute_amount(self):
        for batch in self:
            lines = batch.line_ids.filtered(lambda it: it.state != "dropped")
            batch.line_count = len(lines)
            batch.amount = sum(lines.mapped("amount"))

    @api.depends("name")
    def _compute_filename(self):
        for batch in self:
            batch.filename = f"{clean_id(batch.name).replace('/', '-')}.xml"

    def _get_default_journal(self):
        journals = self.env["account.journal"]
        banks = journals.search(
            [("type", "=", "bank"), ("company_id", "=", self.env.company.id)]
        )
        with_iban = banks.filtered(lambda it: it.bank_account_id.acc_type == "iban")
        return (with_iban or banks)[:1]

    def _get_default_until(self):
        return self.env.company._get_collection_date() + timedelta(days=14)

    @api.model_create_multi
    def create(self, vals_list):
        batches = super().create(vals_list)
        for batch in batches.sudo().filtered(lambda it: it.name == "/"):
            sequence = self.env["ir.sequence"].with_company(batch.company_id)
            batch.name = sequence.next_by_code("subscription.debit.batch")
        return batches

    def write(self, vals):
        """What was confirmed goes to the bank as it is."""
        if not self.env.su and any(batch.state != "draft" for batch in self):
            self._check_state("draft")
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        for batch in self:
            if batch.state != "draft":
                raise refusal(self.env)._(
                    "%s was confirmed and stays on file.", batch.name
                )

    # ----------------------------------------------------------------------
    # Proposing
    # ----------------------------------------------------------------------

    def action_propose(self):
        """Take up the open invoices that are due and may be debited."""
        for batch in self:
            batch._check_state("draft")
            batch._propose()
        return True

    def _propose(self):
        self.ensure_one()
        batch = self.sudo()
        day = batch.company_id._get_collection_date()
        moves = batch._get_due_moves(day)
        moves._set_off_credits()
        batch.line_ids = [
            Command.create(batch._prepare_line(move, mandate, day))
            for move, (mandate, _tokens) in moves._get_methods(day).items()
            if mandate and not move._is_settled()
        ]

    def _get_due_moves(self, day):
        """Open invoices with a mandate that nothing else collects."""
        euro = self.env.ref("base.EUR")
        mandates = self.env["subscription.sepa.mandate"].search(
            [("company_id", "=", self.company_id.id), ("state", "=", "active")]
        )
        moves = self.env["account.move"].search(
            [
                *OPEN_INVOICES,
                ("company_id", "=", self.company_id.id),
                ("currency_id", "=", euro.id),
                ("commercial_partner_id", "in", mandates.commercial_partner_id.ids),
                ("invoice_date_due", "<=", self.date_until),
                (
                    "subscription_debit_line_ids",
                    "not any",
                    [("state", "in", ("selected", "submitted"))],
                ),
            ],
            order="invoice_date_due, id",
        )
        moves = moves.filtered(lambda it: it._may_be_debited(self.date_until))
        return moves._get_worth_collecting(day)

    def _prepare_line(self, move, mandate, day):
        return {
            "move_id": move.id,
            "mandate_id": mandate.id,
            "amount": move.amount_residual,
            "date": self._get_debit_date(move, day),
        }

    def _get_debit_date(self, move, day, announced=None):
        """First day on which it is due, its debtor knows, and the bank can do it."""
        days = self.company_id.subscription_announcement_days
        told = (announced or day) + timedelta(days=days)
        earliest = earliest_debit(
            day, self._is_late(), self.journal_id.subscription_debit_lead_days
        )
        return next_target_day(max(move.invoice_date_due or day, told, earliest))

    def _is_late(self):
        """Whether the bank's hour of the day has passed."""
        zone = self.company_id.partner_id.tz or "UTC"
        now = fields.Datetime.context_timestamp(
            self.with_context(tz=zone), self.env.cr.now()
        )
        return now.hour + now.minute / 60 >= self.journal_id.subscription_debit_cutoff

    def action_announce(self):
        """Tell each debtor of amount and day, by e-mail."""
        for batch in self:
            batch._check_state("draft")
            lines = batch.sudo().line_ids.filtered(
                lambda it: it.state == "selected" and not it.date_announced
            )
            lines._announce(batch.company_id._get_collection_date())
        return True

    def action_move(self):
        """Move debits that cannot be made in time to the first day that is possible."""
        for batch in self:
            batch._check_state("draft")
            day = batch.company_id._get_collection_date()
            for line in batch.sudo().line_ids.filtered(
                lambda it: it.state == "selected"
            ):
                line.date = batch._get_debit_date(
                    line.move_id, day, line.date_announced
                )
        return True

    # ----------------------------------------------------------------------
    # Confirming and sending
    # ----------------------------------------------------------------------

    def action_confirm(self):
        """Freeze what is debited, and write the file."""
        for batch in self:
            batch._check_state("draft")
            batch.sudo()._confirm()
        return True

    def _confirm(self):
        self.company_id._check_creditor_identifier()
        self._get_creditor()
        lines = self.line_ids.filtered(lambda it: it.state == "selected")
        locked = lines.move_id.try_lock_for_update()
        if locked != lines.move_id:
            raise refusal(self.env)._(
                "Some invoices are being collected. Try again in a minute."
            )
        self._check_dates(lines)
        lines._freeze(self.company_id._get_collection_date())
        if not self.line_ids.filtered(lambda it: it.state == "selected"):
            raise refusal(self.env)._("%s has nothing to collect.", self.name)
        self._number_blocks()
        confirmed = {"state": "confirmed", "confirmed_at": self.env.cr.now()}
        self.sudo().write(confirmed)
        content = self._build_file()
        self.sudo().write(
            {
                "file": base64.b64encode(content),
                "checksum": hashlib.sha256(content).hexdigest(),
            }
        )

    def _check_dates(self, lines):
        day = self.company_id._get_collection_date()
        earliest = earliest_debit(
            day, self._is_late(), self.journal_id.subscription_debit_lead_days
        )
        late = lines.filtered(lambda it: it.date < earliest)
        if late:
            raise refusal(self.env)._(
                "%(invoice)s is to be debited on %(day)s; the bank can do it on "
                "%(earliest)s at the earliest. Move the debits.",
                invoice=late[0].move_id.name,
                day=late[0].date,
                earliest=earliest,
            )

    def _build_file(self):
        """The file as the bank gets it; the same bytes whenever it is built."""
        self.ensure_one()
        zone = self.company_id.partner_id.tz or "UTC"
        created = fields.Datetime.context_timestamp(
            self.with_context(tz=zone), self.confirmed_at
        )
        return pain_008.write(
            self.name,
            created.replace(tzinfo=None),
            self._get_creditor(),
            self._as_blocks(),
        )

    def _number_blocks(self):
        """A block has debits of one day, scheme and sequence."""
        lines = self.line_ids.filtered("end_to_end_id")
        groups = lines.grouped(lambda it: (it.date, it.scheme, it.sequence_type))
        for number, key in enumerate(sorted(groups), start=1):
            groups[key].block_ref = f"{clean_id(self.name, 30)}-{number}"

    def _as_blocks(self):
        lines = self.line_ids.filtered("end_to_end_id").sorted("id")
        groups = lines.grouped("block_ref")
        return [
            pain_008.Block(
                id=block_ref,
                scheme=groups[block_ref][0].scheme,
                sequence=groups[block_ref][0].sequence_type,
                date=groups[block_ref][0].date,
                debits=[line._as_debit() for line in groups[block_ref]],
            )
            for block_ref in sorted(groups, key=lambda it: (len(it), it))
        ]

    def _get_creditor(self):
        account = self.journal_id.bank_account_id
        if account.acc_type != "iban":
            raise refusal(self.env)._(
                "Journal %s has no account with an IBAN: the bank would not know "
                "where to put the money.",
                self.journal_id.display_name,
            )
        identifier = self.company_id.subscription_creditor_identifier
        return pain_008.Creditor(
            name=self.company_id.name,
            iban=account.sanitized_acc_number,
            bic=account.bank_bic or "",
            identifier=identifier.replace(" ", ""),
        )

    def action_send(self):
        """The file was handed to the bank: debits are submitted, mandates are used."""
        for batch in self:
            batch._check_state("confirmed")
            batch = batch.sudo()
            lines = batch.line_ids.filtered(lambda it: it.state == "selected")
            lines.state = "submitted"
            for line in lines:
                line.mandate_id._note_collection(line.date)
            batch.write({"state": "sent", "sent_at": self.env.cr.now()})
        return True

    def action_back_to_draft(self):
        """The file was not sent: its debits may be changed again."""
        for batch in self:
            batch._check_state("confirmed")
            batch = batch.sudo()
            lines = batch.line_ids.filtered(lambda it: it.state == "selected")
            lines.attempt_id._skip(said(self.env)._("The debit was taken back."))
            lines.write({"end_to_end_id": False, "attempt_id": False})
            batch.write(
                {
                    "state": "draft",
                    "file": False,
                    "checksum": False,
                    "confirmed_at": False,
                }
            )
        return True

    def _check_state(self, state):
        self.ensure_one()
        self.check_access("write")
        if self.state != state:
            states = dict(self._fields["state"]._description_selection(self.env))
            raise refusal(self.env)._(
                "%(batch)s is %(state)s; this is for files that are %(right)s.",
                batch=self.name,
                state=states[self.state],
                right=states[state],
            )

    # ----------------------------------------------------------------------
    # Booking, on the collection date
    # ----------------------------------------------------------------------

    def _book_due(self, company, day):
        """Post the payments of debits whose day has come, committing step by step."""
        lines = self.env["subscription.debit.line"]
        self.env["subscription.billing.run"]._work_once(
            lines,
            [
                ("company_id", "=", company.id),
                ("state", "=", "submitted"),
                ("date", "<=", day),
            ],
            lambda part: part._book(),
            lambda part, error: part.move_id._note_not_booked(error),
        )
        sent = self.search([("company_id", "=", company.id), ("state", "=", "sent")])
        sent.filtered(
            lambda it: "submitted" not in it.line_ids.mapped("state")
        ).state = "closed"

    def _get_method_line(self):
        """Direct debit of the journal, added where it is missing."""
        self.ensure_one()
        method = self.env.ref("subscription_billing.payment_method_sepa_debit")
        lines = self.journal_id.inbound_payment_method_line_ids
        found = lines.filtered(lambda it: it.payment_method_id == method)[:1]
        return found or lines.create(
            {"payment_method_id": method.id, "journal_id": self.journal_id.id}
        )
