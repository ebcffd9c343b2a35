"""Whether the demo company bills what was forecast for it."""

from collections import Counter
from datetime import timedelta

from dateutil.relativedelta import relativedelta


def check_forecast(env, companies, day, months):
    """Forecast all contracts from `day`; hand the answer to `compare_forecast` when the
    months have been billed. Call it after the run of the day before, and with every
    change and event of usage of these months already recorded."""
    until = day + relativedelta(months=months) - timedelta(days=1)
    contracts = env["subscription.contract"].search(
        [("company_id", "in", companies.ids)]
    )
    rows = env["subscription.forecast"]._get_rows(contracts, day, until)
    last = env["subscription.charge"].search([], order="id desc", limit=1)
    return {
        "contracts": contracts,
        "until": until,
        "since": last.id or 0,
        "problems": [row["note"] for row in rows if row["status"] == "problem"],
        "rows": Counter(
            key_of(row["kind"], row["line_id"], row) for row in rows if "kind" in row
        ),
    }


def compare_forecast(env, forecast, without=None):
    """Yield a sentence for each row that was billed otherwise.

    Days of billing are not compared: the demo bills at the ends of months.

    :param without: contracts that were changed after the forecast was made
    """
    yield from forecast["problems"]
    contracts = forecast["contracts"]
    contracts -= without or contracts.browse()
    charges = env["subscription.charge"].search(
        [
            ("id", ">", forecast["since"]),
            ("contract_id", "in", contracts.ids),
            ("kind", "!=", "refund"),
            ("run_id.date", "<=", forecast["until"]),
        ]
    )
    billed = Counter(key_of(row.kind, row.line_id.id, row) for row in charges)
    lines = set(contracts.line_ids.ids)
    expected = Counter(
        {key: n for key, n in forecast["rows"].items() if key[1] in lines}
    )
    print(f"\nforecast: {expected.total()} charges, billed {billed.total()}")
    for key in sorted((expected - billed).elements()):
        yield f"forecast and not billed: {describe(env, key)}"
    for key in sorted((billed - expected).elements()):
        yield f"billed and not forecast: {describe(env, key)}"


def key_of(kind, line, row):
    kind = "fee" if kind == "usage" else kind
    return kind, line, row["date_start"], row["date_end"], f"{row['amount']:.2f}"


def describe(env, key):
    kind, line, start, end, amount = key
    line = env["subscription.contract.line"].browse(line)
    return f"{line.contract_id.name} {line.name} {kind} {start} to {end}: {amount}"
