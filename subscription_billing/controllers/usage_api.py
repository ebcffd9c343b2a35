import json
import re

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request

SCOPE = "subscription.usage"
# 10,000 events with a few properties each; Odoo's own limit is far above.
MAX_BYTES = 16 * 1024 * 1024
BEARER = re.compile(r"bearer +(\S+) *", re.IGNORECASE)
UNAUTHORIZED, FORBIDDEN, BAD_REQUEST = 401, 403, 400
LENGTH_REQUIRED, TOO_LARGE = 411, 413


class Refused(Exception):
    """The request is answered with a status and a reason."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status


class UsageApiController(http.Controller):
    """Usage of a sold service, by keys that can do nothing else (O3).

    The route checks the key itself: Odoo's ``auth="bearer"`` takes global keys only,
    which open everything. One such key is refused here, so that nobody hands one out.
    """

    @http.route(
        "/subscription/usage",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        readonly=False,
        save_session=False,
    )
    def record_usage(self):
        return self._answer(self._record)

    @http.route(
        "/subscription/usage",
        type="http",
        auth="none",
        methods=["GET"],
        readonly=True,
        save_session=False,
    )
    def get_usage(self, contract="", date=None):
        return self._answer(
            lambda: request.env["subscription.contract"].get_usage(contract, date)
        )

    def _record(self):
        return request.env["subscription.usage"].record_usage(self._read_events())

    def _answer(self, work):
        """Do the work as the user of the key; say as JSON what became of it."""
        try:
            self._authenticate()
            return self._respond(work())
        except Refused as error:
            return self._refuse(error.status, str(error))
        except AccessError as error:
            return self._refuse(FORBIDDEN, str(error))
        except UserError as error:
            # Nothing half written, also if the error came late.
            request.env.cr.rollback()
            return self._refuse(BAD_REQUEST, str(error))

    def _refuse(self, status, reason):
        headers = {"WWW-Authenticate": "Bearer"} if status == UNAUTHORIZED else None
        return self._respond({"error": reason}, headers, status)

    def _respond(self, body, headers=None, status=200):
        """As ASCII: a client may have sent what no UTF-8 can say, and Odoo counts
        characters where the length of the answer has to be in bytes."""
        headers = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        return request.make_response(
            json.dumps(body), list(headers.items()), status=status
        )

    def _authenticate(self):
        """Become the user of the key.

        A global key passes for every scope, a scoped one for its own only: so a key
        that passes for another scope as well is global.
        """
        header = request.httprequest.headers.get("Authorization", "")
        token = BEARER.fullmatch(header)
        if not token:
            raise Refused(UNAUTHORIZED, "Send the header Authorization: Bearer KEY.")
        keys = request.env["res.users.apikeys"].sudo()
        uid = keys._check_credentials(scope=SCOPE, key=token[1])
        if not uid:
            raise Refused(UNAUTHORIZED, "The key is unknown, expired or revoked.")
        if keys._check_credentials(scope=f"not {SCOPE}", key=token[1]):
            raise Refused(
                FORBIDDEN,
                "This key opens everything. Make one for usage only: in the form of "
                "the user, Actions, New Usage Key.",
            )
        request.update_env(user=uid, su=False)
        request.update_context(lang=request.env.user.lang)

    def _read_events(self):
        length = request.httprequest.content_length
        if length is None:
            raise Refused(LENGTH_REQUIRED, "Send the header Content-Length.")
        if length > MAX_BYTES:
            raise Refused(
                TOO_LARGE, f"At most {MAX_BYTES} bytes are taken. Send less at once."
            )
        try:
            body = json.loads(request.httprequest.get_data())
        except (ValueError, RecursionError):
            raise Refused(BAD_REQUEST, "The body is no JSON in UTF-8.") from None
        if not isinstance(body, dict) or body.keys() != {"events"}:
            raise Refused(BAD_REQUEST, 'Send {"events": [...]} and nothing else.')
        return body["events"]
