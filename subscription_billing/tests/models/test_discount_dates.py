from odoo.tests import tagged

from ..discount_common import DiscountCommon


@tagged("post_install", "-at_install", "discounts")
class TestDiscountDates(DiscountCommon):
    """From when to when a redeemed discount counts; T1, T5."""

    def assertDates(self, redemption, start, end):
        end = end and self.day(end)
        expected = [{"date_start": self.day(start), "date_end": end}]
        self.assertRecordValues(redemption, expected)

    def test_once_is_the_first_billing_period_from_the_day_on(self):
        table = (
            # contract from, asked from, first day, last day
            ("2024-01-31", None, "2024-01-31", "2024-02-28"),
            ("2024-01-31", "2024-02-10", "2024-02-29", "2024-03-30"),
            ("2024-01-31", "2024-02-29", "2024-02-29", "2024-03-30"),
            ("2024-01-31", "2023-01-01", "2024-01-31", "2024-02-28"),
        )
        for start, asked, first, last in table:
            with self.subTest(start=start, asked=asked):
                contract = self.draft(start)
                redemption = self.redeem(contract, self._discount(), date_from=asked)
                self.assertDates(redemption, first, last)

    def test_n_periods_are_billing_periods_and_the_stub_is_one(self):
        table = (
            ({}, "2024-04-14"),
            ({"alignment": "calendar"}, "2024-03-31"),
            ({"billing_interval_unit": "year"}, "2027-01-14"),
            ({"fee_interval_unit": "year"}, "2024-04-14"),
        )
        discount = self._discount(duration="periods", period_count=3)
        for n, (rhythm, last) in enumerate(table):
            with self.subTest(rhythm):
                contract = self.draft("2024-01-15", self._variant(f"v{n}", **rhythm))
                redemption = self.redeem(contract, discount)
                self.assertDates(redemption, "2024-01-15", last)

    def test_for_ever_has_no_end(self):
        redemption = self.redeem(
            self.draft("2024-01-15"), self._discount(duration="forever")
        )
        self.assertDates(redemption, "2024-01-15", False)

    def test_from_to_is_as_it_says_but_not_before_it_is_asked_for(self):
        discount = self._discount(
            duration="dates", date_start="2024-03-01", date_end="2024-05-31"
        )
        redemption = self.redeem(self.draft("2024-01-15"), discount)
        self.assertDates(redemption, "2024-03-01", "2024-05-31")
        redemption = self.redeem(
            self.draft("2024-01-15"), discount, date_from="2024-04-02"
        )
        self.assertDates(redemption, "2024-04-02", "2024-05-31")

    def test_a_draft_that_is_moved_takes_its_discount_along(self):
        contract = self.draft("2024-01-01")
        redemption = self.redeem(contract, self._discount())
        contract.date_start = "2024-06-15"
        self.assertDates(redemption, "2024-06-15", "2024-07-14")
        contract.billing_interval_unit = "quarter"
        self.assertDates(redemption, "2024-06-15", "2024-09-14")
        contract.action_activate()
        self.assertDates(redemption, "2024-06-15", "2024-09-14")

    def test_an_end_of_the_contract_does_not_cut_it(self):
        contract = self.subscribe("2024-01-01", date_end="2024-01-20")
        redemption = self.redeem(
            contract, self._discount(duration="periods", period_count=2)
        )
        self.assertDates(redemption, "2024-01-01", "2024-02-29")

    def test_ending_it_before_it_began_leaves_nothing_of_it(self):
        contract = self.subscribe("2024-01-15")
        redemption = self.redeem(contract, self._discount(duration="forever"))
        redemption._end(self.day("2024-01-01"))
        redemption._compute_dates()
        self.assertDates(redemption, "2024-01-15", "2024-01-14")
        self.assertFalse(contract._as_reductions())
        self.bill("2024-01-15")
        self.assertAmounts(contract, ("2024-01-15", 30.0, 30.0))
