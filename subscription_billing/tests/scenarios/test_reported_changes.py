from odoo.exceptions import UserError
from odoo.tests import tagged

from ..discount_common import DiscountCommon
from ..replay_common import ReplayCommon


@tagged("post_install", "-at_install", "changes", "contracts")
class TestReportedChanges(ReplayCommon, DiscountCommon):
    """Faults that users of billing systems report, in inputs of our own: what stops
    others, what is agreed for later, ends, pauses, copies, figures."""

    FEE = 100.0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pro_base.price_ids.amount = 60.0
        cls.env["res.lang"]._activate_lang("de_DE")

    def sold(self, quantities=None, variant=None, on="2026-01-01", **vals):
        contract = self.subscribe(on, variant, quantities, **vals)
        self.advance(on)
        return contract

    def months(self, last):
        """Let the clock reach the first of each month of 2026 after January."""
        for month in range(2, last + 1):
            self.advance(f"2026-{month:02d}-01")

    def assert_total(self, contract, total):
        self.assertEqual(self.total(contract), round(total, 2))
        self.assertHealthy()

    def to_heir(self, contract, on, today):
        heir = self._customer("Heir")
        return self.change(contract, "transfer", on, today, partner_new_id=heir.id)

    # Steps that cannot be made stop nobody.

    def test_x5_an_add_on_whose_ground_is_gone(self):
        self.phone.requires_ids = self.seats
        contract, other = self.sold({self.seats: 1}), self.sold()
        vals = {"component_id": self.phone.id}
        step = self.change(contract, "book", "2026-02-01", "2026-01-05", **vals)
        self.end_add_on(contract, self.seats, "2026-01-20", "2026-01-10")
        self.advance("2026-01-20")
        self.months(2)
        self.assertEqual(step.state, "lapsed")
        self.assertIn("requires Seats", step.lapse_reason)
        self.assert_total(contract, 100 + 200 * 19 / 31 + 100)
        self.assert_total(other, 200)

    def bonus(self, plan, percent):
        vals = {"reward": "percent", "percent": percent, "month_start": 0}
        return self._bonus("loyalty", plan_id=plan.id, **vals)

    def test_x5_plans_with_bonuses_there_and_back(self):
        self.bonus(self.plan, 50)
        self.bonus(self.pro, 10)
        contract, other = self.sold(), self.sold()
        self.upgrade(contract, "2026-02-01", "2026-02-01")
        vals = {"variant_id": self.monthly.id}
        self.change(contract, "variant", "2026-03-01", "2026-02-10", **vals)
        self.months(3)
        self.assert_total(contract, 50 + 54 + 50)
        self.assert_total(other, 150)

    def test_x5_a_plan_with_a_bonus_goes_on_as_one_without(self):
        self.bonus(self.plan, 50)
        term = {"first_term_count": 1, "is_ended_after_first_term": True}
        term["next_variant_id"] = self.pro_monthly.id
        with self.on_day("2026-01-01"):
            contract = self.subscribe("2026-01-01", self._variant("intro", **term))
        other = self.subscribe("2026-01-01")
        self.advance("2026-01-01")
        self.months(3)
        self.assert_total(contract, 50 + 60 + 60)
        self.assert_total(other, 150)

    # What is agreed for later follows what is entered for earlier days.

    def test_c4_seats_and_a_price_before_a_downgrade(self):
        contract = self.sold({self.seats: 2})
        self.set_seats(contract, 1, "2026-04-01", "2026-01-10")
        self.set_seats(contract, 8, "2026-02-01", "2026-01-20")
        self.set_price(contract, 50.0, "2026-03-01", "2026-01-25")
        self.months(4)
        self.assert_total(contract, 500 + (100 + 1600) + (100 + 400) + (100 + 50))

    def test_c4_a_plan_before_a_billing_day(self):
        contract = self.sold()
        vals = {"billing_day_new": 15}
        self.change(contract, "billing_day", "2026-04-01", "2026-01-10", **vals)
        self.upgrade(contract, "2026-03-01", "2026-01-20")
        self.months(4)
        self.advance("2026-04-15")
        self.assert_total(contract, 200 + 60 + 60 * 14 / 31 + 60)

    def test_c4_an_add_on_ends_before_a_transfer(self):
        contract = self.sold({self.phone: 1})
        self.to_heir(contract, "2026-04-01", "2026-01-12")
        self.end_add_on(contract, self.phone, "2026-03-01", "2026-01-20")
        self.months(5)
        self.assert_total(contract, 400 + 400 + 100)
        self.assert_total(contract.successor_ids, 200)

    def test_c4_a_transfer_that_is_withdrawn_leaves_the_ramp(self):
        contract = self.sold({self.seats: 1})
        self.set_seats(contract, 3, "2026-03-01", "2026-01-10")
        transfer = self.to_heir(contract, "2026-02-01", "2026-01-12")
        transfer._withdraw(self.day("2026-01-15"))
        self.months(3)
        self.assert_total(contract, 300 + 300 + 700)

    # Ends beside scheduled steps.

    def test_c4_an_end_to_the_day_before_any_kind_of_step(self):
        for kind, component, vals in (
            ("pause", None, {}),
            ("transfer", None, {"partner_new_id": self._customer("Heir").id}),
            ("one_off", None, {"component_id": self.setup.id}),
            ("price", self.base, {"has_price_override": True, "price_override": 5}),
            ("billing_day", None, {"billing_day_new": 10}),
            ("unbook", self.seats, {}),
        ):
            with self.subTest(kind=kind):
                contract = self.subscribe("2026-01-01", quantities={self.seats: 1})
                self.advance("2026-01-01", contract)
                line = component and self.first_line(contract, component)
                vals = {**vals, "line_id": line.id} if line else vals
                step = self.change(contract, kind, "2026-04-01", "2026-01-10", **vals)
                self.end(contract, "2026-03-31", "2026-01-15")
                self.assertEqual(step.state, "lapsed")
                for on in ("2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01"):
                    self.advance(on, contract)
                self.assertEqual(contract.state, "ended")
                self.assert_total(contract, 900)

    def test_c4_a_pause_comes_back_with_the_end_that_is_taken_back(self):
        contract = self.sold()
        vals = {"date_until": "2026-05-31"}
        self.change(contract, "pause", "2026-05-01", "2026-01-10", **vals)
        self.end(contract, "2026-04-30", "2026-01-15")
        self.take_end_back(contract, "2026-02-10")
        self.months(6)
        self.assert_total(contract, 500)

    def test_c4_an_end_a_month_later_lets_the_plan_change_be(self):
        contract = self.sold()
        self.upgrade(contract, "2026-05-01", "2026-01-10")
        self.end(contract, "2026-04-30", "2026-01-15")
        self.take_end_back(contract, "2026-02-10")
        self.end(contract, "2026-05-31", "2026-02-10")
        self.months(7)
        self.assertEqual(contract.state, "ended")
        self.assert_total(contract, 460)

    def test_c3_a_trial_extended_twice_with_a_plan_change_in_it(self):
        trial = self._variant("tried", trial_count=30, trial_unit="day")
        with self.on_day("2026-01-01"):
            contract = self.subscribe("2026-01-01", trial)
        self.upgrade(contract, "2026-01-31", "2026-01-05")
        for today, until in (
            ("2026-01-10", "2026-02-10"),
            ("2026-01-20", "2026-02-20"),
        ):
            self.change(contract, "extend_trial", False, today, date_until=until)
        for on in ("2026-01-31", "2026-02-11", "2026-02-20"):
            self.advance(on)
            self.assertFalse(contract.charge_ids)
        self.advance("2026-02-21")
        self.assert_total(contract, 60)

    # Pauses that extend a term.

    def test_c2_a_term_ends_by_the_days_of_the_pause(self):
        for first, last, count, end in (
            ("2024-02-10", "2024-04-09", 6, "2024-08-29"),  # 60 days after 30 June
            ("2024-03-01", "2024-04-30", 12, "2025-03-02"),  # 61 after 31 December
            ("2024-03-01", "2024-03-31", 12, "2025-01-31"),
        ):
            with self.subTest(first=first, count=count):
                contract = self.subscribe("2024-01-01", first_term_count=count)
                vals = {"date_until": last, "is_term_extended": True}
                self.change(contract, "pause", first, "2024-01-20", **vals)
                found = contract._get_earliest_end(self.day("2024-05-01"))
                self.assertEqual(str(found), end)

    def test_c2_an_offer_that_ends_with_its_term_ends_later(self):
        term = {"first_term_count": 3, "is_ended_after_first_term": True}
        with self.on_day("2024-01-01"):
            contract = self.subscribe("2024-01-01", self._variant("intro", **term))
        vals = {"date_until": "2024-02-20", "is_term_extended": True}
        self.change(contract, "pause", "2024-02-01", "2024-01-10", **vals)
        self.assertEqual(str(contract.date_end), "2024-04-20")

    # Copies.

    def copied(self, contract, on):
        with self.on_day(on):
            copy = contract.copy()
            copy.action_activate()
        self.advance(on)
        return copy

    def test_c6_a_copy_of_a_paused_contract_runs(self):
        contract = self.sold()
        self.change(contract, "pause", "2026-02-01")
        self.months(2)
        self.assert_total(self.copied(contract, "2026-05-10"), 100)

    def test_c6_a_copy_is_tried_out_anew(self):
        trial = self._variant("tried", trial_count=30, trial_unit="day")
        with self.on_day("2026-01-01"):
            contract = self.subscribe("2026-01-01", trial)
        copy = self.copied(contract, "2026-05-10")
        self.assertEqual(str(copy.date_trial_end), "2026-06-08")
        self.assertFalse(copy.charge_ids)

    def test_c6_a_copy_of_what_was_taken_over_has_no_past(self):
        contract = self.sold()
        self.to_heir(contract, "2026-02-01", "2026-01-20")
        self.months(2)
        copy = self.copied(contract.successor_ids, "2026-03-10")
        self.assertFalse(copy.predecessor_id)
        self.assert_total(copy, 100)

    def test_c6_a_copy_of_a_cancelled_contract_has_a_term_of_its_own(self):
        contract = self.sold(first_term_count=6)
        self.end(contract, "2026-03-31", "2026-01-10")
        copy = self.copied(contract, "2026-02-10")
        self.assertFalse(copy.date_end)
        end = copy._get_earliest_end(self.day("2026-02-10"))
        self.assertEqual(str(end), "2026-08-09")

    # Figures and words.

    def test_c4_the_monthly_amount_on_a_day(self):
        contract = self.sold({self.phone: 1})
        self.end_add_on(contract, self.phone, "2026-12-01", "2026-01-10")
        self.months(2)
        self.assertEqual(contract.amount_monthly, 400)
        vals = {"date_until": "2026-03-31"}
        self.change(contract, "pause", "2026-03-01", "2026-02-10", **vals)
        with self.on_day("2026-02-10"):
            self.assertEqual(contract.amount_monthly, 400)
        with self.on_day("2026-03-10"):
            self.advance("2026-03-10")
            self.assertEqual(contract.amount_monthly, 0)

    def test_refusals_in_german_have_german_dates(self):
        contract = self.sold()
        self.end(contract, "2026-03-31", "2026-01-10")
        changes = self.env["subscription.change"].with_context(lang="de_DE")
        vals = {"contract_id": contract.id, "timing": "date", "date": "2026-04-01"}
        for kind, more in (
            ("pause", {}),
            ("book", {"component_id": self.phone.id}),
            ("billing_day", {"billing_day_new": 5}),
        ):
            change = changes.create({**vals, "kind": kind, **more})
            with self.subTest(kind=kind), self.assertRaises(UserError) as caught:
                change._apply(self.day("2026-01-12"))
            self.assertIn("31.03.2026", str(caught.exception))
            self.assertNotIn("2026-", str(caught.exception))
