from decimal import Decimal
from math import inf, nan

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from ..usage_common import UsageCommon

BUCKETED = {"price_model": "bucketed", "bucket_model": "per_unit", "amount": 2.0}
EVENT_LIMITS = {"price_model": "percentage", "event_minimum": 3, "event_maximum": 2}
TIERS = ((100, 1.0), (1000, 0.5), (0, 0.25))
# (values of the price, quantity, amount, text)
CASES = (
    ({"price_model": "flat", "amount": 49.0}, 7, "49", "49.00 USD"),
    ({"price_model": "per_unit", "amount": 0.0137}, 250, "3.425", "0.0137 USD"),
    ({"price_model": "per_unit", "amount": 1.5e-7}, 10**6, "0.15", "0.00000015 USD"),
    (
        {"price_model": "graduated", "tiers": TIERS},
        1200,
        "600",
        "1.00 / 0.50 / 0.25 USD",
    ),
    ({"price_model": "volume", "tiers": TIERS}, 1200, "300", "1.00 / 0.50 / 0.25 USD"),
    (
        {"price_model": "graduated", "tiers": ((10_000, 0), (0, 0.01))},
        10_100,
        "1",
        "10,000 free, then 0.01 USD",
    ),
    (
        {"price_model": "stairstep", "tiers": ((10, 0, 50), (0, 0, 90))},
        10.5,
        "90",
        "50.00 / 90.00 USD",
    ),
    (
        {"price_model": "package", "amount": 5.0, "package_size": 100},
        101,
        "10",
        "5.00 USD per 100",
    ),
    (
        {
            "price_model": "package",
            "amount": 5.0,
            "package_size": 100,
            "package_rounding": "down",
        },
        199,
        "5",
        "5.00 USD per 100",
    ),
    (
        {
            "price_model": "discount_scale",
            "amount": 5.0,
            "tiers": ((9, 0, 0, 0), (0, 0, 0, 10)),
        },
        10,
        "45",
        "5.00 USD (−0% / −10%)",
    ),
    (
        {"price_model": "percentage", "percent": 1.4, "amount_event": 0.25},
        100,
        "1.65",
        "1.4% + 0.25 USD",
    ),
    (
        {
            "price_model": "graduated_percentage",
            "tiers": ((100, 0, 0, 2), (0, 0, 0, 1)),
        },
        300,
        "4",
        "2% / 1%",
    ),
    (BUCKETED, 3, "6", "2.00 USD / Day"),
    (
        {"price_model": "per_unit", "amount": 2.0, "free_quantity": 5},
        7,
        "4",
        "5 free, then 2.00 USD",
    ),
    (
        {"price_model": "per_unit", "amount": 2.0, "amount_minimum": 10},
        1,
        "10",
        "2.00 USD, at least 10.00",
    ),
    (
        {"price_model": "per_unit", "amount": 2.0, "amount_maximum": 10},
        99,
        "10",
        "2.00 USD, at most 10.00",
    ),
)
# (values of the price, words of the message)
REFUSED = (
    ({"price_model": "graduated", "tiers": ()}, "at least one tier"),
    ({"price_model": "volume", "tiers": ((5, 1), (5, 2))}, "two tiers end at 5"),
    ({"price_model": "volume", "tiers": ((0, 1), (0, 2))}, "only the last tier"),
    ({"price_model": "volume", "tiers": ((-5, 1), (0, 2))}, "Up To must not be neg"),
    ({"price_model": "volume", "tiers": ((5, -1), (0, 2))}, "per Unit must not be"),
    ({"price_model": "discount_scale", "tiers": ((0, 0, 0, 101),)}, "between 0 and"),
    ({"price_model": "percentage", "percent": 101}, "between 0 and 100"),
    ({"price_model": "percentage", "percent": -1}, "Percent must not be negative"),
    ({"price_model": "package", "package_size": 0}, "package size must be above"),
    ({"price_model": "per_unit", "free_quantity": -1}, "Free Quantity must not"),
    ({"amount_minimum": 10, "amount_maximum": 5}, "10.0 exceeds the maximum of 5.0"),
    (EVENT_LIMITS, "3.0 exceeds the maximum of 2.0"),
    ({"price_model": "percentage", "free_events": -1}, "Free Events must not be"),
)


@tagged("post_install", "-at_install", "pricing")
class TestPriceTerms(UsageCommon):
    """M6: every price model reaches the engine, and nonsense reaches the user."""

    @classmethod
    def _make(cls, vals, component=None, **more):
        vals = {"amount": 1.0, **vals, **more}
        tiers = [
            dict(
                zip(
                    ("up_to", "price_unit", "amount_flat", "percent"),
                    tier,
                    strict=False,
                )
            )
            for tier in vals.pop("tiers", ())
        ]
        return cls.env["subscription.price"].create(
            {
                "component_id": (component or cls.extra).id,
                "currency_id": cls.company.currency_id.id,
                "tier_ids": [(0, 0, tier) for tier in tiers],
                **vals,
            }
        )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.extra = cls._metered("extra", "Extra", cls._meter("extra"))

    def test_m6_each_model_rates_and_says_what_it_costs(self):
        for vals, quantity, amount, text in CASES:
            price = self._make(vals)
            with self.subTest(model=price.price_model, text=text):
                priced = price._as_price().rate(Decimal(str(quantity)))
                self.assertEqual(priced.amount, Decimal(amount))
                total = sum(part.amount for part in priced.slices)
                self.assertEqual(total, priced.amount)
                self.assertEqual(price._get_amount_text(), text)
            price.unlink()

    def test_nonsense_is_refused_with_the_component_and_what_is_wrong(self):
        for vals, message in REFUSED:
            with (
                self.subTest(vals),
                self.assertRaisesRegex(ValidationError, f"Extra: .*{message}"),
                self.cr.savepoint(),
            ):
                self._make(vals)

    def test_what_is_no_number_never_reaches_the_table(self):
        for number in (nan, inf, -inf, 1e300, 1.1e15):
            for vals, field in (
                ({"amount": number}, "Amount"),
                ({"amount_minimum": number}, "Minimum"),
                ({"price_model": "volume", "tiers": ((number, 1),)}, "Up To"),
            ):
                with (
                    self.subTest(vals),
                    self.assertRaisesRegex(ValidationError, f"{field}: .* no number"),
                    self.cr.savepoint(),
                ):
                    self._make(vals)

    def test_only_metered_components_have_events(self):
        cases = ("percentage", "bucketed", "graduated_percentage")
        for model in cases:
            with (
                self.subTest(model),
                self.assertRaisesRegex(ValidationError, "Seats.*only a metered"),
                self.cr.savepoint(),
            ):
                vals = {"price_model": model, "tiers": ((0, 0, 0, 1),)}
                self._make(vals, self.seats, date_start="2024-01-01")

    def test_a_component_priced_by_events_stays_metered(self):
        self._make({"price_model": "percentage", "percent": 1})
        with self.assertRaisesRegex(ValidationError, "Extra.*only a metered"):
            self.extra.write({"kind": "quantity", "meter_id": False})

    def test_a_field_the_model_does_not_use_is_ignored(self):
        vals = {"price_model": "flat", "amount": 9.0, "free_quantity": 5, "percent": 3}
        price = self._make({**vals, "tiers": ((0, 7.0),)})
        self.assertEqual(price._as_price().rate(Decimal(50)).amount, 9)

    def test_tiers_are_kept_by_bound_the_open_one_last(self):
        price = self._make({"price_model": "volume", "tiers": TIERS[::-1]})
        self.env.invalidate_all()
        self.assertEqual(price.tier_ids.mapped("up_to"), [100.0, 1000.0, 0.0])
        self.assertEqual(price.tier_ids[-1].read(["up_to"])[0]["up_to"], False)

    def test_bounds_move_past_each_other_in_one_save(self):
        price = self._make({"price_model": "volume", "tiers": TIERS})
        first, second, _last = price.tier_ids
        price.tier_ids = [
            (1, first.id, {"up_to": 1000}),
            (1, second.id, {"up_to": 5000}),
        ]
        self.assertEqual(first.up_to, 1000)
        with self.assertRaisesRegex(ValidationError, "two tiers end at"):
            first.up_to = 5000

    def test_a_tier_alone_keeps_the_price_whole(self):
        price = self._make({"price_model": "volume", "tiers": ((0, 1),)})
        message = "at least one tier"
        with self.assertRaisesRegex(ValidationError, message), self.cr.savepoint():
            price.tier_ids.unlink()
        with self.assertRaisesRegex(ValidationError, "only the last tier"):
            price.tier_ids.create({"price_id": price.id})

    def test_a_copy_has_its_own_tiers(self):
        price = self._make({"price_model": "volume", "tiers": TIERS})
        copy = price.copy({"date_start": "2024-01-01"})
        self.assertEqual(copy.tier_ids.mapped("price_unit"), [1.0, 0.5, 0.25])
        self.assertFalse(copy.tier_ids & price.tier_ids)
        plan = self.plan.copy({"name": "Copy"})
        twin = plan.component_ids.filtered(lambda each: each.code == "extra")
        self.assertEqual(len(twin.price_ids.tier_ids), 6)

    def test_c6_a_sold_price_keeps_terms_and_tiers(self):
        price = self.api_price
        self.base.is_required = False
        draft = self.draft("2026-01-01", line_ids=[])
        draft.line_ids = [(0, 0, {"component_id": self.api.id})]
        price.tier_ids[0].price_unit = 0.02
        draft.action_activate()
        message = f"{draft.name} was sold with the price API calls"
        tier = {"price_id": price.id, "up_to": 5.0}
        attempts = (
            lambda: price.write({"free_quantity": 5}),
            lambda: price.write({"tier_ids": [(5,)]}),
            lambda: price.tier_ids[0].write({"price_unit": 1.0}),
            lambda: price.tier_ids[0].unlink(),
            lambda: price.tier_ids.create(tier),
        )
        for attempt in attempts:
            with self.assertRaisesRegex(ValidationError, message), self.cr.savepoint():
                attempt()
        self.assertEqual(price.tier_ids.mapped("price_unit"), [0.02, 0.005])

    def test_c6_a_tier_is_not_moved_into_or_out_of_a_sold_price(self):
        self.metered()
        other = self._make({"price_model": "volume", "tiers": TIERS})
        for tier, target in (
            (other.tier_ids[0], self.api_price),
            (self.api_price.tier_ids[0], other),
        ):
            with (
                self.assertRaisesRegex(ValidationError, "was sold with"),
                self.cr.savepoint(),
            ):
                tier.price_id = target

    def test_users_read_tiers_and_managers_edit_them(self):
        group = "subscription_billing.subscription_billing_group_"
        users = {
            name: new_test_user(self.env, f"tier_{name}", groups=group + name)
            for name in ("user", "manager")
        }
        for user in users.values():
            user.write({"company_ids": self.company.ids, "company_id": self.company.id})
        price = self._make({"price_model": "volume", "tiers": TIERS})
        tier = price.tier_ids[0]
        self.assertEqual(tier.with_user(users["user"]).price_unit, 1.0)
        with self.assertRaises(AccessError):
            tier.with_user(users["user"]).price_unit = 2.0
        tier.with_user(users["manager"]).price_unit = 2.0
        self.assertEqual(tier.price_unit, 2.0)

    def test_o2_tiers_of_another_company_are_not_seen(self):
        other = self.setup_other_company()["company"]
        foreign = self._clerk(
            "tier_foreign",
            "subscription_billing.subscription_billing_group_manager",
            company=other,
        )
        self.plan.company_id = self.company
        tiers = self.api_price.tier_ids
        self.assertFalse(tiers.with_user(foreign).search([("id", "in", tiers.ids)]))
        with self.assertRaises(AccessError):
            tiers.with_user(foreign).read(["price_unit"])
