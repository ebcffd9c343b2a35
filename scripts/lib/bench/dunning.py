"""Dunning many debtors: proposals, letters by e-mail, and letters on paper."""

import threading
import time
from datetime import date
from unittest.mock import patch

from psycopg2 import sql

from . import data
from .rating import MIB, memory
from .table import Row

FEW, MANY, ITEMS, LETTERS = 500, 5_000, 4, 1_000
QUICK = 50
DAY = date(2026, 1, 8)


def run(env, quick):
    """Yield the rows of the table; each is measured once, from an empty cache."""
    policy = env.ref("subscription_billing.dunning_policy_german")
    env.company.subscription_dunning_policy_id = policy
    env.company.subscription_dunning_is_automatic = True
    few, many = (QUICK, 2 * QUICK) if quick else (FEW, MANY)
    each = []
    for count in (few, many):
        create_debtors(env, count)
        with Peak() as peak:
            seconds = dun(env, count)
        each.append(seconds / count)
    yield Row(
        f"dunning: {many:,} debtors, {many * ITEMS:,} items, proposed and sent",
        "s",
        [seconds],
        most=60,
    )
    yield Row("dunning: memory grows by", "MiB", [peak.growth], most=300)
    yield Row(
        f"dunning: a debtor of {many:,} / of {few:,}",
        "s",
        [each[1]],
        [each[0]],
        most=1.5,
    )
    count = QUICK if quick else LETTERS
    yield Row(f"dunning: {count:,} letters on paper", "s", [write(env, count)], most=60)


def create_debtors(env, count):
    """Debtors with posted invoices that are due; those before follow up no more."""
    env.cr.execute("UPDATE account_move_line SET no_followup = true")
    product = env["product.product"].create({"name": "Fee", "type": "service"})
    partner = env["res.partner"].create(
        {"name": f"Debtor {count}", "email": "a@example.com", "is_company": True}
    )
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": "2026-01-01",
            "invoice_date_due": "2026-01-01",
            "invoice_payment_term_id": False,
            "invoice_line_ids": [(0, 0, {"product_id": product.id, "price_unit": 100})],
        }
    )
    move.action_post()
    env.flush_all()
    mark = f"bench-{count}"
    data.copy_rows(
        env.cr,
        "res_partner",
        {"ref": sql.Literal(mark), "commercial_partner_id": sql.SQL("NULL")},
        sql.SQL("generate_series(1, %s) AS n WHERE source.id = %s"),
        (count, partner.id),
    )
    env.cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id WHERE ref = %s", [mark]
    )
    copy_invoices(env, move, mark)
    env.cr.execute("ANALYZE res_partner, account_move, account_move_line")
    env.cr.commit()
    env.invalidate_all()


def copy_invoices(env, move, mark):
    """Four invoices for each of the debtors of ``mark``."""
    owner = sql.SQL("debtor.id")
    data.copy_rows(
        env.cr,
        "account_move",
        {
            "ref": sql.Literal(mark),
            "name": sql.SQL("source.name || '-' || debtor.id || '-' || n"),
            "partner_id": owner,
            "commercial_partner_id": owner,
            "access_token": sql.SQL("NULL"),
        },
        sql.SQL(
            "res_partner AS debtor, generate_series(1, %s) AS n"
            " WHERE source.id = %s AND debtor.ref = %s"
        ),
        (ITEMS, move.id, mark),
    )
    data.copy_rows(
        env.cr,
        "account_move_line",
        {
            "move_id": sql.SQL("other.id"),
            "move_name": sql.SQL("other.name"),
            "partner_id": sql.SQL("other.partner_id"),
        },
        sql.SQL("account_move AS other WHERE source.move_id = %s AND other.ref = %s"),
        (move.id, mark),
    )


def dun(env, count):
    """Seconds from nothing to letters sent."""
    steps = env["subscription.dunning.step"]
    before = steps.search_count([("state", "=", "done")])
    started = time.perf_counter()
    runs = type(env["subscription.billing.run"])
    with patch.object(runs, "_get_billing_date", return_value=DAY):
        env["subscription.dunning"]._dun(env.company, DAY)
    seconds = time.perf_counter() - started
    sent = steps.search_count([("state", "=", "done")]) - before
    # And the one all others were copied from.
    if sent != count + 1:
        raise AssertionError(f"{sent} letters were sent to {count} debtors")
    return seconds


def write(env, count):
    """Seconds for as many PDF files."""
    steps = env["subscription.dunning.step"].search(
        [("state", "=", "done")], limit=count
    )
    letters = env["subscription.dunning.letter"]
    started = time.perf_counter()
    for step in steps:
        if not letters._make(step, DAY).startswith(b"%PDF"):
            raise AssertionError("no PDF")
    return time.perf_counter() - started


class Peak:
    """By how many MiB the memory of this process grows at most."""

    def __enter__(self):
        self.before = self.highest = memory("VmRSS")
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def watch(self):
        while not self.is_over.wait(0.05):
            self.highest = max(self.highest, memory("VmRSS"))

    def __exit__(self, *_error):
        self.is_over.set()
        self.thread.join()
        self.growth = (self.highest - self.before) / MIB
