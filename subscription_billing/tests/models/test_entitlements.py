from odoo.fields import Command
from odoo.tests import tagged

from ..entitlement_common import EntitlementCommon

PLAN = {"sso": True, "projects": 5.0, "storage": 10.0}


@tagged("post_install", "-at_install", "entitlements")
class TestEntitlements(EntitlementCommon):
    """C7: a plan grants, the trial may grant fewer, add-ons add."""

    def test_c7_a_plan_grants(self):
        contract = self.subscribe("2024-01-01")
        self.assertGranted(contract, ("2024-01-01", PLAN), ("2030-06-15", PLAN))

    def test_c7_addons_add(self):
        """Two seats are two users; a storage pack of 40 GB adds to the plan's 10."""
        pack = self._component("pack", "Storage pack", kind="on_off", is_required=False)
        self._price(pack, 3.0)
        self._grant(pack, self.storage, 40)
        contract = self.subscribe("2024-01-01", quantities={self.seats: 2, pack: 1})
        both = {**PLAN, "users": 2.0, "storage": 50.0}
        self.assertGranted(contract, ("2024-01-15", both))

    def test_c7_per_unit_or_once(self):
        """Three seats: 3 users, and 1.5 GB each; the project room comes once."""
        self._grant(self.seats, self.storage, 1.5, is_per_unit=True)
        self._grant(self.seats, self.projects, 1)
        contract = self.subscribe("2024-01-01", quantities={self.seats: 3})
        wanted = {"sso": True, "users": 3.0, "storage": 14.5, "projects": 6.0}
        self.assertGranted(contract, ("2024-01-15", wanted))

    def test_m1_decimals_add_up_exactly(self):
        for source, amount in ((self.base, 0.1), (self.seats, 0.2)):
            self._grant(source, self.storage, amount)
        contract = self.subscribe("2024-01-01", quantities={self.seats: 1})
        self.assertEqual(self.granted(contract, "2024-01-01")["storage"], 10.3)

    def test_c7_unlimited_wins(self):
        """Over a limit, whichever of both the plan grants."""
        self._grant(self.seats, self.storage, is_unlimited=True)
        self.projects.grant_ids.is_unlimited = True
        self._grant(self.seats, self.projects, 3)
        without = self.subscribe("2024-01-01")
        contract = self.subscribe("2024-01-01", quantities={self.seats: 1})
        limits = {**PLAN, "projects": None}
        self.assertGranted(without, ("2024-01-01", limits))
        limits.update(storage=None, users=1.0)
        self.assertGranted(contract, ("2024-01-01", limits))

    def test_c7_an_addon_switches_on(self):
        audit = self._feature("audit", "on_off")
        self._grant(self.seats, audit)
        self.assertNotIn("audit", self.granted(self.subscribe("2024-01-01"), None))
        contract = self.subscribe("2024-01-01", quantities={self.seats: 1})
        self.assertIs(self.granted(contract, "2024-01-01")["audit"], True)

    def test_c7_no_units_grant_nothing(self):
        audit = self._feature("audit", "on_off")
        self._grant(self.seats, audit)
        contract = self.subscribe("2024-01-01", quantities={self.seats: 1})
        lines = contract.line_ids.sudo()
        lines.filtered(lambda it: it.component_id == self.seats).write(
            {"quantity": 0.0}
        )
        self.assertGranted(contract, ("2024-01-01", PLAN))

    def test_c7_a_limit_of_zero_grants_nothing(self):
        self._grant(self.monthly, self.projects, 0)
        contract = self.subscribe("2024-01-01")
        answer = self.ask(contract, "2024-01-01")["features"]["projects"]
        self.assertEqual((answer["granted"], answer["limit"]), (False, 0.0))

    def test_c7_a_variant_replaces_what_the_plan_grants(self):
        """The yearly variant has 20 projects, not 25; all else is the plan's."""
        yearly = self._variant("yearly")
        self._grant(yearly, self.projects, 20)
        contract = self.subscribe("2024-01-01", yearly)
        self.assertGranted(contract, ("2024-01-01", {**PLAN, "projects": 20.0}))
        self.assertGranted(self.subscribe("2024-01-01"), ("2024-01-01", PLAN))

    def test_c7_a_variant_may_grant_less_than_its_plan(self):
        self._grant(self.plan, self.users, is_unlimited=True)
        small = self._variant("small")
        self._grant(small, self.users, 3)
        contract = self.subscribe("2024-01-01", small, {self.seats: 1})
        self.assertEqual(self.granted(contract, "2024-01-01")["users"], 4.0)

    def test_c7_the_trial_grants_fewer(self):
        """14 days with 1 project and without what is kept for paying customers."""
        self.projects.grant_ids.phase = "paid"
        self._grant(self.plan, self.projects, 1, phase="trial")
        self.sso.grant_ids.phase = "paid"
        trial = self._variant("trial", trial_count=14, trial_unit="day")
        contract = self.subscribe("2024-01-01", trial)
        few = {"projects": 1.0, "storage": 10.0}
        self.assertGranted(
            contract,
            ("2023-12-31", {}),
            ("2024-01-01", few),
            ("2024-01-14", few),
            ("2024-01-15", PLAN),
        )

    def test_c7_addons_of_the_trial(self):
        self.users.grant_ids.phase = "paid"
        trial = self._variant("trial", trial_count=1, trial_unit="month")
        contract = self.subscribe("2024-01-01", trial, {self.seats: 3})
        self.assertNotIn("users", self.granted(contract, "2024-01-31"))
        self.assertEqual(self.granted(contract, "2024-02-01")["users"], 3.0)

    def test_c7_a_variants_trial_grant_replaces_in_the_trial_only(self):
        trial = self._variant("trial", trial_count=14, trial_unit="day")
        self._grant(trial, self.projects, 2, phase="trial")
        contract = self.subscribe("2024-01-01", trial)
        for day, projects in (("2024-01-14", 2.0), ("2024-01-15", 5.0)):
            self.assertEqual(self.granted(contract, day)["projects"], projects)

    def test_c7_archived_features_are_not_answered(self):
        self.sso.active = False
        answer = self.ask(self.subscribe("2024-01-01"), "2024-01-01")
        self.assertEqual(set(answer["features"]), {"projects", "storage", "users"})

    def test_c7_a_copied_plan_grants_the_same(self):
        """Its variants and components too."""
        self._grant(self.monthly, self.users, 7)
        twin = self.plan.copy({"code": "twin"})
        components = twin.component_ids
        for ours, theirs in (
            (self.plan, twin),
            (self.monthly, twin.variant_ids),
            (self.seats, components.filtered(lambda it: it.kind == "quantity")),
        ):
            names = ("amount", "is_per_unit", "phase")
            vals = [
                {"feature_id": grant.feature_id.id} | {n: grant[n] for n in names}
                for grant in ours.grant_ids
            ]
            self.assertTrue(vals)
            self.assertRecordValues(theirs.grant_ids, vals)

    def test_c7_lines_booked_twice_count_twice(self):
        line = {"component_id": self.seats.id, "quantity": 2.0}
        base = {"component_id": self.base.id, "quantity": 1.0}
        lines = [Command.create(vals) for vals in (base, line, line)]
        contract = self.subscribe("2024-01-01", line_ids=lines)
        self.assertEqual(self.granted(contract, "2024-01-01")["users"], 4.0)
