from odoo.fields import Command
from odoo.tests import tagged

from ..price_change_common import PriceChangeCommon
from ..usage_common import UsageCommon


@tagged("post_install", "-at_install", "price_changes", "usage")
class TestPriceChangeMetered(PriceChangeCommon, UsageCommon):
    """C6, M6: usage is rated at the price in force when it happened; tiers, free
    quantity and limits change as a whole."""

    def metered_lines(self, contract):
        return contract.line_ids.filtered(lambda line: line.component_id == self.api)

    def charges(self, contract):
        return [
            (str(row.date_start), str(row.date_end), row.quantity, row.amount)
            for row in self.usage_charges(contract).sorted("date_start")
        ]

    def test_c6_tiers_are_raised_as_a_whole(self):
        contract = self.metered("2024-01-01")
        change = self.apply("2024-06-01", component_ids=self.api.ids)
        price = self.metered_lines(contract)[-1].price_id
        self.assertEqual(price, change.price_ids)
        self.assertEqual(price.free_quantity, 1000)
        self.assertEqual(
            price.tier_ids.mapped(lambda tier: (tier.up_to, tier.price_unit)),
            [(9000.0, 0.011), (0.0, 0.0055)],
        )
        self.assertEqual(self.api_price.tier_ids[0].price_unit, 0.01)

    def test_c6_on_a_period_boundary(self):
        contract = self.metered("2024-04-01")
        self.use(
            contract,
            ("2024-05-10 12:00:00", 12000),
            ("2024-05-31 23:59:59", 1000),
            ("2024-06-01 00:00:00", 2000),
        )
        self.apply("2024-06-01", component_ids=self.api.ids)
        self.bill("2024-07-01", contract)
        self.assertEqual(
            self.charges(contract),
            [
                ("2024-04-01", "2024-04-30", 0.0, 0.0),
                # 1,000 free, 9,000 at 0.01, 3,000 at 0.005
                ("2024-05-01", "2024-05-31", 13000.0, 105.0),
                # 1,000 free, 1,000 at 0.011
                ("2024-06-01", "2024-06-30", 2000.0, 11.0),
            ],
        )
        self.assertHealthy()

    def test_c6_inside_a_period_each_event_at_the_price_of_its_day(self):
        contract = self.metered("2024-06-01")
        self.use(
            contract,
            ("2024-06-15 23:59:59", 2000),
            ("2024-06-16 00:00:00", 3000),
        )
        self.apply("2024-06-16", component_ids=self.api.ids)
        self.bill("2024-07-01", contract)
        # 1,000 are free in June, whenever they are used: 1,000 at 0.01, 3,000 at 0.011
        self.assertEqual(
            self.charges(contract),
            [
                ("2024-06-01", "2024-06-15", 2000.0, 10.0),
                ("2024-06-16", "2024-06-30", 3000.0, 33.0),
            ],
        )
        self.assertHealthy()

    def test_the_preview_compares_by_the_last_billed_usage(self):
        contract = self.metered("2024-04-01")
        self.use(contract, ("2024-04-10 12:00:00", 3000))
        self.bill("2024-05-01", contract)
        change = self.change("2024-06-01", component_ids=self.api.ids)
        self.assertRecordValues(
            change.line_ids,
            [{"quantity": 3000.0, "amount_old": 20.0, "amount_new": 22.0}],
        )

    def test_an_amount_cannot_be_added_to_tiers(self):
        self.metered("2024-01-01")
        change = self.change(
            "2024-06-01", mode="amount", amount=1, component_ids=self.api.ids
        )
        self.assertEqual(change.line_ids.method, "error")
        self.assertIn("single amount", change.line_ids.note)

    def test_new_tiers(self):
        contract = self.metered("2024-05-01")
        change = self.env["subscription.price.change"].create(
            {
                "date": "2024-06-01",
                "mode": "new_price",
                "price_ids": [
                    Command.create(
                        {
                            "component_id": self.api.id,
                            "currency_id": contract.currency_id.id,
                            "price_model": "volume",
                            "amount": 0,
                            "tier_ids": self._tiers((100, 1), (0, 0.5)),
                        }
                    )
                ],
            }
        )
        change.action_preview()
        change.action_apply()
        self.use(contract, ("2024-05-20 12:00:00", 1200), ("2024-06-20 12:00:00", 200))
        self.bill("2024-07-01", contract)
        self.assertEqual(
            [row[3] for row in self.charges(contract)],
            [2.0, 100.0],
        )

    def test_minimum_and_maximum_are_raised_but_no_quantity(self):
        package = self._component("support", "Support", kind="quantity")
        self._price(
            package,
            50,
            model="package",
            package_size=10,
            amount_minimum=80,
            amount_maximum=400,
        )
        contract = self.subscribe("2024-01-01", quantities={package: 15})
        self.apply("2024-06-01", component_ids=package.ids, percent=-10)
        price = contract.line_ids.filtered("predecessor_id").price_id
        self.assertRecordValues(
            price,
            [
                {
                    "amount": 45.0,
                    "package_size": 10.0,
                    "amount_minimum": 72.0,
                    "amount_maximum": 360.0,
                }
            ],
        )

    def test_frozen_steps_of_a_pricelist(self):
        seats = self._component("bundle", "Bundle", kind="quantity")
        self._price(seats, 0, model="pricelist")
        contract = self.subscribe("2024-01-01", quantities={seats: 3})
        line = contract.line_ids.filtered(lambda line: line.component_id == seats)
        old = line.agreed_steps
        self.assertTrue(old)
        change = self.apply("2024-06-01", component_ids=seats.ids)
        successor = contract.line_ids.filtered("predecessor_id")
        self.assertEqual(successor.price_id, line.price_id)
        self.assertEqual(
            successor.agreed_steps, [[low, price * 1.1] for low, price in old]
        )
        change.action_undo()
        self.assertEqual(line.agreed_steps, old)
