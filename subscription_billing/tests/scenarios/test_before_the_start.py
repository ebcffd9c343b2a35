from odoo.fields import Command
from odoo.tests import tagged

from ..change_common import ChangeCommon


@tagged("post_install", "-at_install", "changes", "contracts")
class TestBeforeTheStart(ChangeCommon):
    """C2, C5: what is withdrawn before it begins is owed by nobody, and a contract
    begins with all its plan requires."""

    def conclude(self, variant=None, start="2026-06-15", **booked):
        """Concluded by a consumer on 28 May, to begin early; fees are due at once."""
        quantities = {self.setup: 1, **booked.pop("quantities", {})}
        contract = self.subscribe(
            start, variant, quantities, is_early_start_requested=True
        )
        contract._get_applying().date_concluded = "2026-05-28"
        return contract

    def withdraw(self, contract, today, **vals):
        vals = {"end_method": "withdrawal", "timing": "now", **vals}
        return self.change(contract, "end", False, today, **vals)

    def test_c5_withdrawn_before_the_start_nothing_is_owed(self):
        contract = self.conclude()
        self.withdraw(contract, "2026-06-05")
        self.advance("2026-06-05", contract)
        self.advance("2026-07-15", contract)
        self.assertEqual(self.total(contract), 0.0)
        self.assertEqual(contract.state, "ended")
        self.assertHealthy()

    def test_c5_the_day_before_and_the_first_day(self):
        for notice, owed in (("2026-06-14", 0.0), ("2026-06-15", 100.0)):
            with self.subTest(notice):
                contract = self.conclude(start="2026-06-15")
                contract._get_applying().date_concluded = "2026-06-10"
                self.withdraw(contract, notice)
                self.advance("2026-07-15", contract)
                self.assertEqual(self.total(contract), owed)  # 99.00 + 30.00 / 30

    def test_c5_a_notice_that_came_before_the_start_is_entered_later(self):
        contract = self.conclude(quantities={self.seats: 3})
        self.advance("2026-06-15", contract)
        self.assertEqual(self.total(contract), 144.0)
        self.withdraw(contract, "2026-06-20", date_notice="2026-06-05")
        self.advance("2026-06-20", contract)
        self.assertEqual(self.total(contract), 0.0)
        self.assertHealthy()

    def test_c5_a_yearly_contract_with_a_trial(self):
        yearly = self._variant(
            "yearly", fee_interval_unit="year", billing_interval_unit="year"
        )
        contract = self.conclude(yearly)
        self.withdraw(contract, "2026-06-01")
        self.advance("2027-06-15", contract)
        self.assertEqual(self.total(contract), 0.0)

    def test_c5_taking_it_back_before_the_start_brings_the_contract_back(self):
        contract = self.conclude()
        self.withdraw(contract, "2026-06-05")._withdraw(self.day("2026-06-06"))
        self.advance("2026-06-15", contract)
        self.assertEqual(self.total(contract), 129.0)

    def test_c1_a_draft_without_what_its_plan_requires_is_not_activated(self):
        contract = self.draft("2026-06-01")
        self.assertEqual(contract.line_ids.component_id, self.base)
        support = self._component("support", "Support", kind="on_off")
        self._price(support, 10.0)
        with self.refused("lacks Support, which the plan Cloud requires"):
            contract.action_activate()
        contract.line_ids = [Command.create({"component_id": support.id})]
        contract.action_activate()
        self.assertEqual(contract.state, "active")

    def test_c1_lines_that_were_removed_or_never_written(self):
        contract = self.draft(
            "2026-06-01",
            line_ids=[Command.create({"component_id": self.seats.id, "quantity": 2})],
        )
        with self.refused("lacks Cloud base fee"):
            contract.action_activate()

    def test_c1_a_fee_at_the_start_may_be_waived(self):
        self.setup.is_required = True
        contract = self.draft(
            "2026-06-01", line_ids=[Command.create({"component_id": self.base.id})]
        )
        contract.action_activate()
        self.assertEqual(contract.state, "active")
