from odoo.tests import Form, tagged

from ..change_common import ChangeCommon

DIALOG = "subscription_billing.subscription_change_view_form"


@tagged("post_install", "-at_install", "changes")
class TestChangeDialog(ChangeCommon):
    """The dialog offers what is possible, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.yearly = cls._variant("yearly", fee_interval_unit="year")
        cls.plan.copy({"name": "Stranger"})
        cls.env["subscription.plan.group"].create(
            {"name": "Clouds", "plan_ids": [(4, cls.plan.id)]}
        )

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2024-01-01", quantities={self.seats: 4})
        self.enterContext(self.on_day("2024-01-10"))

    def offered(self, kind=None):
        return self.draft_change(self.contract, kind or "variant")

    def test_kinds_of_an_active_contract(self):
        kinds = self.offered().offered_kinds
        for kind in ("variant", "quantity", "unbook", "price", "pause", "end"):
            self.assertIn(kind, kinds)
        for kind in ("resume", "extend_trial", "undo_end"):
            self.assertNotIn(kind, kinds)

    def test_kinds_of_a_paused_one(self):
        self.change(self.contract, "pause", "2024-01-05")
        kinds = self.offered().offered_kinds
        self.assertIn("resume", kinds)
        self.assertFalse({"pause", "transfer"} & {*kinds})

    def test_kinds_of_a_trial_and_of_one_that_ends(self):
        self.contract = self.subscribe("2024-01-08", trial_count=30, trial_unit="day")
        self.assertIn("extend_trial", self.offered().offered_kinds)
        self.contract._set_end(self.day("2024-06-30"), "Ends")
        self.assertIn("undo_end", self.offered().offered_kinds)

    def test_variants_of_the_group_without_the_present_one(self):
        self.assertEqual(self.offered().offered_variant_ids, self.yearly)
        self._variant("firms", customer_type="business")
        self.contract.partner_id.is_company = False
        self.assertEqual(self.offered().offered_variant_ids, self.yearly)
        vals = {"variant_id": self.yearly.id}
        self.change(self.contract, "variant", "2024-02-01", "2024-01-10", **vals)
        self.assertIn(self.monthly, self.offered().offered_variant_ids)

    def test_lines_that_are_over_are_not_offered(self):
        line = self.line(self.contract, self.seats, "2024-01-10")
        quantities = self.offered("quantity")
        self.assertEqual(quantities.offered_line_ids, self.contract.line_ids)
        self.assertEqual(self.offered("unbook").offered_line_ids, line)
        self.change(self.contract, "unbook", "2024-01-08", line_id=line.id)
        self.assertNotIn(line, self.offered("quantity").offered_line_ids)
        self.assertFalse(self.offered("unbook").offered_line_ids)

    def test_components_of_the_plan_that_can_be_booked(self):
        support = self._component("sup", "Support", kind="on_off", is_required=False)
        self._price(support, 5.0)
        book = self.offered("book").offered_component_ids
        self.assertEqual(book, self.seats | support)
        self.assertEqual(self.offered("one_off").offered_component_ids, self.setup)
        self.change(
            self.contract, "book", "2024-01-09", component_id=support.id, quantity=1
        )
        self.assertNotIn(support, self.offered("book").offered_component_ids)

    def test_what_is_asked_for_is_marked(self):
        new = self.env["subscription.change"].with_context(
            default_contract_id=self.contract.id
        )
        with Form(new, view=DIALOG) as form:
            for kind, names in (
                ("variant", ["variant_id"]),
                ("transfer", ["partner_new_id"]),
                ("billing_day", ["billing_day_new"]),
                ("quantity", ["line_id", "quantity"]),
                ("end", ["end_reason_id"]),
            ):
                form.kind = kind
                for name in names:
                    with self.subTest(kind=kind, name=name):
                        self.assertTrue(form._get_modifier(name, "required"))
            form.kind = "pause"

    def test_preview_says_what_goes_and_what_comes(self):
        line = self.line(self.contract, self.seats, "2024-01-10")
        change = self.draft_change(
            self.contract, "unbook", timing="now", line_id=line.id
        )
        change.action_preview()
        before, after = (change.preview[it]["items"] for it in ("before", "after"))
        self.assertEqual([it for it in before if it not in after], [[line.name, 4.0]])
        self.assertIn("text-decoration-line-through", change.preview_html)

    def test_banners_of_the_contract(self):
        vals = {"line_id": self.contract.line_ids[1].id, "quantity": 9}
        change = self.change(
            self.contract, "quantity", "2024-03-01", "2024-01-10", **vals
        )
        self.assertEqual(self.contract.scheduled_change_ids, change)
        change._withdraw(self.day("2024-01-10"))
        self.contract.invalidate_recordset()
        self.assertFalse(self.contract.scheduled_change_ids)
        self.change(
            self.contract, "pause", "2024-02-01", "2024-01-10", date_until="2024-02-29"
        )
        self.assertEqual(
            (self.contract.date_paused_from, self.contract.date_paused_until),
            (self.day("2024-02-01"), self.day("2024-02-29")),
        )
