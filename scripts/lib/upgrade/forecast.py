# Run by Odoo's shell, before the two files that make and look: what a year bills.
import json

from dateutil.relativedelta import relativedelta

today = env["subscription.billing.run"]._get_billing_date("UTC")
NAMES = ("contract_id", "line_id", "date", "date_start", "date_end", "quantity")


def show(title, records):
    """Print the forecast of contracts, a JSON list a row."""
    until = today + relativedelta(years=1)
    rows = env["subscription.forecast"]._get_rows(records, today, until)
    for row in rows:
        values = [str(row.get(name)) for name in NAMES]
        amount = f"{row.get('amount', 0):.2f}"
        print(json.dumps([title, *values, amount, row.get("note")]))
