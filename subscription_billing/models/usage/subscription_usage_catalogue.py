"""What the events of a batch refer to, read once, as values without records."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from ...formats.usage_event import EventError, UsageEvent


class ContractFacts(NamedTuple):
    """``start`` and ``stop`` are instants, half-open, UTC without zone; ``stop`` is
    None for an open end. ``is_quiet``: no billing date is set."""

    id: int
    name: str
    is_draft: bool
    start: datetime
    stop: datetime | None
    is_quiet: bool


class PauseFacts(NamedTuple):
    """``first`` and ``last`` are days for the reader, ``start`` and ``stop`` instants
    as above; ``last`` and ``stop`` are None until it is resumed."""

    first: date
    last: date | None
    start: datetime
    stop: datetime | None


class MeterFacts(NamedTuple):
    id: int
    code: str
    is_counting: bool
    allow_negative: bool
    unique_property: str | None


@dataclass(slots=True)
class UsageCatalogue:
    """``windows`` says when a contract has a line for a meter: (contract id, meter
    id) -> list of half-open (start, stop). ``pauses`` of a contract, by its id, hold
    the days that are never billed (C4)."""

    latest: datetime
    contracts: dict[str, ContractFacts] = field(default_factory=dict)
    by_id: dict[int, ContractFacts] = field(default_factory=dict)
    lines: dict[int, ContractFacts] = field(default_factory=dict)
    meters: dict[str, MeterFacts] = field(default_factory=dict)
    windows: dict[tuple[int, int], list] = field(default_factory=dict)
    pauses: dict[int, list[PauseFacts]] = field(default_factory=dict)

    def resolve(self, event: UsageEvent) -> tuple:
        """The row of an event: contract id, meter id, quantity, instant, key,
        properties.

        :raise EventError: for what is unknown, or against the rules
        """
        text, line, code, quantity, instant, key, properties = event
        if line is None:
            contract = self.contracts.get(text)
            if contract is None:
                raise EventError("unknown_contract", value=text)
        else:
            contract = self.lines.get(line)
            if contract is None:
                raise EventError("unknown_line", value=line)
        meter = self.meters.get(code)
        if meter is None:
            raise EventError("unknown_meter", value=code)
        if quantity is None:
            if not meter.is_counting:
                raise EventError("no_quantity", meter=code)
            quantity = 1
        self.check(contract, meter, quantity, instant, properties)
        return contract.id, meter.id, quantity, instant, key, properties

    def check(self, contract, meter, quantity, instant, properties):
        """The rules that hold whoever records an event.

        :param properties: JSON text or None
        :raise EventError: naming the rule
        """
        if contract.is_draft:
            raise EventError("draft_contract", contract=contract.name)
        if quantity < 0 and not meter.allow_negative:
            raise EventError("negative", value=quantity, meter=meter.code)
        if meter.unique_property:
            self._check_property(meter, properties)
        if instant > self.latest:
            raise EventError("future", value=f"{instant}Z")
        if instant < contract.start:
            raise EventError("too_early", value=f"{instant}Z", contract=contract.name)
        if contract.stop is not None and instant >= contract.stop:
            raise EventError("too_late", value=f"{instant}Z", contract=contract.name)
        self._check_pauses(contract, instant)
        for start, stop in self.windows.get((contract.id, meter.id), ()):
            if start <= instant and (stop is None or instant < stop):
                return
        raise EventError(
            "no_line",
            contract=contract.name,
            meter=meter.code,
            value=f"{instant}Z",
        )

    def _check_pauses(self, contract, instant):
        for first, last, start, stop in self.pauses.get(contract.id, ()):
            if start <= instant and (stop is None or instant < stop):
                raise EventError(
                    "paused",
                    value=f"{instant}Z",
                    contract=contract.name,
                    first=first,
                    last=last or "…",
                )

    def _check_property(self, meter, properties):
        # Quotes inside of values and names are escaped, so only it looks like this.
        name = f"{json.dumps(meter.unique_property, ensure_ascii=False)}: "
        if not properties or not (
            f"{{{name}" in properties or f", {name}" in properties
        ):
            raise EventError(
                "no_unique", property=meter.unique_property, meter=meter.code
            )
