import psycopg2

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "contracts")
class TestContract(SubscriptionCommon):
    def test_c1_draft_to_active_writes_an_event(self):
        contract = self.draft("2024-01-01")
        contract.action_activate()
        event = contract.event_ids.filtered(lambda event: event.type == "state")
        self.assertRecordValues(
            event,
            [
                {
                    "state_from": "draft",
                    "state_to": "active",
                    "user_id": self.env.uid,
                    "contract_name": contract.name,
                }
            ],
        )

    def test_c1_a_move_that_is_not_in_the_table_is_refused(self):
        contract = self.subscribe("2024-01-01")
        with self.assertRaisesRegex(UserError, "is Active and cannot become Trial"):
            contract._update_state("trial", "no")
        contract._set_ended("over")
        with self.assertRaisesRegex(UserError, "is Ended and cannot become Active"):
            contract.action_activate()

    def test_required_components_are_booked(self):
        contract = self.draft("2024-01-01")
        self.assertEqual(contract.line_ids.component_id, self.base)

    def test_c6_a_contract_keeps_the_price_it_was_sold_with(self):
        contract = self.subscribe("2024-01-01")
        self._price(self.base, 40.0, date_start="2024-01-01")
        self.bill("2024-01-01")
        self.assertEqual(contract.charge_ids.amount, 30.0)
        self.assertEqual(self.subscribe("2024-02-01").line_ids.price_unit, 40.0)

    def test_c6_a_contract_keeps_the_rhythm_it_was_sold_with(self):
        contract = self.subscribe("2024-01-01")
        self.monthly.fee_interval_unit = "year"
        self.assertEqual(contract.fee_interval_unit, "month")
        self.assertEqual(contract.line_ids.fee_interval_unit, "month")

    def test_c6_a_price_that_was_sold_is_not_changed(self):
        self.subscribe("2024-01-01")
        with self.assertRaisesRegex(ValidationError, "Add a new price"):
            self.base.price_ids.amount = 31.0
        with self.assertRaisesRegex(ValidationError, "Add a new price"):
            self.base.price_ids.unlink()

    def test_the_most_specific_price_wins(self):
        self._price(self.base, 28.0, variant_id=self.monthly.id)
        self._price(self.base, 25.0, partner_id=self.customer.id)
        self._price(self.base, 29.0, date_start="2024-06-01")
        stranger = self._customer("B")
        for partner, on, amount in (
            (self.customer, "2024-07-01", 25.0),
            (stranger, "2024-07-01", 28.0),
        ):
            contract = self.draft(on, partner_id=partner.id)
            self.assertEqual(contract.line_ids.price_unit, amount)

    def test_an_own_price_beats_the_catalogue(self):
        contract = self.draft("2024-01-01")
        contract.line_ids.write({"has_price_override": True, "price_override": 12.5})
        contract.action_activate()
        self.bill("2024-01-01")
        self.assertEqual(contract.charge_ids.amount, 12.5)

    def test_billed_terms_are_locked(self):
        contract = self.subscribe("2024-01-01")
        self.bill("2024-01-01")
        with self.assertRaisesRegex(UserError, "has been billed"):
            contract.date_start = "2024-01-02"
        with self.assertRaisesRegex(UserError, "has been billed"):
            contract.line_ids.quantity = 2
        with self.assertRaisesRegex(UserError, "has been billed"):
            contract.line_ids.unlink()

    def test_a_running_contract_is_not_deleted(self):
        with self.assertRaisesRegex(UserError, "End it instead"):
            self.subscribe("2024-01-01").unlink()

    def test_a_deleted_draft_leaves_its_log(self):
        contract = self.draft("2024-01-01")
        name, event = contract.name, contract.event_ids
        contract.unlink()
        self.assertRecordValues(event, [{"contract_id": False, "contract_name": name}])

    @mute_logger("odoo.sql_db")
    def test_references_are_unique_per_company(self):
        self.draft("2024-01-01", name="A-1")
        with (
            self.assertRaisesRegex(psycopg2.errors.UniqueViolation, "name_unique"),
            self.env.cr.savepoint(),
        ):
            self.draft("2024-01-01", name="A-1")

    def test_monthly_amount_normalises_intervals(self):
        support = self._component(
            "s", "S", has_own_interval=True, interval_unit="quarter"
        )
        self._price(support, 60.0)
        contract = self.subscribe(
            "2024-01-01", quantities={self.seats: 2, support: 1, self.setup: 1}
        )
        self.assertEqual(contract.amount_monthly, 30.0 + 10.0 + 20.0)

    def test_the_form_books_components_and_shows_prices(self):
        form = Form(self.env["subscription.contract"])
        form.partner_id = self.customer
        form.variant_id = self.monthly
        form.date_start = "2024-01-01"
        contract = form.save()
        self.assertEqual(contract.line_ids.component_id, self.base)
        self.assertEqual(contract.line_ids.amount, 30.0)

    def test_switching_to_an_own_price_proposes_the_one_of_the_catalogue(self):
        contract = self.draft("2024-01-01")
        with Form(contract) as form, form.line_ids.edit(0) as line:
            line.has_price_override = True
            self.assertEqual(line.price_override, 30.0)
            line.price_override = 28.0
        self.assertEqual(contract.line_ids.amount, 28.0)

    def test_c2_ending_by_term_and_notice(self):
        variant = self._variant(
            "term",
            first_term_count=12,
            notice_first_count=3,
            notice_later_count=1,
        )
        contract = self.subscribe("2024-01-01", variant)
        for notice, end in (
            ("2024-09-30", "2024-12-31"),  # in time for the first term
            ("2024-10-01", "2025-01-01"),  # one day late: after it, one month
            ("2024-12-20", "2025-01-20"),
            ("2025-03-15", "2025-04-15"),
        ):
            with self.subTest(notice):
                day = contract._get_earliest_end(self.day(notice))
                self.assertEqual(str(day), end)

    def test_a_zone_comes_from_the_customer_then_the_company(self):
        self.company.partner_id.tz = "Europe/Berlin"
        tokyo = self._customer("Tokyo", tz="Asia/Tokyo")
        self.customer.tz = False
        self.assertEqual(self.draft("2024-01-01").tz, "Europe/Berlin")
        self.assertEqual(self.draft("2024-01-01", partner_id=tokyo.id).tz, "Asia/Tokyo")
