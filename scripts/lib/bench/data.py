"""The benchmark's own plan with a metered component, and contracts by the thousand.

One contract is made as a user makes it; the others are copied from it in SQL, since
what is measured is not how long contracts take to be made.
"""

from psycopg2 import sql

START, DAY = "2025-01-01", "2025-02-01"
# Months before, that lie in the table as well.
HISTORY = ("2024-11-01", "2024-12-01")
TIERS = ((100, "0.05"), (1000, "0.03"), (0, "0.02"))


def create_plan(env, code):
    """A plan of one metered component with a three-tier price; return its variant."""
    company = env.company
    meter = env["subscription.meter"].create(
        {"name": code, "code": code, "aggregation": "sum", "company_id": company.id}
    )
    plan = env["subscription.plan"].create(
        {"name": code, "code": code, "company_id": company.id}
    )
    product = env["product.product"].create({"name": code, "type": "service"})
    component = env["subscription.component"].create(
        {
            "plan_id": plan.id,
            "code": code,
            "name": code,
            "product_id": product.id,
            "kind": "metered",
            "meter_id": meter.id,
            "is_required": True,
        }
    )
    env["subscription.price"].create(
        {
            "component_id": component.id,
            "currency_id": company.currency_id.id,
            "price_model": "graduated",
            "amount": 0,
            "free_quantity": 10,
            "tier_ids": [
                (0, 0, {"up_to": up_to, "price_unit": float(price)})
                for up_to, price in TIERS
            ],
        }
    )
    return env["subscription.plan.variant"].create(
        {
            "plan_id": plan.id,
            "name": "Monthly",
            "code": "monthly",
            "currency_id": company.currency_id.id,
            "alignment": "calendar",
        }
    )


def create_contracts(env, code, count, variant=None):
    """`count` active contracts named `code`-1, `code`-2 ..., of a plan of their own."""
    variant = variant or create_plan(env, code)
    partner = env["res.partner"].create({"name": f"Customer of {code}"})
    contract = env["subscription.contract"].create(
        {
            "name": f"{code}-1",
            "partner_id": partner.id,
            "variant_id": variant.id,
            "date_start": START,
            "line_ids": [
                (0, 0, {"component_id": component.id})
                for component in variant.plan_id.component_ids
            ],
        }
    )
    contract.action_activate()
    env.flush_all()
    copy_rows(
        env.cr,
        "subscription_contract",
        {"name": sql.SQL("{} || n").format(sql.Literal(f"{code}-"))},
        sql.SQL("generate_series(2, %s) AS n WHERE source.id = %s"),
        (count, contract.id),
    )
    copy_rows(
        env.cr,
        "subscription_contract_line",
        {"contract_id": sql.SQL("other.id")},
        sql.SQL(
            "subscription_contract AS other WHERE source.contract_id = %s"
            " AND other.variant_id = %s AND other.id != %s"
        ),
        (contract.id, variant.id, contract.id),
    )
    env.invalidate_all()
    env.cr.execute("ANALYZE subscription_contract, subscription_contract_line")
    return env["subscription.contract"].search([("variant_id", "=", variant.id)])


def copy_rows(cr, table, changed, crossed_with, params):
    """Copy rows of a table, with other expressions in the columns of `changed`."""
    cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = %s AND column_name != 'id'",
        (table,),
    )
    names = [name for (name,) in cr.fetchall()]
    query = sql.SQL(
        "INSERT INTO {table} ({names}) SELECT {values} FROM {table} AS source, {others}"
    ).format(
        table=sql.Identifier(table),
        names=sql.SQL(", ").join(map(sql.Identifier, names)),
        values=sql.SQL(", ").join(
            changed.get(name, sql.Identifier("source", name)) for name in names
        ),
        others=crossed_with,
    )
    cr.execute(query.as_string(cr._cnx), params)


def create_usage(env, contracts, count, month):
    """`count` events of a month over the contracts, in the order they happened.

    :param str month: its first day
    """
    contract = contracts[:1]
    meter = contract.line_ids.component_id.meter_id
    env.cr.execute(
        """
        INSERT INTO subscription_usage (
            company_id, contract_id, meter_id, quantity, instant, key, source,
            create_uid, write_uid, create_date, write_date)
        SELECT %(company)s, (%(contracts)s::int[])[1 + n %% %(size)s], %(meter)s,
            1 + n %% 7 + 0.25,
            timestamp %(month)s + n * interval '30 days' / %(count)s,
            %(key)s || n, 'api', 1, 1, timestamp %(month)s, timestamp %(month)s
        FROM generate_series(0, %(count)s - 1) AS n
        """,
        {
            "company": contract.company_id.id,
            "contracts": contracts.ids,
            "size": len(contracts),
            "meter": meter.id,
            "key": f"{meter.code}-{month}-",
            "month": month,
            "count": count,
        },
    )


def prepare_events(contracts, prefix, count):
    """Events as a service would send them, with keys that begin with `prefix`."""
    code = contracts[:1].line_ids.component_id.meter_id.code
    names = contracts.mapped("name")
    return [
        {
            "contract": names[n % len(names)],
            "meter": code,
            "quantity": 1 + n % 7,
            "instant": f"2025-01-{1 + n % 31:02}T{n % 24:02}:30:00Z",
            "key": f"{prefix}-{n}",
            "properties": {"region": "eu"},
        }
        for n in range(count)
    ]


def prepare_rows(contracts, events, uid=1):
    """The same events as rows of the table with every name looked up, see COLUMNS."""
    ids = {contract.name: contract.id for contract in contracts}
    contract = contracts[:1]
    meter = contract.line_ids.component_id.meter_id.id
    company = contract.company_id.id
    stamp = "2025-02-01 00:00:00"
    return [
        (
            ids[event["contract"]],
            meter,
            event["quantity"],
            event["instant"][:19].replace("T", " "),
            event["key"],
            '{"region": "eu"}',
            company,
            "api",
            uid,
            uid,
            stamp,
            stamp,
        )
        for event in events
    ]


COLUMNS = (
    "contract_id",
    "meter_id",
    "quantity",
    "instant",
    "key",
    "properties",
    "company_id",
    "source",
    "create_uid",
    "write_uid",
    "create_date",
    "write_date",
)
