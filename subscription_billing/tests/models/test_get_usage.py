import json
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..discount_common import DiscountCommon
from ..usage_intake_common import GROUP_USAGE, GROUP_USER, UsageIntakeCommon


@tagged("post_install", "-at_install", "usage")
class TestGetUsage(UsageIntakeCommon, DiscountCommon):
    """``get_usage``: what the sold service asks; 1,000 calls free, then 0.01."""

    def setUp(self):
        super().setUp()
        self.use(
            self.contract,
            ("2026-01-31 23:59:59", 300),
            ("2026-02-01 00:00:00", 600),
            ("2026-02-10 12:00:00", 900),
        )

    def ask(self, day=None, contract=None):
        contract = contract or self.contract
        contracts = self.env["subscription.contract"]
        return contracts.get_usage(contract.name, day)

    def meter(self, day, contract=None):
        (answer,) = self.ask(day, contract)["meters"]
        return answer

    def figures(self, day, contract=None):
        answer = self.meter(day, contract)
        names = ("quantity", "quota", "quota_left", "amount")
        return tuple(answer[name] for name in names)

    def test_the_whole_answer(self):
        line = self.contract.line_ids.filtered(lambda it: it.kind == "metered")
        self.assertEqual(
            self.ask("2026-02-10"),
            {
                "contract": self.contract.name,
                "date": "2026-02-10",
                "currency": self.contract.currency_id.name,
                "meters": [
                    {
                        "line": line.id,
                        "component": "api",
                        "meter": "calls",
                        "date_start": "2026-02-01",
                        "date_end": "2026-02-28",
                        "quantity": 1500.0,
                        "quota": 1000.0,
                        "quota_left": 0.0,
                        "amount": 5.0,
                    }
                ],
            },
        )

    def test_it_is_json(self):
        answer = self.ask("2026-02-10")
        self.assertEqual(json.loads(json.dumps(answer)), answer)

    def test_t3_days_of_the_contract_inclusive(self):
        """The last second of January is January's, the first of February is not."""
        for day, figures in (
            ("2026-01-30", (0.0, 1000.0, 1000.0, 0.0)),
            ("2026-01-31", (300.0, 1000.0, 700.0, 0.0)),
            ("2026-02-01", (600.0, 1000.0, 400.0, 0.0)),
            ("2026-02-09", (600.0, 1000.0, 400.0, 0.0)),
            ("2026-02-10", (1500.0, 1000.0, 0.0, 5.0)),
            ("2026-02-28", (1500.0, 1000.0, 0.0, 5.0)),
            ("2026-03-01", (0.0, 1000.0, 1000.0, 0.0)),
        ):
            with self.subTest(day=day):
                self.assertEqual(self.figures(day), figures)

    def test_a_date_as_text_or_as_date(self):
        self.assertEqual(self.ask(date(2026, 2, 10)), self.ask("2026-02-10"))

    def test_no_date_is_today(self):
        today = self.env["subscription.billing.run"]._get_billing_date(self.contract.tz)
        self.assertEqual(self.ask()["date"], str(today))

    def test_wrong_dates(self):
        for wrong in ("2026-02-30", "10.02.2026", "soon", "2026-2"):
            with (
                self.subTest(wrong=wrong),
                self.assertRaisesRegex(UserError, "is no date. Write it as"),
            ):
                self.ask(wrong)

    def test_unknown_contracts(self):
        for name in ("nothing", "", self.contract.name + " ", "%"):
            with (
                self.subTest(name=name),
                self.assertRaisesRegex(UserError, "There is no contract"),
            ):
                self.env["subscription.contract"].get_usage(name, "2026-02-10")

    def test_before_the_start_and_after_the_end(self):
        """No line is sold on that day, so there is nothing to tell."""
        self.contract.date_end = "2026-02-15"
        for day, count in (
            ("2025-12-31", 0),
            ("2026-01-01", 1),
            ("2026-02-15", 1),
            ("2026-02-16", 0),
        ):
            with self.subTest(day=day):
                self.assertEqual(len(self.ask(day)["meters"]), count)

    def test_m3_the_free_quantity_of_a_short_period(self):
        """14 of 28 days have half of the calls free; the tiers stay."""
        self.contract.date_end = "2026-02-14"
        self.assertEqual(self.figures("2026-02-14"), (1500.0, 500.0, 0.0, 10.0))

    def test_a_draft_has_its_quota(self):
        line = {"component_id": self.api.id, "quantity": 1.0}
        draft = self.draft("2026-01-01", line_ids=[(0, 0, line)])
        self.assertEqual(self.figures("2026-01-10", draft), (0.0, 1000.0, 1000.0, 0.0))

    def test_a_contract_without_meters(self):
        self.assertEqual(
            self.ask("2026-02-10", self.subscribe("2026-01-01"))["meters"], []
        )

    def test_billed_usage_still_counts(self):
        """X4: billed or not, the period's usage is what it is."""
        before = self.ask("2026-02-28")
        self.bill("2026-03-01", self.contract)
        self.assertEqual(self.usage_charges(self.contract)[-1].amount, 5.0)
        self.assertEqual(self.ask("2026-02-28"), before)

    def test_asking_writes_nothing(self):
        def count():
            models = ("charge", "event", "usage", "usage.notice")
            return [
                self.env[f"subscription.{name}"].search_count([]) for name in models
            ]

        before = count()
        self.ask("2026-02-10")
        self.assertEqual(count(), before)

    def test_costs_are_before_discounts_and_minimum(self):
        """What the prices say; the charge has both."""
        contract = self.metered()
        self.api_price.copy({"date_start": "2026-01-02", "amount_minimum": 50.0})
        minimum = self.metered("2026-02-01")
        self.redeem(contract, self._discount(duration="forever"), on="2026-01-01")
        for each in (contract, minimum):
            self.use(each, ("2026-02-10 12:00:00", 1500))
            self.assertEqual(self.figures("2026-02-28", each)[-1], 5.0)
        self.bill("2026-03-01", contract + minimum)
        self.assertEqual(self.usage_charges(contract)[-1].amount, 4.5)
        self.assertEqual(self.usage_charges(minimum).amount, 50.0)

    def test_carried_quota_is_part_of_it(self):
        """700 of January are left, at most 500 live on."""
        vals = {"component_id": self.api.id, "quantity_maximum": 500.0}
        self._bonus("carry_over", **vals)
        contract = self.metered()
        self.use(contract, ("2026-01-10 12:00:00", 300))
        self.bill("2026-02-01", contract)
        self.assertEqual(
            self.figures("2026-02-10", contract), (0.0, 1500.0, 1500.0, 0.0)
        )

    def test_several_meters_in_one_answer(self):
        users = self._meter("users", "unique", unique_property="user")
        seats = self._metered("users", "Users", users)
        self._price(seats, 3.0, model="per_unit")
        contract = self.metered(components=[self.api, seats])
        self.use(
            contract,
            *(("2026-01-05 10:00:00", 1, {"user": name}) for name in "aab"),
            meter=users,
        )
        answers = {
            each["meter"]: each for each in self.ask("2026-01-31", contract)["meters"]
        }
        self.assertEqual(set(answers), {"calls", "users"})
        self.assertEqual(answers["users"]["quantity"], 2.0)
        self.assertEqual(answers["users"]["amount"], 6.0)

    def test_who_may_ask(self):
        for groups, is_allowed in (
            (GROUP_USAGE, True),
            (GROUP_USER, True),
            ("base.group_user", False),
            ("base.group_portal", False),
        ):
            user = self._clerk(f"ask_{groups}", groups)
            contracts = self.env["subscription.contract"].with_user(user)
            with self.subTest(groups=groups):
                if is_allowed:
                    answer = contracts.get_usage(self.contract.name, "2026-02-10")
                    self.assertEqual(answer["meters"][0]["quantity"], 1500.0)
                else:
                    with self.assertRaises(AccessError):
                        contracts.get_usage(self.contract.name, "2026-02-10")
