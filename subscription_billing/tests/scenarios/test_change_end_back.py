from odoo.tests import tagged

from ..change_common import ChangeCommon


@tagged("post_install", "-at_install", "changes")
class TestChangeEndBack(ChangeCommon):
    """C4, C5: what is scheduled after an end lapses, and comes back if the end goes."""

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        line = self.line(self.contract, self.seats, "2024-01-01")
        self.step = self.change(
            self.contract,
            "quantity",
            "2024-05-01",
            "2024-01-10",
            line_id=line.id,
            quantity=6,
        )

    def end(self, last, today="2024-02-01"):
        return self.change(
            self.contract,
            "end",
            False,
            today,
            timing="now",
            end_method="extraordinary",
            end_reason_id=self.env.ref(
                "subscription_billing.subscription_end_reason_price"
            ).id,
            date_last=last,
        )

    def test_c4_an_end_right_before_a_scheduled_step_lets_it_lapse(self):
        self.end("2024-04-30")
        self.assertEqual(self.step.state, "lapsed")
        self.assertIn("ends on 04/30/2024", self.step.lapse_reason)
        self.advance("2024-06-01")
        self.assertEqual(self.contract.state, "ended")
        self.assertEqual(self.total(self.contract), 4 * 40.0)

    def assert_step_is_back(self):
        self.assertEqual(self.step.state, "scheduled")
        self.assertFalse(self.step.lapse_reason)
        self.advance("2024-05-01")
        self.assertEqual(self.step.state, "applied")
        self.assertEqual(self.total(self.contract), 4 * 40.0 + 60.0)

    def test_c4_an_end_that_is_taken_back_brings_the_step_back(self):
        self.end("2024-04-30")
        self.change(self.contract, "undo_end", False, "2024-03-01", timing="now")
        self.assert_step_is_back()

    def test_c4_an_end_that_is_withdrawn_brings_the_step_back(self):
        self.end("2024-03-31")._withdraw(self.day("2024-03-01"))
        self.assert_step_is_back()

    def test_c4_the_preview_of_taking_back_shows_the_step(self):
        self.end("2024-04-30")
        change = self.draft_change(self.contract, "undo_end", timing="now")
        change._update_preview(self.day("2024-03-01"))
        self.assertFalse(change.preview_error)
        self.assertEqual(self.step.state, "lapsed")
        outcomes = {row["name"]: row["state"] for row in change.preview["scheduled"]}
        self.assertEqual(
            outcomes, {"Change a quantity": "scheduled", "Cancel or end": "withdrawn"}
        )

    def test_c4_what_cannot_be_brought_back_says_why(self):
        """The seats have ended meanwhile: there is nothing left to step up."""
        self.end("2024-04-30")
        line = self.line(self.contract, self.seats, "2024-03-01")
        vals = {"line_id": line.id}
        self.change(self.contract, "unbook", "2024-04-01", "2024-03-01", **vals)
        self.change(self.contract, "undo_end", False, "2024-03-02", timing="now")
        self.assertEqual(self.step.state, "lapsed")
        self.assertIn("is booked from", self.step.lapse_reason)
        self.advance("2024-05-01")
        self.assertEqual(self.total(self.contract), 3 * 40.0 + 2 * 30.0)

    def test_c4_a_second_end_is_withdrawn(self):
        """The contract ends as it did, with the instant of its notice."""
        first = self.end("2024-04-30")
        noticed = self.contract.cancelled_at
        heir = {"partner_new_id": self._customer("Heir").id}
        for entered in (
            lambda: self.end("2024-03-31"),
            lambda: self.change(
                self.contract, "transfer", "2024-04-10", "2024-03-01", **heir
            ),
        ):
            entered()._withdraw(self.day("2024-03-01"))
            self.assertEqual(str(self.contract.date_end), "2024-04-30")
            self.assertEqual(self.contract.end_reason_id, first.end_reason_id)
            self.assertEqual(self.contract.cancelled_at, noticed)

    def test_c5_the_instant_of_a_notice_stays_when_the_future_is_derived_anew(self):
        end = self.end("2024-04-30")
        noticed = self.contract.cancelled_at
        self.assertEqual(end.cancelled_at, noticed)
        end.sudo().cancelled_at = noticed.replace(year=2024)
        line = self.line(self.contract, self.seats, "2024-03-01")
        vals = {"line_id": line.id, "quantity": 3}
        self.change(self.contract, "quantity", "2024-03-01", **vals)
        self.assertEqual(self.contract.cancelled_at, noticed.replace(year=2024))
