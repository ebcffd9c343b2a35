from odoo.tests import tagged

from ..replay_common import ReplayCommon


@tagged("post_install", "-at_install", "changes", "price_changes")
class TestChangeReplay(ReplayCommon):
    """C4: what is scheduled is made anew upon what stands on its day, in whatever order
    it was entered; C6: at what was agreed for it."""

    def test_c4_seats_before_an_announced_price(self):
        contract = self.sell()
        self.announce(
            contract, "2024-04-01", "2024-01-10", component_ids=self.seats.ids
        )
        self.set_seats(contract, 6, "2024-03-01", "2024-02-01")
        self.advance_to(contract, "2024-04-01")
        self.assertEqual(
            list(self.months(contract).values()),
            [5, 5, 13, 25],
        )
        self.assertHealthy()

    def test_c4_seats_that_end_before_an_announced_price(self):
        contract = self.sell()
        change = self.announce(
            contract, "2024-04-01", "2024-01-10", component_ids=self.seats.ids
        )
        self.end_add_on(contract, self.seats, "2024-03-01", "2024-02-01")
        (made,) = change.contract_change_ids
        self.assertEqual(made.state, "lapsed")
        self.assertIn("Choose a day within", change.line_ids.lapse_reason)
        self.assertIn("change_lapsed", contract.event_ids.mapped("type"))
        self.advance_to(contract, "2024-04-01")
        self.assertEqual(list(self.months(contract).values())[2:], [1, 1])

    def test_c4_seats_before_a_step_of_a_ramp(self):
        contract = self.sell()
        line = self.first_line(contract, self.seats)
        own = {"has_price_override": True, "line_id": line.id}
        for on, price in (("2024-03-01", 0.5), ("2024-04-01", 1.5)):
            vals = {**own, "price_override": price * self.FEE}
            self.change(contract, "price", on, "2024-01-10", **vals)
        self.set_seats(contract, 8, "2024-02-01", "2024-01-20")
        self.advance_to(contract, "2024-04-01")
        self.assertEqual(
            list(self.months(contract).values()),
            [5, 17, 5, 13],
        )

    def test_c4_seats_before_a_plan_that_is_scheduled(self):
        contract = self.sell()
        self.upgrade(contract, "2024-03-01", "2024-01-10")
        self.set_seats(contract, 5, "2024-02-01", "2024-01-20")
        self.advance_to(contract, "2024-03-01")
        self.assertEqual(list(self.months(contract).values()), [5, 11, 30])
        self.assertEqual(contract.plan_id, self.pro)

    def test_c4_seats_before_a_variant_that_follows(self):
        intro = self._variant(
            "intro",
            first_term_count=3,
            first_term_unit="month",
            is_ended_after_first_term=True,
            next_variant_id=self.pro_monthly.id,
        )
        with self.on_day("2024-01-01"):
            contract = self.sell(variant=intro)
        self.assertEqual(contract.change_ids.state, "scheduled")
        self.set_seats(contract, 3, "2024-02-01", "2024-01-20")
        self.advance_to(contract, "2024-04-01")
        self.assertEqual(
            list(self.months(contract).values()),
            [5, 7, 7, 22],
        )

    def test_c4_an_upgrade_before_a_variant_that_follows(self):
        """The first term of a variant the contract has left ends nothing."""
        self.pro_monthly.copy({"name": "Pro 2", "code": "pro2"})
        intro = self._variant(
            "intro",
            first_term_count=3,
            first_term_unit="month",
            is_ended_after_first_term=True,
            next_variant_id=self.monthly.id,
        )
        with self.on_day("2024-01-01"):
            contract = self.sell(variant=intro)
        self.upgrade(contract, "2024-02-01", "2024-01-20")
        follows = contract.change_ids.filtered("follows_variant_id")
        self.assertEqual(follows.state, "lapsed")
        self.assertIn("is on Pro", follows.lapse_reason)
        self.advance_to(contract, "2024-04-01")
        self.assertEqual(contract.variant_id, self.pro_monthly)

    def test_c4_an_upgrade_before_an_announced_price(self):
        contract = self.sell()
        change = self.announce(contract, "2024-04-01", "2024-01-10")
        self.upgrade(contract, "2024-03-01", "2024-02-01")
        self.assertEqual(set(change.contract_change_ids.mapped("state")), {"lapsed"})
        self.advance_to(contract, "2024-04-01")
        self.assertEqual(list(self.months(contract).values()), [5, 5, 18, 18])
        self.assertEqual(change.state, "done")

    def test_c4_seats_before_a_billing_day(self):
        contract = self.sell()
        self.change(
            contract, "billing_day", "2024-03-01", "2024-01-10", billing_day_new=15
        )
        self.set_seats(contract, 4, "2024-02-01", "2024-01-20")
        self.advance_to(contract, "2024-04-15")
        last = contract.charge_ids.sorted("date_start")[-2:]
        self.assertEqual(
            [str(day) for day in last.mapped("date_start")], ["2024-04-15"] * 2
        )
        self.assertEqual(last.mapped("quantity"), [1.0, 4.0])

    def test_c4_seats_before_a_transfer(self):
        contract = self.sell()
        other = self._customer("Grace Ltd")
        self.change(
            contract, "transfer", "2024-03-01", "2024-01-10", partner_new_id=other.id
        )
        name = contract.successor_id.name
        self.set_seats(contract, 4, "2024-02-01", "2024-01-20")
        successor = contract.successor_id
        self.assertEqual(successor.name, name)
        self.advance_to(contract + successor, "2024-03-01")
        self.assertEqual(list(self.months(contract).values()), [5, 9])
        self.assertEqual(list(self.months(successor).values()), [9])

    def test_c4_what_is_scheduled_goes_along_with_a_transfer(self):
        contract = self.sell()
        change = self.announce(
            contract, "2024-04-01", "2024-01-10", component_ids=self.seats.ids
        )
        self.set_seats(contract, 4, "2024-05-01", "2024-01-10")
        other = self._customer("Grace Ltd")
        self.change(
            contract, "transfer", "2024-03-01", "2024-01-20", partner_new_id=other.id
        )
        successor = contract.successor_id
        self.assertEqual(set(successor.change_ids.mapped("state")), {"scheduled"})
        self.assertEqual(
            contract.change_ids.sorted("id").mapped("state"),
            ["lapsed", "lapsed", "scheduled"],
        )
        self.advance_to(contract + successor, "2024-05-01")
        self.assertEqual(list(self.months(successor).values()), [5, 9, 17])
        self.assertEqual(change.state, "done")

    def test_c4_a_pause_before_what_is_scheduled(self):
        contract = self.sell()
        pause = self.change(
            contract, "pause", "2024-05-01", "2024-01-10", date_until="2024-05-31"
        )
        self.announce(
            contract, "2024-04-01", "2024-01-10", component_ids=self.seats.ids
        )
        self.set_seats(contract, 6, "2024-03-01", "2024-02-01")
        self.advance_to(contract, "2024-06-01")
        self.assertEqual(pause.pause_id.state, "over")
        months = self.months(contract)
        self.assertNotIn("2024-05", months)
        self.assertEqual(months["2024-06"], 25)

    def test_c4_an_end_that_makes_way_for_a_pause(self):
        """The pause lies after the end; it comes back when the end is taken back."""
        contract = self.sell()
        pause = self.change(
            contract, "pause", "2024-05-01", "2024-01-10", date_until="2024-05-31"
        )
        self.end(contract, "2024-03-31", "2024-01-20")
        self.assertEqual((pause.state, len(contract.pause_ids)), ("lapsed", 0))
        self.take_end_back(contract, "2024-02-01")
        self.assertEqual((pause.state, len(contract.pause_ids)), ("scheduled", 1))

    def test_c4_withdrawing_the_ground_of_another(self):
        contract = self.sell()
        first = self.set_seats(contract, 4, "2024-03-01", "2024-01-10")
        self.set_price(contract, self.FEE, "2024-04-01", "2024-01-10")
        first._withdraw(self.day("2024-02-01"))
        self.advance_to(contract, "2024-04-01")
        self.assertEqual(list(self.months(contract).values()), [5, 5, 5, 3])

    def test_c4_what_lapsed_comes_back(self):
        contract = self.sell(self.phone)
        step = self.set_seats(contract, 4, "2024-04-01", "2024-01-10")
        ended = self.end_add_on(contract, self.seats, "2024-03-01", "2024-01-10")
        self.assertEqual(step.state, "lapsed")
        ended._withdraw(self.day("2024-02-01"))
        self.assertEqual((step.state, step.lapse_reason), ("scheduled", False))
        self.advance_to(contract, "2024-04-01")
        self.assertEqual(self.months(contract)["2024-04"], 12)

    def test_c4_a_change_in_force_is_made_anew_by_one_of_earlier_days(self):
        contract = self.sell()
        self.advance_to(contract, "2024-03-01")
        self.announce(
            contract, "2024-03-01", "2024-03-01", component_ids=self.seats.ids
        )
        self.advance("2024-04-01", contract)
        self.set_seats(contract, 6, "2024-02-01", "2024-04-10")
        self.advance("2024-04-10", contract)
        self.assertEqual(
            list(self.months(contract).values()),
            [5, 13, 25, 25],
        )
        self.assertHealthy()

    def test_c4_untouched_lines_stay_the_same_records(self):
        """Billed ones as well: nothing is given back that is owed all the same."""
        contract = self.sell()
        self.set_seats(contract, 4, "2024-05-01", "2024-01-01")
        self.bill("2024-12-01", contract)
        lines, charges = contract.line_ids, contract.charge_ids
        self.assertEqual(len(charges), 24)
        self.set_price(contract, self.FEE, "2024-08-01", "2024-01-06")
        self.end_add_on(contract, self.seats, "2024-12-01", "2024-01-06")
        self.set_seats(contract, 2, "2024-04-01", "2024-01-06")
        self.assertLessEqual(lines, contract.line_ids)
        self.bill("2024-12-01", contract)
        since = contract.charge_ids - charges
        credited = since.filtered(lambda it: it.kind == "credit")
        self.assertEqual(
            sorted(str(day) for day in credited.mapped("date_start")),
            [f"2024-{month:02d}-01" for month in range(8, 13)],
        )
        months = self.months(contract, "2024-13")
        self.assertEqual(list(months.values()), [5] * 4 + [9] * 3 + [5] * 4 + [1])

    def test_c6_a_plan_that_is_scheduled_keeps_its_prices(self):
        contract = self.sell()
        self.upgrade(contract, "2024-03-01", "2024-01-10")
        self._price(self.pro_seats, 99, model="per_unit", date_start="2024-02-01")
        self.set_seats(contract, 5, "2024-02-01", "2024-01-20")
        self.advance_to(contract, "2024-03-01")
        self.assertEqual(self.months(contract)["2024-03"], 30)
