from odoo.tests import tagged

from ..entitlement_common import EntitlementCommon

PLAN = {"sso": True, "projects": 5.0, "storage": 10.0}


@tagged("post_install", "-at_install", "entitlements")
class TestEntitlementsDates(EntitlementCommon):
    """C7, C3: on which day what may be used. The dates of the timeline decide, not how
    far the steps of the contract have come."""

    def phase(self, contract, day):
        return self.ask(contract, day)["phase"]

    def assertPhases(self, contract, *expected):
        for day, phase in expected:
            with self.subTest(day=day):
                self.assertEqual(self.phase(contract, day), phase)
                is_granting = phase in ("trial", "active")
                self.assertEqual(bool(self.granted(contract, day)), is_granting)

    def test_before_the_start_and_after_the_end(self):
        contract = self.subscribe("2024-02-10")
        contract._set_end(self.day("2024-05-09"), "Test")
        expected = (
            ("2024-02-09", "not_started"),
            ("2024-02-10", "active"),
            ("2024-05-09", "active"),
            ("2024-05-10", "ended"),
        )
        self.assertPhases(contract, *expected)
        self.advance("2024-06-01", contract)
        self.assertEqual(contract.state, "ended")
        self.assertPhases(contract, *expected)

    def test_a_draft_grants_nothing(self):
        self.assertPhases(self.draft("2024-01-01"), ("2024-02-01", "not_started"))

    def test_trial_that_goes_on(self):
        variant = self._variant("t", trial_count=14, trial_unit="day")
        contract = self.subscribe("2024-01-01", variant)
        expected = (
            ("2023-12-31", "not_started"),
            ("2024-01-14", "trial"),
            ("2024-01-15", "active"),
        )
        self.assertPhases(contract, *expected)
        self.advance("2024-02-01", contract)
        self.assertEqual(contract.state, "active")
        self.assertPhases(contract, *expected)

    def test_trial_that_ends(self):
        vals = {"trial_count": 14, "trial_unit": "day", "trial_end_policy": "end"}
        contract = self.subscribe("2024-01-01", self._variant("t", **vals))
        self.assertPhases(contract, ("2024-01-14", "trial"), ("2024-01-15", "ended"))

    def test_trial_that_waits_for_a_decision(self):
        """Nothing may be used until the customer stays; then from that day on."""
        vals = {"trial_count": 14, "trial_unit": "day", "trial_end_policy": "wait"}
        contract = self.subscribe("2024-01-01", self._variant("t", **vals))
        self.assertPhases(contract, ("2024-01-14", "trial"), ("2024-01-15", "waiting"))
        self.advance("2024-01-20", contract)
        self.assertPhases(contract, ("2024-01-20", "waiting"))
        contract._convert_trial(self.day("2024-01-25"))
        self.assertPhases(contract, ("2024-01-25", "active"))

    def test_a_waiting_contract_that_was_ended(self):
        vals = {"trial_count": 14, "trial_unit": "day", "trial_end_policy": "wait"}
        contract = self.subscribe("2024-01-01", self._variant("t", **vals))
        contract._set_end(self.day("2024-01-31"), "Test")
        self.assertPhases(contract, ("2024-01-31", "waiting"), ("2024-02-01", "ended"))

    def test_nothing_may_be_used_in_a_pause(self):
        contract = self.subscribe("2024-01-01")
        vals = {"date_end": "2024-03-20"}
        self.env["subscription.pause"].sudo().create(
            {"contract_id": contract.id, "date_start": "2024-03-10", **vals}
        )
        self.assertPhases(
            contract,
            ("2024-03-09", "active"),
            ("2024-03-10", "paused"),
            ("2024-03-20", "paused"),
            ("2024-03-21", "active"),
        )

    def test_a_pause_without_an_end(self):
        contract = self.subscribe("2024-01-01")
        self.change(contract, "pause", "2024-03-10")
        self.assertPhases(contract, ("2024-03-09", "active"), ("2030-01-01", "paused"))

    def test_c5_an_annulled_contract_never_granted_anything(self):
        contract = self.subscribe("2024-01-01")
        contract.sudo().is_annulled = True
        days = ("2023-12-31", "2024-01-01", "2025-01-01")
        self.assertPhases(contract, *((day, "ended") for day in days))

    def test_c4_quantities_of_their_days(self):
        """Seats 2, from 10 March 5, from 1 May 3: past and scheduled ones."""
        contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        for day, quantity in (("2024-03-10", 5), ("2024-05-01", 3)):
            line = self.line(contract, self.seats, day)
            vals = {"line_id": line.id, "quantity": quantity}
            self.change(contract, "quantity", day, "2024-03-10", **vals)
        for day, users in (
            ("2024-01-01", 2.0),
            ("2024-03-09", 2.0),
            ("2024-03-10", 5.0),
            ("2024-04-30", 5.0),
            ("2024-05-01", 3.0),
        ):
            with self.subTest(day=day):
                self.assertEqual(self.granted(contract, day)["users"], users)

    def test_c4_addons_booked_and_ended(self):
        contract = self.subscribe("2024-01-01")
        vals = {"component_id": self.seats.id, "quantity": 4}
        self.change(contract, "book", "2024-01-10", **vals)
        line = self.line(contract, self.seats, "2024-01-10")
        self.change(contract, "unbook", "2024-01-20", line_id=line.id)
        self.assertGranted(
            contract,
            ("2024-01-09", PLAN),
            ("2024-01-10", {**PLAN, "users": 4.0}),
            ("2024-01-19", {**PLAN, "users": 4.0}),
            ("2024-01-20", PLAN),
        )

    def _sell_up(self, contract, *steps):
        """Variants named by their number of projects, each with the day it begins and
        the day that is decided."""
        for projects, day, today in steps:
            variant = self._variant(f"v{projects}")
            self._grant(variant, self.projects, projects)
            vals = {"variant_id": variant.id}
            self.change(contract, "variant", day, today, **vals)

    def _get_sold(self, contract, *days):
        return [self.granted(contract, day)["projects"] for day in days]

    def test_c4_variants_of_their_days(self):
        """5 projects, then 10, then 20: before, between and after, whether the steps
        were taken or not."""
        contract = self.subscribe("2024-01-01")
        self._sell_up(
            contract, (10, "2024-02-15", "2024-02-01"), (20, "2024-04-01", "2024-02-01")
        )
        days = ("2024-02-14", "2024-02-15", "2024-03-31", "2024-04-01", "2025-01-01")
        for today in (None, "2024-03-01", "2024-05-01"):
            with self.subTest(today=today):
                if today:
                    self.advance(today, contract)
                sold = self._get_sold(contract, *days)
                self.assertEqual(sold, [5.0, 10.0, 10.0, 20.0, 20.0])

    def test_c4_a_variant_that_was_withdrawn(self):
        """It never was, also when another one came after it."""
        contract = self.subscribe("2024-01-01")
        self._sell_up(contract, (10, "2024-02-15", "2024-02-01"))
        contract.change_ids._withdraw(self.day("2024-02-02"))
        self.assertEqual(self._get_sold(contract, "2024-03-01"), [5.0])
        self._sell_up(contract, (20, "2024-04-01", "2024-04-01"))
        sold = self._get_sold(contract, "2024-03-01", "2024-04-01")
        self.assertEqual(sold, [5.0, 20.0])

    def test_c4_a_variant_from_a_past_day(self):
        contract = self.subscribe("2024-01-01")
        self._sell_up(contract, (10, "2024-02-15", "2024-03-10"))
        sold = self._get_sold(contract, "2024-02-14", "2024-02-15")
        self.assertEqual(sold, [5.0, 10.0])

    def test_c4_another_plan(self):
        """Plan and variant of the day are named, before and after."""
        group = self.env["subscription.plan.group"].create({"name": "All"})
        self.plan.group_id = group
        big = self.plan.copy({"name": "Big", "code": "big", "group_id": group.id})
        big.grant_ids.filtered(lambda it: it.feature_id == self.projects).amount = 50
        contract = self.subscribe("2024-01-01")
        variant = big.variant_ids
        self.change(contract, "variant", "2024-03-01", variant_id=variant.id)
        answers = [self.ask(contract, day) for day in ("2024-02-29", "2024-03-01")]
        plans = [answer["plan"]["code"] for answer in answers]
        limits = [answer["features"]["projects"]["limit"] for answer in answers]
        self.assertEqual((plans, limits), (["cloud", "big"], [5.0, 50.0]))

    def test_c4_a_preview_says_what_comes_and_what_goes(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 4})
        vals = {"line_id": contract.line_ids[1].id, "quantity": 1500}
        change = self.draft_change(contract, "quantity", timing="now", **vals)
        preview = change._preview(self.day("2024-01-10"))
        same = [["Sso", "Yes"], ["Projects", "5 projects"], ["Storage", "10 GB"]]
        self.assertEqual(preview["before"]["features"], [*same, ["Users", "4 users"]])
        self.assertEqual(
            preview["after"]["features"], [*same, ["Users", "1,500 users"]]
        )
        change._update_preview(self.day("2024-01-10"))
        self.assertIn("1,500 users", change.preview_html)
        self.assertIn("text-danger text-decoration-line-through", change.preview_html)

    def test_c4_a_preview_of_a_pause_takes_all_and_of_the_end_too(self):
        contract = self.subscribe("2024-01-01")
        reason = self.env.ref("subscription_billing.subscription_end_reason_other")
        end = {"end_reason_id": reason.id, "end_method": "extraordinary"}
        end |= {"timing": "now", "date_last": "2024-01-20"}
        for kind, vals in (("pause", {"timing": "now"}), ("end", end)):
            change = self.draft_change(contract, kind, **vals)
            preview = change._preview(self.day("2024-01-10"))
            self.assertEqual(len(preview["before"]["features"]), 3, kind)
            self.assertEqual(preview["after"]["features"], [], kind)

    def test_c5_a_variant_that_follows_the_first_term(self):
        """Three months with few projects, then the ordinary variant."""
        vals = {"first_term_count": 3, "first_term_unit": "month"}
        vals.update(is_ended_after_first_term=True, next_variant_id=self.monthly.id)
        intro = self._variant("intro", **vals)
        self._grant(intro, self.projects, 1)
        contract = self.subscribe("2024-01-31", intro)
        days = ("2024-01-31", "2024-04-29", "2024-04-30")
        self.assertEqual(self._get_sold(contract, *days), [1.0, 1.0, 5.0])
        self.advance("2024-06-01", contract)
        self.assertEqual(self._get_sold(contract, *days), [1.0, 1.0, 5.0])
