from collections import defaultdict
from datetime import timezone
from decimal import Decimal

from odoo import models
from odoo.tools import SQL, format_date, format_datetime

from ..engine.local_time import local_date
from ..engine.money import to_decimal
from ..models.dates import format_days
from ..models.usage.subscription_measuring import json_text

PAGE_SIZE = 5_000
# More events than this are grouped by day on paper; the CSV file has all of them.
MAX_EVENTS = 500


class SubscriptionUsageStatementRendering(models.AbstractModel):
    """How a usage statement reads on paper, in the customer's language."""

    _name = "subscription.usage.statement.rendering"
    _description = "Subscription Usage Statement Rendering"

    def _prepare_document(self, statement):
        """Everything the QWeb template shows, as texts."""
        contract = statement.line.contract_id
        lang = contract.partner_id.lang or self.env.lang
        env = self.with_context(lang=lang).env
        columns, rows = self._get_table(env, statement)
        return {
            "record": statement.charge or statement.line,
            "contract": contract,
            "company": contract.company_id,
            "partner": self._get_customer(statement),
            "lang": lang,
            "title": self._get_title(env, statement),
            "facts": self._get_facts(env, statement),
            "columns": columns,
            "rows": rows,
            "is_by_day": statement.count > MAX_EVENTS,
            "count": self._format(env, statement.count),
            "measures": self._get_measures(env, statement),
            "slices": self._get_slices(env, statement),
            "total": self._get_total(env, statement),
        }

    def _get_customer(self, statement):
        """Who was billed: the contract may have changed hands since."""
        move = statement.charge.move_id
        return move.partner_id or statement.line.contract_id.partner_id

    def _get_title(self, env, statement):
        if statement.charge:
            return env._("Usage Statement")
        return env._("Usage So Far")

    def _get_total(self, env, statement):
        explaining = self.env["subscription.explaining"]
        currency = statement.line.currency_id
        return explaining._format_money(env, statement.amount, currency)

    def _get_facts(self, env, statement):
        """Pairs of what and value for the head."""
        line, charge = statement.line.with_env(env), statement.charge

        period = statement.period
        facts = [
            # Also in the letterhead, which not every PDF engine prints.
            (env._("Provider"), line.company_id.name),
            (env._("Contract"), line.contract_id.name),
            (env._("Component"), line.name),
            (env._("Meter"), statement.meter.with_env(env).name),
            (env._("Period"), format_days(env, period.start, period.last_day)),
        ]
        whole = charge.whole_date_start, charge.whole_date_end
        if charge and whole != (period.start, period.last_day):
            facts.append((env._("Full Period"), format_days(env, *whole)))
        if charge.kind == "late":
            late = env._("Recorded after the period was billed")
            facts.append((env._("Late Usage"), late))
        if charge.move_id:
            facts.append((env._("Invoice"), charge.move_id.display_name))
        return [*facts, (env._("Time Zone"), statement.window.zone)]

    def _get_measures(self, env, statement):
        """Pairs of what and quantity: from the events to what is priced."""
        meter = statement.meter.with_env(env)
        names = dict(meter._fields["aggregation"]._description_selection(env))
        unit = meter.unit_name
        rows = [(names[meter.aggregation], self._format(env, statement.raw, unit))]
        if statement.quantity != statement.raw:
            quantity = self._format(env, statement.quantity, unit)
            rows.append((env._("Rounded"), quantity))
        taken = [part for part in statement.slices if part["kind"] == "free"]
        if statement.free and statement.free != sum(
            to_decimal(part["quantity"]) for part in taken
        ):
            free = self._format(env, statement.free, unit)
            rows.append((env._("Free Quantity of the Period"), free))
        return rows

    def _get_slices(self, env, statement):
        """Rows of what, quantity, price and amount."""
        explaining = self.env["subscription.explaining"]
        currency = statement.line.currency_id
        slices = statement.slices
        if statement.rounding:
            rounding = {
                "kind": "rounding",
                "label": env._("Rounding"),
                "quantity": "1",
                "price_unit": str(statement.rounding),
                "amount": str(statement.rounding),
            }
            slices = [*slices, rounding]
        unit = statement.meter.with_env(env).unit_name
        return [
            explaining._get_slice_cells(env, part, currency, unit) for part in slices
        ]

    def _get_table(self, env, statement):
        """Columns as (title, whether it holds numbers), and rows of texts: the events,
        or their days if there are many."""
        if statement.count > MAX_EVENTS:
            return self._get_days(env, statement)
        events = list(self._read_events(statement))
        charges = dict.fromkeys(event[4] for event in events)
        documents = {None: "", **self._get_documents(filter(None, charges))}
        columns = [
            (env._("Time"), False),
            (env._("Quantity"), True),
            *([(env._("Level"), True)] if statement.has_level else []),
            (env._("Key"), False),
            (env._("Properties"), False),
            *([(env._("Billed With"), False)] if len(charges) > 1 else []),
        ]
        rows = []
        for instant, quantity, key, properties, charge_id, level in events:
            row = [
                self._format_instant(env, statement, instant),
                self._format(env, quantity),
                key,
                " ".join(
                    f"{name}={value}" for name, value in (properties or {}).items()
                ),
            ]
            if statement.has_level:
                row.insert(2, self._format(env, level))
            if len(charges) > 1:
                row.append(documents[charge_id])
            rows.append(row)
        return columns, [*self._get_opening_row(env, statement, len(columns)), *rows]

    def _get_opening_row(self, env, statement, width, before=0):
        """The level a window begins with, where there is one.

        :param int before: columns between the first and that of quantities
        """
        if statement.opening is None:
            return []
        row = [env._("Level at the start"), *[""] * (width - 1)]
        level = self._format(env, statement.opening)
        row[1 + before + statement.has_level] = level
        return [row]

    def _format_instant(self, env, statement, instant):
        naive = instant.astimezone(timezone.utc).replace(tzinfo=None)
        return format_datetime(env, naive, tz=statement.window.zone, lang_code=env.lang)

    def _get_days(self, env, statement):
        """What the events of each local day come to, in the sense of the meter."""
        days, levels, zone = defaultdict(list), {}, statement.window.zone
        digest = _DIGESTS.get(statement.meter.aggregation, _sum)
        name = statement.meter.unique_property
        for instant, quantity, _key, properties, _charge, level in self._read_events(
            statement
        ):
            day = local_date(instant, zone)
            digest(days[day], quantity, json_text(properties, name))
            levels[day] = level
        columns = [
            (env._("Day"), False),
            (env._("Events"), True),
            (self._get_day_title(env, statement), True),
            *([(env._("Level"), True)] if statement.has_level else []),
        ]
        rows = []
        for day, (count, value) in days.items():
            figure = len(value) if isinstance(value, set) else value
            row = [format_date(env, day), self._format(env, count)]
            row.append(self._format(env, figure))
            if statement.has_level:
                row.append(self._format(env, levels[day]))
            rows.append(row)
        opening = self._get_opening_row(env, statement, len(columns), before=1)
        return columns, [*opening, *rows]

    def _get_day_title(self, env, statement):
        aggregation = statement.meter.aggregation
        if statement.has_level:
            return env._("Change")
        return {
            "max": env._("Highest Value"),
            "last": env._("Last Value"),
            "unique": env._("Different Values"),
            "prorated_unique": env._("Different Values"),
        }.get(aggregation, env._("Quantity"))

    def _format(self, env, number, unit=None):
        text = self.env["subscription.explaining"]._format_number(env, number)
        return f"{text} {unit}" if unit else text

    def _get_documents(self, charge_ids):
        """Charge id -> the invoice it is on."""
        charges = self.env["subscription.charge"].sudo().browse(charge_ids)
        return {
            charge.id: charge.move_id.display_name or charge._get_period_name()
            for charge in charges
        }

    def _read_events(self, statement):
        """Yield (instant, quantity, key, properties, charge id, level) in order of
        time, page by page: a period may have millions of events."""
        cr, level = self.env.cr, statement.opening
        cr.execute(
            SQL(
                "DECLARE usage_statement NO SCROLL CURSOR FOR SELECT u.instant,"
                " u.quantity::text, u.key, u.properties, u.charge_id FROM %s"
                " ORDER BY u.instant, u.id",
                statement.own,
            )
        )
        page = SQL("FETCH %s FROM usage_statement", PAGE_SIZE)
        while rows := self.env.execute_query(page):
            for instant, text, *rest in rows:
                quantity = Decimal(text)
                if statement.has_level:
                    level += quantity
                yield instant.replace(tzinfo=timezone.utc), quantity, *rest, level
        cr.execute("CLOSE usage_statement")


def _sum(day, quantity, _value):
    day[:] = (day[0] + 1, day[1] + quantity) if day else (1, quantity)


def _highest(day, quantity, _value):
    day[:] = (day[0] + 1, max(day[1], quantity)) if day else (1, quantity)


def _last(day, quantity, _value):
    day[:] = (day[0] + 1, quantity) if day else (1, quantity)


def _number(day, _quantity, _value):
    day[:] = (day[0] + 1, day[1] + 1) if day else (1, 1)


def _values(day, _quantity, value):
    day[:] = (day[0] + 1, day[1] | {value}) if day else (1, {value})


_DIGESTS = {
    "count": _number,
    "max": _highest,
    "last": _last,
    "unique": _values,
    "prorated_unique": _values,
}
