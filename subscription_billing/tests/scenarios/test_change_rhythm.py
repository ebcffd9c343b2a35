from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..change_common import ChangeCommon


@tagged("post_install", "-at_install", "changes")
class TestChangeRhythm(ChangeCommon):
    """C4: the billing day moves; C2: what follows a first term; consumer law."""

    def test_m3_billing_day_moves_from_the_31st_to_the_15th(self):
        """Paid to 29 Feb; from 10 Feb on the 15th counts: 5 of 31 days, then whole."""
        contract = self.subscribe("2024-01-31")
        self.advance("2024-01-31")
        self.change(contract, "billing_day", "2024-02-10", billing_day_new=15)
        self.advance("2024-02-10")
        self.advance("2024-02-15")
        self.assertCharges(
            contract,
            [
                ("fee", "2024-01-31", "2024-02-28", 30.0),
                ("credit", "2024-02-10", "2024-02-28", -19.66),  # 30 x 19 / 29
                ("fee", "2024-02-10", "2024-02-14", 4.84),  # 30 x 5 / 31
                ("fee", "2024-02-15", "2024-03-14", 30.0),
            ],
        )
        self.assertEqual(
            (contract.alignment, contract.billing_day), ("billing_day", 15)
        )
        self.assertHealthy()

    def test_c4_billing_day_moves_at_the_end_of_the_period(self):
        contract = self.subscribe("2024-01-10")
        self.advance("2024-01-10")
        vals = {"billing_day_new": 1, "timing": "period_end"}
        self.change(contract, "billing_day", False, "2024-01-20", **vals)
        self.advance("2024-02-10")
        self.advance("2024-03-01")
        self.assertCharges(
            contract,
            [
                ("fee", "2024-01-10", "2024-02-09", 30.0),
                ("fee", "2024-02-10", "2024-02-29", 20.69),  # 30 x 20 / 29
                ("fee", "2024-03-01", "2024-03-31", 30.0),
            ],
        )

    def test_c4_billing_day_out_of_range_is_refused(self):
        contract = self.subscribe("2024-01-10")
        for day in (0, 32):
            with self.refused("between 1 and 31"):
                self.change(contract, "billing_day", "2024-01-15", billing_day_new=day)
        weekly = self._variant(
            "weekly", fee_interval_unit="week", billing_interval_unit="week"
        )
        contract = self.subscribe("2024-01-10", weekly)
        with self.refused("no day of the month"):
            self.change(contract, "billing_day", "2024-01-15", billing_day_new=1)

    def test_c2_introductory_variant_goes_on_as_the_next_one(self):
        intro = self._variant(
            "intro",
            first_term_count=3,
            is_ended_after_first_term=True,
            next_variant_id=self.monthly.id,
        )
        self._price(self.base, 9.0, variant_id=intro.id)
        contract = self.subscribe("2099-01-31", intro)
        self.assertEqual(contract.change_ids.state, "scheduled")
        self.assertEqual(str(contract.change_ids.date_effective), "2099-04-30")
        for on in ("2099-01-31", "2099-02-28", "2099-03-31", "2099-04-30"):
            self.advance(on)
        live = contract.charge_ids.sorted("date_start")
        self.assertEqual(live.mapped("amount"), [9.0, 9.0, 9.0, 30.0])
        self.assertEqual(contract.variant_id, self.monthly)
        self.assertEqual(str(contract.date_term_start), "2099-04-30")
        self.assertHealthy()

    def test_c2_variant_that_ends_after_its_first_term(self):
        short = self._variant(
            "short", first_term_count=2, is_ended_after_first_term=True
        )
        contract = self.subscribe("2099-01-01", short)
        self.assertEqual(str(contract.date_end), "2099-02-28")
        with self.assertRaisesRegex(ValidationError, "has none"):
            self._variant("none", is_ended_after_first_term=True)
        with self.assertRaisesRegex(ValidationError, "can't go on as"):
            short.next_variant_id = short

    def test_c2_consumer_variants_keep_the_law(self):
        cases = (
            ({"first_term_count": 25}, "at most two years .*lit. a BGB"),
            ({"later_term_count": 1}, "runs indefinitely.*lit. b BGB"),
            ({"notice_later_count": 2}, "after the first term .*lit. b BGB"),
            ({"notice_first_count": 2}, "before the end.*lit. c BGB"),
        )
        for vals, message in cases:
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(ValidationError, message),
            ):
                self._variant(f"law {vals}", customer_type="consumer", **vals)
            self._variant(f"free {vals}", customer_type="business", **vals)
        self._variant("right", customer_type="consumer", first_term_count=24)

    def test_c2_business_variant_is_not_sold_to_a_private_person(self):
        trade = self._variant("trade", customer_type="business")
        with self.assertRaisesRegex(UserError, "is a private person"):
            self.subscribe("2024-01-01", trade)
        self.customer.is_company = True
        self.assertEqual(self.subscribe("2024-01-01", trade).state, "active")
