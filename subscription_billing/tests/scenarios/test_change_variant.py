from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..change_common import ChangeCommon


@tagged("post_install", "-at_install", "changes")
class TestChangeVariant(ChangeCommon):
    """C4: another variant or plan. 2024 is a leap year."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group = cls.env["subscription.plan.group"].create({"name": "Cloud plans"})
        cls.plan.group_id = cls.group
        cls.pro = cls.env["subscription.plan"].create(
            {"name": "Pro", "code": "pro", "group_id": cls.group.id}
        )
        vals = {"plan_id": cls.pro.id}
        cls.pro_base = cls._component("base", "Pro base fee", kind="base", **vals)
        cls.pro_seats = cls._component(
            "seats", "Pro seats", kind="quantity", is_required=False, **vals
        )
        cls._price(cls.pro_base, 60.0)
        cls._price(cls.pro_seats, 8.0, model="per_unit")
        cls.pro_monthly = cls._variant("pro", **vals)
        cls.yearly = cls._variant(
            "yearly", fee_interval_unit="year", billing_interval_unit="year"
        )
        cls._price(cls.base, 300.0, variant_id=cls.yearly.id)

    def test_c4_upgrade_at_mid_month_from_the_31st(self):
        """The anchor stays the 31st; the period of 31 Jan has 29 days."""
        contract = self.subscribe("2024-01-31", quantities={self.seats: 2})
        self.advance("2024-01-31")
        self.change(contract, "variant", "2024-02-15", variant_id=self.pro_monthly.id)
        run = self.advance("2024-02-15")
        self.assertEqual(contract.plan_id, self.pro)
        self.assertCharges(
            contract,
            [
                ("fee", "2024-01-31", "2024-02-28", 30.0),
                ("fee", "2024-01-31", "2024-02-28", 10.0),
                ("credit", "2024-02-15", "2024-02-28", -14.48),  # 30 x 14 / 29
                ("credit", "2024-02-15", "2024-02-28", -4.83),
                ("fee", "2024-02-15", "2024-02-28", 28.97),  # 60 x 14 / 29
                ("fee", "2024-02-15", "2024-02-28", 7.72),  # 16 x 14 / 29
            ],
        )
        self.assertEqual(run.move_ids.mapped("amount_untaxed"), [17.38])
        self.advance("2024-02-29")
        self.assertEqual(str(contract.date_next_billing), "2024-03-31")
        self.assertHealthy()

    def test_c4_downgrade_with_credit_and_later_invoice(self):
        contract = self.subscribe(
            "2024-01-01",
            self.pro_monthly,
            line_ids=[Command.create({"component_id": self.pro_base.id})],
        )
        self.advance("2024-01-01")
        change = self.draft_change(contract, "variant", variant_id=self.monthly.id)
        self.assertTrue(change.is_downgrade)
        self.change(contract, "variant", "2024-01-21", variant_id=self.monthly.id)
        run = self.advance("2024-01-21")
        self.assertEqual(run.move_ids.mapped("move_type"), ["out_refund"])
        self.assertEqual(run.move_ids.mapped("amount_untaxed"), [10.64])
        self.advance("2024-02-01")
        self.assertEqual(self.total(contract), 60 - 10.64 + 30)
        self.assertHealthy()

    def test_c4_downgrade_waits_where_the_group_says_so(self):
        self.group.downgrade_policy = "period_end"
        contract = self.subscribe("2024-01-01")
        change = self.draft_change(contract, "variant", variant_id=self.yearly.id)
        self.assertEqual(change.timing, "period_end")
        change = self.draft_change(contract, "variant", variant_id=self.pro_monthly.id)
        self.assertEqual(change.timing, "now")

    def test_c4_monthly_to_yearly_begins_new_periods(self):
        contract = self.subscribe("2024-01-01")
        self.advance("2024-01-01")
        self.change(contract, "variant", "2024-01-16", variant_id=self.yearly.id)
        self.advance("2024-01-16")
        self.assertCharges(
            contract,
            [
                ("fee", "2024-01-01", "2024-01-31", 30.0),
                ("credit", "2024-01-16", "2024-01-31", -15.48),
                ("fee", "2024-01-16", "2025-01-15", 300.0),
            ],
        )
        self.assertEqual(str(contract.date_next_billing), "2025-01-16")

    def test_m3_there_and_back_on_one_day_costs_nothing(self):
        for is_billed in (True, False):
            with self.subTest(is_billed=is_billed):
                contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
                self.advance("2024-01-01")
                for variant in (self.pro_monthly, self.monthly):
                    self.change(
                        contract, "variant", "2024-01-15", variant_id=variant.id
                    )
                    if is_billed:
                        self.advance("2024-01-15")
                self.advance("2024-01-15")
                self.assertEqual(self.total(contract), 40.0)
                self.assertEqual(contract.variant_id, self.monthly)
                self.assertHealthy()

    def test_c4_scheduled_change_moves_the_header_on_its_day(self):
        contract = self.subscribe("2024-01-01")
        self.advance("2024-01-01")
        vals = {"variant_id": self.pro_monthly.id, "timing": "period_end"}
        change = self.change(contract, "variant", False, "2024-01-10", **vals)
        self.assertEqual(str(change.date_effective), "2024-02-01")
        self.assertEqual(contract.variant_id, self.monthly)
        self.assertEqual(contract.amount_monthly, 30.0)
        self.advance("2024-02-01")
        self.assertEqual(contract.variant_id, self.pro_monthly)
        self.assertEqual(contract.amount_monthly, 60.0)
        self.assertEqual(self.total(contract), 90.0)

    def test_c6_currency_and_trial_stay_what_was_agreed(self):
        other = self.env.ref("base.EUR")
        other.active = True
        self.pro_monthly.write(
            {"currency_id": other.id, "trial_end_policy": "wait", "trial_count": 30}
        )
        self._price(self.pro_base, 60.0, variant_id=self.pro_monthly.id)
        self.monthly.trial_count = 14
        contract = self.subscribe("2024-01-01")
        vals = {"variant_id": self.pro_monthly.id}
        self.change(contract, "variant", "2024-01-08", **vals)
        self.assertEqual(contract.state, "trial")
        self.assertEqual(contract.currency_id, self.company.currency_id)
        self.assertEqual(contract.trial_end_policy, "continue")
        self.advance("2024-01-15")
        self.assertEqual(contract.state, "active")
        self.assertEqual(self.total(contract), 60.0)

    def test_c4_only_within_the_group(self):
        self.pro.group_id = False
        contract = self.subscribe("2024-01-01")
        with self.refused("may switch within Cloud"):
            self.change(
                contract, "variant", "2024-01-15", variant_id=self.pro_monthly.id
            )

    def test_c4_missing_price_is_named(self):
        self.pro_base.price_ids.unlink()
        contract = self.subscribe("2024-01-01")
        with self.refused("no .* price for .*Pro base fee.* on 01/15/2024"):
            self.change(
                contract, "variant", "2024-01-15", variant_id=self.pro_monthly.id
            )

    def test_c4_what_is_in_force_since_a_later_day_comes_first(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        line = self.line(contract, self.seats, "2024-01-15")
        vals = {"line_id": line.id, "quantity": 4}
        self.change(contract, "quantity", "2024-02-10", **vals)
        with self.refused("Choose that day or a later one"):
            self.change(
                contract,
                "variant",
                "2024-01-15",
                "2024-02-10",
                variant_id=self.pro_monthly.id,
            )
        with self.assertRaises(UserError):
            contract.variant_id = self.pro_monthly
