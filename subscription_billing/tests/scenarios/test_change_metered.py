from odoo.exceptions import UserError
from odoo.tests import tagged

from ..change_common import ChangeCommon
from ..usage_common import UsageCommon


@tagged("post_install", "-at_install", "changes", "usage")
class TestChangeMetered(ChangeCommon, UsageCommon):
    """C3, C4, C5, X4: usage of trials, pauses and contracts that end or change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.api = cls._metered("traffic", "Traffic", cls.calls)
        cls._price(cls.api, 0.1, model="per_unit")
        cls.customer.tz = "Europe/Berlin"

    def sell(self, on="2026-01-01", **vals):
        return self.subscribe(on, quantities={self.api: 1}, **vals)

    def usage(self, contract):
        charges = self.usage_charges(contract, self.api)
        return [(str(row.date_start), row.quantity, row.amount) for row in charges]

    def test_c3_usage_of_a_trial_is_free(self):
        contract = self.sell(trial_count=10, trial_unit="day")
        self.use(contract, ("2026-01-05 12:00", 100), ("2026-01-20 12:00", 50))
        self.advance("2026-01-11")
        self.advance("2026-02-11")
        self.assertEqual(self.usage(contract), [("2026-01-11", 50.0, 5.0)])
        contract._set_end(self.day("2026-02-11"), "Ends")
        self.advance("2026-02-12")
        self.assertFalse(contract.date_next_billing)
        self.assertHealthy()

    def test_c3_usage_of_a_trial_is_billed_where_agreed(self):
        contract = self.sell(
            trial_count=10, trial_unit="day", is_trial_usage_billed=True
        )
        self.use(contract, ("2026-01-05 12:00", 100), ("2026-01-20 12:00", 50))
        self.advance("2026-01-11")
        self.assertEqual(self.usage(contract), [("2026-01-01", 100.0, 10.0)])
        self.advance("2026-02-11")
        self.assertEqual(sum(amount for *_, amount in self.usage(contract)), 15.0)

    def test_t4_a_window_starts_where_the_last_one_stopped(self):
        """A customer who moves to New York loses no hour and pays none twice."""
        contract = self.sell()
        self.use(contract, ("2026-01-31 23:30", 10), ("2026-02-01 00:30", 5))
        self.advance("2026-02-01")
        contract.sudo().tz = "America/New_York"
        self.use(contract, ("2026-02-01 02:00", 3))
        self.advance("2026-03-01")
        self.assertEqual(
            self.usage(contract), [("2026-01-01", 10.0, 1.0), ("2026-02-01", 8.0, 0.8)]
        )

    def test_c5_usage_until_the_end_is_billed(self):
        contract = self.sell()
        self.use(contract, ("2026-01-05 12:00", 100), ("2026-01-19 12:00", 30))
        self.advance("2026-01-01")
        reason = self.env.ref("subscription_billing.subscription_end_reason_other")
        self.change(
            contract,
            "end",
            False,
            "2026-01-10",
            timing="now",
            end_method="extraordinary",
            end_reason_id=reason.id,
            date_last="2026-01-19",
        )
        self.advance("2026-01-20")
        self.assertEqual(self.usage(contract), [("2026-01-01", 130.0, 13.0)])
        self.assertEqual(contract.state, "ended")
        self.assertHealthy()

    def test_c5_annulment_gives_usage_back(self):
        contract = self.sell()
        self.use(contract, ("2026-01-05 12:00", 100))
        self.advance("2026-01-01")
        self.advance("2026-02-01")
        reason = self.env.ref("subscription_billing.subscription_end_reason_fraud")
        self.change(
            contract,
            "end",
            False,
            "2026-02-10",
            timing="now",
            end_method="annulment",
            end_reason_id=reason.id,
        )
        self.advance("2026-02-10")
        self.assertEqual(self.total(contract), 0.0)
        self.advance("2026-03-10")
        self.assertEqual(self.total(contract), 0.0)
        self.assertHealthy()

    def test_x4_billed_usage_is_not_rated_again_by_a_change(self):
        contract = self.sell()
        self.use(contract, ("2026-01-05 12:00", 100))
        for on in ("2026-01-01", "2026-02-01"):
            self.advance(on)
        line = self.line(contract, self.api, "2026-01-10")
        vals = {"line_id": line.id, "has_price_override": True, "price_override": 9}
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.change(contract, "price", "2026-01-10", "2026-02-10", **vals)
        self.change(contract, "price", "2026-02-01", "2026-02-10", **vals)
        self.use(contract, ("2026-02-12 12:00", 2))
        self.advance("2026-03-01")
        rows = sorted(amount for *_, amount in self.usage(contract))
        self.assertEqual(rows, [10.0, 18.0])

    def test_c4_preview_of_a_pause_counts_usage_so_far(self):
        contract = self.sell()
        self.advance("2026-01-01")
        self.use(contract, ("2026-01-05 12:00", 100))
        vals = {"timing": "date", "date": "2026-01-11", "date_until": "2026-01-20"}
        change = self.draft_change(contract, "pause", **vals)
        preview = change._preview(self.day("2026-01-11"))
        change._apply(self.day("2026-01-11"))
        for document in preview["documents"]:
            run = self.advance(document["date"])
            self.assertEqual(abs(document["total"]), run.move_ids.amount_total)

    def take(self, contract, *instants):
        """Statuses, or what is wrong, as the intake answers."""
        events = [
            {
                "key": instant,
                "contract": contract.name,
                "meter": self.calls.code,
                "quantity": 1,
                "instant": instant,
            }
            for instant in instants
        ]
        answer = self.env["subscription.usage"].record_usage(events)
        return [row.get("reason") or row["status"] for row in answer["results"]]

    def test_c4_usage_of_paused_days_is_refused(self):
        contract = self.sell()
        self.env["subscription.pause"].sudo().create(
            {
                "contract_id": contract.id,
                "date_start": "2026-01-10",
                "date_end": "2026-01-12",
            }
        )
        answer = self.take(
            contract,
            "2026-01-09T22:59:59Z",
            "2026-01-09T23:00:00Z",
            "2026-01-12T22:59:59Z",
            "2026-01-12T23:00:00Z",
        )
        self.assertEqual((answer[0], answer[3]), ("created", "created"))
        for message in answer[1:3]:
            self.assertIn("paused from 2026-01-10 to 2026-01-12", message)
            self.assertIn("Resume the contract", message)

    def test_x4_usage_before_the_start_and_after_the_end_is_refused(self):
        contract = self.sell(date_end="2026-01-20")
        before, within, after = self.take(
            contract,
            "2025-12-31T22:59:59Z",
            "2026-01-20T22:59:59Z",
            "2026-01-20T23:00:00Z",
        )
        self.assertIn("before contract", before)
        self.assertEqual(within, "created")
        self.assertIn("has ended", after)

    def test_c3_alerts_and_thresholds_look_at_trials_and_pauses(self):
        alerts = self.env["subscription.usage.alert"].sudo()
        alerts.create(
            {"component_id": self.api.id, "basis": "quantity", "threshold": 5}
        )
        contract = self.sell(
            trial_count=10, trial_unit="day", threshold_amount=5, tz="Europe/Berlin"
        )
        self.assertEqual(contract.state, "trial")
        for state in ("trial", "active", "paused"):
            if contract.state != state:
                contract.sudo()._update_state(state, "Planted")
            for domain in (
                contract._get_threshold_domain(self.company),
                alerts._get_contract_domain(self.company),
            ):
                self.assertIn(contract, contract.search(domain), state)
