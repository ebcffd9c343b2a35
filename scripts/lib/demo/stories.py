"""What happens to the demo's contracts: changes and endings in every month, and on the
last day some of everything that is worth seeing on the screens."""

import random
from collections import Counter
from datetime import timedelta

from odoo.exceptions import UserError

SEED = 20250102
CHANGES_A_MONTH, ENDS_A_MONTH = 3, 2
KINDS = ("quantity", "variant", "book", "price", "pause", "unbook", "billing_day")
REASONS = ("price", "feature", "competitor", "other")
UNITS = {"calls": "Aufrufe", "hours": "Stunden"}
NAMES = {
    "Platform": "Plattform",
    "Seats": "Plätze",
    "API calls": "API-Aufrufe",
    "API calls outside the EU": "API-Aufrufe außerhalb der EU",
    "Storage": "Speicher",
    "Support hours": "Supportstunden",
    "Payment volume": "Zahlungsvolumen",
    "Starter workspace": "Starter-Arbeitsbereich",
    "Team workspace": "Team-Arbeitsbereich",
    "Business workspace": "Business-Arbeitsbereich",
    "Additional user": "Weiterer Benutzer",
    "Developer platform": "Entwicklerplattform",
    "Handbook": "Handbuch",
    "Onboarding": "Einrichtung",
    "Priority support": "Bevorzugter Support",
    "Starting credit": "Startguthaben",
    "Welcome discount": "Willkommensrabatt",
    "Welcome: 15 % in the first three months": "Willkommen: 15 % in den ersten "
    "drei Monaten",
    "Loyalty bonus after one year": "Treuebonus nach einem Jahr",
    "Loyalty: 5 % after one year": "Treue: 5 % nach einem Jahr",
    "Monthly fee, billed quarterly": "Monatlich, vierteljährlich berechnet",
    "Monthly in arrears": "Monatlich nachträglich",
    "Monthly, on the 15th": "Monatlich zum 15.",
    "Monthly": "Monatlich",
    "Quarterly": "Vierteljährlich",
    "Yearly": "Jährlich",
}


def translate(env):
    """German customers read German names and units."""
    for model, field, words in (
        ("subscription.component", "name", NAMES),
        ("subscription.plan.variant", "name", NAMES),
        ("subscription.discount", "name", NAMES),
        ("subscription.bonus", "name", NAMES),
        ("subscription.meter", "name", NAMES),
        ("subscription.meter", "unit_name", UNITS),
    ):
        for record in env[model].search([]):
            if record[field] in words:
                german = record.with_context(lang="de_DE")
                german[field] = words[record[field]]


class Stories:
    """Of the contracts without usage, whose sums are checked on their own."""

    def __init__(self, env, clock):
        self.env, self.clock = env, clock
        self.rng = random.Random(SEED)
        self.told = Counter()
        self.reasons = env["subscription.end.reason"].search([])
        self.changed = env["subscription.contract"]

    def go_on(self, day):
        """Changes and endings of a month, by its last day."""
        with self.clock(day):
            for number in range(CHANGES_A_MONTH):
                kind = KINDS[(self.told["tried"] + number) % len(KINDS)]
                self._try(kind, day, timing="now")
            self.told["tried"] += CHANGES_A_MONTH
            for number in range(ENDS_A_MONTH):
                method = "extraordinary" if number else "regular"
                last = day + timedelta(days=20) if number else False
                self._try("end", day, end_method=method, date_last=last)

    def _try(self, kind, day, **vals):
        """One change of the next contract it is possible for, or none."""
        for contract in self._get_candidates(day):
            change = self.env["subscription.change"].create(
                {"contract_id": contract.id, "kind": kind, **vals}
            )
            if kind not in change.offered_kinds:
                change.unlink()
                continue
            try:
                with self.env.cr.savepoint():
                    change.write(self._prepare(change, day))
                    change._apply(day)
            except UserError:
                change.unlink()
                continue
            self.changed |= contract
            self.told[kind] += 1
            return change
        return None

    def _get_candidates(self, day):
        contracts = self.env["subscription.contract"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("name", "=like", "NL-%"),
                ("state", "=", "active"),
                ("date_end", "=", False),
                ("date_start", "<", day - timedelta(days=20)),
                ("id", "not in", self.changed.ids),
            ],
            order="name",
        )
        return self.rng.sample(list(contracts), len(contracts))[:40]

    def _prepare(self, change, day):
        """What a kind of change asks for."""
        lines = change.offered_line_ids
        components = change.offered_component_ids
        return {
            "quantity": lambda: {
                "line_id": lines.filtered(lambda it: it.kind == "quantity")[:1].id,
                "quantity": self.rng.randint(2, 60),
            },
            "variant": lambda: {"variant_id": change.offered_variant_ids[:1].id},
            "book": lambda: {"component_id": components[-1:].id, "quantity": 1},
            "price": lambda: {
                "line_id": lines[:1].id,
                "has_price_override": True,
                "price_override": round(lines[:1].price_unit * 0.9, 2),
            },
            "pause": lambda: {"date_until": day + timedelta(days=30)},
            "unbook": lambda: {"line_id": lines[-1:].id},
            "billing_day": lambda: {"billing_day_new": 15},
            "end": lambda: {"end_reason_id": self.rng.choice(self.reasons).id},
        }[change.kind]()

    # ------------------------------------------------------------------
    # The last day
    # ------------------------------------------------------------------

    def stop_here(self, today):
        """Something scheduled, a pause, a trial, and three bills that fail."""
        with self.clock(today):
            for kind, timing in (
                ("quantity", "period_end"),
                ("variant", "period_end"),
                ("price", "term_end"),
                ("pause", "now"),
            ):
                self._try(kind, today, timing=timing)
            self._try("end", today, end_method="regular")
            self._start_trial(today)
            parked = self._sell_what_fails(today)
            self.env["subscription.billing.run"]._run_for_date(
                today, self.env.company, trigger="schedule"
            )
        self.env.cr.commit()
        return parked

    def _sell(self, name, today, variant, partner=None, **vals):
        """An active contract of a new customer."""
        customer = self.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "country_id": self.env.ref("base.de").id,
                "city": "Hamburg",
                "lang": "de_DE",
                **(partner or {}),
            }
        )
        contract = self.env["subscription.contract"].create(
            {
                "partner_id": customer.id,
                "variant_id": variant.id,
                "date_start": today,
                "user_id": self.env.ref("base.user_admin").id,
                **vals,
            }
        )
        contract.action_activate()
        return contract

    def _get_variant(self, plan, code):
        return self.env["subscription.plan.variant"].search(
            [("plan_id.code", "=", plan), ("code", "=", code)], limit=1
        )

    def _start_trial(self, today):
        variant = self._get_variant("team", "monthly")
        vals = {"trial_count": 14, "trial_unit": "day"}
        self._sell("Werft am Kanal GmbH", today, variant, **vals)

    def _sell_what_fails(self, today):
        """No country, no VAT number where one is needed, a customer put away."""
        variant = self._get_variant("team", "monthly")
        needs_number = self.env["account.fiscal.position"].search(
            [("vat_required", "=", True), ("company_id", "=", self.env.company.id)],
            limit=1,
        )
        nowhere = self._sell("Ohne Land GmbH", today, variant, {"country_id": False})
        france = {"country_id": self.env.ref("base.fr").id}
        numberless = self._sell(
            "Sans Numéro SARL",
            today,
            variant,
            france,
            fiscal_position_id=needs_number.id,
        )
        archived = self._sell("Altes Kontor KG", today, variant)
        archived.partner_id.active = False
        return nowhere + numberless + archived

    def print_changes(self):
        kinds = dict(self.told)
        kinds.pop("tried", None)
        ends = kinds.pop("end", 0)
        told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        print(f"\n{sum(kinds.values())} changes ({told}), {ends} endings")
