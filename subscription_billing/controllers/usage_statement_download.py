import tempfile

from werkzeug.wsgi import wrap_file

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request


class UsageStatementController(http.Controller):
    """CSV files of usage statements. Who may read a charge and usage may have them."""

    @http.route(
        "/subscription/statement/charge/<int(max=2147483647):charge_id>.csv",
        type="http",
        auth="user",
        readonly=True,
    )
    def download_charge(self, charge_id):
        charge = request.env["subscription.charge"].browse(charge_id).exists()
        statements = request.env["subscription.usage.statement"]
        return self._respond(charge, lambda: statements._of_charge(charge))

    @http.route(
        "/subscription/statement/line/<int(max=2147483647):line_id>.csv",
        type="http",
        auth="user",
        readonly=True,
    )
    def download_line(self, line_id):
        line = request.env["subscription.contract.line"].browse(line_id).exists()
        runs = request.env["subscription.billing.run"]

        def get_statement():
            line.check_access("read")
            day = runs._get_billing_date(line.sudo().contract_id.tz)
            return request.env["subscription.usage.statement"]._of_line(line, day)

        return self._respond(line, get_statement)

    def _respond(self, record, get_statement):
        """The file, or why there is none. Written to disk before the first byte goes
        out: what does not add up is an error page and no half file."""
        if not record:
            raise request.not_found()
        try:
            statement = get_statement()
        except AccessError:
            raise request.not_found() from None
        except UserError as error:
            return request.make_response(
                str(error), [("Content-Type", "text/plain; charset=utf-8")], status=409
            )
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
        rendering = request.env["subscription.usage.statement.rendering"]
        rendering._write_csv(statement, file)
        size = file.tell()
        file.seek(0)
        name = f"{record._get_statement_file_name()}.csv"
        response = http.Response(
            wrap_file(request.httprequest.environ, file),
            headers=[
                ("Content-Type", "text/csv; charset=utf-8"),
                ("Content-Disposition", http.content_disposition(name)),
                ("Content-Length", size),
                ("Cache-Control", "no-store"),
            ],
            direct_passthrough=True,
        )
        response.call_on_close(file.close)
        return response
