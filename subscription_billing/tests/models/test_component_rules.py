from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..common import SubscriptionCommon

USER = "subscription_billing.subscription_billing_group_user"


@tagged("post_install", "-at_install", "catalogue")
class TestComponentRules(SubscriptionCommon):
    """How much of a component may be booked, and beside which others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backup = cls._component("backup", "Backup", kind="on_off")
        cls.backup.is_required = False
        cls._price(cls.backup, 3.0)
        cls.seats.write({"default_quantity": 4, "quantity_minimum": 4})
        cls.seats.write({"quantity_maximum": 20, "quantity_step": 2})

    def _book(self, contract, component, quantity=1.0, **vals):
        return contract.line_ids.create(
            {
                "contract_id": contract.id,
                "component_id": component.id,
                "quantity": quantity,
                "date_start": "2024-01-01",
                **vals,
            }
        )

    def assertRefused(self, message, act):
        with self.assertRaisesRegex(UserError, message), self.cr.savepoint():
            act()
        self.env.invalidate_all()

    def test_quantities_keep_minimum_maximum_and_step(self):
        for quantity, rule in (
            (2, "at least 4"),
            (22, "at most 20"),
            (5, "in steps of 2"),
            (4.5, "in steps of 2"),
        ):
            message = rf"SUB.*: Seats .*{rule} \(booked: {quantity}\), from 01/01/2024"
            with self.subTest(quantity=quantity):
                self.assertRefused(
                    message,
                    lambda quantity=quantity: self.subscribe(
                        "2024-01-01", quantities={self.seats: quantity}
                    ),
                )
        for quantity in (4, 6, 20):
            self.subscribe("2024-01-01", quantities={self.seats: quantity})

    def test_lines_of_the_same_time_count_together(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 18})
        self.assertRefused(
            "at most 20.*22.*03/01/2024",
            lambda: self._book(contract, self.seats, 4, date_start="2024-03-01"),
        )
        more = self._book(contract, self.seats, 2, date_start="2024-03-01")
        self.assertRefused("booked: 19", lambda: more.sudo().write({"quantity": 1}))

    def test_an_end_leaves_enough(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 18})
        more = self._book(contract, self.seats, 2, date_start="2024-03-01")
        first = contract.line_ids.filtered(
            lambda line: line.component_id == self.seats and line != more
        )
        self.assertRefused(
            r"at least 4 \(booked: 2\), from 04/01/2024",
            lambda: first.write({"date_end": "2024-03-31"}),
        )
        more.date_end = "2024-03-31"
        first.date_end = "2024-03-31"

    def test_an_option_is_on_once(self):
        self.assertRefused(
            r"Backup is on or off: book it once, with quantity 1 \(booked: 2\)",
            lambda: self.subscribe("2024-01-01", quantities={self.backup: 2}),
        )
        contract = self.subscribe("2024-01-01", quantities={self.backup: 1})
        self.assertRefused(
            "Backup is on or off.*02/01/2024",
            lambda: self._book(contract, self.backup, date_start="2024-02-01"),
        )
        contract.line_ids[-1].date_end = "2024-01-31"
        again = self._book(contract, self.backup, date_start="2024-02-01")
        self.assertRefused(
            "Backup is on or off.*01/15/2024",
            lambda: again.sudo().write({"date_start": "2024-01-15"}),
        )

    def test_what_it_requires_is_booked_for_the_same_time(self):
        self.backup.requires_ids = self.seats
        message = "SUB.*: Backup requires Seats. Book that for the same time"
        self.assertRefused(
            message, lambda: self.subscribe("2024-01-01", quantities={self.backup: 1})
        )
        contract = self.subscribe(
            "2024-01-01", quantities={self.seats: 4, self.backup: 1}
        )
        seats = contract.line_ids.filtered(lambda line: line.component_id == self.seats)
        self.assertRefused(
            f"{message}.*from 07/01/2024",
            lambda: seats.write({"date_end": "2024-06-30"}),
        )
        self.assertRefused(message, seats.unlink)
        contract.line_ids.write({"date_end": "2024-06-30"})

    def test_the_end_of_the_contract_ends_all_alike(self):
        self.backup.requires_ids = self.seats
        contract = self.subscribe(
            "2024-01-01", quantities={self.seats: 4, self.backup: 1}
        )
        contract.date_end = "2024-06-30"
        self.assertEqual(str(contract.date_end), "2024-06-30")

    def test_what_it_excludes_is_booked_at_another_time(self):
        self.backup.excludes_ids = self.seats
        contract = self.subscribe("2024-01-01", quantities={self.backup: 1})
        message = "Backup cannot be booked together with Seats.*03/01/2024"
        booking = {"date_start": "2024-03-01"}
        self.assertRefused(
            message, lambda: self._book(contract, self.seats, 4, **booking)
        )
        contract.line_ids[-1].date_end = "2024-02-29"
        self._book(contract, self.seats, 4, **booking)
        self.assertRefused(
            message, lambda: contract.line_ids[1].write({"date_end": False})
        )

    def test_a_draft_may_be_incomplete(self):
        self.backup.requires_ids = self.seats
        draft = self.draft("2024-01-01")
        self._book(draft, self.backup, 3)
        self.assertRefused("Backup", draft.action_activate)
        self.assertEqual(draft.state, "draft")

    def test_a_tightened_rule_waits_for_the_next_change_of_its_component(self):
        contract = self.subscribe(
            "2024-01-01", quantities={self.seats: 4, self.backup: 1}
        )
        self.seats.write({"quantity_minimum": 10, "default_quantity": 10})
        contract.line_ids[-1].date_end = "2024-06-30"
        seats = contract.line_ids.filtered(lambda line: line.component_id == self.seats)
        self.assertRefused("at least 10", lambda: seats.sudo().write({"quantity": 6}))
        seats.date_end = "2024-06-30"

    def test_metered_quantities_have_no_rules(self):
        meter = self.env["subscription.meter"].create(
            {"name": "Calls", "code": "calls", "company_id": self.company.id}
        )
        api = self._component("api", "API", kind="metered", meter_id=meter.id)
        api.write({"quantity_minimum": 100, "default_quantity": 100})
        self._price(api, 1.0, model="per_unit")
        self.subscribe("2024-01-01", quantities={api: 1})

    def test_rules_are_about_components_of_one_plan(self):
        foreign = self._component(
            "x", "X", plan_id=self.plan.create({"name": "Other"}).id
        )
        for vals, message in (
            ({"requires_ids": self.seats.ids}, "Seats: .*Seats cannot be required"),
            ({"excludes_ids": foreign.ids}, "X cannot be required or excluded"),
            (
                {"requires_ids": self.base.ids, "excludes_ids": self.base.ids},
                "base fee cannot be required",
            ),
            ({"quantity_minimum": 30}, "minimum must not exceed"),
            ({"quantity_step": -1}, "must not be negative"),
            ({"default_quantity": 2}, "default quantity 2.0 lies outside"),
            ({"default_quantity": 22}, "default quantity 22.0 lies outside"),
        ):
            with (
                self.subTest(vals),
                self.assertRaisesRegex(ValidationError, message),
                self.cr.savepoint(),
            ):
                self.seats.write(vals)

    def test_a_copied_plan_has_rules_between_its_own_components(self):
        self.backup.write(
            {"requires_ids": self.seats.ids, "excludes_ids": self.setup.ids}
        )
        copy = self.plan.copy({"name": "Copy"})
        by_code = {each.code: each for each in copy.component_ids}
        self.assertEqual(by_code["backup"].requires_ids, by_code["seats"])
        self.assertEqual(by_code["backup"].excludes_ids, by_code["setup"])
        self.assertFalse(by_code["seats"].requires_ids)
        self.assertEqual(by_code["seats"].quantity_step, 2)

    def test_a_user_is_held_to_the_rules_like_anybody(self):
        user = new_test_user(self.env, "rules_user", groups=USER)
        user.write({"company_ids": self.company.ids, "company_id": self.company.id})
        contract = self.subscribe("2024-01-01", quantities={self.seats: 4})
        quiet = contract.with_user(user).with_context(subscription_price_change=True)
        self.assertRefused(
            "keeps what was agreed", lambda: quiet.line_ids[1].write({"quantity": 2})
        )

    def test_queries_do_not_grow_with_the_lines(self):
        def count(lines):
            contract = self.subscribe("2024-01-01", quantities={self.seats: 4})
            for number in range(lines):
                vals = {"is_required": False, "requires_ids": self.seats.ids}
                other = self._component(f"c{lines}-{number}", "C", **vals)
                other.kind = "quantity"
                self._book(contract, other, has_price_override=True)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["subscription.component.rules"]._check(contract)
            return self.cr.sql_log_count - before

        count(1)  # what Odoo reads once, such as access rights
        self.assertEqual(count(12), count(2))
