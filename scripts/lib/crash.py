"""Kills processes that collect and dun, and lets others go on.

Usage: python -m crash DATABASE

Run on the database of the demo. Each attempt to collect is killed between two of its
steps, at each of them more than once; then a process that is not killed goes on. Two
processes at once collect 200 invoices. The provider is simulated and keeps its own
record of what it was asked. Exit code 1 if anybody was charged twice, or an invoice is
not settled.
"""

import sys
import tempfile
import time
from collections import Counter
from datetime import date
from itertools import count
from pathlib import Path
from unittest.mock import patch

import crash_dunning
from killing import Killer, finish, start
from odoo_session import open_env, require_addon

DAY = date(2027, 6, 1)
# The steps of an attempt between which a process may die.
STEPS = (
    "before the attempt is written",
    "after the attempt is committed",
    "before the provider is asked",
    "after the provider has charged",
    "before the answer is committed",
    "after the answer is committed",
    "before the payment is committed",
    "after the payment is committed",
)
ROUNDS = 3
PARALLEL = 200


def work(database, step, record):
    """Collect what is due, in a process of its own; dies at ``step``."""
    killer = Killer(step)
    commits = count(1)
    with open_env(database) as env:
        company = get_company(env)
        env = env(context={"allowed_company_ids": company.ids})
        attempts = type(env["subscription.collection.attempt"])
        transactions = type(env["payment.transaction"])
        commit = attempts._commit

        def commit_or_die(attempt):
            names = {
                2: (STEPS[0], STEPS[1]),
                3: (STEPS[4], STEPS[5]),
                4: (STEPS[6], STEPS[7]),
            }.get(next(commits), (None, None))
            killer.reach(names[0])
            commit(attempt)
            killer.reach(names[1])

        def charge(transaction):
            killer.reach(STEPS[2])
            with record.open("a") as file:
                file.write(f"{transaction.reference} {transaction.amount:.2f}\n")
            killer.reach(STEPS[3])
            transaction._set_done()

        with (
            patch.object(attempts, "_commit", commit_or_die),
            patch.object(transactions, "_send_payment_request", charge),
        ):
            env["subscription.collecting"]._collect(env.company, DAY)
        env.cr.commit()


def begin(database, step, record):
    """Start a process that collects; its id."""
    return start(lambda: work(database, step, record))


def get_company(env):
    return env["res.company"].search([("name", "=", "Nordlicht Software GmbH")])


def create_invoices(database, number_of):
    """Invoices of one contract that is paid by card; their ids."""
    with open_env(database) as env:
        company = get_company(env)
        env = env(context={"allowed_company_ids": company.ids})
        token = env["payment.token"].search([("company_id", "=", company.id)], limit=1)
        contract = env["subscription.contract"].search(
            [("partner_id", "child_of", token.partner_id.commercial_partner_id.id)],
            limit=1,
        )
        line = contract.line_ids[:1]
        moves = env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": contract.partner_id.id,
                    "invoice_date": DAY,
                    "currency_id": contract.currency_id.id,
                    "invoice_line_ids": [
                        (
                            0,
                            0,
                            {
                                "product_id": line.product_id.id,
                                "quantity": 1,
                                "price_unit": 10.0 + number,
                                "tax_ids": False,
                                "subscription_contract_id": contract.id,
                            },
                        )
                    ],
                }
                for number in range(number_of)
            ]
        )
        moves.action_post()
        env.cr.commit()
        return moves.ids


def settle_the_rest(database, record):
    """What is open from before must not count."""
    finish(begin(database, None, record))


def read(record):
    """How often each reference was charged."""
    return Counter(line.split()[0] for line in record.read_text().splitlines())


def judge(database, ids, charged):
    """What is wrong with invoices, as sentences. The provider knows a reference that
    was sent twice as the same payment."""
    with open_env(database) as env:
        for move in env["account.move"].browse(ids):
            attempts = move.subscription_attempt_ids
            references = {it.transaction_id.reference for it in attempts}
            if len(references & charged.keys()) != 1:
                yield f"{move.name} was charged by {references & charged.keys()}"
            if not move._is_settled():
                yield f"{move.name} is open: {attempts.mapped('state')}"
            paid = move.matched_payment_ids | move.transaction_ids.payment_id
            if len(paid) != 1:
                yield f"{move.name} has {len(paid)} payments"
            if len(attempts.filtered(lambda it: it.state == "done")) != 1:
                yield f"{move.name} has the attempts {attempts.mapped('state')}"


def kill_all(database, folder):
    kills, failures = 0, []
    for number in range(ROUNDS):
        for step in STEPS:
            ids = create_invoices(database, 1)
            record = folder / f"{number}-{STEPS.index(step)}"
            record.touch()
            if not finish(begin(database, step, record)):
                failures.append(f"nothing was killed {step}")
            kills += 1
            finish(begin(database, None, record))
            failures += [
                f"{it} (killed {step})" for it in judge(database, ids, read(record))
            ]
    print(f"{kills} kills at {len(STEPS)} steps, {len(failures)} faults")
    return failures


def race(database, folder):
    """Two at once over many invoices: each is asked for once."""
    ids = create_invoices(database, PARALLEL)
    record = folder / "race"
    record.touch()
    started = time.perf_counter()
    for pid in [begin(database, None, record) for _worker in range(2)]:
        finish(pid)
    seconds = time.perf_counter() - started
    charged = read(record)
    failures = list(judge(database, ids, charged))
    failures += [
        f"{name} was asked for {n} times" for name, n in charged.items() if n > 1
    ]
    print(
        f"{PARALLEL} invoices by 2 processes in {seconds:.1f} s, {len(failures)} faults"
    )
    return failures


def main(database):
    require_addon(database, "subscription_billing")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settle_the_rest(database, folder / "rest")
        failures = [*kill_all(database, folder), *race(database, folder)]
    failures += crash_dunning.run(database, get_company)
    for failure in failures:
        print(f"FAILED: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
