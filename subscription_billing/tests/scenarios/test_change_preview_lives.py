from datetime import date, timedelta
from random import Random

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.changes.subscription_change import CHANGE_KINDS
from ..discount_common import DiscountCommon
from ..effort import tries
from ..preview_mixin import PreviewMixin
from ..replay_common import ReplayCommon

TODAY = "2024-01-15"
# What a contract may have been promised; None for nothing.
PROMISES = (
    None,
    {"percent": 100},
    {"percent": 50, "duration": "periods", "period_count": 3},
    {"amount": 99.0, "duration": "periods", "period_count": 2},
    {"amount": 50.0, "duration": "forever"},
    {"percent": 20, "duration": "dates", "date_end": "2024-02-20"},
)


@tagged("post_install", "-at_install", "changes")
class TestChangePreviewLives(PreviewMixin, DiscountCommon, ReplayCommon):
    """C4: what is previewed is what is billed, for each kind of change, whatever else
    is scheduled; what a preview refuses can't be applied."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        quarter = {"billing_interval_count": 3, "fee_interval_count": 3}
        year = {"billing_interval_unit": "year", "fee_interval_unit": "year"}
        cls.others = cls.pro_monthly.union(
            cls._variant("pro_quarter", plan_id=cls.pro.id, **quarter),
            cls._variant("year", **year),
        )

    def setUp(self):
        super().setUp()
        self.possible = dict.fromkeys(dict(CHANGE_KINDS), 0)

    def test_c4_what_is_previewed_is_billed(self):
        for seed in range(tries("previews", 24, 300)):
            random = Random(seed)
            start = random.choice(("2024-01-01", "2023-12-20"))
            self.contract = self.sell(on=start)
            if promise := random.choice(PROMISES):
                dates = {"date_start": start} if "date_end" in promise else {}
                self.redeem(self.contract, self._discount(**promise, **dates), start)
            self.advance("2024-01-01", self.contract)
            self.advance(TODAY, self.contract)
            self.prepare(random)
            for kind in self.possible:
                vals = self.draw(random, kind)
                with self.subTest(seed=seed, kind=kind, vals=vals):
                    error = self.try_change(self.contract, kind, TODAY, **vals)
                    self.possible[kind] += error is None
            self.try_longer_trial(random, seed)
        self.assertFalse([kind for kind, count in self.possible.items() if not count])

    def try_longer_trial(self, random, seed):
        """Of a contract that is still tried, with a change scheduled beside it."""
        self.contract = self.sell(trial_count=40, trial_unit="day")
        self.advance(TODAY, self.contract)
        self.schedule(
            "quantity", self.draw_day(random), line_id=self.seat_line.id, quantity=5
        )
        until = date(2024, 2, 9) + timedelta(days=random.randint(-5, 60))
        with self.subTest(seed=seed, until=until):
            vals = {"date_until": until}
            error = self.try_change(self.contract, "extend_trial", TODAY, **vals)
            self.possible["extend_trial"] += error is None

    def prepare(self, random):
        """What is scheduled already: a life of its own."""
        for _number in range(random.randint(0, 4)):
            on = self.draw_day(random)
            match random.choice(("quantity", "price", "phone", "pause", "end", "plan")):
                case "quantity":
                    vals = {"line_id": self.seat_line.id, "quantity": 5}
                    self.schedule("quantity", on, **vals)
                case "price":
                    vals = {"line_id": self.seat_line.id, "has_price_override": True}
                    self.schedule("price", on, price_override=9 * self.FEE, **vals)
                case "phone":
                    self.schedule("book", on, component_id=self.phone.id)
                case "pause":
                    self.schedule("pause", on, date_until=on + timedelta(days=20))
                case "plan":
                    self.schedule("variant", on, **self.draw_plan(random))
                case "end":
                    vals = {"end_method": "extraordinary", "date_last": on}
                    vals["end_reason_id"] = self.reason.id
                    self.schedule("end", False, timing="now", **vals)

    def schedule(self, kind, on, **vals):
        """Schedule it if that is possible beside the others."""
        vals = {"timing": "date", "date": on, **vals}
        change = self.draft_change(self.contract, kind, **vals)
        try:
            with self.env.cr.savepoint():
                change._apply(self.day(TODAY))
        except UserError:
            change.unlink()

    @property
    def seat_line(self):
        return self.first_line(self.contract, self.seats)

    def draw_day(self, random):
        return date(2024, 1, 15) + timedelta(days=random.randint(0, 60))

    def draw_plan(self, random):
        """A variant, whose periods begin anew or go on if they can."""
        vals = {"variant_id": random.choice(self.others.ids)}
        return {**vals, "restarts_periods": True} if random.random() < 0.3 else vals

    def draw(self, random, kind):
        """Values of a change of this kind."""
        on = self.draw_day(random)
        line = {"line_id": self.seat_line.id}
        vals = {
            "quantity": {**line, "quantity": random.randint(0, 9)},
            "price": {**line, "has_price_override": True, "price_override": 3.33},
            "unbook": line,
            "book": {"component_id": self.phone.id, "quantity": 1},
            "one_off": {"component_id": self.setup.id},
            "variant": self.draw_plan(random),
            "pause": {"date_until": on + timedelta(days=random.randint(0, 40))},
            "billing_day": {"billing_day_new": random.randint(1, 31)},
            "transfer": {"partner_new_id": self._customer(name="Heir").id},
            "end": {
                "end_reason_id": self.reason.id,
                "end_method": random.choice(("extraordinary", "annulment")),
                "date_last": on,
                "timing": "now",
            },
        }.get(kind, {})
        return {"timing": "date", "date": on, **vals}
