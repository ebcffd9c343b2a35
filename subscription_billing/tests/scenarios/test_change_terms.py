from odoo.tests import tagged

from ..replay_common import ReplayCommon


@tagged("post_install", "-at_install", "changes")
class TestChangeTerms(ReplayCommon):
    """C2: nobody leaves an agreed term by a change unless that is chosen, and what is
    sold to businesses alone comes to no consumer by a change."""

    FEE = 17.0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.yearly = cls._variant(
            "yearly",
            fee_interval_unit="year",
            billing_interval_unit="year",
            first_term_count=1,
            first_term_unit="year",
        )
        cls._price(cls.base, 134.0, variant_id=cls.yearly.id)
        cls.customer.lang = "en_US"

    def sold(self, variant=None, on="2026-01-01"):
        contract = self.subscribe(on, variant or self.yearly)
        self.advance(on)
        return contract

    def ask(self, contract, variant, today="2026-03-10", **vals):
        with self.on_day(today):
            vals = {"variant_id": variant.id, **vals}
            change = self.draft_change(contract, "variant", **vals)
            self.assertTrue(change.timing)
            return change

    def test_the_default_waits_for_the_end_of_the_term(self):
        contract = self.sold()
        change = self.ask(contract, self.monthly)
        self.assertEqual(change.timing, "term_end")
        change._apply(self.day("2026-03-10"))
        self.assertEqual(str(change.date_effective), "2027-01-01")
        self.assertNotIn("agreed", change.text_old)
        self.advance("2026-12-31")
        self.assertEqual(self.total(contract), 134.0)
        self.advance("2027-01-01")
        self.assertEqual(self.total(contract), 151.0)
        self.assertHealthy()

    def test_a_downgrade_of_a_group_that_waits_for_the_period_waits_for_the_term(self):
        self.group.downgrade_policy = "period_end"
        contract = self.sold()
        self.assertEqual(self.ask(contract, self.monthly).timing, "term_end")

    def test_who_chooses_to_cut_it_is_written_down(self):
        contract = self.sold()
        change = self.ask(contract, self.monthly, timing="now")
        change._apply(self.day("2026-03-10"))
        self.assertIn("agreed up to 12/31/2026", change.text_old)
        event = contract.event_ids.filtered(lambda it: it.change_id == change)
        self.assertIn("agreed up to 12/31/2026", event[:1].value_old)

    def test_what_binds_as_long_counts_at_once(self):
        vals = {"first_term_count": 1, "first_term_unit": "year"}
        bound = self._variant("bound", plan_id=self.pro.id, **vals)
        contract = self.sold()
        self.assertEqual(self.ask(contract, bound).timing, "now")
        longer = self._variant("longer", first_term_count=2, first_term_unit="year")
        self.assertEqual(self.ask(contract, longer).timing, "now")

    def test_without_a_term_it_counts_at_once(self):
        contract = self.sold(self.monthly)
        self.assertEqual(self.ask(contract, self.pro_monthly).timing, "now")

    def test_a_term_that_is_over_binds_nobody(self):
        contract = self.sold(on="2025-01-01")
        change = self.ask(contract, self.monthly, today="2026-03-10")
        self.assertEqual(change.timing, "now")

    def test_a_later_term_binds_as_well(self):
        variant = self._variant(
            "renewed",
            first_term_count=3,
            first_term_unit="month",
            later_term_count=1,
            later_term_unit="year",
        )
        contract = self.sold(variant)
        change = self.ask(contract, self.monthly, today="2026-06-10")
        self.assertEqual(change.timing, "term_end")
        change._apply(self.day("2026-06-10"))
        self.assertEqual(str(change.date_effective), "2027-04-01")

    def test_a_trial_binds_nobody(self):
        self.yearly.write({"trial_count": 90, "trial_unit": "day"})
        contract = self.sold()
        self.assertEqual(self.ask(contract, self.monthly).timing, "now")

    def test_a_consumer_does_not_get_what_is_for_businesses(self):
        business = self._variant("b2b", customer_type="business")
        contract = self.sold(self.monthly)
        self.customer.is_company = False
        with self.refused("is for businesses, and .* is a private person"):
            self.change(contract, "variant", "2026-03-10", variant_id=business.id)
        self.customer.is_company = True
        self.change(contract, "variant", "2026-03-10", variant_id=business.id)
        person = self._customer("Person")
        person.is_company = False
        with self.refused("is for businesses, and Person is a private person"):
            self.change(contract, "transfer", "2026-04-01", partner_new_id=person.id)

    def test_the_preview_of_a_later_change_shows_the_plan_of_then(self):
        contract = self.sold()
        change = self.ask(contract, self.pro_monthly, timing="date", date="2026-09-01")
        preview = change._preview(self.day("2026-03-10"))
        self.assertEqual(preview["before"]["plan"], self.yearly.display_name)
        self.assertEqual(preview["after"]["plan"], self.pro_monthly.display_name)
