"""Scheduled changes and announced price changes become intents that are derived anew
whenever something comes before them. Their lines stay as they are: what is written here
is only the journal they are taken back by, in the order of the days."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from odoo.addons.subscription_billing.models.dates import as_last

AGREED = (
    "price_id",
    "agreed_steps",
    "fee_interval_count",
    "fee_interval_unit",
    "billing_mode",
    "proration",
    "billing_interval_count",
    "billing_interval_unit",
    "alignment",
    "billing_day",
)

OPEN = [("state", "in", ("scheduled", "lapsed"))]


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {"subscription_applying": True})
    shorten_instants(env)
    limit_discounts(env)
    create_price_intents(env)
    scheduled = env["subscription.change"].search([("state", "=", "scheduled")])
    for group in scheduled.grouped("contract_id").values():
        rewrite_journal(group)
        for change in group:
            change.line_id = change.line_id._get_first()
            change.agreed = get_agreed(change)
    lapse_withdrawn(env)
    still_open = env["subscription.change"].search(OPEN)
    for group in still_open.grouped("contract_id").values():
        rewrite_endings(group)
    running = env["subscription.contract"].search(
        [("state", "not in", ("draft", "ended"))]
    )
    # Nothing is planned here: one contract that cannot be would stop the upgrade.
    for contract in running:
        contract._value(contract._get_today())
    running._refresh_next_step()


def shorten_instants(env):
    """Odoo reads instants to the second, and wrote the end of before with more."""
    env.cr.execute(
        SQL(
            "UPDATE subscription_change SET ending_before = jsonb_set(ending_before,"
            " '{cancelled_at}', to_jsonb(left(ending_before ->> 'cancelled_at', 19)))"
            " WHERE length(ending_before ->> 'cancelled_at') > 19"
        )
    )


def limit_discounts(env):
    """What was offered for some plans only ends and returns with them."""
    domain = [("discount_id.plan_ids", "!=", False)]
    for redemption in env["subscription.contract.discount"].search(domain):
        redemption.plan_ids = redemption.discount_id.plan_ids


def create_price_intents(env):
    """One change for each line whose announced price is still to come."""
    rows = env["subscription.price.change.line"]
    env.cr.execute(
        SQL(
            "SELECT row.id, row.successor_id FROM subscription_price_change_line row"
            " JOIN subscription_price_change change ON change.id = row.change_id"
            " LEFT JOIN subscription_contract_line line ON line.id = row.successor_id"
            " WHERE change.state = 'applied' AND row.method IN ('follow', 'replace')"
            " AND (line.is_upcoming OR row.method = 'replace'"
            " AND row.date_effective > current_date)"
        )
    )
    for row_id, successor_id in env.cr.fetchall():
        row = rows.browse(row_id)
        change = env["subscription.change"].create(
            {
                **row._prepare_change(),
                "state": "scheduled",
                "date_effective": row.date_effective,
                "text_old": row.price_text_old,
                "text_new": row.price_text_new,
            }
        )
        terms = False if successor_id else row._prepare_old_terms()
        change.row_ids.create(
            {
                "change_id": change.id,
                "line_id": row.line_id.id,
                "date_end_before": row.line_id.date_end,
                "terms_before": terms,
                "successor_id": successor_id,
            }
        )


def rewrite_journal(changes):
    """Each row as if the changes had been made in the order of their days: the line it
    continues, and the end that was handed on.

    A line may have ended before what was to continue or to end it, if that was entered
    first; then its end is handed on to what ends it.
    """
    ends = {line: line.date_end for line in changes.contract_id.line_ids}
    handed_on = {}
    for change in changes.sorted(lambda it: it._get_rank(), reverse=True):
        for row in change.row_ids.sorted("id", reverse=True):
            if row.terms_before or not (row.line_id or row.successor_id):
                continue
            line, end, last = get_continued(row, ends)
            if line and ends[line] != last:
                handed_on.setdefault(line, end)
                end = ends[line]
            elif not row.successor_id:
                end = handed_on.pop(line, end)
            row.write({"line_id": line.id, "date_end_before": end})
            ends[line] = end


def rewrite_endings(changes):
    """The end that comes first is made upon the contract as it was before all."""
    endings = changes.filtered(lambda it: it.ending_before and it.kind != "undo_end")
    if endings:
        first = min(endings, key=lambda it: it._get_rank())
        first.ending_before = endings.sorted("id")[0].ending_before


def get_continued(row, ends):
    """The line that a row continues or ends, the end it had, its last day by now."""
    if row.successor_id:
        line = row.successor_id.predecessor_id
        return line, ends[row.successor_id], as_last(row.successor_id.date_start)
    last = as_last(row.change_id.date_effective)
    chain = row.line_id._get_chain()
    line = chain.filtered(lambda line: ends[line] == last)[-1:] or row.line_id
    return line, row.date_end_before, last


def get_agreed(change):
    """Prices and terms of what the change books, as its lines have them."""
    lines = change.row_ids.successor_id.filtered("component_id")
    if change.kind == "book" and lines:
        return {"price_id": lines[0].price_id.id, "agreed_steps": lines[0].agreed_steps}
    if change.kind != "variant":
        return False
    terms = {
        str(line.component_id.id): line._convert_to_write(
            {name: line[name] for name in AGREED}
        )
        for line in lines
    }
    header = change._get_kind()._get_agreed_header(change)
    return {"header": header, "terms": terms}


def lapse_withdrawn(env):
    """What a scheduled end has withdrawn has lapsed, and comes back without it; so does
    what an end has withdrawn that another end withdrew."""
    env.cr.execute(
        SQL(
            "WITH RECURSIVE gone AS ("
            "SELECT change.id, change.ended_by_id FROM subscription_change change"
            " JOIN subscription_change ending ON ending.id = change.ended_by_id"
            " WHERE change.state = 'withdrawn' AND ending.state = 'scheduled'"
            " UNION SELECT change.id, change.ended_by_id"
            " FROM subscription_change change JOIN gone ON gone.id = change.ended_by_id"
            " WHERE change.state = 'withdrawn') SELECT id, ended_by_id FROM gone"
        )
    )
    for change_id, end_id in env.cr.fetchall():
        change, end = env["subscription.change"].browse([change_id, end_id])
        change.row_ids.unlink()
        change.write({"state": "lapsed", "lapse_reason": end.display_name})
