"""What came of the money of the demo, and what must hold of it."""

from collections import Counter

from .collection import METHODS


def print_funnel(collection):
    """Amounts in EUR: invoiced, collected at once, after a retry, open."""
    moves = collection.get_moves()
    print(
        f"\n{'paid by':10} {'invoiced':>13} {'first try':>13} {'after retry':>13}"
        f" {'credited':>13} {'open':>13}  returned"
    )
    for method in (*METHODS, "total"):
        some = moves.filtered(
            lambda move, name=method: name
            in (collection.method_of.get(move.commercial_partner_id.id), "total")
        )
        sums, returned = sum_up(some)
        print(
            f"{method:10} "
            + " ".join(f"{it:13,.2f}" for it in sums)
            + f"  {returned:8}"
        )
    codes = Counter(
        collection.env["subscription.return.entry"].search([]).mapped("code")
    )
    print("returns by code: " + ", ".join(f"{k} {v}" for k, v in sorted(codes.items())))


def sum_up(moves):
    sums = Counter()
    for move in moves:
        attempts = move.subscription_attempt_ids.sorted("id")
        done = attempts.filtered(lambda it: it.state == "done")
        rate = move.amount_total_signed / move.amount_total if move.amount_total else 0
        paid = sum(done.mapped("amount")) * rate
        left = move.amount_residual * rate
        rest = move.amount_total_signed - paid - left
        is_first = done and done == attempts[:1]
        sums["first" if is_first else "retry"] += paid
        # Transfers are made once; else what is left was set off by a credit.
        is_transfer = not attempts and not left
        sums["first" if is_transfer else "credited"] += rest
        sums["open"] += left
        sums["invoiced"] += move.amount_total_signed
    returned = len(
        moves.subscription_attempt_ids.filtered(lambda it: it.state == "returned")
    )
    names = ("invoiced", "first", "retry", "credited", "open")
    return [sums[name] for name in names], returned


def check(collection):
    """Nobody is charged twice; receivables equal the sum of the open items."""
    twice = [name for name, count in collection.charged.items() if count > 1]
    if twice:
        yield f"charged twice: {twice[:3]}"
    lines = collection.env["account.move.line"]
    own = [
        ("company_id", "=", collection.company.id),
        ("account_id.account_type", "=", "asset_receivable"),
        ("parent_state", "=", "posted"),
    ]
    ((balance, residual),) = lines._read_group(
        own, [], ["balance:sum", "amount_residual:sum"]
    )
    print(f"receivables {balance:,.2f}, open items {residual:,.2f}")
    if collection.company.currency_id.compare_amounts(balance, residual):
        yield "receivables differ from the open items"
    stuck = collection.env["subscription.collection.attempt"].search_count(
        [("state", "in", ("running", "unknown"))]
    )
    if stuck:
        yield f"{stuck} attempts are stuck"
