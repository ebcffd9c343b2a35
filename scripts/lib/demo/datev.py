"""How the demo's company hands its books to the tax adviser: a file for each month."""

import time

from dateutil.relativedelta import relativedelta


def export_months(env, days):
    """Export each month; yield what is wrong with its file."""
    env.company.write({"datev_consultant": 29098, "datev_client": 55003})
    exports = env["subscription.datev.export"]
    print(f"\n{'DATEV':8} {'entries':>8} {'rows':>8} {'revenue':>13}  time")
    for day in days:
        started = time.perf_counter()
        export = exports.create(
            {"date_from": day + relativedelta(day=1), "date_to": day}
        )
        export.action_check()
        if export.error_count:
            errors = export.finding_ids.filtered(lambda it: it.severity == "error")
            yield f"DATEV {export.name}: {errors[0].name} ({len(errors)} errors)"
            continue
        export.action_export()
        env.cr.commit()
        revenue = sum(
            each.amount_rows for each in export.sum_ids if each.account[:1] == "8"
        )
        print(
            f"{export.name:8} {export.move_count:8} {export.row_count:8} "
            f"{-revenue:13,.2f}  {time.perf_counter() - started:5.1f} s"
        )
        yield from check(export)


def check(export):
    """The sums of the rows are the ledger's, and nothing of the month is left out."""
    for each in export.sum_ids.filtered("amount_difference"):
        yield f"DATEV {export.name}: account {each.account} {each.amount_difference}"
    domain = [
        ("company_id", "=", export.company_id.id),
        ("date", ">=", export.date_from),
        ("date", "<=", export.date_to),
        ("parent_state", "=", "posted"),
    ]
    lines = export.env["account.move.line"]
    by_account = lines._read_group(domain, ["account_id"], ["balance:sum"])
    told = {each.account: each.amount_rows for each in export.sum_ids}
    for account, balance in by_account:
        is_person = account.account_type in ("asset_receivable", "liability_payable")
        amount = told.get(account.code, 0)
        if not is_person and export.company_id.currency_id.compare_amounts(
            amount, balance
        ):
            told_and_asked = f"{amount:,.2f}, not {balance:,.2f}"
            yield f"DATEV {export.name}: {account.code} is {told_and_asked}"
