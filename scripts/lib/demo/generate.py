"""Makes customers.csv, contracts.csv and rates.csv for the demo. Usage: generate.py

Seeded: the same files come out every time. Names and streets are made up; VAT numbers
have right check digits and belong to nobody on purpose.
"""

import csv
import random
from calendar import monthrange
from datetime import date, timedelta
from pathlib import Path

from stdnum.at import uid as at_uid
from stdnum.de import vat as de_vat
from stdnum.fr import tva as fr_tva
from stdnum.nl import btw as nl_btw

DATA = Path(__file__).parent / "data"
SEED = 20250101
FIRST_MONTH, MONTHS = date(2025, 1, 1), 18

FIRST_NAMES = [
    "Anna",
    "Ben",
    "Clara",
    "David",
    "Emma",
    "Felix",
    "Greta",
    "Hannes",
    "Ida",
    "Jonas",
    "Katrin",
    "Lars",
]
LAST_NAMES = [
    "Albrecht",
    "Becker",
    "Conrad",
    "Dietz",
    "Engel",
    "Fuchs",
    "Graf",
    "Huber",
    "Jansen",
    "Keller",
    "Lorenz",
    "Maurer",
]
TRADES = [
    "Architektur",
    "Druck",
    "Fahrrad",
    "Garten",
    "Holzbau",
    "Laser",
    "Medien",
    "Optik",
    "Reisen",
    "Solar",
]
PLACES = {
    "de": [("Hamburg", "20095"), ("Leipzig", "04109"), ("Köln", "50667")],
    "at": [("Wien", "1010"), ("Graz", "8010")],
    "fr": [("Lyon", "69001"), ("Nantes", "44000")],
    "nl": [("Utrecht", "3511 AB"), ("Delft", "2611 CD")],
    "ch": [("Zürich", "8001"), ("Bern", "3011")],
}
FORMS = {"de": "GmbH", "at": "GmbH", "fr": "SARL", "nl": "B.V.", "ch": "AG"}
STREETS = [
    "Hafenstraße",
    "Lindenweg",
    "Marktplatz",
    "Rosengasse",
    "Schulstraße",
    "Uferpromenade",
]


def vat_number(rng, country):
    """A number with right check digits, found by trial."""
    shapes = {
        "de": ("DE", 9, "", de_vat),
        "at": ("ATU", 8, "", at_uid),
        "fr": ("FR", 11, "", fr_tva),
        "nl": ("NL", 9, "B01", nl_btw),
    }
    prefix, digits, suffix, checker = shapes[country]
    while True:
        body = "".join(rng.choice("123456789") for _ in range(digits))
        if checker.is_valid(prefix + body + suffix):
            return prefix + body + suffix


def customer(rng, number, kind):
    country = {
        "consumer": "de",
        "german": "de",
        "eu": rng.choice(("at", "fr", "nl")),
        "swiss": "ch",
    }[kind]
    city, postcode = rng.choice(PLACES[country])
    last = rng.choice(LAST_NAMES)
    is_company = kind != "consumer"
    name = (
        f"{last} {rng.choice(TRADES)} {FORMS[country]}"
        if is_company
        else f"{rng.choice(FIRST_NAMES)} {last}"
    )
    return {
        "ref": f"NC{number:04}",
        "kind": kind,
        "name": name,
        "is_company": int(is_company),
        "street": f"{rng.choice(STREETS)} {rng.randint(1, 99)}",
        "zip": postcode,
        "city": city,
        "country_id/id": f"base.{country}",
        "vat": vat_number(rng, country) if is_company and country != "ch" else "",
        "email": f"customer{number:04}@example.com",
        "lang": "de_DE" if country in ("de", "at", "ch") else "en_US",
    }


def start_day(rng):
    """A day of the first 15 months; every third contract starts at a month's end."""
    month = rng.randrange(MONTHS - 3)
    year, month = 2025 + month // 12, month % 12 + 1
    last = monthrange(year, month)[1]
    return date(year, month, last if rng.random() < 0.34 else rng.randint(1, last))


def offer(rng, kind):
    """Plan, variant and booked components that suit the kind of customer."""
    if kind == "consumer":
        return "starter", rng.choice(("monthly", "monthly", "yearly")), ""
    if rng.random() < 0.6:
        variant = rng.choice(("monthly", "quarterly", "yearly"))
        quantities = f"seats={rng.randint(1, 40)}"
        if rng.random() < 0.4:
            quantities += " handbook=1"
        return "team", variant, quantities
    quantities = f"seats={rng.randint(5, 120)}"
    if rng.random() < 0.5:
        quantities += " support=1"
    return "business", rng.choice(("monthly", "arrears")), quantities


def contract(rng, number, buyer):
    plan, variant, quantities = offer(rng, buyer["kind"])
    start = start_day(rng)
    ends = rng.random() < 0.15
    return {
        "reference": f"NL-{number:05}",
        "customer": buyer["ref"],
        "plan": plan,
        "variant": variant,
        "start": start.isoformat(),
        "end": (start + timedelta(days=rng.randint(60, 400))).isoformat()
        if ends
        else "",
        "currency": "CHF" if buyer["kind"] == "swiss" else "EUR",
        "quantities": quantities,
        "customer_reference": f"PO-{rng.randint(1000, 9999)}"
        if buyer["is_company"]
        else "",
    }


def rates(rng):
    """Swiss francs per euro on the first of each month."""
    rate = 0.94
    for month in range(MONTHS + 1):
        yield {
            "name": date(2025 + month // 12, month % 12 + 1, 1).isoformat(),
            "currency": "CHF",
            "rate": f"{rate:.4f}",
        }
        rate += rng.uniform(-0.008, 0.008)


def write(name, rows):
    with (DATA / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main():
    rng = random.Random(SEED)
    kinds = ["consumer"] * 110 + ["german"] * 110 + ["eu"] * 30 + ["swiss"] * 20
    customers = [customer(rng, i, kind) for i, kind in enumerate(kinds, 1)]
    companies = [c for c in customers if c["is_company"]]
    buyers = customers + rng.sample(companies, 300 - len(customers))
    write("customers.csv", customers)
    write("contracts.csv", [contract(rng, i, b) for i, b in enumerate(buyers, 1)])
    write("rates.csv", list(rates(rng)))


if __name__ == "__main__":
    main()
