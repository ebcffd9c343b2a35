from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..usage_intake_common import GROUP_USER, UsageIntakeCommon

MANAGER = "subscription_billing.subscription_billing_group_manager"


@tagged("post_install", "-at_install", "usage")
class TestMeter(UsageIntakeCommon):
    def test_the_code_is_unique_in_the_company_only(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self._meter("calls")
        other = self.setup_other_company()["company"]
        self.assertTrue(self._meter("calls", company_id=other.id))

    def test_codes_integrations_cannot_send_are_refused(self):
        for code in (" calls", "calls ", "ca\nlls", "a\u200b"):
            with self.subTest(code=code), self.assertRaises(ValidationError):
                self._meter(code)

    def test_a_copy_needs_a_code_of_its_own(self):
        self.assertFalse(self.calls.copy_data()[0].get("code"))

    def test_unique_meters_name_their_property(self):
        for aggregation in ("unique", "prorated_unique"):
            with self.assertRaisesRegex(ValidationError, "name the property"):
                self._meter(aggregation, aggregation)
        self.assertTrue(self._meter("users", "unique", unique_property="user"))

    def test_rounding_that_makes_no_sense_is_refused(self):
        for digits in (-13, 9):
            with self.assertRaisesRegex(ValidationError, str(digits)):
                self.calls.rounding_digits = digits
        self.calls.rounding_digits = -2

    def test_c6_a_used_meter_keeps_what_its_events_mean(self):
        other = self.setup_other_company()["company"]
        changes = {
            "aggregation": "max",
            "unique_property": "user",
            "is_carry_over": True,
            "company_id": other.id,
        }
        fresh = self._meter("fresh")
        self.record(self.event())
        for name, value in changes.items():
            with (
                self.subTest(name=name),
                self.assertRaisesRegex(ValidationError, "has recorded usage"),
                self.env.cr.savepoint(),
            ):
                self.calls[name] = value
            fresh[name] = value if name != "aggregation" else "sum"
        self.calls.write({"aggregation": "sum", "name": "Calls to the API"})
        self.calls.write({"rounding_mode": "up", "code": "api_calls"})

    def test_a_used_meter_is_archived_and_not_deleted(self):
        self.record(self.event())
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.calls.unlink()
            self.env.flush_all()
        self.calls.active = False
        self.assertEqual(self.record(self.event("late"))["created"], 1)

    def test_where_it_is_used_and_how_much(self):
        self.record(self.event("a"), self.event("b"))
        self.assertEqual(self.calls.component_ids, self.api)
        self.assertEqual(self.calls.usage_count, 2)
        action = self.calls.action_view_usage()
        self.assertEqual(len(self.usage.search(action["domain"])), 2)

    def test_filters_as_values(self):
        self.calls.filter_ids = [
            Command.create({"property": "region", "values": "eu, us ,"}),
            Command.create({"property": "region", "values": "us,asia"}),
            Command.create({"property": "zone", "values": "5"}),
            Command.create({"property": "env", "operator": "not_in", "values": "test"}),
            Command.create({"property": "env", "operator": "not_in", "values": "dev"}),
        ]
        include, exclude = self.calls.filter_ids._as_filters()
        self.assertEqual(include, {"region": ["us"], "zone": ["5"]})
        self.assertEqual(
            {name: sorted(v) for name, v in exclude.items()}, {"env": ["dev", "test"]}
        )
        self.assertEqual(self.calls.filter_ids.browse()._as_filters(), ({}, {}))

    def test_a_filter_says_something_and_belongs_to_one(self):
        for vals in (
            {"property": " ", "values": "a"},
            {"property": "a", "values": ","},
        ):
            with self.assertRaisesRegex(ValidationError, "at least one value"):
                self.calls.filter_ids = [Command.create(vals)]
        both = {"meter_id": self.calls.id, "component_id": self.api.id}
        for owner in (both, {}):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.env["subscription.meter.filter"].create(
                    {"property": "a", "values": "b", **owner}
                )

    def test_names_say_the_code_and_the_condition(self):
        self.calls.filter_ids = [Command.create({"property": "region", "values": "eu"})]
        self.assertEqual(self.calls.display_name, "Calls (calls)")
        self.assertEqual(self.calls.filter_ids.display_name, "region is one of eu")

    def test_users_read_meters_and_managers_write_them(self):
        user, manager = self._clerk("m_user", GROUP_USER), self._clerk("m_man", MANAGER)
        self.assertEqual(self.calls.with_user(user).name, "Calls")
        with self.assertRaises(AccessError):
            self.calls.with_user(user).name = "X"
        self.calls.with_user(manager).name = "X"
        with Form(self.env["subscription.meter"].with_user(manager)) as form:
            form.name, form.code, form.aggregation = "Storage", "gb", "weighted"
            with form.filter_ids.new() as line:
                line.property, line.values = "region", "eu"
        self.assertEqual(form.record.filter_ids.operator, "in")

    def test_o2_companies_do_not_see_each_others_meters_and_filters(self):
        other = self.setup_other_company()["company"]
        foreign = self._clerk("m_foreign", MANAGER, other)
        self.calls.filter_ids = [Command.create({"property": "a", "values": "b"})]
        filters = self.env["subscription.meter.filter"].with_user(foreign)
        self.assertFalse(filters.search([]))
        self.assertFalse(self.calls.with_user(foreign).search([]))
        with self.assertRaises(AccessError):
            self.calls.with_user(foreign).read(["code"])
        plan = self.plan.create({"name": "For all", "company_id": False})
        component = self._component("x", "X", plan_id=plan.id)
        shared = filters.sudo().create(
            {"component_id": component.id, "property": "a", "values": "b"}
        )
        self.assertEqual(filters.search([]), shared)
