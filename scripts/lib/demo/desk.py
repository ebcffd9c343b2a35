"""What lies on the desks of the back office on the last day: nothing of it is billed
yet, and each list of the addon has something to look at."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

# Code, English and German name, kind, code of the meter.
FEATURES = (
    ("users", "Users", "Benutzer", "limit", None),
    ("sso", "Single sign-on", "Einmalanmeldung", "on_off", None),
    ("api", "API calls", "API-Aufrufe", "limit", "api"),
)
# Plan, feature, how much.
GRANTS = (
    ("starter", "users", 1),
    ("team", "users", 10),
    ("team", "sso", 0),
    ("platform", "sso", 0),
    ("platform", "api", 10_000),
)
# Activities of a kind that are still open.
KEPT = 8


def fill(env, clock, today):
    env = env(user=env.ref("base.user_admin"))
    with clock(today):
        grant_features(env)
        change_prices(env, today)
        prepare_bulk_change(env)
        watch_usage(env)
        note_promises(env, today)
        note_lower_tax(env)
        tidy_up(env)
    env.cr.commit()


def find(env, model, code):
    companies = (False, env.company.id)
    return env[model].search([("code", "=", code), ("company_id", "in", companies)])


def grant_features(env):
    features = {}
    for code, name, german, kind, meter in FEATURES:
        vals = {"code": code, "name": name, "kind": kind, "company_id": False}
        if meter:
            meter = find(env, "subscription.meter", meter)
            vals |= {"meter_id": meter.id, "company_id": meter.company_id.id}
        features[code] = env["subscription.feature"].create(vals)
        features[code].with_context(lang="de_DE").name = german
    for plan, code, amount in GRANTS:
        env["subscription.feature.grant"].create(
            {
                "plan_id": find(env, "subscription.plan", plan).id,
                "feature_id": features[code].id,
                "amount": amount,
            }
        )


def change_prices(env, today):
    """One that is prepared, and one that waits for its day."""
    day = today + relativedelta(months=2, day=1)
    for code, percent in (("starter", 3), ("team", 2.5)):
        plan = find(env, "subscription.plan", code)
        change = env["subscription.price.change"].create(
            {"date": day, "percent": percent, "plan_ids": plan.ids}
        )
        change.action_preview()
    change.action_apply()


def prepare_bulk_change(env):
    contracts = env["subscription.contract"].search(
        [("company_id", "=", env.company.id), ("state", "=", "active")], limit=25
    )
    batch = env["subscription.change.batch"].create(
        {
            "contract_ids": contracts.ids,
            "kind": "billing_day",
            "billing_day_new": 15,
            "timing": "period_end",
        }
    )
    batch.action_preview()


def watch_usage(env):
    components = env["subscription.component"].search([("kind", "=", "metered")])
    for component in components.filtered("price_ids.free_quantity"):
        vals = {"component_id": component.id, "has_activity": False}
        env["subscription.usage.alert"].create(vals)
    env["subscription.usage.alert"]._cron_check_alerts()


def note_promises(env, today):
    """An instalment plan, and a customer who is left alone for two weeks."""
    cases = env["subscription.dunning.case"].search([("state", "=", "open")], limit=2)
    for case, kind, reason in zip(
        cases,
        ("promise", "block"),
        ("Zahlt in zwei Raten", "Rückfrage beim Vertrieb"),
        strict=False,
    ):
        days = (today + timedelta(days=14), today + timedelta(days=45))
        rate = case.currency_id.round(case.amount_open / 2)
        rates = [{"date": day, "amount": rate} for day in days]
        env["subscription.dunning.hold"].create(
            {
                "kind": kind,
                "partner_id": case.partner_id.id,
                "reason": reason,
                "date_until": days[0] if kind == "block" else False,
                "promise_ids": [(0, 0, rate) for rate in rates if kind == "promise"],
            }
        )


def note_lower_tax(env):
    """16 % in the second half of 2020 (§ 28 I UStG): of the past, for periods that are
    billed late."""
    full = env.company.account_sale_tax_id
    low = full.copy({"name": "16 % USt 2020", "amount": 16.0, "active": False})
    for day, old, new in (("2020-07-01", full, low), ("2021-01-01", low, full)):
        env["subscription.tax.change"].create(
            {"date": day, "tax_old_id": old.id, "tax_new_id": new.id}
        )


def tidy_up(env):
    """Staff has done what had to be done, but for the last of each kind."""
    activities = env["mail.activity"].search([], order="id desc")
    for group in activities.grouped("activity_type_id").values():
        group[KEPT:].action_done()
