import base64
import io
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine.local_time import get_zone
from ..formats import usage_table
from ..formats.file_error import FileError
from ..models.texts import Label


class SubscriptionUsageImport(models.TransientModel):
    """Events of usage from a CSV or Excel file, with a report for each row. Rows in
    order are taken, the others can be downloaded, mended and imported again; what was
    taken already is a duplicate then (X4)."""

    _name = "subscription.usage.import"
    _description = "Import Usage"
    _inherit = ["subscription.file.import.mixin"]

    file = fields.Binary("CSV or Excel File", required=True)
    state = fields.Selection(
        [("draft", "File"), ("checked", "Checked"), ("done", "Imported")],
        default="draft",
    )
    line_ids = fields.One2many("subscription.usage.import.line", "import_id")
    created_count = fields.Integer("New Events", readonly=True)
    duplicate_count = fields.Integer("Duplicates", readonly=True)
    rejected_count = fields.Integer("Rejected Rows", readonly=True)
    rejected_file = fields.Binary("Rejected Rows as File", readonly=True)
    rejected_filename = Label(default="rejected.csv")
    example_html = fields.Html(
        "Example", compute="_compute_example_html", sanitize=False
    )

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_example_html(self):
        for wizard in self:
            wizard.example_html = Markup('<a href="%s">%s</a>') % (
                f"/subscription/usage/example/{wizard.company_id.id}.csv",
                self.env._("Download an example for a contract of yours"),
            )

    def _get_example(self):
        """A file that can be imported, as str: events of yesterday for a contract of
        the company; with names made up as long as no usage is sold."""
        self.ensure_one()
        self._get_usage()
        lines = self.env["subscription.contract.line"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("contract_id.state", "=", "active"),
                ("component_id.meter_id.aggregation", "=", "sum"),
            ],
            limit=100,
        )
        for line in lines:
            contract, meter = line.contract_id, line.component_id.meter_id
            day = contract._get_today() - timedelta(days=1)
            if line._is_valid_on(day):
                zone = get_zone(contract.tz)
                return usage_table.example(contract.name, meter.code, day, zone)
        runs = self.env["subscription.billing.run"]
        day = runs._get_billing_date("UTC") - timedelta(days=1)
        return usage_table.example("SUB00001", "api_calls", day, get_zone("UTC"))

    def action_check(self):
        """Look at every row and report, without recording anything."""
        self.ensure_one()
        content = self._check_file()
        return self._run(content, self._get_usage()._preview_events, "checked")

    def action_import(self):
        """Record the rows that are in order."""
        self.ensure_one()

        def record(events, company):
            return self._get_usage()._record_events(events, company, "import")

        return self._run(self._take_file(), record, "done")

    def _get_usage(self):
        """The events of the company, after a look at who asks."""
        usage = self.env["subscription.usage"]
        usage._check_usage_right()
        self._check_works_there()
        return usage.sudo()

    def _run(self, content, take, state):
        """
        :param bytes content: the file
        :param take: what is done with the events, gives the answer of the API
        """
        header, rows = self._read_rows(content)
        answer = take([row.event for row in rows if not row.error], self.company_id)
        results = iter(answer["results"])
        report = [
            (row, self._reject(row) if row.error else next(results)) for row in rows
        ]
        self._report(header, report, state)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Usage"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _reject(self, row):
        checking = self.env["subscription.usage.checking"]
        return {"status": "rejected", "reason": checking._get_reason(row.error)}

    def _report(self, header, report, state):
        statuses = [result["status"] for _row, result in report]
        self.write(
            {
                "state": state,
                **{
                    f"{status}_count": statuses.count(status)
                    for status in ("created", "duplicate", "rejected")
                },
                "rejected_file": self._write_rejected(header, report),
                "line_ids": [
                    Command.clear(),
                    *(Command.create(self._prepare_line(*item)) for item in report),
                ],
            }
        )

    def _prepare_line(self, row, result):
        def text(name):
            return usage_table.to_text(row.event.get(name))

        return {
            "row": row.number,
            "contract": text("contract"),
            "meter": text("meter"),
            "quantity": text("quantity"),
            "instant": text("instant"),
            "key": text("key"),
            "status": result["status"],
            "message": result.get("reason"),
        }

    def _write_rejected(self, header, report):
        """The rejected rows as a file to be mended, False if there are none."""
        rejected = [
            (row.number, result["reason"], row.cells)
            for row, result in report
            if result["status"] == "rejected"
        ]
        if not rejected:
            return False
        stream = io.StringIO(newline="")
        usage_table.write_rejected(stream, header, rejected)
        return base64.b64encode(stream.getvalue().encode("utf-8-sig"))

    def _read_rows(self, content):
        """
        :raise UserError: for a file that cannot be read as a whole
        """
        try:
            return usage_table.read(content)
        except FileError as error:
            raise UserError(self._get_file_message(error)) from error

    def _get_file_message(self, error):
        messages = {
            "too_large": self.env._(
                "The file is larger than %(limit)s MB. Split it, or have it loaded by "
                "scripts/usage-load."
            ),
            "too_many_rows": self.env._(
                "The file has more than %(limit)s rows. Split it, or have it loaded by "
                "scripts/usage-load."
            ),
            "too_many_cells": self.env._(
                "The workbook has more than %(limit)s cells and texts. Split it, or "
                "save what is needed of it as CSV."
            ),
            "many_columns": self.env._("The file has more than %(limit)s columns."),
            "encoding": self.env._(
                "The header is not UTF-8 text. Save the file as CSV UTF-8 or Excel."
            ),
            "delimiter": self.env._(
                "The columns are separated by %(found)s. Save the file with commas or "
                "semicolons."
            ),
            "columns": self.env._(
                "The header lacks the columns %(missing)s. It must name contract, "
                "meter, instant and key, and may name quantity and properties. Is "
                "the delimiter a comma or a semicolon?"
            ),
            "double_column": self.env._("The header names column %(name)s twice."),
            "malformed": self.env._(
                "The file is damaged near line %(line)s: a quote is missing."
            ),
            "no_excel": self.env._(
                "The file is no Excel workbook (.xlsx) that can be read."
            ),
            "no_rows": self.env._("The file has a header but no rows."),
        }
        facts = dict(error.facts)
        if "missing" in facts:
            facts["missing"] = ", ".join(facts["missing"])
        return messages[error.code] % facts


class SubscriptionUsageImportLine(models.TransientModel):
    """The report on one row of the file."""

    _name = "subscription.usage.import.line"
    _description = "Usage Import Row"
    _order = "status desc, row"

    import_id = fields.Many2one("subscription.usage.import", ondelete="cascade")
    row = fields.Integer(readonly=True)
    contract = fields.Char()
    meter = fields.Char()
    quantity = fields.Char()
    instant = fields.Char()
    key = fields.Char()
    status = fields.Selection(
        [("created", "New"), ("duplicate", "Duplicate"), ("rejected", "Rejected")]
    )
    message = fields.Text()
