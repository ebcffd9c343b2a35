from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..change_common import ChangeCommon


@tagged("post_install", "-at_install", "changes", "contracts")
class TestChangePause(ChangeCommon):
    """C4: a pause credits what was paid ahead, skips fees and keeps the anchor. January
    2024 has 31 days, February 29."""

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2024-01-01")
        self.advance("2024-01-01")

    def test_c4_pause_over_a_period_border(self):
        contract = self.contract
        self.change(contract, "pause", "2024-01-21", date_until="2024-02-10")
        self.advance("2024-01-21")
        self.assertEqual(contract.state, "paused")
        self.advance("2024-02-01")
        self.advance("2024-02-11")
        self.assertEqual(contract.state, "active")
        self.advance("2024-03-01")
        self.assertCharges(
            contract,
            [
                ("fee", "2024-01-01", "2024-01-31", 30.0),
                ("credit", "2024-01-21", "2024-01-31", -10.65),  # 30 x 11 / 31
                ("fee", "2024-02-11", "2024-02-29", 19.66),  # 30 x 19 / 29
                ("fee", "2024-03-01", "2024-03-31", 30.0),
            ],
        )
        self.assertHealthy()

    def test_c4_open_pause_until_it_is_resumed(self):
        contract = self.contract
        self.change(contract, "pause", "2024-02-01", "2024-01-15")
        self.assertEqual(contract.state, "active")
        for on in ("2024-02-01", "2024-03-01", "2024-04-01"):
            self.advance(on)
            self.assertEqual(contract.state, "paused")
        self.assertEqual(self.total(contract), 30.0)
        self.assertFalse(contract.date_next_billing)
        self.change(contract, "resume", "2024-04-16")
        self.advance("2024-04-16")
        self.assertEqual(contract.state, "active")
        self.assertEqual(self.total(contract), 30 + 15)
        self.assertEqual(str(contract.date_next_billing), "2024-05-01")

    def test_m3_paused_and_resumed_on_one_day_costs_nothing(self):
        contract = self.contract
        self.change(contract, "pause", "2024-01-15")
        self.change(contract, "resume", "2024-01-15")
        self.advance("2024-01-15")
        self.assertEqual(contract.state, "active")
        self.assertEqual(self.total(contract), 30.0)
        self.assertEqual(len(contract.charge_ids), 1)

    def test_x2_pause_in_the_past_gives_back_what_was_billed(self):
        contract = self.contract
        self.advance("2024-02-01")
        vals = {"date_until": "2024-01-20"}
        self.change(contract, "pause", "2024-01-11", "2024-02-05", **vals)
        self.advance("2024-02-05")
        self.assertEqual(contract.state, "active")
        self.assertEqual(self.total(contract), 60 - 9.67)  # M2: 20.32 - 10.65
        self.assertHealthy()

    def test_c2_pause_extends_the_term_if_agreed(self):
        term = {"first_term_count": 12, "first_term_unit": "month"}
        contract = self.subscribe("2024-01-01", **term)
        before = contract._get_earliest_end(self.day("2024-01-10"))
        self.assertEqual(str(before), "2024-12-31")
        vals = {"date_until": "2024-02-19", "is_term_extended": True}
        self.change(contract, "pause", "2024-02-10", **vals)
        after = contract._get_earliest_end(self.day("2024-01-10"))
        self.assertEqual(str(after), "2025-01-10")

    def test_c4_scheduled_pause_is_withdrawn(self):
        contract = self.contract
        change = self.change(contract, "pause", "2024-02-01", "2024-01-15")
        change._withdraw(self.day("2024-01-16"))
        self.assertFalse(contract.pause_ids)
        self.advance("2024-02-01")
        self.assertEqual(self.total(contract), 60.0)

    def test_c4_wrong_input_names_a_day_that_would_do(self):
        contract = self.contract
        with self.refused("from 01/10/2024 to"):
            vals = {"date_until": "2024-01-05"}
            self.change(contract, "pause", "2024-01-10", **vals)
        with self.refused("is not paused on 01/10/2024"):
            self.change(contract, "resume", "2024-01-10")
        self.change(contract, "pause", "2024-01-10")
        with self.assertRaisesRegex(ValidationError, "is paused from 01/10/2024 on"):
            self.change(contract, "pause", "2024-01-12")

    def pause(self, contract, first, last, today=None):
        vals = {"date_until": last, "is_term_extended": True}
        return self.change(contract, "pause", first, today, **vals)

    def get_end(self, contract, on):
        return str(contract._get_earliest_end(self.day(on)))

    def test_c2_a_term_ends_as_many_days_later_as_the_pause_lasts(self):
        contract = self.subscribe("2024-01-01", first_term_count=6)
        self.pause(contract, "2024-02-01", "2024-04-02", "2024-01-10")  # 62 days
        self.assertEqual(self.get_end(contract, "2024-04-03"), "2024-08-31")

    def test_c2_two_pauses_and_one_that_begins_in_the_days_added(self):
        contract = self.subscribe("2024-01-01", first_term_count=6)
        self.pause(contract, "2024-02-01", "2024-02-10", "2024-01-10")
        self.pause(contract, "2024-07-05", "2024-07-24", "2024-01-10")
        self.assertEqual(self.get_end(contract, "2024-04-03"), "2024-07-30")

    def test_c2_a_term_that_is_over_does_not_move(self):
        """§ 309 Nr. 9 BGB: one month of notice, whatever pauses there were."""
        terms = {"first_term_count": 3, "notice_later_count": 1}
        contract = self.subscribe("2024-01-01", **terms)
        self.pause(contract, "2024-04-10", "2024-07-08")  # 90 days
        self.assertEqual(self.get_end(contract, "2024-07-12"), "2024-08-12")
        self.assertEqual(self.get_end(contract, "2024-05-31"), "2024-06-30")

    def test_c2_a_pause_in_a_later_term_moves_that_one_and_those_after(self):
        terms = {"first_term_count": 3, "later_term_count": 3}
        contract = self.subscribe("2024-01-01", **terms)
        self.pause(contract, "2024-04-10", "2024-04-19")
        self.assertEqual(self.get_end(contract, "2024-03-01"), "2024-03-31")
        self.assertEqual(self.get_end(contract, "2024-05-01"), "2024-07-10")
        self.assertEqual(self.get_end(contract, "2024-08-01"), "2024-10-10")

    def test_c2_whoever_takes_over_is_bound_as_long(self):
        contract = self.subscribe("2024-01-01", first_term_count=6)
        self.pause(contract, "2024-02-01", "2024-04-02", "2024-01-10")
        heir = {"partner_new_id": self._customer("Heir").id}
        self.change(contract, "transfer", "2024-05-01", **heir)
        self.assertEqual(
            self.get_end(contract.successor_id, "2024-05-02"), "2024-08-31"
        )

    def sell_intro(self, following=True):
        after = self.monthly.browse()
        if following:
            after = self._variant("after")
            self._price(self.base, 50.0, variant_id=after.id)
        variant = self._variant(
            "intro",
            first_term_count=6,
            is_ended_after_first_term=True,
            next_variant_id=after.id,
        )
        with self.on_day("2024-01-01"):
            return self.subscribe("2024-01-01", variant)

    def get_follower(self, contract):
        return contract.change_ids.filtered("follows_variant_id")

    def test_c2_an_introductory_offer_stays_six_months(self):
        contract = self.sell_intro()
        self.assertEqual(str(self.get_follower(contract).date_effective), "2024-07-01")
        pause = self.pause(contract, "2024-02-01", "2024-04-02", "2024-01-10")
        self.assertEqual(str(self.get_follower(contract).date_effective), "2024-09-01")
        lines = contract.line_ids.sorted("date_start")
        self.assertEqual(str(lines[-1].date_start), "2024-09-01")
        pause._withdraw(self.day("2024-01-12"))
        self.assertEqual(str(self.get_follower(contract).date_effective), "2024-07-01")

    def test_c2_a_pause_that_is_ended_early_adds_what_it_lasted(self):
        contract = self.sell_intro()
        self.pause(contract, "2024-02-01", "2024-04-02", "2024-01-10")
        self.advance("2024-02-01", contract)
        self.change(contract, "resume", "2024-02-11")
        self.assertEqual(str(self.get_follower(contract).date_effective), "2024-07-11")

    def test_c2_a_variant_that_ends_with_its_term_ends_later(self):
        contract = self.sell_intro(following=False)
        self.assertEqual(str(contract.date_end), "2024-06-30")
        pause = self.pause(contract, "2024-02-01", "2024-04-02", "2024-01-10")
        self.assertEqual(str(contract.date_end), "2024-08-31")
        pause._withdraw(self.day("2024-01-12"))
        self.assertEqual(str(contract.date_end), "2024-06-30")

    def test_c4_a_pause_agreed_for_july_survives_a_transfer_in_june(self):
        self.pause(self.contract, "2024-07-01", "2024-07-31", "2024-05-01")
        heir = {"partner_new_id": self._customer("Heir").id}
        self.change(self.contract, "transfer", "2024-06-01", "2024-05-02", **heir)
        heir = self.contract.successor_id
        self.assertEqual(str(heir.pause_ids.date_start), "2024-07-01")
        for month in range(2, 9):
            self.advance(f"2024-{month:02d}-01")
        self.assertEqual(self.total(heir), 60.0)  # June and August
        self.assertHealthy()
