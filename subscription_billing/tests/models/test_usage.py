from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..usage_intake_common import GROUP_USAGE, GROUP_USER, UsageIntakeCommon


@tagged("post_install", "-at_install", "usage")
class TestUsage(UsageIntakeCommon):
    """Events by hand, corrected and reversed; the rules are those of the API."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._clerk("usage_clerk", GROUP_USER)

    def _vals(self, **vals):
        return {
            "contract_id": self.contract.id,
            "meter_id": self.calls.id,
            "quantity": 5,
            "instant": "2026-03-10 08:00:00",
            **vals,
        }

    def _by_hand(self, **vals):
        return self.usage.with_user(self.clerk).create(self._vals(**vals))

    def assertRefused(self, reason, **vals):
        with (
            self.subTest(vals=vals),
            self.assertRaisesRegex(ValidationError, reason),
            self.env.cr.savepoint(),
        ):
            self._by_hand(**vals)

    def _log_of(self, event_type):
        return self.contract.event_ids.filtered(lambda e: e.type == event_type)

    def test_by_hand_in_a_form(self):
        with Form(self.usage.with_user(self.clerk)) as form:
            form.contract_id, form.meter_id = self.contract, self.calls
            form.quantity, form.instant = 7, "2026-03-10 08:00:00"
            form.properties_text = " region = eu , size=2,"
        usage = form.record
        self.assertEqual(usage.properties, {"region": "eu", "size": "2"})
        self.assertEqual(usage.properties_text, "region=eu, size=2")
        self.assertEqual((usage.source, usage.company_id), ("manual", self.company))
        self.assertRegex(usage.key, "^[0-9a-f-]{36}$")
        log = self._log_of("usage_recorded")
        self.assertEqual((len(log), log.user_id), (1, self.clerk))
        self.assertIn("7, Calls, 2026-03-10 08:00:00Z, region=eu", log.message)

    def test_the_rules_of_the_api_hold_for_forms(self):
        draft = self.draft("2026-01-01")
        self.assertRefused("negative", quantity=-1)
        self.assertRefused("no number", quantity=float("nan"))
        self.assertRefused("no number", quantity=float("inf"))
        self.assertRefused("too large", quantity=1e300)
        self.assertRefused("future", instant="2026-06-16 08:00:00")
        self.assertRefused("before contract", instant="2025-12-31 22:59:59")
        self.assertRefused("is a draft", contract_id=draft.id)
        self.assertRefused("no line", meter_id=self._meter("other").id)
        self.assertRefused("longer than 128", key="k" * 129)
        self.assertRefused("give a text", key=" ")
        self.assertRefused("is no text", properties={"a": [1]})
        self.assertRefused("give an object", properties=[1])
        self.assertFalse(self.usage.search([("contract_id", "=", self.contract.id)]))

    def test_properties_that_cannot_be_read(self):
        for text in ("eu", "=eu", "region=eu, us"):
            with (
                self.subTest(text=text),
                self.assertRaisesRegex(UserError, "region=eu"),
            ):
                self._by_hand(properties_text=text)

    def test_x4_a_known_key_is_refused_with_a_message(self):
        self.record(self.event())
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as caught:
            self._by_hand(key="k1")
        self.assertIn("key_unique", str(caught.exception))

    def test_an_unbilled_event_is_corrected_and_the_log_keeps_both_values(self):
        self.record(self.event(properties={"region": "eu"}))
        usage = self.stored("k1").with_user(self.clerk)
        usage.write({"quantity": 8.5, "properties_text": "region=us"})
        log = self._log_of("usage_changed")
        self.assertEqual((len(log), log.user_id), (1, self.clerk))
        self.assertIn("k1: 5, Calls, 2026-03-10 08:00:00Z, region=eu →", log.message)
        self.assertIn("→ 8.5, Calls, 2026-03-10 08:00:00Z, region=us", log.message)
        with self.assertRaisesRegex(ValidationError, "negative"):
            usage.quantity = -1

    def test_an_unbilled_event_is_deleted_and_stays_in_the_log(self):
        self.record(self.event("a"), self.event("b"))
        (self.stored("a") + self.stored("b")).with_user(self.clerk).unlink()
        self.assertFalse(self.stored("a"))
        messages = self._log_of("usage_deleted").mapped("message")
        self.assertIn("Usage deleted: a: 5, Calls, 2026-03-10 08:00:00Z", messages)
        self.assertEqual(self.record(self.event("a"))["created"], 1)

    def test_what_identifies_an_event_is_not_written_by_clients(self):
        usage = self._by_hand()
        charge = self.env["subscription.charge"].search([], limit=1)
        other = self.setup_other_company()["company"]
        changes = {"key": "x", "source": "api", "company_id": other.id}
        for name, value in {**changes, "charge_id": charge.id}.items():
            with self.subTest(name=name), self.assertRaisesRegex(UserError, name):
                usage[name] = value
        for name in ("source", "charge_id", "company_id"):
            with self.subTest(name=name), self.assertRaisesRegex(UserError, name):
                self._by_hand(**{name: changes.get(name)})

    def _billed(self, **vals):
        self.record(self.event(**vals))
        self.bill("2026-04-01")
        usage = self.stored("k1")
        self.assertTrue(usage.charge_id)
        return usage.with_user(self.clerk)

    def test_a_billed_event_stays(self):
        usage = self._billed()
        with self.assertRaisesRegex(UserError, "k1 is billed with .*Reverse it"):
            usage.quantity = 6
        with self.assertRaisesRegex(UserError, "Reverse it"):
            usage.unlink()
        with self.assertRaisesRegex(UserError, "Reverse it"):
            self.env["subscription.usage"].sudo().browse(usage.id).quantity = 6
        self.assertEqual(usage.quantity, 5)

    def test_a_billed_event_is_reversed_once(self):
        usage = self._billed(quantity="2000.12345678", properties={"region": "eu"})
        action = usage.action_reverse()
        usage.action_reverse()
        counter = self.usage.search(action["domain"])
        self.assertRecordValues(
            counter,
            [
                {
                    "key": "reversal-of-k1",
                    "quantity": -2000.12345678,
                    "instant": usage.instant,
                    "properties": {"region": "eu"},
                    "source": "manual",
                    "company_id": self.company.id,
                    "charge_id": False,
                    "create_uid": self.clerk.id,
                }
            ],
        )
        self.assertEqual(len(self._log_of("usage_reversed")), 1)

    def test_x4_a_reversal_gives_the_money_back(self):
        usage = self._billed(quantity=2000)
        before = sum(self.contract.charge_ids.mapped("amount"))
        usage.action_reverse()
        self.bill("2026-05-01")
        self.assertTrue(self.stored("reversal-of-k1").charge_id)
        paid_back = self.usage_charges(self.contract).filtered(lambda c: c.amount < 0)
        self.assertEqual(sum(paid_back.mapped("amount")), -10.0)
        fees = self.contract.charge_ids.filtered(
            lambda charge: charge.component_id == self.base and charge.amount
        )
        total = sum(self.contract.charge_ids.mapped("amount"))
        self.assertAlmostEqual(total, before + fees[:1].amount - 10.0)

    def test_x4_a_reversed_event_is_not_counted_and_not_there(self):
        count = self._meter("count", "count")
        unique = self._meter("users", "unique", unique_property="user")
        for meter in (count, unique):
            self.contract = self.contract_with(meter)
            for name in ("ada", "bob"):
                key, properties = f"{meter.code}-{name}", {"user": name}
                event = self.event(key, meter=meter.code, properties=properties)
                self.record({**event, "quantity": 1})
            self.bill("2026-04-01")
            component = meter.component_ids
            charges = self.usage_charges(self.contract, component)
            self.assertEqual(sum(charges.mapped("amount")), 2.0)
            self.stored(f"{meter.code}-bob").action_reverse()
            self.bill("2026-05-01")
            charges = self.usage_charges(self.contract, component)
            self.assertEqual(sum(charges.mapped("amount")), 1.0)

    def test_what_cannot_be_reversed(self):
        self.record(self.event())
        with self.assertRaisesRegex(UserError, "not billed yet"):
            self.stored("k1").action_reverse()
        self.bill("2026-04-01")
        self.stored("k1").action_reverse()
        self.bill("2026-05-01")
        with self.assertRaisesRegex(UserError, "is a reversal itself"):
            self.stored("reversal-of-k1").action_reverse()

    def test_highest_and_last_values_are_not_undone_by_a_counter_event(self):
        for aggregation in ("max", "last"):
            meter = self._meter(aggregation, aggregation)
            self.contract = self.contract_with(meter)
            self.record(self.event(aggregation, meter=aggregation))
            self.bill("2026-04-01")
            with self.assertRaisesRegex(UserError, "highest or last value"):
                self.stored(aggregation).action_reverse()

    def test_rights(self):
        self.record(self.event())
        usage = self.stored("k1")
        table = {
            GROUP_USER: "rwcu",
            "account.group_account_invoice": "r",
            GROUP_USAGE: "",
            "base.group_user": "",
            "base.group_portal": "",
        }
        operations = ("read", "write", "create", "unlink")
        for group, expected in table.items():
            target = usage.with_user(self._clerk(f"u {group}", group))
            rights = "".join(
                letter
                for letter, operation in zip("rwcu", operations, strict=True)
                if target.has_access(operation)
            )
            self.assertEqual(rights, expected, group)
            if "w" not in expected:
                with self.assertRaises(AccessError):
                    target.action_reverse()

    def test_o2_companies_do_not_see_each_others_usage(self):
        self.record(self.event())
        other = self.setup_other_company()["company"]
        foreign = self._clerk("u_foreign", GROUP_USER, other)
        usage = self.stored("k1").with_user(foreign)
        self.assertFalse(usage.search([]))
        for call in (usage.unlink, usage.action_reverse, usage._get_summary):
            with self.assertRaises(AccessError):
                call()
        meter = self._meter("calls", company_id=other.id)
        with self.assertRaisesRegex(UserError, "compan"):
            self._by_hand(meter_id=meter.id)
