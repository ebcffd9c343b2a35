"""What a client of the usage route is told while all connections are taken.

Odoo borrows connections before it looks for the route, so that no controller can answer
then; its own answer is a 500 that says nothing. Clients send the same events again,
with their keys, and nothing is counted twice (X4).
"""

import functools
import json

from psycopg2.pool import PoolError

from odoo import http

ROUTE = "/subscription/usage"
RETRY_AFTER = 2  # seconds


def _answer_when_full(handle_error):
    @functools.wraps(handle_error)
    def wrapper(dispatcher, exc):
        path = dispatcher.request.httprequest.path
        if not isinstance(exc, PoolError) or path != ROUTE:
            return handle_error(dispatcher, exc)
        return http.Response(
            json.dumps({"error": "All connections are taken. Send it again."}),
            status=503,
            headers={"Retry-After": str(RETRY_AFTER)},
            content_type="application/json; charset=utf-8",
        )

    return wrapper


http.HttpDispatcher.handle_error = _answer_when_full(http.HttpDispatcher.handle_error)
