from datetime import timedelta, timezone
from functools import lru_cache

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, LazyTranslate

from ...engine.local_time import day_start_utc
from ...formats.usage_event import (
    EventError,
    parse_key,
    parse_properties,
    parse_quantity,
)
from ..dates import as_stop
from ..sentences import invalid
from .subscription_meter import COUNTING_AGGREGATIONS, UNIQUE_AGGREGATIONS
from .subscription_usage_catalogue import (
    ContractFacts,
    MeterFacts,
    PauseFacts,
    UsageCatalogue,
)

_lt = LazyTranslate(__name__)
# Clocks of the services that send events are not exactly ours.
CLOCK_SKEW = timedelta(minutes=5)
# Translated when an event is refused, which most never are.
# pylint: disable=prefer-env-translation
REASONS = {
    "not_a_dict": _lt("%(value)s is no event: send an object with fields."),
    "unknown_field": _lt("Unknown field %(field)s. Put it into properties."),
    "formula": _lt("%(column)s %(value)s is a formula. Write its value."),
    "cells": _lt(
        "the row has %(count)s cells, the header %(expected)s. A comma inside of a "
        "value needs quotes around it; the delimiter must be the header's."
    ),
    "not_utf8": _lt("%(column)s %(value)s is not UTF-8. Save the file as CSV UTF-8."),
    "no_key": _lt("key %(value)s: give a text that names the event."),
    "long_key": _lt("key %(value)s is longer than %(limit)s characters."),
    "bad_text": _lt("%(field)s %(value)s holds invisible characters."),
    "empty": _lt("%(field)s %(value)s: give a text."),
    "two_targets": _lt("line %(value)s: give a contract or a line, not both."),
    "unknown_line": _lt("line %(value)s is no contract line of this company."),
    "unknown_contract": _lt("contract %(value)s does not exist in this company."),
    "unknown_meter": _lt("meter %(value)s does not exist in this company."),
    "no_number": _lt(
        "quantity %(value)s is no number. Write digits with a decimal point and no "
        "other signs, such as 1234.5."
    ),
    "no_quantity": _lt("quantity is missing; meter %(meter)s needs it."),
    "too_large": _lt("quantity %(value)s is too large: it must be below 1e15."),
    "too_precise": _lt("quantity %(value)s has more than %(limit)s decimals."),
    "negative": _lt("quantity %(value)s: meter %(meter)s takes no negative ones."),
    "no_instant": _lt(
        "instant %(value)s is no date with time. Write 2025-01-31T12:00:00Z."
    ),
    "no_zone": _lt("instant %(value)s has no time zone. Add Z or +01:00."),
    "future": _lt("instant %(value)s lies in the future."),
    "too_early": _lt("instant %(value)s lies before contract %(contract)s starts."),
    "too_late": _lt("instant %(value)s lies after contract %(contract)s has ended."),
    "draft_contract": _lt("contract %(contract)s is a draft. Activate it first."),
    "paused": _lt(
        "instant %(value)s: contract %(contract)s is paused from %(first)s to "
        "%(last)s, and usage of these days is never billed. Resume the contract, then "
        "send the event with an instant from that day on."
    ),
    "no_line": _lt(
        "contract %(contract)s has no line for meter %(meter)s at %(value)s."
    ),
    "no_properties": _lt("properties %(value)s: give an object of names and values."),
    "many_properties": _lt("properties: more than %(limit)s."),
    "large_properties": _lt("properties: longer than %(limit)s characters."),
    "bad_property": _lt(
        "property %(name)s: %(value)s is no text, number, true or false."
    ),
    "no_unique": _lt(
        "property %(property)s is missing; meter %(meter)s counts its values."
    ),
}


class SubscriptionUsageChecking(models.AbstractModel):
    """The rules every event of usage must obey, from wherever it comes. What the
    events of a batch name is read in one query per table."""

    _name = "subscription.usage.checking"
    _description = "Subscription Usage Checking"

    @api.model
    def _get_now(self):
        """This instant, UTC. Read here and nowhere else for usage (T3)."""
        return fields.Datetime.now()  # noqa: TID251 - no event may lie in the future

    def _get_reason(self, error):
        """What is wrong with an event, for its sender."""
        return str(self.env._(REASONS[error.code])) % error.facts

    def _get_catalogue(self, company, names=(), line_ids=(), codes=(), usages=None):
        """Everything the events refer to, as values.

        :param company: the one ``res.company`` they belong to
        :param names: references of contracts
        :param codes: of meters
        :param usages: ``subscription.usage`` records whose contracts and meters are
            needed as well
        """
        lines = self._read_lines(company, line_ids)
        contract_ids, meter_ids = set(lines.values()), ()
        if usages is not None:
            contract_ids |= set(usages.contract_id.ids)
            meter_ids = usages.meter_id.ids
        catalogue = UsageCatalogue(self._get_now() + CLOCK_SKEW)
        start_of = lru_cache(maxsize=None)(_start_of_day)
        zones = self._read_contracts(catalogue, company, names, contract_ids, start_of)
        catalogue.lines = {
            line: catalogue.by_id[contract] for line, contract in lines.items()
        }
        self._read_meters(catalogue, company, codes, meter_ids)
        self._read_windows(catalogue, zones, start_of)
        self._read_pauses(catalogue, zones, start_of)
        return catalogue

    def _read_lines(self, company, line_ids):
        """Line id -> contract id, of the company's lines."""
        if not line_ids:
            return {}
        self.env["subscription.contract.line"].flush_model(["contract_id"])
        rows = self.env.execute_query(
            SQL(
                "SELECT line.id, contract.id FROM subscription_contract_line line"
                " JOIN subscription_contract contract ON contract.id = line.contract_id"
                " WHERE line.id = ANY(%s) AND contract.company_id = %s",
                list(line_ids),
                company.id,
            )
        )
        return dict(rows)

    def _read_contracts(self, catalogue, company, names, contract_ids, start_of):
        """Fill in the contracts; return id -> name of the time zone."""
        self.env["subscription.contract"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT id, name, state, date_start, date_end, tz, date_next_billing"
                " FROM subscription_contract"
                " WHERE company_id = %s AND (name = ANY(%s) OR id = ANY(%s))",
                company.id,
                list(names),
                list(contract_ids),
            )
        )
        zones = {}
        for id_, name, state, start, end, tz, next_billing in rows:
            zones[id_] = tz
            facts = ContractFacts(
                id_,
                name,
                state == "draft",
                start_of(start, tz),
                start_of(as_stop(end), tz),
                next_billing is None,
            )
            catalogue.contracts[name] = catalogue.by_id[id_] = facts
        return zones

    def _read_meters(self, catalogue, company, codes, meter_ids):
        self.env["subscription.meter"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT id, code, aggregation, allow_negative, unique_property"
                " FROM subscription_meter"
                " WHERE company_id = %s AND (code = ANY(%s) OR id = ANY(%s))",
                company.id,
                list(codes),
                list(meter_ids),
            )
        )
        for id_, code, aggregation, allow_negative, unique_property in rows:
            # Of these, a negative quantity says that the value is gone.
            is_unique = aggregation in UNIQUE_AGGREGATIONS
            catalogue.meters[code] = MeterFacts(
                id_,
                code,
                aggregation in COUNTING_AGGREGATIONS,
                allow_negative or is_unique,
                unique_property if is_unique else None,
            )

    def _read_windows(self, catalogue, zones, start_of):
        """When each contract has a line for a meter, in instants."""
        self.env["subscription.contract.line"].flush_model()
        self.env["subscription.component"].flush_model(["meter_id"])
        rows = self.env.execute_query(
            SQL(
                "SELECT line.contract_id, component.meter_id, line.date_start,"
                " line.date_end FROM subscription_contract_line line"
                " JOIN subscription_component component"
                " ON component.id = line.component_id"
                " WHERE line.contract_id = ANY(%s) AND component.meter_id = ANY(%s)",
                list(zones),
                [meter.id for meter in catalogue.meters.values()],
            )
        )
        for contract, meter, start, end in rows:
            tz = zones[contract]
            window = start_of(start, tz), start_of(as_stop(end), tz)
            catalogue.windows.setdefault((contract, meter), []).append(window)

    def _read_pauses(self, catalogue, zones, start_of):
        """The days on which each contract rests, also as instants."""
        self.env["subscription.pause"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT contract_id, date_start, date_end FROM subscription_pause"
                " WHERE contract_id = ANY(%s)"
                " AND (date_end IS NULL OR date_end >= date_start)",
                list(zones),
            )
        )
        for contract, first, last in rows:
            tz = zones[contract]
            instants = start_of(first, tz), start_of(as_stop(last), tz)
            pause = PauseFacts(first, last, *instants)
            catalogue.pauses.setdefault(contract, []).append(pause)

    def _check_records(self, usages):
        """The same rules for events written in Odoo.

        :raise ValidationError: naming the event and the reason
        """
        for company, group in usages.sudo().grouped("company_id").items():
            if not company:
                raise invalid(self.env)._(
                    "Event %s: choose its contract.", group[0].key
                )
            catalogue = self._get_catalogue(company, usages=group)
            meters = {meter.id: meter for meter in catalogue.meters.values()}
            for usage in group:
                try:
                    self._check_record(usage, catalogue, meters)
                except EventError as error:
                    raise invalid(self.env)._(
                        "Event %(key)s: %(reason)s",
                        key=usage.key,
                        reason=self._get_reason(error),
                    ) from error

    def _check_values(self, vals):
        """
        :raise ValidationError: for what the columns cannot hold
        """
        try:
            if "quantity" in vals:
                parse_quantity(vals["quantity"])
            if "key" in vals:
                parse_key(vals["key"])
            if vals.get("properties"):
                parse_properties(vals["properties"])
        except EventError as error:
            raise ValidationError(self._get_reason(error)) from error

    def _check_record(self, usage, catalogue, meters):
        parse_key(usage.key)
        quantity = parse_quantity(usage.quantity)
        properties = parse_properties(usage.properties or {})
        contract = catalogue.by_id.get(usage.contract_id.id)
        meter = meters.get(usage.meter_id.id)
        if contract is None or meter is None:
            raise EventError("unknown_contract", value=usage.contract_id.display_name)
        catalogue.check(contract, meter, quantity, usage.instant, properties)


def _start_of_day(day, tz):
    """The first instant of a local day, UTC without zone; None for None."""
    if day is None:
        return None
    return day_start_utc(day, tz).astimezone(timezone.utc).replace(tzinfo=None)
