"""Kills processes that dun: before and after booking, letter, e-mail and the rest, and
before the commit. Whoever comes next sends, books and mails once."""

import os
from contextlib import ExitStack
from datetime import date
from unittest.mock import patch

from killing import Killer, finish, start
from odoo_session import open_env

DAY = date(2027, 7, 1)
DUE = date(2027, 6, 1)
METHODS = ("_book", "_write_letters", "_queue_mails", "_act", "_log")
STEPS = tuple(f"{when} {name}" for name in METHODS for when in ("before", "after"))
PARALLEL = 60


def run(database, get_company):
    """What went wrong, as sentences."""
    prepare(database, get_company)
    failures = kill_all(database, get_company)
    return failures + race(database, get_company)


def prepare(database, get_company):
    """Only debtors with a policy of their own are dunned."""
    with open_env(database) as env:
        company = get_company(env)
        company.subscription_dunning_policy_id = False
        company.subscription_dunning_is_automatic = True
        env["subscription.dunning.step"].search([("state", "!=", "done")]).unlink()
        env.cr.commit()


def kill_all(database, get_company):
    failures = []
    for step in STEPS:
        ids = create_debtors(database, get_company, 1)
        if not finish(start(lambda at=step: work(database, get_company, at))):
            failures.append(f"nothing was killed {step}")
        finish(start(lambda: work(database, get_company)))
        failures += [f"{it} (killed {step})" for it in judge(database, ids)]
    print(f"dunning: {len(STEPS)} kills, {len(failures)} faults")
    return failures


def race(database, get_company):
    """Two at once: each debtor gets one letter."""
    ids = create_debtors(database, get_company, PARALLEL)
    for pid in [start(lambda: work(database, get_company)) for _worker in range(2)]:
        finish(pid)
    finish(start(lambda: work(database, get_company)))
    failures = list(judge(database, ids))
    print(f"dunning: {PARALLEL} debtors by 2 processes, {len(failures)} faults")
    return failures


def work(database, get_company, step=None):
    """Dun, in a process of its own; dies at ``step``."""
    killer = Killer(step)
    with open_env(database) as env, ExitStack() as stack:
        company = get_company(env)
        env = env(context={"allowed_company_ids": company.ids})
        steps = type(env["subscription.dunning.step"])
        for name in METHODS:
            method = getattr(steps, name)

            def reach(records, *args, name=name, method=method):
                killer.reach(f"before {name}")
                result = method(records, *args)
                killer.reach(f"after {name}")
                return result

            stack.enter_context(patch.object(steps, name, reach))
        env["subscription.dunning"]._dun(company, DAY)
        env.cr.commit()


def create_debtors(database, get_company, count):
    """Businesses with an invoice that is overdue; their ids."""
    with open_env(database) as env:
        company = get_company(env)
        env = env(context={"allowed_company_ids": company.ids})
        level = {"name": "Crash", "days": 7, "channel": "both", "flat_fee": 40}
        policy = env["subscription.dunning.policy"].create(
            {
                "name": "Crash",
                "company_id": company.id,
                "level_ids": [(0, 0, level)],
            }
        )
        product = env["product.product"].create({"name": "Fee", "type": "service"})
        partners = env["res.partner"].create(
            [
                {
                    "name": f"Debtor {os.getpid()}-{number}",
                    "email": "debtor@example.com",
                    "is_company": True,
                    "subscription_dunning_policy_id": policy.id,
                }
                for number in range(count)
            ]
        )
        env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": DUE,
                    "invoice_date_due": DUE,
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        (0, 0, {"product_id": product.id, "price_unit": 100})
                    ],
                }
                for partner in partners
            ]
        ).action_post()
        env.cr.commit()
        return partners.ids


def judge(database, ids):
    """One letter, one PDF, one e-mail, one entry per debtor."""
    with open_env(database) as env:
        for partner in env["res.partner"].browse(ids):
            steps = env["subscription.dunning.step"].search(
                [("partner_id", "=", partner.id)]
            )
            if steps.mapped("state") != ["done"]:
                yield f"{partner.name} has the letters {steps.mapped('state')}"
            counts = {
                "entries": env["account.move"].search_count(
                    [
                        ("partner_id", "=", partner.id),
                        ("subscription_claim_kind", "!=", False),
                    ]
                ),
                "e-mails": env["mail.mail"].search_count(
                    [("model", "=", steps._name), ("res_id", "in", steps.ids)]
                ),
                "PDFs": env["ir.attachment"].search_count(
                    [
                        ("res_model", "=", steps.case_id._name),
                        ("res_id", "in", steps.case_id.ids),
                    ]
                ),
            }
            wrong = [f"{n} {name}" for name, n in counts.items() if n != 1]
            if wrong:
                yield f"{partner.name} has {', '.join(wrong)}"
