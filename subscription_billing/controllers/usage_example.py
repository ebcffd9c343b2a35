from odoo import http
from odoo.exceptions import AccessError
from odoo.http import request


class UsageExampleController(http.Controller):
    """A CSV file of events as the import takes it, for whoever may import them."""

    @http.route(
        "/subscription/usage/example/<int(max=2147483647):company_id>.csv",
        type="http",
        auth="user",
        readonly=True,
    )
    def download(self, company_id):
        imports = request.env["subscription.usage.import"].with_context(
            allowed_company_ids=[company_id]
        )
        try:
            content = imports.new({"company_id": company_id})._get_example()
        except AccessError:
            raise request.not_found() from None
        return request.make_response(
            content.encode("utf-8-sig"),
            [
                ("Content-Type", "text/csv; charset=utf-8"),
                ("Content-Disposition", http.content_disposition("usage.csv")),
                ("Cache-Control", "no-store"),
            ],
        )
