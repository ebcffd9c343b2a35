from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..dunning_common import DunningCommon

# Deutsche Bundesbank, § 247 BGB.
RATES = {
    date(2016, 7, 1): -0.88,
    date(2019, 1, 1): -0.88,
    date(2022, 7, 1): -0.88,
    date(2023, 1, 1): 1.62,
    date(2023, 7, 1): 3.12,
    date(2024, 1, 1): 3.62,
    date(2024, 7, 1): 3.37,
    date(2025, 1, 1): 2.27,
    date(2025, 7, 1): 1.27,
    date(2026, 1, 1): 1.27,
}


@tagged("post_install", "-at_install", "dunning")
class TestDunningScreens(DunningCommon):
    """What people enter and read: forms, settings, lists, data that comes along."""

    def accountant(self, groups="account.group_account_invoice"):
        return new_test_user(self.env, login=f"screens {groups}", groups=groups)

    def test_a_policy_is_made_in_one_form(self):
        with Form(self.env["subscription.dunning.policy"]) as form:
            form.name = "Short"
            for name, days in (("Late", 30), ("Early", 10)):
                with form.level_ids.new() as level:
                    level.name = name
                    level.days = days
        policy = form.record
        self.assertEqual(policy._get_levels().mapped("name"), ["Early", "Late"])
        numbers = {it.name: it.number for it in policy.level_ids}
        self.assertEqual(numbers, {"Early": 1, "Late": 2})

    def test_a_block_is_entered_from_the_case(self):
        self.owed()
        self.dun("2026-01-08")
        action = self.case().action_add_hold()
        holds = self.env["subscription.dunning.hold"].with_context(**action["context"])
        with Form(holds) as form:
            form.reason = "Talks"
            form.date_until = "2026-02-01"
        self.assertEqual(form.record.partner_id, self.business)
        self.assertEqual(self.case().hold_ids, form.record)

    def test_a_promise_is_entered(self):
        self.owed(100.0)
        holds = self.env["subscription.dunning.hold"]
        with Form(holds) as form:
            form.kind = "promise"
            form.partner_id = self.business
            form.reason = "By phone"
            with form.promise_ids.new() as part:
                part.date = "2026-03-01"
                part.amount = 100.0
        self.assertEqual(form.record.amount_start, 100.0)
        self.assertEqual(str(form.record.date_until), "2026-03-01")

    def test_the_settings(self):
        policy = self.policy_of({"days": 7})
        with Form(self.env["res.config.settings"]) as form:
            form.subscription_dunning_policy_id = policy
            form.subscription_dunning_is_automatic = True
        form.record.execute()
        self.assertEqual(self.company.subscription_dunning_policy_id, policy)
        self.assertTrue(self.company.subscription_dunning_is_automatic)

    def test_base_rates_that_come_along(self):
        found = self.env["subscription.base.rate"]._get_rates()
        for start, rate in RATES.items():
            self.assertEqual(float(found[start]), rate, start)
        self.assertNotIn(date(2026, 7, 1), found)
        self.assertEqual(len(found), 20)

    def test_the_german_policy(self):
        levels = self.policy._get_levels()
        self.assertEqual(levels.mapped("days"), [7, 14, 28, 35, 49, 63])
        self.assertFalse(any(levels.mapped("fee_consumer")))
        self.assertEqual(levels.mapped("flat_fee"), [0, 40, 0, 0, 0, 0])
        pauses = levels.filtered("pauses_contracts")
        # Suspension is announced by the level before.
        self.assertIn("suspend", levels[levels.ids.index(pauses.id) - 1].text_below)
        self.assertTrue(levels[-1].hands_over)
        self.assertEqual(self.policy.points_business, 9.0)
        self.assertEqual(self.policy.points_consumer, 5.0)
        self.assertEqual(self.policy.booking_consumer, "paid")

    def test_the_international_policy(self):
        policy = self.env.ref("subscription_billing.dunning_policy_international")
        self.assertEqual(policy._get_levels().mapped("days"), [7, 21, 35])
        self.assertFalse(any(policy.level_ids.mapped("charges_interest")))
        self.assertFalse(any(policy.level_ids.mapped("flat_fee")))

    def test_each_text_of_the_levels_is_filled_in(self):
        facts = {
            "name": "A",
            "company": "B",
            "amount": "C",
            "deadline": "D",
            "date": "E",
            "level": "F",
        }
        for level in self.env["subscription.dunning.level"].search([]):
            for name in ("subject", "text_above", "text_below"):
                self.assertNotIn("{", level._get_text(name, facts), level.name)

    def test_negative_numbers_are_refused(self):
        for vals in (
            {"days": -1},
            {"days": 7, "flat_fee": -1.0},
            {"days": 7, "payment_days": -1},
        ):
            with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
                self.policy_of(vals)

    def test_numbers_that_are_none_are_refused(self):
        for number in (float("nan"), float("inf")):
            with self.assertRaises(ValidationError):
                self.policy_of({"days": 7, "flat_fee": number})

    def test_the_list_of_money_to_look_after(self):
        move = self.owed()
        other = self._customer("Other", email="o@example.com")
        self.owed(partner=other)
        holds = self.env["subscription.dunning.hold"]
        holds.create(
            {
                "kind": "dispute",
                "partner_id": other.id,
                "move_id": self.owed(5.0, partner=other).id,
                "reason": "Wrong price",
            }
        )
        self.dun("2026-01-08")
        items = self.env["subscription.money.item"].search([])
        found = {(it.kind, it.partner_id, it.level_id.name) for it in items}
        self.assertEqual(
            found,
            {
                ("dunning", self.business, "Payment Reminder"),
                ("dunning", other, "Payment Reminder"),
                ("dispute", other, False),
            },
        )
        item = items.filtered(lambda it: it.partner_id == self.business)
        self.assertEqual(item.action_open()["res_id"], self.case().id)
        self.assertEqual(item.amount, 100.0)
        self.pay(move, "2026-01-09")
        self.dun("2026-01-09")
        self.assertFalse(
            self.env["subscription.money.item"].search(
                [("partner_id", "=", self.business.id)]
            )
        )

    def test_from_contract_and_partner_to_the_case(self):
        contract = self.subscribe("2026-01-01", partner_id=self.business.id)
        self.invoice("2026-01-01", contract)
        self.dun("2026-01-08")
        for record in (contract, self.business):
            action = record.action_view_dunning_cases()
            cases = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(cases, self.case())

    def test_the_state_of_a_debtor_who_was_handed_over(self):
        self.owed()
        self.dun("2026-01-08")
        with self.at("2026-01-09"):
            self.case().action_hand_over()
        self.business.invalidate_recordset(["subscription_dunning_state"])
        self.assertEqual(self.business.subscription_dunning_state, "Handed Over")

    def test_o2_only_chief_accountants_change_policies(self):
        policies = self.env["subscription.dunning.policy"]
        clerk = policies.with_user(self.accountant())
        self.assertTrue(clerk.search([]))
        with self.assertRaises(AccessError):
            clerk.create({"name": "x"})
        chief = policies.with_user(self.accountant("account.group_account_manager"))
        chief.browse(self.policy.id).name = "Germany and Austria"
        self.assertEqual(self.policy.name, "Germany and Austria")

    def test_o2_cases_and_letters_are_not_written_by_hand(self):
        self.owed()
        self.dun("2026-01-08")
        clerk = self.accountant()
        with self.assertRaises(AccessError):
            self.steps().with_user(clerk).write({"state": "proposed"})
        with self.assertRaises(AccessError):
            self.steps().line_ids.with_user(clerk).write({"amount": 1.0})
        with self.assertRaises(AccessError):
            self.steps().with_user(clerk).unlink()
        with self.assertRaisesRegex(UserError, "Use the buttons"):
            self.case().with_user(clerk).write({"state": "closed"})
        with self.assertRaises(AccessError):
            self.case().with_user(clerk).unlink()
