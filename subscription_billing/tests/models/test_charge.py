import psycopg2

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "charges")
class TestCharge(SubscriptionCommon):
    """X1: the ledger and its guards in the database."""

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2024-01-01")
        self.bill("2024-01-01")
        self.charge = self.contract.charge_ids.sudo()

    def _copy(self, **vals):
        data = self.charge.copy_data({"move_line_id": False, **vals})
        return self.env["subscription.charge"].sudo().create(data)

    @mute_logger("odoo.sql_db")
    def test_x1_the_database_refuses_any_overlap(self):
        for start, end in (
            ("2024-01-01", "2024-01-31"),
            ("2024-01-31", "2024-02-28"),
            ("2023-12-01", "2024-01-01"),
            ("2024-01-10", "2024-01-10"),
        ):
            with (
                self.subTest(start),
                self.assertRaises(psycopg2.errors.ExclusionViolation),
                self.env.cr.savepoint(),
            ):
                self._copy(date_start=start, date_end=end)

    def test_x1_neighbours_and_revisions_are_no_overlap(self):
        self._copy(date_start="2024-02-01", date_end="2024-02-29")
        self._copy(revision=1)
        self.charge.is_void = True
        self._copy()

    @mute_logger("odoo.sql_db")
    def test_x1_a_credit_names_its_charge(self):
        with (
            self.assertRaises(psycopg2.errors.CheckViolation),
            self.env.cr.savepoint(),
        ):
            self._copy(kind="credit", amount=-1.0)

    def test_x1_a_credit_does_not_exceed_its_charge(self):
        with self.assertRaisesRegex(ValidationError, "exceed the charge of .*30.00 by"):
            self._copy(kind="credit", amount=-30.01, credited_charge_id=self.charge.id)

    def test_x1_charges_are_not_deleted(self):
        with self.assertRaisesRegex(UserError, "ledger"):
            self.charge.sudo().unlink()

    def test_x1_billing_refuses_to_start_without_its_guard(self):
        self.env.cr.execute(
            "ALTER TABLE subscription_charge"
            " DROP CONSTRAINT subscription_charge_no_overlap"
        )
        with self.assertRaisesRegex(UserError, "subscription_charge_no_overlap"):
            self.bill("2024-02-01")
        findings = self.env["subscription.watchdog"]._get_findings(self.company)
        self.assertIn("subscription_charge_no_overlap", findings[0])

    def test_zero_amounts_are_in_the_ledger_but_on_no_invoice(self):
        free = self.subscribe(
            "2024-01-01",
            partner_id=self._customer("Free").id,
        )
        line = free.line_ids.sudo()
        line.write({"has_price_override": True, "price_override": 0.0})
        run = self.bill("2024-01-01")
        self.assertEqual(run.invoice_count, 0)
        self.assertCharges(free, [("fee", "2024-01-01", "2024-01-31", 0.0)])
        self.assertEqual(free.date_next_billing, self.day("2024-02-01"))
        self.assertHealthy()

    def test_events_are_append_only_for_everybody(self):
        event = self.contract.event_ids[:1].sudo()
        with self.assertRaisesRegex(UserError, "append-only"):
            event.message = "rewritten"
        with self.assertRaisesRegex(UserError, "append-only"):
            event.unlink()

    def test_the_watchdog_sees_a_charge_without_invoice_line(self):
        self._copy(date_start="2024-02-01", date_end="2024-02-29")
        findings = self.env["subscription.watchdog"]._get_findings(self.company)
        self.assertIn("1 charges are on no invoice line.", findings)
        self.assertIn("60.0 were charged, 30.0 billed", "\n".join(findings))
