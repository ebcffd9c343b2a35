from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..usage_intake_common import GROUP_USAGE, GROUP_USER, NOW, UsageIntakeCommon


@tagged("post_install", "-at_install", "usage")
class TestUsageIntake(UsageIntakeCommon):
    """X4: each event is created, a duplicate, or rejected with its reason."""

    def test_x4_the_same_key_counts_once(self):
        first = self.record(self.event("a"), self.event("b"), self.event("a"))
        self.assertEqual(
            [result["status"] for result in first["results"]],
            ["created", "created", "duplicate"],
        )
        second = self.record(self.event("b", quantity=9), self.event("c"))
        self.assertEqual(
            second,
            {
                "created": 1,
                "duplicate": 1,
                "rejected": 0,
                "results": [
                    {"key": "b", "status": "duplicate"},
                    {"key": "c", "status": "created"},
                ],
            },
        )
        self.assertEqual(self.stored("b").quantity, 5)

    def test_x4_replaying_any_part_of_a_batch_changes_nothing(self):
        events = [self.event(f"k{n}", quantity=n) for n in range(20)]
        self.record(*events)
        before = self.usage.search([]).ids
        for part in (events[3:7], events[::-1], events[::2] * 2, events):
            answer = self.record(*part)
            self.assertEqual((answer["created"], answer["rejected"]), (0, 0))
            self.assertEqual(answer["duplicate"], len(part))
        self.assertEqual(self.usage.search([]).ids, before)

    def test_x4_a_billed_event_sent_again_is_a_duplicate(self):
        self.record(self.event("a", quantity=2000))
        self.bill("2026-04-01")
        self.assertTrue(self.stored("a").charge_id)
        self.assertEqual(self.record(self.event("a"))["duplicate"], 1)
        self.assertEqual(self.bill("2026-04-01").invoice_count, 0)

    def test_x4_a_retry_is_a_duplicate_even_if_it_would_be_refused_by_now(self):
        self.record(self.event("a"))
        line = self.contract.line_ids.filtered(
            lambda line: line.component_id == self.api
        )
        line.date_end = "2026-02-28"
        answer = self.record(self.event("a"), self.event("b"))
        self.assertEqual(answer["results"][0], {"key": "a", "status": "duplicate"})
        self.assertEqual(answer["results"][1]["status"], "rejected")

    def test_a_key_refused_once_may_be_used_in_the_same_batch(self):
        answer = self.record(self.event(meter="x"), self.event(), self.event())
        self.assertEqual(
            [result["status"] for result in answer["results"]],
            ["rejected", "created", "duplicate"],
        )

    def test_the_good_ones_of_a_batch_are_taken(self):
        answer = self.record(
            self.event("a"),
            "nonsense",
            self.event("b", quantity="NaN"),
            self.event("c"),
        )
        self.assertEqual((answer["created"], answer["rejected"]), (2, 2))
        keys = [result["key"] for result in answer["results"]]
        self.assertEqual(keys, ["a", None, "b", "c"])
        self.assertTrue(self.stored("a") and self.stored("c"))

    def test_unknown_names(self):
        self.assertRejected(self.event(meter="storage"), "meter storage", "not exist")
        self.assertRejected(self.event(contract="SUB/0"), "contract SUB/0")
        self.assertRejected(self.event(contract=..., line=2**31 - 1), "line 2147483647")
        self.assertRejected(self.event(quantiy=5), "'quantiy'", "properties")
        self.assertRejected(self.event(meter="a' OR 1=1 --"), "OR 1=1")

    def test_wrong_values(self):
        table = {
            "quantity": (None, True, "", "x", "1,5", "NaN", float("nan"), float("inf")),
            "instant": (None, "", "yesterday", 5, "2026-02-30T00:00:00Z"),
            "key": (None, "", " ", 5, "k" * 129, "a\0"),
            "contract": (None, "", 5),
            "meter": (None, "", ["calls"]),
            "properties": ("x", [1], {"a": None}, {"a": {"b": 1}}, {"a": "x" * 5000}),
        }
        for field, values in table.items():
            for value in values:
                name = "propert" if field == "properties" else field
                self.assertRejected(self.event(**{field: value}), name)
        for value in (1e300, 10**15, -(10**15), 10**400):
            self.assertRejected(self.event(quantity=value), "too large")
        self.assertRejected(self.event(quantity=0.123456789), "more than 8 decimals")
        self.assertRejected(self.event(instant="2026-03-10T08:00:00"), "no time zone")

    def test_only_meters_that_count_take_an_event_without_quantity(self):
        self.assertRejected(self.event(quantity=...), "quantity is missing", "calls")
        logins = self._meter("logins", "count")
        self.contract = self.contract_with(logins)
        self.record(self.event(meter="logins", quantity=...))
        self.assertEqual(self.stored("k1").quantity, 1)

    def test_negative_quantities_where_the_meter_takes_them(self):
        self.assertRejected(self.event(quantity=-1), "quantity -1", "calls")
        self.calls.allow_negative = True
        self.assertEqual(self.record(self.event(quantity=-1))["created"], 1)

    def test_unique_meters_need_the_property_and_take_removals(self):
        users = self._meter("users", "unique", unique_property="user")
        self.contract = self.contract_with(users)
        bad = ({}, None, {"users": "ada"}, {"x": '"user": '})
        for properties in bad:
            event = self.event(meter="users", properties=properties)
            self.assertRejected(event, "property user is missing")
        event = self.event(meter="users", quantity=-1, properties={"user": "ada"})
        self.assertEqual(self.record(event)["created"], 1)

    def test_instants_in_the_future(self):
        soon = (NOW + timedelta(minutes=5)).isoformat() + "Z"
        self.assertEqual(self.record(self.event(instant=soon))["created"], 1)
        late = (NOW + timedelta(minutes=5, seconds=1)).isoformat() + "Z"
        self.assertRejected(self.event("k2", instant=late), "in the future", late[:10])

    def test_t3_the_contract_starts_and_ends_with_the_days_of_its_zone(self):
        contract = self.contract = self.metered("2026-02-01", tz="Asia/Tokyo")
        contract.date_end = "2026-03-10"
        table = {
            "2026-01-31T14:59:59Z": "before contract",
            "2026-01-31T15:00:00Z": None,
            "2026-03-10T14:59:59.999Z": None,
            "2026-03-10T15:00:00Z": "has ended",
        }
        for n, (instant, reason) in enumerate(table.items()):
            event = self.event(f"k{n}", instant=instant)
            if reason:
                self.assertRejected(event, reason, contract.name)
            else:
                self.assertEqual(self.record(event)["created"], 1, instant)

    def test_the_line_must_be_booked_at_that_day(self):
        line = self.contract.line_ids.filtered(
            lambda line: line.component_id == self.api
        )
        line.sudo().date_start, line.date_end = "2026-02-01", "2026-02-28"
        outside = ("2026-01-31T22:59:59Z", "2026-02-28T23:00:00Z")
        for instant in outside:
            event = self.event(instant=instant)
            self.assertRejected(event, "no line for meter calls", self.contract.name)
        for key, instant in (("a", "2026-01-31T23:00:00Z"), ("b", "2026-02-28T22:59Z")):
            answer = self.record(self.event(key, instant=instant))
            self.assertEqual(answer["created"], 1, answer)

    def test_a_draft_takes_no_usage_and_neither_does_a_plan_without_the_meter(self):
        self.contract = self.draft("2026-01-01")
        self.assertRejected(self.event(), "is a draft", self.contract.name)
        self.contract = self.subscribe("2026-01-01")
        self.assertRejected(self.event(), "no line for meter calls")

    def test_x4_an_ended_contract_takes_what_happened_during_its_life(self):
        self.contract.date_end = "2026-03-31"
        self.bill("2026-04-02")
        self.contract.sudo()._set_ended("over")
        self.assertFalse(self.contract.date_next_billing)
        self.assertEqual(self.record(self.event(quantity=3000))["created"], 1)
        self.assertTrue(self.contract.date_next_billing, "late usage is due")
        self.bill("2026-06-15")
        self.assertTrue(self.stored("k1").charge_id)
        event = self.event("k2", instant="2026-04-01T00:00:00+02:00")
        self.assertRejected(event, "has ended")

    def test_a_line_stands_for_its_contract(self):
        line = self.contract.line_ids[:1]
        self.record(self.event(contract=..., line=line.id))
        self.assertEqual(self.stored("k1").contract_id, self.contract)

    def test_too_many_events_write_nothing(self):
        with self.assertRaisesRegex(UserError, "10001 events are too many"):
            self.record(*[self.event("k")] * 10_001)
        self.assertFalse(self.stored("k"))
        for events in (None, "x", {"events": []}, 5):
            with self.assertRaisesRegex(UserError, "must be a list"):
                self.usage.record_usage(events)
        self.assertEqual(self.record()["results"], [])

    def test_the_number_of_queries_does_not_depend_on_the_number_of_events(self):
        others = [self.metered() for _n in range(5)]
        self.record(self.event("warm"))

        def batch(size, prefix):
            return [
                self.event(f"{prefix}{n}", contract=others[n % 5].name)
                for n in range(size)
            ]

        ten, thousand = batch(10, "a"), batch(1000, "b")
        self.env.flush_all()
        for events in (ten, thousand):
            self.env.invalidate_all()
            with self.assertQueryCount(5):
                self.usage.sudo()._record_events(events, self.company, "api")
        self.assertEqual(self.usage.search_count([("key", "like", "b%")]), 1000)

    def test_what_is_written_equals_what_create_writes(self):
        properties = {"region": "eu", "size": 2, "free": True}
        sent = {
            "quantity": "1234567.12345678",
            "instant": "2026-03-10T09:00:00+01:00",
            "properties": properties,
        }
        created = {
            "contract_id": self.contract.id,
            "meter_id": self.calls.id,
            "quantity": 1234567.12345678,
            "instant": "2026-03-10 08:00:00",
            "key": "orm",
            "properties": properties,
            "source": "api",
        }
        self.record(self.event("sql", **sent))
        self.usage.sudo().create(created)
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT * FROM subscription_usage WHERE key IN ('orm', 'sql') ORDER BY key"
        )
        orm, sql = self.env.cr.dictfetchall()
        columns = {name for name, field in self.usage._fields.items() if field.store}
        self.assertEqual(columns, set(sql))
        for name in columns - {"id", "key"}:
            self.assertEqual(sql[name], orm[name], name)

    def test_o2_each_company_has_its_own_contracts_meters_and_keys(self):
        other = self.setup_other_company()["company"]
        user = self._clerk("usage_both", GROUP_USAGE)
        user.company_ids += other
        self.record(self.event())
        there = self.usage.with_user(user).with_company(other)
        self._meter("calls", company_id=other.id)
        answer = there.record_usage([self.event(), self.event(contract=..., line=1)])
        self.assertEqual(answer["rejected"], 2)
        reason = f"contract {self.contract.name} does not exist in this company"
        self.assertIn(reason, answer["results"][0]["reason"])
        line = self.contract.line_ids[:1].id
        answer = there.record_usage([self.event(contract=..., line=line)])
        self.assertIn(f"line {line}", answer["results"][0]["reason"])

    def test_o2_nobody_records_for_a_company_that_is_not_his(self):
        other = self.setup_other_company()["company"]
        user = self._clerk("usage_here", GROUP_USAGE)
        usage = self.usage.with_user(user)
        with self.assertRaises(AccessError):
            usage.with_context(allowed_company_ids=other.ids).record_usage([])
        foreign = self._clerk("usage_there", GROUP_USAGE, other)
        answer = self.usage.with_user(foreign).record_usage([self.event()])
        self.assertEqual(answer["rejected"], 1)

    def test_who_may_record(self):
        for login, group in (("int", GROUP_USAGE), ("clerk", GROUP_USER)):
            usage = self.usage.with_user(self._clerk(f"usage_{login}", group))
            self.assertEqual(usage.record_usage([self.event(login)])["created"], 1)
            self.assertEqual(self.stored(login).create_uid.login, f"usage_{login}")
        for group in ("base.group_user", "base.group_portal", "base.group_public"):
            usage = self.usage.with_user(self._clerk(f"usage_{group}", group))
            with self.assertRaisesRegex(AccessError, "may not record"):
                usage.record_usage([self.event("x")])
        accountant = self._clerk("usage_acc", "account.group_account_manager")
        with self.assertRaises(AccessError):
            self.usage.with_user(accountant).record_usage([self.event("x")])
        self.assertFalse(self.stored("x"))

    def test_reasons_are_in_the_language_of_the_sender(self):
        self.env["res.lang"]._activate_lang("de_DE")
        usage = self.usage.with_context(lang="de_DE")
        answer = usage.record_usage([self.event(meter="x"), self.event(quantity="1,5")])
        self.assertEqual(answer["rejected"], 2)
        self.assertIn("'1,5'", answer["results"][1]["reason"])
