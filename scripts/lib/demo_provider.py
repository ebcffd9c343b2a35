"""Collects through Odoo's own demo provider. Usage: python -m demo_provider DATABASE

Run on a copy of the demo's database, with the addon ``payment_demo``. An invoice is
collected for each answer that provider can give; exit code 1 if an attempt or its
invoice ends in another state than it should.
"""

import sys

from crash import DAY, create_invoices, get_company
from odoo_session import open_env, require_addon

# What the provider answers, and what becomes of the attempt.
ANSWERS = {"done": "done", "pending": "pending", "cancel": "failed", "error": "failed"}


def set_up(env, company):
    """The provider of the company, in test mode as it can only be."""
    provider = env["payment.provider"].search(
        [("code", "=", "demo"), ("company_id", "=", company.id)], limit=1
    )
    provider.state = "test"
    provider.journal_id = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
    )
    return provider


def collect(env, provider, move, state):
    """Charge an invoice by a new card for which the provider answers ``state``."""
    card = env["payment.token"].create(
        {
            "provider_id": provider.id,
            "payment_method_id": provider.payment_method_ids[:1].id,
            "payment_details": "4111",
            "partner_id": move.partner_id.id,
            "provider_ref": f"demo {state}",
            "demo_simulated_state": state,
        }
    )
    env["subscription.collecting"]._collect(move.company_id, DAY)
    return card


def judge(move, card, state):
    attempt = move.subscription_attempt_ids.filtered(lambda it: it.token_id == card)
    attempt = attempt.filtered("transaction_id")
    if attempt.state != ANSWERS[state]:
        yield f"{state}: the attempt is {attempt.state} ({attempt.message})"
    if state == "pending":
        attempt.transaction_id.action_demo_set_done()
        attempt.transaction_id._post_process()
        if attempt.state != "done":
            yield f"pending, then done: the attempt is {attempt.state}"
    settled = state in ("done", "pending")
    if move._is_settled() != settled:
        yield f"{state}: the invoice is {move.payment_state}"


def main(database):
    require_addon(database, "payment_demo")
    failures = []
    for state in ANSWERS:
        (move_id,) = create_invoices(database, 1)
        with open_env(database) as env:
            company = get_company(env)
            env = env(context={"allowed_company_ids": company.ids})
            move = env["account.move"].browse(move_id)
            card = collect(env, set_up(env, company), move, state)
            failures += judge(move, card, state)
            # What failed is not to be charged along with the next one.
            move.subscription_attempt_ids.filtered(
                lambda it: it.state == "scheduled"
            ).state = "skipped"
            env.cr.commit()
    print(f"Odoo's demo provider: {len(ANSWERS)} answers, {len(failures)} faults")
    for failure in failures:
        print(f"FAILED: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
