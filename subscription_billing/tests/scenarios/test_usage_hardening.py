from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..usage_intake_common import GROUP_USER, UsageIntakeCommon


@tagged("post_install", "-at_install", "usage")
class TestUsageHardening(UsageIntakeCommon):
    """What a careless or hostile client tries with usage."""

    def _filter(self, **owner):
        return self.env["subscription.meter.filter"].create(
            {"property": "region", "values": "eu", **owner}
        )

    def test_x4_defaults_of_the_context_do_not_pass_the_guard(self):
        """A client may send any context with a call."""
        self.record(self.event())
        self.bill("2026-04-01")
        charge = self.stored("k1").charge_id
        clerk = self._clerk("hard_clerk", GROUP_USER)
        other = self.setup_other_company()["company"]
        usage = self.usage.with_user(clerk).with_context(
            default_charge_id=charge.id,
            default_source="api",
            default_company_id=other.id,
        )
        made = usage.create(
            {
                "contract_id": self.contract.id,
                "meter_id": self.calls.id,
                "instant": "2026-05-10 08:00:00",
                "quantity": 1,
            }
        )
        self.assertRecordValues(
            made.sudo(),
            [{"charge_id": False, "source": "manual", "company_id": self.company.id}],
        )

    def test_x4_an_event_of_nothing_is_reversed(self):
        """Meters that count take an event of quantity 0 for one."""
        meter = self._meter("hits", "count")
        self.contract = self.contract_with(meter)
        self.record(self.event(meter="hits", quantity=0))
        self.bill("2026-04-01")
        charges = self.usage_charges(self.contract, meter.component_ids)
        self.assertEqual(sum(charges.mapped("amount")), 1.0)
        self.stored("k1").action_reverse()
        self.bill("2026-05-01")
        charges = self.usage_charges(self.contract, meter.component_ids)
        self.assertEqual(sum(charges.mapped("amount")), 0.0)

    def test_a_reversal_whose_key_is_taken_is_not_silent(self):
        """O1: the counter-event is there, or the reader knows why not."""
        self.record(self.event(), self.event("reversal-of-k1", quantity=3))
        self.bill("2026-04-01")
        with self.assertRaisesRegex(UserError, "reversal-of-k1"):
            self.stored("k1").action_reverse()

    def test_c6_rounding_of_a_billed_meter_stays(self):
        self.record(self.event())
        self.calls.rounding_digits = 2
        self.bill("2026-04-01")
        for vals in ({"rounding_mode": "up"}, {"rounding_digits": 1}):
            with self.assertRaisesRegex(ValidationError, "Calls"):
                self.calls.write(vals)
        self.calls.write({"rounding_mode": "none", "name": "API"})

    def test_c6_filters_of_a_billed_meter_or_component_stay(self):
        """A closed period would be measured by another rule with its next event."""
        old = self._filter(component_id=self.api.id)
        self.record(self.event(properties={"region": "eu"}))
        self.bill("2026-04-01")
        for change in (
            lambda: self._filter(meter_id=self.calls.id),
            lambda: self._filter(component_id=self.api.id),
            lambda: old.write({"values": "us"}),
            lambda: self.api.write({"filter_ids": [Command.delete(old.id)]}),
        ):
            with (
                self.assertRaisesRegex(ValidationError, "billed"),
                self.env.cr.savepoint(),
            ):
                change()
        old.write({"values": "eu"})

    def test_wrong_questions_are_refused_with_a_reason(self):
        ask = self.env["subscription.contract"].get_usage
        name = self.contract.name
        for reference in ("a\0b", ["x"], True, None, 5, {"a": 1}, [name, name]):
            with (
                self.subTest(reference=reference),
                self.assertRaisesRegex(UserError, "no contract"),
            ):
                ask(reference)
        for day in (
            "9999-12-31",
            "9999-12-30",
            5,
            ["2026-01-01"],
            {"a": 1},
            "x",
            "2026-13-01",
            True,
        ):
            with (
                self.subTest(day=day),
                self.assertRaisesRegex(UserError, "is no date"),
            ):
                ask(name, day)

    def test_unique_meters_are_not_deceived_by_a_name_with_a_quote(self):
        self.contract = self.contract_with(
            self._meter("users", "unique", unique_property="user")
        )
        event = self.event(meter="users", quantity=..., properties={'x"user': "a"})
        self.assertRejected(event, "user")

    def test_what_no_database_can_keep_is_refused_by_name(self):
        """Records written by RPC get the verdict of the API, not an SQL error."""
        clerk = self._clerk("hard_rpc", GROUP_USER)
        good = {
            "contract_id": self.contract.id,
            "meter_id": self.calls.id,
            "instant": "2026-03-10 08:00:00",
            "quantity": 1,
        }
        usage = self.usage.with_user(clerk).create(good)
        for bad in (
            {"key": "a\0b"},
            {"key": "\ud800"},
            {"properties": {"region": "e\0u"}},
            {"properties": {"region": float("inf")}},
            {"properties": {"region": "\ud800"}},
            {"properties_text": "region=e\0u"},
        ):
            with (
                self.subTest(bad=bad),
                self.assertRaisesRegex(ValidationError, "key|property"),
                self.env.cr.savepoint(),
            ):
                usage.create({**good, **bad})
            if "key" not in bad:
                with self.assertRaises(ValidationError), self.env.cr.savepoint():
                    usage.write(bad)

    def test_t4_a_line_ended_before_its_billed_usage_bills_nothing_twice(self):
        self.record(
            self.event("a", quantity=2000, instant="2026-03-05T08:00:00Z"),
            self.event("b", quantity=2000, instant="2026-03-20T08:00:00Z"),
        )
        self.bill("2026-04-01")
        before = sum(self.usage_charges(self.contract).mapped("amount"))
        line = self.contract.line_ids.filtered(lambda it: it.component_id == self.api)
        line.date_end = "2026-03-10"
        self.bill("2026-05-01")
        charges = self.usage_charges(self.contract)
        self.assertLessEqual(sum(charges.mapped("amount")), before)
        self.assertGreaterEqual(sum(charges.mapped("amount")), 0)
        self.assertFalse(self.contract.billing_error)

    def _billed_by_component(self):
        charges = self.contract.charge_ids.filtered("usage_to")
        return {
            component.code: sum(group.mapped("amount"))
            for component, group in charges.grouped("component_id").items()
        }

    def test_x4_plans_in_another_order_bill_no_event_again(self):
        """Of two filters that match, the first component of the plan has the event;
        once billed it stays there."""
        other = self._metered("eu", "EU calls", self.calls, sequence=20)
        self._price(other, 7.0, model="per_unit")
        self._filter(component_id=self.api.id)
        self._filter(component_id=other.id)
        self.contract = self.metered(components=[self.api, other])
        event = self.event("a", quantity=2000, properties={"region": "eu"})
        self.record(event)
        self.bill("2026-04-01")
        self.assertEqual(self._billed_by_component(), {"api": 10.0, "eu": 0.0})
        other.sequence = 5
        self.record({**event, "key": "b", "quantity": 1})
        self.bill("2026-05-01")
        self.assertEqual(self._billed_by_component(), {"api": 10.0, "eu": 7.0})

    def test_x4_a_dimension_booked_late_bills_no_event_again(self):
        self.record(self.event("a", quantity=2000, properties={"region": "eu"}))
        self.bill("2026-04-01")
        other = self._metered("eu", "EU calls", self.calls)
        self._price(other, 7.0, model="per_unit")
        self._filter(component_id=other.id)
        line = {"component_id": other.id, "quantity": 1, "date_start": "2026-03-01"}
        self.contract.write({"line_ids": [Command.create(line)]})
        self.bill("2026-05-01")
        self.assertEqual(self._billed_by_component(), {"api": 10.0, "eu": 0.0})
        self.assertHealthy()

    def test_x3_a_cancelled_bill_leaves_the_meter_open_for_change(self):
        self.record(self.event("a", quantity=2000))
        self.bill("2026-04-01")
        move = self.usage_charges(self.contract).move_line_id.move_id
        move.button_draft()
        move.button_cancel()
        self.calls.rounding_mode = "up"
        move.button_draft()
        self.assertEqual(self._billed_by_component(), {"api": 10.0})
        with self.assertRaisesRegex(ValidationError, "billed"):
            self.calls.rounding_mode = "down"
