from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...formats.usage_event import EventError, parse

MAX_EVENTS = 10_000
PAGE_SIZE = 1_000
GROUPS = (
    "subscription_billing.subscription_billing_group_usage",
    "subscription_billing.subscription_billing_group_user",
)
INSERT = """
    INSERT INTO subscription_usage (
        contract_id, meter_id, quantity, instant, key, properties,
        company_id, source, create_uid, write_uid, create_date, write_date)
    VALUES %s
    ON CONFLICT (company_id, key) DO NOTHING
    RETURNING key
"""


class SubscriptionUsageIntakeMixin(models.AbstractModel):
    """Recording many events at once: each is created, a duplicate, or rejected with
    a reason; a bad one does not hold up the others."""

    _name = "subscription.usage.intake.mixin"
    _description = "Subscription Usage Intake"

    @api.model
    def record_usage(self, events):
        """Record events of usage of the current company.

        :param list events: at most 10,000 dicts with ``contract`` (its reference) or
            ``line`` (id of a contract line), ``meter`` (its code), ``quantity``
            (number or its text; meters that count take 1 if there is none),
            ``instant`` (ISO 8601 with zone), ``key`` (idempotency key, at most 128
            characters) and optionally ``properties`` (flat dict)
        :return: dict of ``created``, ``duplicate``, ``rejected`` (numbers) and
            ``results``, for each event in order its ``key``, ``status`` and, if
            rejected, ``reason``
        :raise AccessError: without the right to record usage
        :raise UserError: for what is no list of at most 10,000 events
        """
        self._check_usage_right()
        if not isinstance(events, list):
            raise UserError(self.env._("events must be a list of objects."))
        if len(events) > MAX_EVENTS:
            raise UserError(
                self.env._(
                    "%(count)s events are too many for one call, at most %(limit)s "
                    "are taken. Nothing was recorded; send them in several calls.",
                    count=len(events),
                    limit=MAX_EVENTS,
                )
            )
        return self.sudo()._record_events(events, self.env.company, "api")

    @api.model
    def _check_usage_right(self):
        """Integrations have this one right and no access to any model."""
        if not self.env.su and not self._is_allowed():
            raise AccessError(
                self.env._(
                    "%s may not record or read usage. The groups Usage Integration "
                    "and Subscriptions: User may.",
                    self.env.user.name,
                )
            )

    def _is_allowed(self):
        return any(self.env.user.has_group(group) for group in GROUPS)

    def _preview_events(self, events, company):
        """What ``_record_events`` would answer, without writing anything."""
        rows, results, _contracts = self._check_events(events, company)
        self._report_known(results, company)
        known = self._find_known([row[4] for _n, row in rows], company)
        for n, row in rows:
            if row[4] in known:
                results[n]["status"] = "duplicate"
        return self._get_answer(results)

    def _record_events(self, events, company, source, insert=None):
        """Check all events, insert the good ones; see ``record_usage``.

        :param insert: another way than ``_insert_rows`` to write rows
        """
        rows, results, contracts = self._check_events(events, company)
        # Before the insert: a key refused here may be used right in this batch.
        self._report_known(results, company)
        insert = insert or self._insert_rows
        created = insert([row for _n, row in rows], company, source)
        for n, row in rows:
            if row[4] not in created:
                results[n]["status"] = "duplicate"
        quiet = {row[0] for _n, row in rows if contracts[row[0]].is_quiet}
        if quiet and created:
            self.env["subscription.contract"].browse(quiet)._notice_late_usage()
        return self._get_answer(results)

    def _get_answer(self, results):
        numbers = dict.fromkeys(("created", "duplicate", "rejected"), 0)
        for result in results:
            numbers[result["status"]] += 1
            result.pop("unresolved", None)
        return {**numbers, "results": results}

    def _check_events(self, events, company):
        """Sort the events into rows to insert and events that are answered already.

        No record is touched per event: at 30,000 events a second and core there is
        no time for it.

        :return: list of (place, row), list of results in the order of the events,
            dict of ``ContractFacts`` by id
        """
        checking = self.env["subscription.usage.checking"]
        parsed, results = [], []
        for event in events:
            try:
                parsed.append(parse(event))
                results.append({"key": parsed[-1].key, "status": "created"})
            except EventError as error:
                parsed.append(None)
                results.append(self._reject(event, error))
        good = [event for event in parsed if event]
        catalogue = checking._get_catalogue(
            company,
            {event.contract for event in good if event.line is None},
            {event.line for event in good if event.line is not None},
            {event.meter for event in good},
        )
        rows, taken = [], set()
        resolve = catalogue.resolve
        for n, event in enumerate(parsed):
            if event is None:
                continue
            if event.key in taken:
                results[n]["status"] = "duplicate"
                continue
            try:
                rows.append((n, resolve(event)))
                taken.add(event.key)
            except EventError as error:
                results[n] = self._reject(events[n], error)
                results[n]["unresolved"] = True
        return rows, results, catalogue.by_id

    def _reject(self, event, error):
        key = event.get("key") if isinstance(event, dict) else None
        return {
            # Half a character cannot be answered: JSON-2 writes UTF-8.
            "key": key.encode(errors="replace").decode()
            if isinstance(key, str)
            else None,
            "status": "rejected",
            "reason": self.env["subscription.usage.checking"]._get_reason(error),
        }

    def _report_known(self, results, company):
        """A retry is a duplicate even if the event would be refused by now, because
        its line was ended or its meter renamed since."""
        refused = [result for result in results if result.get("unresolved")]
        if not refused:
            return
        known = self._find_known([result["key"] for result in refused], company)
        for result in refused:
            if result["key"] in known:
                result["status"] = "duplicate"
                result.pop("reason")

    def _find_known(self, keys, company):
        """Those of the keys under which an event is recorded."""
        self.env["subscription.usage"].flush_model(["company_id", "key"])
        rows = self.env.execute_query(
            SQL(
                "SELECT key FROM subscription_usage"
                " WHERE company_id = %s AND key = ANY(%s)",
                company.id,
                list(keys),
            )
        )
        return {key for (key,) in rows}

    def _insert_rows(self, rows, company, source):
        """Write rows in pages, leaving out keys that exist.

        SQL and not ``create``: the ORM cannot skip duplicates, one known key would
        fail the whole batch, and it takes three times as long. What ``create`` would
        write is written here as well; a test compares both.

        :param list rows: as ``UsageCatalogue.resolve`` returns them
        :return: set of the keys that were inserted
        """
        if not rows:
            return set()
        cr, uid, now = self.env.cr, self.env.uid, self.env.cr.now()
        constants = cr.mogrify(
            "%s, %s, %s, %s, %s, %s", (company.id, source, uid, uid, now, now)
        ).decode()
        inserted = cr.execute_values(
            INSERT,
            rows,
            template=f"(%s, %s, %s, %s, %s, %s::jsonb, {constants})",
            page_size=PAGE_SIZE,
            fetch=True,
        )
        self.env["subscription.usage"].invalidate_model(flush=False)
        return {key for (key,) in inserted}
