"""What a client of the usage route is told while all connections are taken.

Odoo borrows the connection of a request before it looks for the route, so that no
controller can answer then; its own answer is a 500 that says nothing. Clients send the
same events again, with their keys, and nothing is counted twice (X4).
"""

import functools
import json

from psycopg2.pool import PoolError

from odoo import http

ROUTE = "/subscription/usage"
RETRY_AFTER = 2  # seconds


def _answer_when_full(serve):
    @functools.wraps(serve)
    def _serve_db(request):
        try:
            return serve(request)
        except PoolError:
            if request.httprequest.path != ROUTE:
                raise
            return http.Response(
                json.dumps({"error": "All connections are taken. Send it again."}),
                status=503,
                headers={"Retry-After": str(RETRY_AFTER)},
                content_type="application/json; charset=utf-8",
            )

    return _serve_db


http.Request._serve_db = _answer_when_full(http.Request._serve_db)
