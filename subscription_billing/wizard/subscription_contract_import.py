from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..formats import contract_csv
from ..formats.file_error import FileError
from ..models.private_context import PRIVATE


class _HasBacklog(Exception):
    """Raised to take back an import that has to be asked about first."""


class SubscriptionContractImport(models.TransientModel):
    """Contracts from a CSV file, all or nothing, with a report for each row.

    The format is that of ``formats/contract_csv.py``.
    ``customer`` is the customer's internal reference, ``plan`` and ``variant`` are
    codes, dates are YYYY-MM-DD, ``quantities`` books components of the plan beyond
    the required ones or changes their quantity: ``seats=5 support=1``. Where
    activation would bill more than the first period, it asks first.
    """

    _name = "subscription.contract.import"
    _description = "Import Contracts"
    _inherit = ["subscription.file.import.mixin"]

    file = fields.Binary("CSV File", required=True)
    is_activated = fields.Boolean("Activate", default=True)
    is_backlog_billed = fields.Boolean(
        "Bill All That Is Open",
        help="More than the first period of some contracts is billed at once.",
    )
    backlog_count = fields.Integer("Contracts with Open Periods", readonly=True)
    state = fields.Selection(
        [("draft", "File"), ("checked", "Checked"), ("done", "Imported")],
        default="draft",
    )
    line_ids = fields.One2many("subscription.contract.import.line", "import_id")
    ok_count = fields.Integer("Rows in Order", readonly=True)
    error_count = fields.Integer("Rows with Errors", readonly=True)

    def action_check(self):
        """Look at every row and report, without creating anything."""
        self.ensure_one()
        self._report(self._check_rows(self._check_file()), "checked")
        return self._reopen()

    def action_import(self):
        """Create all contracts, or none if a row is wrong."""
        self.ensure_one()
        rows = self._check_rows(self._take_file())
        if any(row["errors"] for row in rows):
            self._report(rows, "checked")
            return self._reopen()
        self.backlog_count = 0
        try:
            with self.env.cr.savepoint():
                self._create_contracts(rows)
        except _HasBacklog as backlog:
            self.env.invalidate_all()
            for row, warning in backlog.args[0]:
                row["warnings"].append(warning)
            self.backlog_count = len(backlog.args[0])
        self._report(rows, "checked" if self.backlog_count else "done")
        return self._reopen()

    def _create_contracts(self, rows):
        importing = self.env["subscription.contract.importing"]
        contracts = importing._create_contracts(rows, self.company_id)
        if not self.is_activated:
            return
        # Customers who come from elsewhere have their order confirmed already.
        contracts.with_context(subscription_import=PRIVATE).action_activate()
        backlog = {} if self.is_backlog_billed else contracts._get_backlog()
        if backlog:
            raise _HasBacklog(
                [
                    (row, contract._describe_backlog(*backlog[contract]))
                    for row, contract in zip(rows, contracts, strict=True)
                    if contract in backlog
                ]
            )

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _report(self, rows, state):
        failed = [row for row in rows if row["errors"]]
        self.write(
            {
                "state": state,
                "ok_count": len(rows) - len(failed),
                "error_count": len(failed),
                "line_ids": [
                    Command.clear(),
                    *(Command.create(self._prepare_report(row)) for row in rows),
                ],
            }
        )

    def _prepare_report(self, row):
        return {
            "row": row["row"],
            "reference": row["reference"],
            "partner": row["customer"],
            "status": self._get_status(row),
            "message": "\n".join(row["errors"] + row["warnings"]),
        }

    def _get_status(self, row):
        if row["errors"]:
            return "error"
        return "look" if row["warnings"] else "ok"

    def _check_rows(self, content):
        """Rows of the file as dicts of text, each with its errors and warnings.

        :raise UserError: for a file that cannot be read as a whole
        """
        try:
            rows = contract_csv.read(content)
        except FileError as error:
            raise UserError(self._get_file_message(error)) from error
        rows = [{**row, "errors": [], "warnings": []} for row in rows]
        importing = self.env["subscription.contract.importing"]
        return importing._check_rows(rows, self.company_id)

    def _get_file_message(self, error):
        facts = error.facts
        if error.code == "too_large":
            return self.env._("The file is larger than %s MB.", facts["limit"])
        if error.code == "encoding":
            return self.env._(
                "The file is not UTF-8 text (byte %s). Save it as CSV UTF-8.",
                facts["position"],
            )
        if error.code == "columns":
            return self.env._(
                "The header lacks the columns %(missing)s. Known columns: %(known)s.",
                missing=", ".join(facts["missing"]),
                known=", ".join(contract_csv.COLUMNS),
            )
        if error.code == "many_columns":
            return self.env._("The file has more than %s columns.", facts["limit"])
        if error.code == "malformed":
            return self.env._(
                "The file is damaged near line %s: a quote is missing.", facts["line"]
            )
        if error.code == "too_many_rows":
            return self.env._("The file has more than %s rows.", facts["limit"])
        return self.env._("The file has a header but no rows.")


class SubscriptionContractImportLine(models.TransientModel):
    """The report on one row of the file."""

    _name = "subscription.contract.import.line"
    _description = "Contract Import Row"
    _order = "status, row"

    import_id = fields.Many2one("subscription.contract.import", ondelete="cascade")
    row = fields.Integer(readonly=True)
    reference = fields.Char()
    partner = fields.Char("Customer")
    status = fields.Selection(
        [("error", "Error"), ("look", "Look at This"), ("ok", "OK")]
    )
    message = fields.Text()
