import base64
import hashlib
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Command, Domain

from odoo.addons.subscription_billing.models.dates import Day
from odoo.addons.subscription_billing.models.sentences import denied, refusal

from ...formats.extf import Batch, clean_document
from .export_work import ExportWork

STATES = [("draft", "Draft"), ("checked", "Checked"), ("exported", "Exported")]
RESULTS = ("state", "file", "checksum", "created_at", "move_count", "row_count")
NO_SYNCHRONIZATION = {"skip_invoice_sync": True, "check_move_validity": False}
# Entries locked at a time.
LOCK_SIZE = 5000


class SubscriptionDatevExport(models.Model):
    """The books of a period for the tax adviser: checked, then written and locked."""

    _name = "subscription.datev.export"
    _inherit = ["mail.thread"]
    _description = "DATEV Export"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    date_from = Day(
        "From", required=True, default=lambda self: self._get_default_date_from()
    )
    date_to = Day(
        "To",
        required=True,
        default=lambda self: self._get_default_date_from()
        + relativedelta(months=1, days=-1),
    )
    journal_ids = fields.Many2many(
        "account.journal",
        string="Journals",
        check_company=True,
        help="Empty = all journals of the company.",
    )
    with_payments = fields.Boolean(
        "Payments",
        default=True,
        help="Entries of bank and cash journals too. Off where the adviser takes in "
        "the bank statements.",
    )
    with_documents = fields.Boolean(
        "Documents",
        help="Add the invoices as files, and link each row with its document.",
    )
    state = fields.Selection(
        STATES, default="draft", required=True, readonly=True, tracking=True, copy=False
    )
    finding_ids = fields.One2many(
        "subscription.datev.finding", "export_id", "Findings", readonly=True
    )
    error_count = fields.Integer("Errors", compute="_compute_counts", store=True)
    warning_count = fields.Integer("Warnings", compute="_compute_counts", store=True)
    sum_ids = fields.One2many(
        "subscription.datev.sum", "export_id", "Sums", readonly=True
    )
    move_ids = fields.One2many("account.move", "datev_export_id", "Entries")
    move_count = fields.Integer("Number of Entries", readonly=True, copy=False)
    row_count = fields.Integer("Number of Rows", readonly=True, copy=False)
    created_at = fields.Datetime("Created", readonly=True, copy=False)
    file = fields.Binary(readonly=True, copy=False, attachment=True)
    filename = fields.Char(compute="_compute_filename")
    checksum = fields.Char("SHA-256", readonly=True, copy=False)

    # ----------------------------------------------------------------------
    # Fields
    # ----------------------------------------------------------------------

    def _get_default_date_from(self):
        """The month before this one."""
        today = self.env.company._get_collection_date()
        return today.replace(day=1) - relativedelta(months=1)

    @api.depends("date_from", "date_to")
    def _compute_name(self):
        for export in self:
            months = [
                f"{day:%Y-%m}" for day in (export.date_from, export.date_to) if day
            ]
            export.name = " - ".join(dict.fromkeys(months))

    @api.depends("finding_ids.severity")
    def _compute_counts(self):
        for export in self:
            severities = export.finding_ids.mapped("severity")
            export.error_count = severities.count("error")
            export.warning_count = severities.count("warning")

    @api.depends("name")
    def _compute_filename(self):
        for export in self:
            export.filename = f"DATEV_{clean_document(export.name)}.zip"

    def write(self, vals):
        if not self.env.su:
            for export in self:
                export._check_not_exported()
            if not vals.keys().isdisjoint(RESULTS):
                raise denied(self.env)._("Results are written by the export.")
            # What is asked for differs: it is to be checked again.
            self.sudo().state = "draft"
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_exported(self):
        for export in self:
            export._check_not_exported()

    def _check_not_exported(self):
        if self.state == "exported":
            raise refusal(self.env)._(
                "The export %s was handed over and stays on file.", self.display_name
            )

    # ----------------------------------------------------------------------
    # Buttons
    # ----------------------------------------------------------------------

    def action_check(self):
        """Look for all that DATEV would refuse, or book otherwise than Odoo."""
        self.check_access("write")
        for export in self.sudo():
            export._check_not_exported()
            export._build()
            export.state = "draft" if export.error_count else "checked"
        return True

    def action_export(self):
        """Write the files and lock the entries.

        :raise UserError: if the check finds an error, or nothing is to be exported
        """
        self.check_access("write")
        for export in self.sudo():
            export._check_not_exported()
            # Exports of a company come one after the other.
            export.company_id.lock_for_update()
            archive, moves = export._build()
            if export.error_count:
                raise refusal(self.env)._(
                    "%(export)s has %(count)s errors; check it and mend them first.",
                    export=export.display_name,
                    count=export.error_count,
                )
            if not moves:
                raise refusal(self.env)._(
                    "%s: there is nothing to export; all entries of the period "
                    "were exported.",
                    export.display_name,
                )
            export._finish(archive, moves)
        return True

    def _finish(self, archive, moves):
        for start in range(0, len(moves), LOCK_SIZE):
            # The mark changes no amount: no lines are to be made anew.
            some = moves[start : start + LOCK_SIZE].with_context(**NO_SYNCHRONIZATION)
            some.write({"datev_export_id": self.id})
        self.write(
            {
                "state": "exported",
                "file": base64.b64encode(archive),
                "checksum": hashlib.sha256(archive).hexdigest(),
            }
        )

    def action_view_moves(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Entries"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("datev_export_id", "=", self.id)],
        }

    # ----------------------------------------------------------------------
    # Which entries
    # ----------------------------------------------------------------------

    def _get_domain(self):
        """Posted entries of the period that no export has told yet."""
        domain = self._get_period_domain() & Domain("datev_export_id", "=", False)
        domain &= Domain("state", "=", "posted")
        if self.journal_ids:
            domain &= Domain("journal_id", "in", self.journal_ids.ids)
        if not self.with_payments:
            domain &= Domain("journal_id.type", "not in", ("bank", "cash", "credit"))
        return domain

    def _get_period_domain(self):
        return (
            Domain("company_id", "=", self.company_id.id)
            & Domain("date", ">=", self.date_from)
            & Domain("date", "<=", self.date_to)
        )

    def _get_months(self):
        """(first day, last day) of the period in each month of it."""
        day = self.date_from
        while day <= self.date_to:
            last = min(day + relativedelta(day=31), self.date_to)
            yield day, last
            day = last + timedelta(days=1)

    # ----------------------------------------------------------------------
    # Building
    # ----------------------------------------------------------------------

    def _build(self):
        """Check and write; the findings and sums are kept with the export.

        :return: (bytes of the archive, moves); no bytes if there is an error
        """
        self.ensure_one()
        self.created_at = self.created_at or self.env.cr.now()
        self.finding_ids.unlink()
        self.sum_ids.unlink()
        work = ExportWork(self)
        work.check_settings()
        if not work.has_errors:
            work.run()
        self.write(
            {
                "finding_ids": [Command.create(vals) for vals in work.get_findings()],
                "sum_ids": [Command.create(vals) for vals in work.get_sums()],
                "move_count": len(work.moves),
                "row_count": work.row_count,
            }
        )
        archive = b"" if work.has_errors else work.write_archive()
        return archive, work.moves

    def _as_batch(self):
        company = self.company_id
        start = company.compute_fiscalyear_dates(self.date_from)["date_from"]
        return Batch(
            consultant=company.datev_consultant,
            client=company.datev_client,
            fiscal_start=start,
            length=company.datev_account_length,
            chart=company.datev_chart,
            created=self.created_at,
            user=self.env.user.name,
            currency=company.currency_id.name,
            initials=company.datev_initials or "",
            is_locked=company.datev_is_locked,
        )
