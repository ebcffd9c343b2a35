"""Makes contracts on the plan "Platform" and 200,000 events of their usage.

Seeded: the same files come out every time.
"""

import csv
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

DATA = Path(__file__).parent / "data"
SEED = 20250701
CONTRACTS = 60
ZONE = ZoneInfo("Europe/Berlin")
# Events of each meter; together 200,000.
EVENTS = {"storage": 3_000, "support": 1_500, "payments": 20_000, "api": 175_500}
# Some arrive after their month was billed.
LATE_EVENTS = 400
REGIONS = ("eu", "eu", "eu", "eu", "us", "us", "apac")


@dataclass(frozen=True)
class Subscriber:
    """A contract as its events see it; `weight` says how busy it is."""

    reference: str
    customer: str
    start: date
    end: date | None
    seats: int
    weight: float
    last: date

    @property
    def days(self) -> list[date]:
        """The days on which it can use anything, up to ``last``."""
        last = min(self.end or self.last, self.last)
        days = range((last - self.start).days + 1)
        return [self.start + timedelta(days=n) for n in days]


def subscribers(rng, window):
    """Contracts of companies that pay in euros; their second year is in the demo."""
    with (DATA / "customers.csv").open(encoding="utf-8", newline="") as file:
        buyers = [
            row["ref"]
            for row in csv.DictReader(file)
            if row["kind"] in ("german", "eu")
        ]
    result = []
    for number, customer in enumerate(rng.sample(buyers, CONTRACTS), 1):
        start = window.first + timedelta(days=rng.randrange(150))
        ends = rng.random() < 0.1
        result.append(
            Subscriber(
                f"NP-{number:04}",
                customer,
                start,
                start + timedelta(days=rng.randint(240, 400)) if ends else None,
                rng.randint(3, 80),
                rng.paretovariate(1.3),
                window.today - timedelta(days=1),
            )
        )
    return result


def contract_row(rng, subscriber):
    return {
        "reference": subscriber.reference,
        "customer": subscriber.customer,
        "plan": "platform",
        "variant": "monthly",
        "start": subscriber.start.isoformat(),
        "end": subscriber.end.isoformat() if subscriber.end else "",
        "currency": "EUR",
        "quantities": f"seats={subscriber.seats}",
        "customer_reference": f"PO-{rng.randint(1000, 9999)}",
    }


def quantity(rng, meter, subscriber, levels):
    """How much one event is about. Storage says by how much the level changes."""
    if meter == "api":
        return str(rng.randint(1, 400))
    if meter == "support":
        return f"{rng.randint(1, 12) / 4:g}"
    if meter == "payments":
        return f"{min(rng.lognormvariate(3.6, 1.1), 20_000):.2f}"
    level = levels.get(subscriber.reference, 0)
    change = max(rng.randint(-40, 60), -level)
    levels[subscriber.reference] = level + change
    return str(change)


def instant(rng, day):
    """Mostly in office hours, with the offset that is valid in Berlin."""
    hour = rng.choice((*range(24), *range(8, 19), *range(8, 19)))
    local = datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)
    return local + timedelta(seconds=rng.randrange(3600))


def events(rng, contracts):
    """All events as rows, in the order they happened."""
    weights = [each.weight * len(each.days) for each in contracts]
    days = {each.reference: each.days for each in contracts}
    planned = []
    for meter, count in EVENTS.items():
        for subscriber in rng.choices(contracts, weights, k=count):
            at = instant(rng, rng.choice(days[subscriber.reference]))
            planned.append((at, len(planned), meter, subscriber))
    levels, rows = {}, []
    for number, (at, _n, meter, subscriber) in enumerate(sorted(planned, key=by_time)):
        rows.append(
            {
                "contract": subscriber.reference,
                "meter": meter,
                "quantity": quantity(rng, meter, subscriber, levels),
                "instant": at.isoformat(),
                "key": f"demo-{number:06}",
                "region": rng.choice(REGIONS) if meter == "api" else "",
            }
        )
    return rows


def by_time(event):
    return event[0].timestamp(), event[1]


def split_late(rng, rows, first):
    """What arrives in time, and what comes only after its month, the first one, was
    billed."""
    month = [
        n
        for n, row in enumerate(rows)
        if row["instant"].startswith(f"{first:%Y-%m}") and row["meter"] == "api"
    ]
    late = set(rng.sample(month, LATE_EVENTS))
    return (
        [row for n, row in enumerate(rows) if n not in late],
        [rows[n] for n in sorted(late)],
    )


def write(path, rows, columns=None):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns or rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def generate(folder: Path, window) -> None:
    """Write platform_contracts.csv, usage.csv, usage_late.csv and usage_open.csv into a
    folder. Usage is billed in arrears: that of this month is open."""
    rng = random.Random(SEED)
    contracts = subscribers(rng, window)
    rows, late = split_late(rng, events(rng, contracts), window.first)
    month = window.today.replace(day=1).isoformat()
    write(folder / "platform_contracts.csv", [contract_row(rng, c) for c in contracts])
    write(folder / "usage.csv", [row for row in rows if row["instant"] < month])
    write(folder / "usage_late.csv", late)
    left = [row for row in rows if row["instant"] >= month]
    write(folder / "usage_open.csv", left, columns=late[0])
