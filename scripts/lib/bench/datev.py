"""Exporting posted invoices to DATEV: how long, how much memory, and how it grows."""

import time

from psycopg2 import sql

from . import data
from .dunning import Peak
from .table import Row

FEW, MANY, QUICK = 2_000, 20_000, 20
FIRST, LAST = "2026-10-01", "2026-10-31"


def run(env, quick):
    """Yield the rows of the table; each is measured once, from an empty cache."""
    env = create_company(env)
    few, many = (QUICK, 2 * QUICK) if quick else (FEW, MANY)
    each = []
    for count in (few, many):
        create_invoices(env, count)
        with Peak() as peak:
            checked, exported = export(env, count)
        each.append(exported / count)
    yield Row(f"DATEV: {many:,} invoices checked", "s", [checked], most=60)
    yield Row(f"DATEV: {many:,} invoices exported", "s", [exported], most=60)
    yield Row("DATEV: memory grows by", "MiB", [peak.growth], most=300)
    what = f"DATEV: an invoice of {many:,} / of {few:,}"
    yield Row(what, "s", [each[1]], [each[0]], most=1.5)


def create_company(env):
    """A company on SKR 03."""
    company = env["res.company"].create({"name": "DATEV GmbH"})
    env["account.chart.template"].try_loading(
        "de_skr03", company=company, install_demo=False
    )
    company.write({"datev_consultant": 29098, "datev_client": 55003})
    env.user.company_ids += company
    env.cr.commit()
    return env(context={**env.context, "allowed_company_ids": company.ids})


def create_invoices(env, count):
    """Posted invoices of as many customers; those before belong to another month."""
    env.cr.execute(
        "UPDATE account_move SET date = '2025-01-01' WHERE company_id = %s",
        [env.company.id],
    )
    tax = env["account.chart.template"].ref("tax_ust_19_skr03")
    partner = env["res.partner"].create({"name": f"Customer {count}"})
    line = {"name": "Plan Pro", "price_unit": 100, "tax_ids": [(6, 0, tax.ids)]}
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": FIRST,
            "invoice_line_ids": [(0, 0, line)],
        }
    )
    move.action_post()
    env.flush_all()
    mark = f"datev-{count}"
    data.copy_rows(
        env.cr,
        "res_partner",
        {"ref": sql.Literal(mark), "commercial_partner_id": sql.SQL("NULL")},
        sql.SQL("generate_series(1, %s) AS n WHERE source.id = %s"),
        (count - 1, partner.id),
    )
    env.cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id WHERE ref = %s", [mark]
    )
    copy_invoices(env, move, mark)
    env.cr.commit()
    env.invalidate_all()


def copy_invoices(env, move, mark):
    """An invoice for each of the customers of ``mark``, its lines and their taxes."""
    owner = sql.SQL("debtor.id")
    data.copy_rows(
        env.cr,
        "account_move",
        {
            "ref": sql.Literal(mark),
            "name": sql.SQL("source.name || '-' || debtor.id"),
            "partner_id": owner,
            "commercial_partner_id": owner,
            "access_token": sql.SQL("NULL"),
        },
        sql.SQL("res_partner AS debtor WHERE source.id = %s AND debtor.ref = %s"),
        (move.id, mark),
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
    env.cr.execute(
        "INSERT INTO account_move_line_account_tax_rel"
        " SELECT line.id, %s FROM account_move_line line JOIN account_move other"
        " ON other.id = line.move_id WHERE other.ref = %s AND line.display_type = %s",
        [move.invoice_line_ids.tax_ids.id, mark, "product"],
    )
    env.cr.execute("ANALYZE res_partner, account_move, account_move_line")


def export(env, count):
    """Seconds of the check, which numbers the debtors, and of the export after it."""
    exports = env["subscription.datev.export"]
    one = exports.create({"date_from": FIRST, "date_to": LAST})
    times = [time.perf_counter()]
    for step in (one.action_check, one.action_export):
        step()
        env.cr.commit()
        env.invalidate_all()
        times.append(time.perf_counter())
    if (one.move_count, one.row_count) != (count, count):
        raise AssertionError(f"{one.move_count} entries, {one.row_count} rows")
    return times[1] - times[0], times[2] - times[1]
