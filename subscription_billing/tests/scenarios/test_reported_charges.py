from odoo.exceptions import UserError
from odoo.tests import tagged

from ..discount_common import DiscountCommon
from ..replay_common import ReplayCommon
from ..usage_common import UsageCommon


@tagged("post_install", "-at_install", "billing", "charges", "usage")
class TestReportedCharges(ReplayCommon, UsageCommon, DiscountCommon):
    """Faults that users of billing systems report, in inputs of our own: charges that
    are missing, documents made by buttons, taxes, quotas, what was never owed."""

    FEE = 100.0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.yearly = cls._variant(
            "yearly", fee_interval_unit="year", billing_interval_unit="year"
        )

    def sold(self, variant=None, on="2026-01-01", **vals):
        contract = self.subscribe(on, variant, **vals)
        self.advance(on)
        return contract

    def assert_total(self, contract, total):
        self.assertAlmostEqual(self.total(contract), total, 2)
        self.assertHealthy()

    # Charges that are missing are seen.

    def assert_lost(self, statement, *values):
        self.assertHealthy()
        self.env.flush_all()
        self.env.cr.execute(statement, values)
        self.env.invalidate_all()
        findings = self.env["subscription.watchdog"]._get_findings(self.company)
        self.assertTrue(findings)

    def test_x7_a_pause_that_was_deleted(self):
        contract = self.sold()
        vals = {"date_until": "2026-02-28"}
        self.change(contract, "pause", "2026-02-01", "2026-01-10", **vals)
        self.advance("2026-02-01")
        self.advance("2026-03-01")
        self.assert_lost(
            "DELETE FROM subscription_pause WHERE contract_id = %s", contract.id
        )

    def test_x7_a_trial_that_was_shortened(self):
        trial = self._variant("tried", trial_count=30, trial_unit="day")
        with self.on_day("2026-01-01"):
            contract = self.subscribe("2026-01-01", trial)
        self.advance("2026-01-31")
        self.assert_lost(
            "UPDATE subscription_contract SET date_trial_end = '2026-01-09' "
            "WHERE id = %s",
            contract.id,
        )

    def test_x7_a_charge_that_was_shortened(self):
        contract = self.sold()
        self.advance("2026-02-01")
        self.assert_lost(
            "UPDATE subscription_charge SET date_end = '2026-01-20' WHERE id = %s",
            contract.charge_ids.sorted("date_start")[0].id,
        )

    def test_x7_the_next_bill_is_too_late(self):
        contract = self.sold()
        self.assert_lost(
            "UPDATE subscription_contract SET date_next_billing = '2026-06-01' "
            "WHERE id = %s",
            contract.id,
        )

    # Documents made by Odoo's buttons.

    def reverse(self, move, method="refund_moves"):
        wizards = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard = wizards.create({"journal_id": move.journal_id.id, "date": move.date})
        return move.browse(getattr(wizard, method)()["res_id"])

    def test_x3_a_year_that_was_replaced_ends_in_the_middle(self):
        contract = self.sold(self.yearly)
        self.reverse(contract.charge_ids.move_id, "modify_moves").action_post()
        self.end(contract, "2026-06-30", "2026-07-01")
        self.advance("2026-07-01")
        self.assert_total(contract, 49.59)  # 100 x 181 / 365

    def test_x3_two_credit_notes_in_part_and_an_end(self):
        contract = self.sold()
        invoice = contract.charge_ids.move_id
        for part in (20.0, 30.0):
            note = self.reverse(invoice)
            note.invoice_line_ids.price_unit = part
            note.action_post()
        self.end(contract, "2026-01-01", "2026-01-02")
        self.advance("2026-01-02")
        self.assert_total(contract, 0)

    def test_x3_an_upgrade_that_was_replaced_ends(self):
        contract = self.sold()
        self.pro_base.price_ids.amount = 600.0
        self.upgrade(contract, "2026-01-11", "2026-01-11")
        self.advance("2026-01-11")
        mixed = contract.charge_ids.move_id.sorted("id")[-1]
        self.reverse(mixed, "modify_moves").action_post()
        self.end(contract, "2026-01-20", "2026-01-21")
        self.advance("2026-01-21")
        self.assert_total(contract, 32.26 + 193.55)  # ten days of each plan

    # Taxes by the day of the service, by Odoo's usual way.

    def tax_at(self, amount):
        vals = {"name": f"{amount} %", "amount": amount}
        self.product_a.taxes_id = self.tax_sale_a.copy(vals)
        return self.product_a.taxes_id

    def lower_tax(self):
        """19 % before, 16 % from 1 July 2020 on."""
        old, new = self.product_a.taxes_id, self.tax_at(16.0)
        vals = {"tax_old_id": old.id, "tax_new_id": new.id}
        self.env["subscription.tax.change"].create({"date": "2020-07-01", **vals})

    def taxed(self, contract):
        lines = contract.charge_ids.sorted("date_start").move_line_id
        return [(line.price_subtotal, line.tax_ids.amount) for line in lines]

    def test_m5_an_item_of_30_june_is_billed_with_july(self):
        self.tax_at(19.0)
        contract = self.sold(on="2020-06-01")
        self.change(contract, "one_off", "2020-06-30", component_id=self.setup.id)
        self.lower_tax()
        self.advance("2020-07-01")
        self.assertEqual(
            self.taxed(contract), [(100.0, 19.0), (99.0, 19.0), (100.0, 16.0)]
        )

    def test_m5_weeks_and_quarters_in_arrears(self):
        week = {"fee_interval_unit": "week", "billing_interval_unit": "week"}
        quarter = {"fee_interval_count": 3, "billing_interval_count": 3}
        self.tax_at(19.0)
        weekly = self._variant("week", billing_mode="arrears", **week)
        weekly = self.subscribe("2020-06-22", weekly)
        quarterly = self._variant("quarter", billing_mode="arrears", **quarter)
        quarterly = self.subscribe("2020-04-01", quarterly)
        self.lower_tax()
        for on in ("2020-06-29", "2020-07-06"):
            self.advance(on, weekly)
        self.advance("2020-08-10", quarterly)
        self.assertEqual(self.taxed(weekly), [(100.0, 19.0), (100.0, 16.0)])
        self.assertEqual(self.taxed(quarterly), [(100.0, 19.0)])

    # Free quantities outlive technical splits.

    def assert_free(self, contract, kind, on, **vals):
        self.change(contract, kind, on, **vals)
        self.advance(on)
        self.advance("2026-07-01")
        contracts = contract | contract.successor_ids
        usage = contracts.charge_ids.filtered("usage_to")
        self.assertGreaterEqual(sum(usage.mapped("quantity_raw")), 900)
        self.assertEqual(sum(usage.mapped("amount")), 0)
        self.assertHealthy()

    def used(self, *events):
        contract = self.subscribe("2026-06-01", quantities={self.api: 1})
        self.use(contract, *events)
        return contract

    def test_x2_plan_that_grants_as_much(self):
        vals = {"name": "Other", "code": "other", "group_id": self.group.id}
        plan = self.env["subscription.plan"].create(vals)
        api = self._metered("api", "API", self.calls, plan_id=plan.id)
        self._price(api, 0.01, model="per_unit", free_quantity=1000)
        other = self._variant("other", plan_id=plan.id)
        contract = self.used(("2026-06-05 10:00:00", 900))
        self.assert_free(contract, "variant", "2026-06-21", variant_id=other.id)

    def test_x2_whoever_takes_over(self):
        contract = self.used(("2026-06-05 10:00:00", 900))
        heir = {"partner_new_id": self._customer("Heir").id}
        self.assert_free(contract, "transfer", "2026-06-11", **heir)

    def test_x2_another_price_twice(self):
        contract = self.used(("2026-06-03 10:00:00", 500), ("2026-06-20 10:00:00", 450))
        own = {"line_id": contract.line_ids[-1].id, "has_price_override": True}
        self.change(contract, "price", "2026-06-06", price_override=1, **own)
        self.assert_free(contract, "price", "2026-06-16", price_override=2, **own)

    # What was never owed, and what cannot be billed.

    def test_c5_withdrawn_before_the_start(self):
        trial = {"trial_count": 14, "trial_unit": "day"}
        self.yearly.write(trial)
        for variant, quantities in (
            (self.monthly, {self.setup: 1, self.phone: 1}),
            (self.monthly, {self.setup: 1, self.seats: 5}),
            (self.yearly, {self.setup: 1}),
        ):
            with self.subTest(variant=variant.code, quantities=quantities):
                early = {"is_early_start_requested": True}
                contract = self.subscribe("2026-06-15", variant, quantities, **early)
                contract._get_applying().date_concluded = "2026-05-28"
                vals = {"end_method": "withdrawal", "timing": "now"}
                self.change(contract, "end", False, "2026-06-05", **vals)
                for on in ("2026-06-05", "2026-06-15", "2026-07-15"):
                    self.advance(on, contract)
                self.assertEqual(contract.state, "ended")
                self.assert_total(contract, 0)

    def test_numbers_that_are_none(self):
        contract = self.sold(quantities={self.seats: 1})
        line = self.line(contract, self.seats, "2026-01-01")
        for value in (float("nan"), float("inf")):
            for work in (
                lambda it: self.set_seats(contract, it, "2026-02-01", "2026-01-10"),
                lambda it: self._discount("Odd", amount=it),
                lambda it: self._bonus("loyalty", reward="amount", amount=it),
                lambda it: self.use(contract, ("2026-01-05 10:00:00", it)),
            ):
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    work(value)
        self.assertEqual(line.quantity, 1)
