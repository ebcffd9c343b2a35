from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.sentences import refusal


class SepaMandateConsent(CustomerPortal):
    """The debtor agrees to a SEPA mandate online, by the link of an e-mail."""

    @http.route(
        "/my/mandate/<int:mandate_id>", type="http", auth="public", website=True
    )
    def show_mandate(self, mandate_id, access_token=None, **values):
        mandate = self._get_mandate(mandate_id, access_token)
        if not mandate:
            return request.redirect("/my")
        return self._render(mandate, access_token)

    @http.route(
        "/my/mandate/<int:mandate_id>/agree",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def give_consent(self, mandate_id, access_token=None, **values):
        mandate = self._get_mandate(mandate_id, access_token)
        if not mandate:
            return request.redirect("/my")
        # Only what is asked for is taken from the form.
        given = {
            name: (values.get(name) or "").strip()[:140] for name in ("name", "iban")
        }
        error = ""
        try:
            if not all(given.values()) or not values.get("agreed"):
                raise refusal(request.env)._(
                    "Enter name and IBAN, and agree to the mandate."
                )
            with request.env.cr.savepoint():
                mandate._give_consent(
                    given["name"],
                    given["iban"],
                    "",
                    request.httprequest.remote_addr,
                )
        except UserError as refused:
            error = str(refused)
        return self._render(mandate, access_token, error=error, **given)

    def _get_mandate(self, mandate_id, access_token):
        """The mandate as superuser, or None for who may not see it."""
        try:
            mandate = self._document_check_access(
                "subscription.sepa.mandate", mandate_id, access_token
            )
        except (AccessError, MissingError):
            return None
        lang = mandate.partner_id.lang or request.env.lang
        return mandate.with_context(lang=lang)

    def _render(self, mandate, access_token, **values):
        return request.render(
            "subscription_billing.sepa_mandate_page",
            {
                "mandate": mandate,
                "access_token": access_token,
                "page_name": "sepa_mandate",
                "no_breadcrumbs": True,
                "error": "",
                "name": mandate.holder or mandate.partner_id.name,
                "iban": "",
                **values,
            },
        )
