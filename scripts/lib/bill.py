"""Bills everything that is due up to a date, as the scheduled action would.

Exit code 1 when contracts were parked because they could not be billed.
"""

import argparse
import sys
from datetime import date

from odoo_session import open_env, require_addon


def calendar_date(text):
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f'"{text}" is no date; a date looks like 2026-02-28'
        raise argparse.ArgumentTypeError(message) from None


def parse_arguments():
    parser = argparse.ArgumentParser(prog="scripts/bill", description=__doc__)
    parser.add_argument(
        "--date",
        type=calendar_date,
        required=True,
        metavar="YYYY-MM-DD",
        help="bill what is due up to and including this day",
    )
    parser.add_argument(
        "--database",
        default="subscription_demo",
        metavar="NAME",
        help="default: %(default)s",
    )
    parser.add_argument(
        "--company", metavar="NAME", help="only this company; default: all of them"
    )
    return parser.parse_args()


def find_companies(env, name):
    companies = env["res.company"].search([("name", "=", name)] if name else [])
    if not companies:
        known = ", ".join(env["res.company"].search([]).mapped("name"))
        sys.exit(f'error: there is no company "{name}"; there are: {known}')
    return companies


def report(runs, day):
    """Print what each run did; 1 when a contract could not be billed."""
    if not runs:
        print(f"Nothing is due up to {day}.")
    for run in runs:
        print(
            f"{run.name}  {run.company_id.name}: {run.contract_count} contracts, "
            f"{run.invoice_count} invoices, net {run.amount_untaxed:.2f}, "
            f"total {run.amount_total:.2f} {run.company_currency_id.name}"
        )
        if run.failure_count:
            print(f"    {run.failure_count} contracts parked with their error")
    return 1 if any(runs.mapped("failure_count")) else 0


def main():
    from odoo.exceptions import UserError

    options = parse_arguments()
    require_addon(options.database, "subscription_billing")
    with open_env(options.database) as env:
        companies = find_companies(env, options.company)
        try:
            runs = env["subscription.billing.run"]._run_for_date(
                options.date, companies
            )
        except UserError as error:
            sys.exit(f"error: {error}")
        env.cr.commit()
        return report(runs, options.date)


if __name__ == "__main__":
    sys.exit(main())
