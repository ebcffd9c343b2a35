from collections import defaultdict

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..change_common import ChangeCommon
from ..every_field_mixin import EveryFieldMixin

# Fields that may be written without a word in the log, and why.
SILENT = {
    ("subscription.contract.line", "sequence"): "order on forms and invoices",
}


@tagged("post_install", "-at_install", "contracts", "changes")
class TestEveryField(EveryFieldMixin, ChangeCommon):
    """C6, O1: whatever field of whatever was agreed a client writes, in whatever state,
    is refused, or stands in the log with who did it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = (
            "subscription_billing.subscription_billing_group_manager",
            "account.group_account_manager",
        )
        cls.clerk = cls._clerk("every_field", ",".join(groups))
        cls._variant("yearly", fee_interval_unit="year")
        cls._customer("Other")
        cls.env["subscription.bonus"].create(
            {"name": "Loyal", "plan_id": cls.plan.id, "percent": 5}
        )

    def make_contracts(self):
        """One in each state that is no draft, with something scheduled."""
        active = self.subscribe("2024-01-01", quantities={self.seats: 4})
        paused = self.subscribe("2024-01-01")
        ended = self.subscribe("2024-01-01", date_end="2024-01-10")
        trial = self.subscribe("2024-01-01", trial_count=60, trial_unit="day")
        self.change(paused, "pause", "2024-01-10", "2024-01-05")
        vals = {"line_id": active.line_ids[1].id, "quantity": 9}
        self.change(active, "quantity", "2024-03-01", "2024-01-05", **vals)
        self.advance("2024-01-15")
        contracts = active | paused | ended | trial
        self.assertEqual(
            contracts.mapped("state"), ["active", "paused", "ended", "trial"]
        )
        return contracts

    def test_c6_no_field_of_what_was_agreed_is_written_unlogged(self):
        contracts = self.make_contracts()
        results = defaultdict(set)
        for records in (
            contracts,
            contracts.line_ids,
            contracts.change_ids,
            contracts.pause_ids,
            contracts.charge_ids,
            contracts.event_ids[:3],
        ):
            for result, found in self.try_all(records).items():
                results[result] |= found
        self.assertEqual(results["silent"], {*SILENT})
        opened = contracts._get_open_fields()
        logged = {name for model, name in results["logged"] if model == contracts._name}
        self.assertLessEqual(logged, {*opened})
        self.assertGreater(len(results["refused"]), 150)

    def test_c6_nor_through_what_refers_to_it(self):
        """Commands of a bonus, a campaign or a customer reach no contract either."""
        contract = self.make_contracts()[0]
        bonus = self.env["subscription.bonus"].create(
            {"name": "Later", "plan_id": self.plan.id, "percent": 50}
        )
        for command in (Command.link(contract.id), Command.set(contract.ids)):
            with self.assertRaises(AccessError):
                bonus.with_user(self.clerk).contract_ids = [command]
        line = contract.line_ids[:1].with_user(self.clerk)
        command = Command.update(line.id, {"quantity": 7})
        with self.assertRaises(UserError):
            contract.with_user(self.clerk).line_ids = [command]
        with self.assertRaises(UserError):
            line.component_id.write({"kind": "setup"})
        self.assertNotIn(bonus, contract.bonus_ids)
        self.assertEqual(line.quantity, 1)

    def test_c6_nor_by_a_default_or_when_it_is_made(self):
        contracts = self.env["subscription.contract"].with_user(self.clerk)
        vals = {
            "partner_id": self.customer.id,
            "variant_id": self.monthly.id,
            "date_start": "2024-01-01",
        }
        for name, value in (
            ("amount_monthly", 5),
            ("plan_id", self.plan.id),
            ("billing_failures", 1),
            ("end_note", "x"),
        ):
            with self.subTest(name=name), self.assertRaises(AccessError):
                contracts.create({**vals, name: value})
            context = {f"default_{name}": value}
            with self.subTest(default=name), self.assertRaises(AccessError):
                contracts.with_context(**context).create(vals)

    def test_c6_a_booked_line_that_is_taken_away_is_logged(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 4})
        line = contract.line_ids[1].with_user(self.clerk)
        line.unlink()
        contract.invalidate_recordset(["event_ids"])
        event = contract.event_ids.sorted("id")[-1]
        self.assertEqual((event.type, event.user_id), ("line_ended", self.clerk))
        self.assertIn("Removed", event.message)

    def test_c6_a_text_that_is_edited_is_logged_with_both(self):
        contract = self.subscribe("2024-01-01")
        contract.line_ids.with_user(self.clerk).name = "Cloud, agreed by phone"
        contract.invalidate_recordset(["event_ids"])
        event = contract.event_ids.sorted("id")[-1]
        self.assertEqual(event.value_old, "Cloud base fee")
        self.assertEqual(event.value_new, "Cloud, agreed by phone")

    def test_c6_lines_of_an_ended_contract_stay(self):
        line = self.make_contracts()[2].line_ids.with_user(self.clerk)
        with self.assertRaisesRegex(UserError, "has ended"):
            line.date_end = "2024-01-05"
        with self.assertRaisesRegex(UserError, "keeps what was agreed"):
            line.contract_id.tz = "Asia/Tokyo"
