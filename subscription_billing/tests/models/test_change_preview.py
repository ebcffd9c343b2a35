from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..change_common import ChangeCommon
from ..preview_mixin import PreviewMixin


@tagged("post_install", "-at_install", "changes")
class TestChangePreview(PreviewMixin, ChangeCommon):
    """C4: what is previewed is what is billed, and nothing is written before."""

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2024-01-01", quantities={self.seats: 4})
        self.advance("2024-01-01")
        self.yearly = self._variant(
            "yearly", fee_interval_unit="year", billing_interval_unit="year"
        )
        self.seat_line = self.line(self.contract, self.seats, "2024-01-15")
        self.reason = self.env.ref("subscription_billing.subscription_end_reason_price")

    def get_cases(self):
        """Kind, first day, values."""
        line = {"line_id": self.seat_line.id}
        ends = {"end_reason_id": self.reason.id, "end_method": "extraordinary"}
        return (
            ("quantity", "2024-01-15", {**line, "quantity": 9}),
            ("quantity", "2024-02-01", {**line, "quantity": 1}),
            ("price", "2024-01-20", {**line, "has_price_override": True}),
            ("unbook", "2024-01-20", line),
            ("one_off", "2024-01-15", {"component_id": self.setup.id}),
            ("variant", "2024-01-15", {"variant_id": self.yearly.id}),
            ("pause", "2024-01-15", {"date_until": "2024-02-10"}),
            ("end", False, {**ends, "timing": "now", "date_last": "2024-01-25"}),
            ("end", False, {**ends, "timing": "now", "end_method": "annulment"}),
        )

    def schedule(self, *steps):
        """Steps of the seats that are to come: (day, quantity)."""
        for on, quantity in steps:
            vals = {"line_id": self.seat_line.id, "quantity": quantity}
            self.change(self.contract, "quantity", on, "2024-01-10", **vals)

    def test_c4_what_is_previewed_is_billed(self):
        self.assert_previewed_is_billed()

    def test_c4_what_is_previewed_is_billed_beside_what_is_scheduled(self):
        self.schedule(("2024-01-18", 6), ("2024-01-25", 3), ("2024-02-10", 7))
        vals = {"line_id": self.seat_line.id, "price_override": 4.0}
        vals["has_price_override"] = True
        self.change(self.contract, "price", "2024-02-05", "2024-01-10", **vals)
        self.assert_previewed_is_billed()

    def assert_previewed_is_billed(self):
        for kind, on, vals in self.get_cases():
            with self.subTest(kind=kind, on=on):
                vals = {"timing": "date", "date": on, **vals}
                self.try_change(self.contract, kind, "2024-01-15", **vals)

    def test_c4_the_first_document_is_shown_whole(self):
        """An end is taken back, and nothing is due before the step on the 20th: four
        seats are given back from then on, 20.00 x 12 / 31, and six charged, 30.00 x 12
        / 31, on one document."""
        self.schedule(("2024-01-20", 6))
        end = {"end_reason_id": self.reason.id, "end_method": "extraordinary"}
        end |= {"timing": "now", "date_last": "2024-03-11"}
        self.change(self.contract, "end", False, "2024-01-10", **end)
        change = self.draft_change(self.contract, "undo_end", timing="now")
        (document,) = change._preview(self.day("2024-01-15"))["documents"]
        amounts = [line["amount"] for line in document["lines"]]
        self.assertEqual(document["date"], "2024-01-20")
        self.assertEqual(amounts, [-7.74, 11.61])

    def test_c4_what_is_free_for_ever_is_previewed(self):
        """A discount of all, or a plan that costs nothing."""
        all_of_it = {"name": "All", "percent": 100, "duration": "forever"}
        free = self.env["subscription.discount"].create(all_of_it)
        discounted = self.subscribe("2024-01-01", quantities={self.seats: 2})
        discounted._redeem(free, self.day("2024-01-01"))
        variant = self._variant("free")
        self._price(self.base, 0.0, variant_id=variant.id)
        self._price(self.seats, 0.0, model="per_unit", variant_id=variant.id)
        unpriced = self.subscribe("2024-01-01", variant, {self.seats: 2})
        for contract in (discounted, unpriced):
            line = contract.line_ids[-1]
            vals = {"line_id": line.id, "quantity": 3, "timing": "now"}
            change = self.draft_change(contract, "quantity", **vals)
            preview = change._preview(self.day("2024-01-15"))
            self.assertEqual(preview["documents"], [])
            self.assertEqual(preview["after"]["monthly"], 0.0)

    def count_queries(self, change):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        change._preview(self.day("2024-01-15"))
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_queries_of_a_preview_do_not_grow_with_what_is_scheduled(self):
        vals = {"line_id": self.seat_line.id, "quantity": 9, "date": "2024-01-16"}
        change = self.draft_change(self.contract, "quantity", timing="date", **vals)
        self.count_queries(change)
        none = self.count_queries(change)
        self.schedule(*((f"2024-02-{day:02d}", day) for day in range(2, 22)))
        self.assertLessEqual(self.count_queries(change), none + 20)

    def test_twenty_scheduled_changes_are_previewed_within_30_queries(self):
        """Once the contract, its scheduled changes and what an invoice of it is made of
        are read."""
        self.schedule(*((f"2024-02-{day:02d}", day) for day in range(2, 22)))
        vals = {"line_id": self.seat_line.id, "quantity": 9, "date": "2024-01-16"}
        change = self.draft_change(self.contract, "quantity", timing="date", **vals)
        today = self.day("2024-01-15")
        preview = self.env["subscription.preview"]
        preview._look_before(change, today, {})
        change.contract_id.change_ids.mapped("text_new")
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        outcome = change._preview(today)["scheduled"]
        self.assertEqual(len(outcome), 20)
        self.assertLessEqual(self.env.cr.sql_log_count - before, 30)

    def test_c4_preview_says_what_changes(self):
        vals = {"line_id": self.seat_line.id, "quantity": 9, "date": "2024-01-15"}
        change = self.draft_change(self.contract, "quantity", timing="date", **vals)
        preview = change._preview(self.day("2024-01-15"))
        self.assertEqual(preview["before"]["monthly"], 50.0)
        self.assertEqual(preview["after"]["monthly"], 75.0)
        self.assertEqual(preview["documents"][0]["net"], 13.71)  # 25 x 17 / 31
        change._update_preview(self.day("2024-01-15"))
        self.assertIn("75.00", change.preview_html)
        change.quantity = 8
        self.assertFalse(change.preview)

    def test_c4_the_amount_per_month_is_that_of_the_day(self):
        """Not that of what is scheduled for later, nor of what has ended by then."""
        self.schedule(("2024-02-10", 10))
        for kind, on, vals, before, after in (
            ("quantity", "2024-01-16", {"quantity": 6}, 50.0, 60.0),
            ("quantity", "2024-02-11", {"quantity": 6}, 80.0, 60.0),
            ("unbook", "2024-01-20", {}, 50.0, 30.0),
        ):
            with self.subTest(kind=kind, on=on):
                vals = {"line_id": self.seat_line.id, "date": on, **vals}
                change = self.draft_change(self.contract, kind, timing="date", **vals)
                preview = change._preview(self.day("2024-01-15"))
                self.assertEqual(preview["before"]["monthly"], before)
                self.assertEqual(preview["after"]["monthly"], after)

    def test_c4_what_goes_along_with_a_transfer_is_said(self):
        self.schedule(("2024-02-10", 10))
        heir = self._customer("Heir").id
        change = self.draft_change(
            self.contract,
            "transfer",
            timing="date",
            date="2024-02-01",
            partner_new_id=heir,
        )
        change._update_preview(self.day("2024-01-15"))
        (outcome,) = change.preview["scheduled"]
        self.assertEqual(outcome["state"], "handed_over")
        self.assertIn("Goes along to the new customer", change.preview_html)

    def test_c4_what_is_not_possible_is_said_in_the_dialog(self):
        change = self.draft_change(
            self.contract, "resume", timing="date", date="2024-01-15"
        )
        change._update_preview(self.day("2024-01-15"))
        self.assertIn("is not paused on 01/15/2024", change.preview_error)
        self.assertIn("is not paused", change.preview_html)
        with self.assertRaisesRegex(AccessError, "Use the buttons"):
            self.draft_change(self.contract, "resume", state="applied")
