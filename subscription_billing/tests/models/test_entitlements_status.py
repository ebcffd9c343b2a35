import json

from odoo import fields
from odoo.tests import tagged

from ..entitlement_common import EntitlementCommon


@tagged("post_install", "-at_install", "entitlements")
class TestEntitlementsStatus(EntitlementCommon):
    """C7: ``get_status``: where a contract stands today."""

    def status(self, contract, day):
        """The answer as if asked on a day."""
        return contract.sudo()._prepare_status_answer(self.day(day))

    def billed(self, on="2024-01-01", days=0, **vals):
        """A contract with an invoice that is due ``days`` after its start."""
        term = self.env["account.payment.term"].create(
            {
                "name": f"{days} days",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": 100, "nb_days": days})
                ],
            }
        )
        contract = self.subscribe(on, payment_term_id=term.id, **vals)
        self.bill(on, contract)
        return contract

    def pay(self, move, amount=None):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        vals = {"amount": amount} if amount else {}
        wizard.create(vals)._create_payments()

    def test_the_whole_answer(self):
        contract = self.subscribe("2024-01-01")
        answer = {
            "contract": contract.name,
            "date": "2024-01-15",
            "state": "active",
            "phase": "active",
            "plan": {"code": "cloud", "name": "Cloud"},
            "variant": {"code": "monthly", "name": "Monthly"},
            "date_start": "2024-01-01",
            "date_end": None,
            "trial_end": None,
            "next_invoice_date": "2024-01-01",
            "on_hold": False,
            "currency": contract.currency_id.name,
            "amount_overdue": 0.0,
            "blocked": False,
            "changes": [],
            "transferred_to": None,
        }
        self.assertEqual(self.status(contract, "2024-01-15"), answer)
        self.assertEqual(json.loads(json.dumps(answer)), answer)

    def test_it_is_asked_by_reference_and_for_today(self):
        contract = self.subscribe("2024-01-01")
        answer = self.env["subscription.contract"].get_status(contract.name)
        today = contract._get_today()
        self.assertEqual(answer["date"], fields.Date.to_string(today))
        self.assertEqual(answer, self.status(contract, answer["date"]))

    def test_the_dates_of_a_life(self):
        variant = self._variant("t", trial_count=14, trial_unit="day")
        contract = self.subscribe("2024-01-01", variant)
        names = ("phase", "trial_end", "next_invoice_date", "date_end")

        def dates(day):
            answer = self.status(contract, day)
            return [answer[name] for name in names]

        trial = ["trial", "2024-01-14", "2024-01-15", None]
        self.assertEqual(dates("2024-01-10"), trial)
        self.advance("2024-01-15", contract)
        paid = ["active", "2024-01-14", "2024-02-15", None]
        self.assertEqual(dates("2024-01-20"), paid)
        contract._set_end(self.day("2024-02-14"), "Test")
        last = ["ended", "2024-01-14", None, "2024-02-14"]
        self.assertEqual(dates("2024-02-15"), last)

    def test_a_draft(self):
        answer = self.status(self.draft("2024-01-01"), "2024-01-15")
        self.assertEqual((answer["state"], answer["phase"]), ("draft", "not_started"))
        self.assertIsNone(answer["next_invoice_date"])

    def test_on_hold(self):
        contract = self.subscribe("2024-01-01")
        contract.action_toggle_hold()
        self.assertIs(self.status(contract, "2024-01-15")["on_hold"], True)

    def test_c4_scheduled_changes_the_next_one_first(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        for day, quantity in (("2024-03-01", 5), ("2024-05-01", 3)):
            line = self.line(contract, self.seats, day)
            vals = {"line_id": line.id, "quantity": quantity}
            self.change(contract, "quantity", day, "2024-01-10", **vals)
        changes = self.status(contract, "2024-01-15")["changes"]
        dates = [(change["kind"], change["date"]) for change in changes]
        wanted = [("quantity", "2024-03-01"), ("quantity", "2024-05-01")]
        self.assertEqual(dates, wanted)
        self.assertEqual(json.loads(json.dumps(changes)), changes)
        self.advance("2024-03-01", contract)
        (left,) = self.status(contract, "2024-03-01")["changes"]
        self.assertEqual(left["date"], "2024-05-01")

    def test_c4_transferred_to(self):
        contract = self.subscribe("2024-01-01")
        vals = {"partner_new_id": self._customer("Grace GmbH").id}
        self.change(contract, "transfer", "2024-02-01", **vals)
        answer = self.status(contract, "2024-02-01")
        self.assertEqual(answer["transferred_to"], contract.successor_id.name)
        self.assertEqual(answer["phase"], "ended")
        successor = self.status(contract.successor_id, "2024-02-01")
        self.assertEqual(successor["phase"], "active")

    def test_p3_what_is_overdue(self):
        """From the day after the due date, what is open; tax is part of it."""
        contract = self.billed(days=14)
        move = contract.charge_ids.move_id
        total = move.amount_total
        self.assertGreater(total, 30.0)
        for day, overdue in (("2024-01-15", 0.0), ("2024-01-16", total)):
            self.assertEqual(self.status(contract, day)["amount_overdue"], overdue)
        self.pay(move, 10.0)
        answer = self.status(contract, "2024-01-16")
        self.assertEqual(answer["amount_overdue"], round(total - 10.0, 2))
        self.pay(move)
        self.assertEqual(self.status(contract, "2024-01-16")["amount_overdue"], 0.0)

    def test_p3_drafts_and_others_are_not_overdue(self):
        self.company.subscription_invoice_policy = "draft"
        contract = self.billed()
        self.assertEqual(self.status(contract, "2024-03-01")["amount_overdue"], 0.0)
        self.company.subscription_invoice_policy = "post"
        self.billed()
        self.assertEqual(self.status(contract, "2024-03-01")["amount_overdue"], 0.0)

    def test_p3_blocked_after_the_days_of_the_company(self):
        """Due on 1 January, 14 days are borne: blocked from the 15th on."""
        self.company.subscription_block_days = 14
        contract = self.billed()
        for day, blocked in (
            ("2024-01-02", False),
            ("2024-01-14", False),
            ("2024-01-15", True),
            ("2024-06-01", True),
        ):
            with self.subTest(day=day):
                self.assertIs(self.status(contract, day)["blocked"], blocked)
        self.pay(contract.charge_ids.move_id)
        self.assertIs(self.status(contract, "2024-06-01")["blocked"], False)

    def test_p3_zero_days_never_block(self):
        contract = self.billed()
        self.assertIs(self.status(contract, "2030-01-01")["blocked"], False)

    def test_p3_the_oldest_open_item_counts(self):
        self.company.subscription_block_days = 40
        contract = self.billed()
        self.bill("2024-02-01", contract)
        self.assertIs(self.status(contract, "2024-02-10")["blocked"], True)
        self.pay(contract.charge_ids.move_id.sorted("invoice_date")[:1])
        self.assertIs(self.status(contract, "2024-02-10")["blocked"], False)

    def test_p3_one_invoice_for_several_contracts_blocks_all_of_them(self):
        self.company.subscription_billing_group = "partner"
        self.company.subscription_block_days = 1
        contracts = self.subscribe("2024-01-01") + self.subscribe("2024-01-01")
        self.bill("2024-01-01", contracts)
        answers = [self.status(contract, "2024-03-01") for contract in contracts]
        self.assertEqual([answer["blocked"] for answer in answers], [True, True])
        total = contracts.charge_ids.move_id.amount_total
        overdue = [answer["amount_overdue"] for answer in answers]
        self.assertEqual(overdue, [total, total])

    def test_more_invoices_are_not_more_queries(self):
        """X5: a year of invoices is asked for at once."""

        def count(day):
            self.bill(day, contract)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.status(contract, "2026-01-01")
            return self.env.cr.sql_log_count - before

        contract = self.subscribe("2024-01-01")
        count("2024-01-01")  # fills what is cached for good
        self.assertEqual(count("2024-02-01"), count("2025-01-01"))
