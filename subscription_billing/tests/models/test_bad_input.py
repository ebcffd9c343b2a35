from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "contracts")
class TestBadInput(SubscriptionCommon):
    """Bad input gets a message that names the record and says what to do."""

    def test_an_interval_of_zero(self):
        for field in ("fee_interval_count", "billing_interval_count"):
            with (
                self.subTest(field),
                self.assertRaisesRegex(ValidationError, "Cloud, Zero .*at least 1"),
            ):
                self._variant(f"zero {field}", **{field: 0})

    def test_an_own_interval_of_zero(self):
        with self.assertRaisesRegex(ValidationError, "Extra.*at least 1"):
            self._component("x", "Extra", has_own_interval=True, interval_count=0)

    def test_a_billing_day_outside_of_the_month(self):
        for day in (0, 32):
            with self.assertRaisesRegex(ValidationError, "between 1 and 31"):
                self._variant(f"day {day}", alignment="billing_day", billing_day=day)

    def test_a_billing_day_with_weeks(self):
        with self.assertRaisesRegex(ValidationError, "months or years"):
            self._variant("w", alignment="billing_day", fee_interval_unit="week")

    def test_a_negative_term(self):
        with self.assertRaisesRegex(ValidationError, "First Term.*negative"):
            self._variant("t", first_term_count=-1)

    def test_an_end_before_the_start(self):
        with self.assertRaisesRegex(ValidationError, "SUB.*lies before the start"):
            self.draft("2024-02-01", date_end="2024-01-31")

    def test_a_line_that_ends_before_it_starts(self):
        contract = self.subscribe("2024-02-01")
        with self.assertRaisesRegex(ValidationError, "Cloud base fee.*lies before"):
            contract.line_ids.date_end = "2024-01-31"

    def test_a_contract_without_lines(self):
        contract = self.draft("2024-01-01", line_ids=[])
        with self.assertRaisesRegex(UserError, f"{contract.name} has no lines"):
            contract.action_activate()
        self.assertEqual(contract.state, "draft")

    def test_a_variant_without_price(self):
        franc = self.env.ref("base.CHF")
        franc.active = True
        contract = self.draft("2024-01-01", currency_id=franc.id)
        message = "no CHF price for Cloud base fee on 01/01/2024"
        with self.assertRaisesRegex(UserError, message):
            contract.action_activate()

    def test_a_negative_price_or_quantity(self):
        with self.assertRaisesRegex(ValidationError, "must not be negative"):
            self._price(self.base, -1.0, date_start="2024-01-01")
        with self.assertRaisesRegex(ValidationError, "must not be negative"):
            self.subscribe("2024-01-01", quantities={self.seats: -1})

    def test_a_component_of_another_plan(self):
        other = self.env["subscription.plan"].create({"name": "Other"})
        component = self._component("o", "Foreign", plan_id=other.id)
        with self.assertRaisesRegex(ValidationError, "Foreign is not part of"):
            self.draft(
                "2024-01-01",
                line_ids=[Command.create({"component_id": component.id})],
            )

    def test_a_price_for_a_variant_of_another_plan(self):
        other = self.env["subscription.plan"].create({"name": "Other"})
        variant = self._variant("foreign", plan_id=other.id)
        with self.assertRaisesRegex(ValidationError, "belongs to another plan"):
            self._price(self.base, 1.0, variant_id=variant.id)
