from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..statement_common import StatementCommon


@tagged("post_install", "-at_install", "usage")
class TestUsageStatement(StatementCommon):
    """A statement lists the events and proves the amount of its invoice line."""

    def test_events_and_arithmetic(self):
        charge = self.billed(
            ("2026-01-05 10:00:00", 7000, {"region": "eu"}),
            ("2026-01-31 23:59:59", 5000),
        )
        rows = self.read_csv(self.state(charge))
        events = [row for row in rows if row["row"] == "event"]
        self.assertEqual(
            [(row["instant"], row["quantity"], row["properties"]) for row in events],
            [
                ("2026-01-05T10:00:00+01:00", "7000", '{"region": "eu"}'),
                ("2026-01-31T23:59:59+01:00", "5000", ""),
            ],
        )
        self.assertEqual({row["meter"] for row in events}, {"calls"})
        self.assertEqual(
            [row["key"] for row in events],
            charge.usage_ids.sorted("instant").mapped("key"),
        )
        self.assertEqual(
            [(row["row"], row["quantity"], row["amount"]) for row in rows[2:]],
            [
                ("measured", "12000", ""),
                ("quantity", "12000", ""),
                ("free", "1000", "0"),
                ("unit", "9000", "90"),
                ("unit", "2000", "10"),
                ("total", "", "100"),
            ],
        )
        self.assertStated(charge)

    def test_every_price_adds_up(self):
        """M1, M6: rounding is a row of its own."""
        prices = [
            {"model": "per_unit", "amount": 0.0137},
            {"model": "package", "amount": 3, "package_size": 7},
            {"model": "percentage", "percent": 1.23, "amount_event": 0.05},
            {"model": "per_unit", "amount": 0.01, "amount_minimum": 50},
            {"model": "per_unit", "amount": 5, "amount_maximum": 20},
            {"model": "bucketed", "amount": 0.0137, "bucket_model": "per_unit"},
        ]
        for n, price in enumerate(prices):
            with self.subTest(price=price):
                meter = self._meter(f"m{n}")
                component = self._metered(f"m{n}", "Metered", meter)
                self._price(component, price.pop("amount", 0.0), **price)
                charge = self.billed(
                    ("2026-01-05 10:00:00", 33.337),
                    ("2026-01-06 10:00:00", 21),
                    component=component,
                )
                self.assertTrue(charge.amount)
                self.assertStated(charge)

    def test_meter_rounding_is_shown(self):
        self.calls.write({"rounding_mode": "up", "rounding_digits": -2})
        charge = self.billed(("2026-01-05 10:00:00", 1234))
        measures = self.document(charge)["measures"]
        self.assertEqual(
            measures,
            [
                ("Sum", "1,234 calls"),
                ("Rounded", "1,300 calls"),
            ],
        )
        little = self.billed(("2026-01-05 10:00:00", 100))
        free = ("Free Quantity of the Period", "1,000 calls")
        self.assertIn(free, self.document(little)["measures"])
        self.assertStated(charge)

    def test_discount_is_a_row(self):
        contract = self.metered()
        discount = self.env["subscription.discount"].create(
            {"name": "Launch", "kind": "percent", "percent": 33, "duration": "forever"}
        )
        contract._redeem(discount, self.day("2026-01-01"))
        self.use(contract, ("2026-01-05 10:00:00", 12345))
        self.bill("2026-02-01", contract)
        charge = self.usage_charges(contract)
        self.assertIn(
            "Launch 33 %", [row[0] for row in self.document(charge)["slices"]]
        )
        self.assertStated(charge)

    def test_interim_bills_and_late_usage(self):
        """X4: each statement shows all events its amount comes from, and what was
        billed of them before."""
        january = self._bill_january_thrice()
        self.assertEqual(january.mapped("amount"), [20.0, 40.0, 10.0])
        self.assertStated(january)
        numbers = [self.state(charge).count for charge in january]
        self.assertEqual(numbers, [1, 2, 3])
        last = self.document(january[-1])
        self.assertEqual(last["columns"][-1], ("Billed With", False))
        invoices = [row[-1] for row in last["rows"]]
        self.assertEqual(invoices, [january[n].move_id.display_name for n in (0, 2, 1)])
        self.assertIn(
            ("Late Usage", "Recorded after the period was billed"), last["facts"]
        )

    def _bill_january_thrice(self):
        """Its charges: interim, regular and late."""
        contract = self.metered()
        self.use(contract, ("2026-01-05 10:00:00", 3000))
        self.interim(contract, "2026-01-10")
        self.use(contract, ("2026-01-12 10:00:00", 4000))
        self.bill("2026-02-01", contract)
        self.use(contract, ("2026-01-07 10:00:00", 1000))
        self.bill("2026-03-01", contract)
        return self.usage_charges(contract).filtered(
            lambda row: str(row.whole_date_start) == "2026-01-01"
        )

    def test_counter_event_is_stated(self):
        self.calls.allow_negative = True
        charge = self.billed(("2026-01-05 10:00:00", 6000))
        self.use(charge.contract_id, ("2026-01-06 10:00:00", -5000))
        self.bill("2026-03-01", charge.contract_id)
        charges = self.usage_charges(charge.contract_id)
        late = charges.filtered(lambda row: row.kind == "late")
        self.assertEqual(late.amount, -50.0)
        self.assertEqual(late.move_id.move_type, "out_refund")
        statement = self.state(late)
        self.assertEqual((statement.amount, statement.count), (Decimal(-50), 2))

    def test_cancelled_interim_bill_is_stated_anew(self):
        """X3: the events of a deleted invoice are on the next one."""
        self.company.subscription_invoice_policy = "draft"
        contract = self.metered()
        self.use(contract, ("2026-01-05 10:00:00", 3000))
        self.interim(contract, "2026-01-10")
        first = self.usage_charges(contract)
        self.use(contract, ("2026-01-12 10:00:00", 4000))
        self.bill("2026-02-01", contract)
        first.move_id.button_cancel()
        with self.assertRaisesRegex(UserError, "bills no usage"):
            self.state(first)
        self.bill("2026-02-01", contract)
        charges = self.usage_charges(contract)
        self.assertEqual(sum(charges.mapped("amount")), 60.0)
        self.assertStated(charges)

    def test_so_far(self):
        contract = self.metered()
        self.use(
            contract,
            ("2026-01-05 10:00:00", 3000),
            ("2026-01-10 23:59:59", 1000.5),
            ("2026-01-11 00:00:00", 1000),
        )
        line = contract.line_ids.filtered(lambda line: line.kind == "metered")
        statements = self.env["subscription.usage.statement"]
        statement = statements._of_line(line, self.day("2026-01-10"))
        rows = self.read_csv(statement)
        self.assertEqual([row["row"] for row in rows].count("event"), 2)
        self.assertEqual((rows[-1]["row"], rows[-1]["amount"]), ("total", "30.01"))
        self.assertEqual(rows[-2]["row"], "rounding")
        with self.assertRaisesRegex(UserError, "counts no usage on 12/31/2025"):
            statements._of_line(line, self.day("2025-12-31"))

    def test_texts_that_look_like_formulas(self):
        charge = self.billed(("2026-01-05 10:00:00", 5, {"user": "=1+1"}))
        self.env.cr.execute(
            "UPDATE subscription_usage SET key = '=cmd' WHERE charge_id = %s",
            charge.ids,
        )
        row = self.read_csv(self.state(charge))[0]
        self.assertEqual((row["key"], row["properties"][0]), ("'=cmd", "{"))


@tagged("post_install", "-at_install", "usage")
class TestWrongStatement(StatementCommon):
    """What does not add up is not given out."""

    def setUp(self):
        super().setUp()
        self.charge = self.billed(
            ("2026-01-05 10:00:00", 7000), ("2026-01-06 10:00:00", 5000)
        )
        self.assertStated(self.charge)

    def plant(self, table, record, assignment):
        """Change a row behind Odoo's back; table and assignment are the tests' own."""
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {table} SET {assignment} WHERE id = %s",  # pylint: disable=sql-injection
            record.ids,
        )
        self.env.invalidate_all()

    def test_changed_invoice_line(self):
        line = self.charge.move_line_id
        self.plant("account_move_line", line, "price_unit = 99")
        with self.assertRaisesRegex(UserError, "comes to 100.*says 99"):
            self.state(self.charge)

    def test_changed_charge(self):
        self.plant("subscription_charge", self.charge, "amount = 100.01")
        with self.assertRaisesRegex(UserError, "comes to 100.*the charge says 100.01"):
            self.state(self.charge)

    def test_changed_slices(self):
        change = "explanation = jsonb_set(explanation, '{slices,1,amount}', '\"91\"')"
        self.plant("subscription_charge", self.charge, change)
        with self.assertRaisesRegex(UserError, "arithmetic comes to 101"):
            self.state(self.charge)

    def test_changed_event(self):
        event = self.charge.usage_ids[:1]
        self.plant("subscription_usage", event, "quantity = quantity + 1")
        with self.assertRaisesRegex(UserError, "12,000 were billed .* come to 12,001"):
            self.state(self.charge)

    def test_event_taken_away(self):
        event = self.charge.usage_ids[:1]
        self.plant("subscription_usage", event, "charge_id = NULL")
        with self.assertRaisesRegex(UserError, "but the events come to"):
            self.state(self.charge)

    def test_fees_have_no_statement(self):
        fee = self.charge.contract_id.charge_ids - self.charge
        with self.assertRaisesRegex(UserError, "bills no usage"):
            self.state(fee[:1])

    def test_rights(self):
        """Users and accountants of the company; nobody else."""
        rights = {
            "subscription_billing.subscription_billing_group_user": True,
            "account.group_account_invoice": True,
            "base.group_user": False,
            "base.group_portal": False,
        }
        for group, may in rights.items():
            charge = self.charge.with_user(self._user(group))
            if may:
                self.assertEqual(self.document(charge)["count"], "2")
            else:
                with self.assertRaises(AccessError):
                    self.document(charge)

    def _user(self, group, company=None):
        company = company or self.company
        return self._clerk(f"{group} {company.id}", group, company=company)

    def document(self, charge):
        statement = charge.env["subscription.usage.statement"]._of_charge(charge)
        rendering = charge.env["subscription.usage.statement.rendering"]
        return rendering._prepare_document(statement)

    def test_other_company(self):
        other = self._create_company(name="Other")
        group = "subscription_billing.subscription_billing_group_manager"
        with self.assertRaises(AccessError):
            self.document(self.charge.with_user(self._user(group, other)))
