from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..discount_common import DiscountCommon
from ..price_change_common import PriceChangeCommon
from ..usage_common import UsageCommon


@tagged("post_install", "-at_install", "price_changes")
class TestPriceChangeCorners(PriceChangeCommon, UsageCommon, DiscountCommon):
    """C6, X2, X4: price changes over billed usage, earned quotas, pricelists and
    earlier price changes."""

    def charges(self, contract):
        return [
            (str(row.date_start), str(row.date_end), row.quota_free, row.amount)
            for row in self.usage_charges(contract).sorted("date_start")
        ]

    def used(self):
        """A contract from April 2024 with usage before and after the 16th."""
        contract = self.metered("2024-04-01")
        self.use(contract, ("2024-04-05 12:00:00", 3000), ("2024-04-20 12:00:00", 2000))
        return contract

    def test_x4_billed_usage_is_not_rated_again(self):
        """Whatever the date: the new price reaches the first day not billed."""
        for day in ("2024-04-01", "2024-04-16"):
            with self.subTest(day=day):
                contract = self.used()
                self.bill("2024-05-01", contract)
                vals = {"component_ids": self.api.ids, "contract_ids": contract.ids}
                change = self.apply(day, **vals)
                effective = change.line_ids.date_effective
                self.assertEqual(effective, self.day("2024-05-01"))
                self.bill("2024-06-01", contract)
                self.assertEqual(
                    self.charges(contract),
                    [
                        ("2024-04-01", "2024-04-30", 1000.0, 40.0),
                        ("2024-05-01", "2024-05-31", 1000.0, 0.0),
                    ],
                )
                self.assertHealthy()

    def test_x4_usage_billed_in_between_is_not_rated_again(self):
        contract = self.used()
        runs = self.env["subscription.billing.run"].sudo()
        run = runs.create({"company_id": self.company.id, "date": "2024-04-25"})
        run.is_interim = True
        run._process([("id", "in", contract.ids)])
        self.apply("2024-04-16", component_ids=self.api.ids)
        self.bill("2024-05-01", contract)
        periods = [row[:2] for row in self.charges(contract)]
        self.assertEqual(
            periods, [("2024-04-01", "2024-04-24"), ("2024-04-25", "2024-04-30")]
        )
        self.assertEqual(sum(self.usage_charges(contract).mapped("amount")), 40.0)

    def test_a_line_billed_to_its_end_is_left_out(self):
        contract = self.used()
        contract.line_ids[1].date_end = "2024-04-30"
        self.bill("2024-05-01", contract)
        change = self.change("2024-04-16", component_ids=self.api.ids)
        self.assertRecordValues(
            change.line_ids, [{"method": "skip", "note": "Billed to its end."}]
        )

    def test_x4_a_line_by_hand_does_not_bill_usage_again(self):
        contract = self.used()
        self.bill("2024-05-01", contract)
        contract.line_ids[1].date_end = "2024-04-15"
        values = {"component_id": self.api.id, "date_start": "2024-04-16"}
        refused = self.assertRaisesRegex(ValidationError, "billed up to 04/30/2024")
        with refused, self.env.cr.savepoint():
            contract.line_ids = [Command.create(values)]
        contract.line_ids = [Command.create({**values, "date_start": "2024-05-01"})]
        self.bill("2024-06-01", contract)
        self.assertEqual([row[3] for row in self.charges(contract)], [40.0, 0.0])

    def test_quota_carried_over_is_granted_once(self):
        """500 of May and the 1,000 of June; the second half has what is left."""
        self._bonus("carry_over", component_id=self.api.id, quantity_maximum=500.0)
        contract = self.metered("2024-05-01")
        self.bill("2024-06-01", contract)
        self.apply("2024-06-16", component_ids=self.api.ids, percent=100)
        self.use(contract, ("2024-06-05 12:00:00", 900), ("2024-06-20 12:00:00", 900))
        self.bill("2024-07-01", contract)
        self.assertEqual(
            self.charges(contract)[1:],
            [
                ("2024-06-01", "2024-06-15", 1500.0, 0.0),
                ("2024-06-16", "2024-06-30", 600.0, 6.0),
            ],
        )

    def test_quota_of_loyalty_is_granted_once(self):
        self._bonus(
            "loyalty",
            component_id=self.api.id,
            reward="quantity",
            quantity_free=300.0,
            month_start=0,
        )
        contract = self.metered("2024-06-01")
        self.apply("2024-06-16", component_ids=self.api.ids)
        self.bill("2024-07-01", contract)
        self.assertEqual([row[2] for row in self.charges(contract)], [1300.0, 1300.0])

    def test_quota_of_loyalty_in_a_first_period_that_is_cut(self):
        self._bonus(
            "loyalty",
            component_id=self.api.id,
            reward="quantity",
            quantity_free=300.0,
            month_start=0,
        )
        calendar = self._variant("calendar", alignment="calendar")
        contract = self.metered("2024-06-16", variant=calendar)
        self.bill("2024-07-01", contract)
        self.assertEqual(self.usage_charges(contract).quota_free, 650.0)

    def to_new_price(self, contract, component, **vals):
        """Change to a new price from June on; returns the new line."""
        price = {
            "component_id": component.id,
            "currency_id": contract.currency_id.id,
            "amount": 0,
            **vals,
        }
        prices = [Command.create(price)]
        self.apply("2024-06-01", mode="new_price", price_ids=prices)
        return contract.line_ids.filtered("predecessor_id")

    def sold_by_pricelist(self):
        self.product_a.list_price = 10.0
        bundle = self._component("bundle", "Bundle", kind="quantity")
        self._price(bundle, 0, model="pricelist")
        return bundle, self.subscribe("2024-01-01", quantities={bundle: 3})

    def partner_prices(self, price):
        rule = {"compute_price": "fixed", "fixed_price": price}
        return self.env["product.pricelist"].create(
            {
                "name": "Partners",
                "company_id": False,
                "currency_id": self.company.currency_id.id,
                "item_ids": [Command.create({"applied_on": "3_global", **rule})],
            }
        )

    def test_c6_from_one_pricelist_to_another(self):
        bundle, contract = self.sold_by_pricelist()
        other = self.partner_prices(7.0)
        terms = {"price_model": "pricelist", "pricelist_id": other.id}
        line = self.to_new_price(contract, bundle, **terms)
        self.assertEqual((line.agreed_steps, line.amount), ([[0.0, 7.0]], 21.0))
        other.item_ids.fixed_price = 9.0
        self.env.invalidate_all()
        self.assertEqual(line._rate_booked().amount, 21)

    def test_c6_from_a_pricelist_to_a_price_per_unit(self):
        bundle, contract = self.sold_by_pricelist()
        terms = {"price_model": "per_unit", "amount": 4.0}
        line = self.to_new_price(contract, bundle, **terms)
        self.assertEqual((line.agreed_steps, line.amount), (False, 12.0))

    def test_a_pricelist_below_zero_is_refused_for_its_line_alone(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 3})
        change = self.env["subscription.price.change"].create(
            {"date": "2024-06-01", "mode": "new_price"}
        )
        price = {
            "component_id": self.seats.id,
            "currency_id": contract.currency_id.id,
            "price_model": "pricelist",
            "pricelist_id": self.partner_prices(-1.0).id,
            "amount": 0,
        }
        change.price_ids = [Command.create(price)]
        change.action_preview()
        self.assertEqual(change.line_ids.method, "error")
        self.assertIn("negative price", change.line_ids.note)

    def test_x2_a_change_of_days_before_an_earlier_change(self):
        """It comes in between: each line goes on where the one before it ends."""
        contract = self.subscribe("2024-01-01")
        self.bill("2024-05-01", contract)
        self.apply("2024-04-16", percent=100)
        self.bill("2024-05-01", contract)
        self.apply("2024-04-11", percent=-50)
        self.bill("2024-05-01", contract)
        lines = contract.line_ids.sorted("date_start")
        self.assertEqual(lines.mapped("price_unit"), [30.0, 15.0, 60.0, 30.0])
        self.assertHealthy()
        april = contract.charge_ids.filtered(
            lambda row: row.whole_date_start == self.day("2024-04-01")
        )
        # 10 days at 30, 5 at 15, 15 at 30 again (60 halved)
        self.assertEqual(sum(april.mapped("amount")), 27.5)
        copy = contract.copy({"date_start": "2024-07-01"})
        self.assertEqual(copy.line_ids.mapped("date_end"), [False])
