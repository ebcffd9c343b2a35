"""Taking events over HTTP: two clients, two workers, everything on this machine."""

import http.client
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from . import data
from .intake import prepare_vals
from .table import Row, interleave, per_second

CLIENTS, WORKERS, BATCH = 2, 2, 1_000
BATCHES, QUICK_BATCHES = 10, 2
RECORD = "/json/2/subscription.usage/record_usage"
CREATE = "/json/2/subscription.usage/create"
ROUTE = "/subscription/usage"
START_SECONDS = 60
# Odoo starts its third worker by this file's name, which `-m odoo` does not have.
LAUNCHER = "from odoo.cli.command import main\n\nmain()\n"


def run(env, contracts, rounds, quick):
    """Yield the rows of the table."""
    batches = QUICK_BATCHES if quick else BATCHES
    keys = create_keys(env)
    env.cr.commit()
    with serve(env.cr.dbname) as port:
        sender = Sender(env.cr.dbname, port, keys, contracts, batches)
        sender.warm_up()
        times = interleave(
            rounds,
            {
                "record": lambda n: sender.record(RECORD, f"http-{n}"),
                "route": lambda n: sender.record(ROUTE, f"route-{n}"),
                "create": lambda n: sender.create(f"http-create-{n}"),
            },
        )
    count = CLIENTS * batches * BATCH
    recorded = per_second(count, times["record"])
    routed = per_second(count, times["route"])
    # One batch a client: the create is that slow.
    created = per_second(CLIENTS * BATCH, times["create"])
    what = "HTTP: JSON-2 record_usage by 1,000"
    yield Row(what, "events/s", recorded, least=10_000)
    yield Row(f"{what}, against create", "events/s", recorded, created, least=2.5)
    yield Row("HTTP: slim route by 1,000", "events/s", routed, least=10_000)


def create_keys(env):
    """API keys of a user who may record usage: for JSON-2, and for the route alone."""
    user = env["res.users"].create(
        {
            "name": "Usage Benchmark",
            "login": "usage-benchmark",
            "group_ids": [
                (
                    4,
                    env.ref(
                        f"subscription_billing.subscription_billing_group_{name}"
                    ).id,
                )
                for name in ("usage", "manager")
            ],
        }
    )
    make = env["res.users.apikeys"].with_user(user)._generate
    expiration = env.cr.now() + timedelta(days=1)
    return {
        RECORD: make("rpc", "benchmark", expiration),
        CREATE: make("rpc", "benchmark", expiration),
        ROUTE: make("subscription.usage", "benchmark", expiration),
    }


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serve(database):
    """A server with two workers; give its port."""
    port = free_port()
    options = {
        "--database": database,
        "--db-filter": f"^{database}$",
        "--http-port": port,
        "--gevent-port": free_port(),
        "--workers": WORKERS,
        "--max-cron-threads": 0,
        "--log-level": "warn",
    }
    with tempfile.TemporaryDirectory() as folder:
        launcher = Path(folder, "odoo-bin")
        launcher.write_text(LAUNCHER)
        arguments = (f"{name}={value}" for name, value in options.items())
        server = subprocess.Popen([sys.executable, launcher, *arguments])
        try:
            await_server(server, port)
            yield port
        finally:
            server.terminate()
            server.wait()


def await_server(server, port):
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            post(connect(port), "/web/health", {}, None, method="GET")
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server of the benchmark does not answer")


def connect(port):
    return http.client.HTTPConnection("127.0.0.1", port, timeout=120)


def post(connection, path, headers, body, method="POST"):
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    content = response.read()
    if response.status != 200:
        raise SystemExit(f"{path}: {response.status} {content[:500]!r}")
    return json.loads(content)


class Sender:
    """Sends batches of events by as many clients as there are workers."""

    def __init__(self, database, port, keys, contracts, batches):
        self.database, self.port, self.keys = database, port, keys
        self.contracts, self.batches = contracts, batches

    def warm_up(self):
        """Every worker has loaded its registry before anything counts."""
        for number in range(3):
            self.record(RECORD, f"warm-{number}")
            self.record(ROUTE, f"warm-route-{number}")
            self.create(f"warm-create-{number}")

    def record(self, path, prefix):
        batches = [
            json.dumps({"events": self.prepare(f"{prefix}-{n}")})
            for n in range(CLIENTS * self.batches)
        ]

        def check(answer):
            if answer["created"] != BATCH:
                raise SystemExit(f"{path}: not taken: {answer['results'][0]}")

        return self.send(path, batches, check)

    def create(self, prefix):
        batches = [
            json.dumps(
                {
                    "vals_list": prepare_vals(
                        self.contracts, self.prepare(f"{prefix}-{n}")
                    )
                }
            )
            for n in range(CLIENTS)
        ]
        return self.send(CREATE, batches, lambda answer: None)

    def prepare(self, prefix):
        return data.prepare_events(self.contracts, prefix, BATCH)

    def send(self, path, bodies, check):
        """Seconds from the first request to the last answer."""
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.keys[path]}",
            "X-Odoo-Database": self.database,
        }
        go, failures = threading.Event(), []

        def client(number):
            connection = connect(self.port)
            go.wait()
            try:
                for body in bodies[number::CLIENTS]:
                    check(post(connection, path, headers, body))
            except (SystemExit, OSError) as error:
                failures.append(str(error))
            finally:
                connection.close()

        threads = [
            threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        started = time.perf_counter()
        go.set()
        for thread in threads:
            thread.join()
        if failures:
            raise SystemExit(failures[0])
        return time.perf_counter() - started
