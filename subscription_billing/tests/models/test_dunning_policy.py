from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..dunning_common import DunningCommon

REFUSED = UserError("It cannot be paused")


@tagged("post_install", "-at_install", "dunning")
class TestDunningPolicy(DunningCommon):
    """What a policy must be, what breaks, who sees what."""

    def test_a_policy_without_levels(self):
        with self.assertRaisesRegex(ValidationError, "has no levels"):
            self.env["subscription.dunning.policy"].create({"name": "Empty"})
        policy = self.policy_of({"days": 7})
        with self.assertRaisesRegex(ValidationError, "has no levels"):
            policy.level_ids = [Command.clear()]

    def test_two_levels_cannot_wait_for_each_other(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.policy_of({"days": 7}, {"days": 7})

    def test_an_end_before_the_pause(self):
        for levels in (
            (
                {"days": 7, "ends_contracts": True},
                {"days": 9, "pauses_contracts": True},
            ),
            ({"days": 7, "ends_contracts": True, "pauses_contracts": True},),
        ):
            with self.assertRaisesRegex(ValidationError, "Pause first"):
                self.policy_of(*levels)
        policy = self.policy_of(
            {"days": 7, "pauses_contracts": True}, {"days": 9, "ends_contracts": True}
        )
        with self.assertRaisesRegex(ValidationError, "Pause first"):
            policy.level_ids[1].days = 5

    def test_nothing_comes_after_the_hand_over(self):
        with self.assertRaisesRegex(ValidationError, "handed over"):
            self.policy_of({"days": 7, "hands_over": True}, {"days": 9})

    def test_a_retry_after_the_pause_is_warned_about(self):
        policy = self.policy_of(
            {"days": 7, "pauses_contracts": True}, {"days": 9, "retries": True}
        )
        self.assertIn("Level 2", policy.warning)
        self.assertFalse(self.policy.warning)

    def test_a_level_that_was_used_stays(self):
        policy = self.policy_of({"days": 7}, {"days": 9})
        self.company.subscription_dunning_policy_id = policy
        self.owed()
        self.dun("2026-01-08", automatic=False)
        with self.assertRaisesRegex(UserError, "stands in letters"):
            policy._get_levels()[0].unlink()
        policy._get_levels()[1].unlink()

    def test_who_got_no_letter_is_not_handed_over(self):
        self.owed()
        self.dun("2026-01-08", automatic=False)
        with self.assertRaisesRegex(UserError, "not dunned yet"):
            self.case().action_hand_over()

    def test_texts_that_break(self):
        for text in ("Dear {nobody}", "{", "{}", "{amount.__class__}"):
            with (
                self.subTest(text=text),
                self.assertRaisesRegex(ValidationError, "may name"),
            ):
                self.policy_of({"days": 7, "text_above": text})

    def test_base_rates(self):
        rates = self.env["subscription.base.rate"]
        with self.assertRaisesRegex(ValidationError, "1 January and on 1 July"):
            rates.create({"date_start": "2026-02-01", "rate": 1, "source": "x"})
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            rates.create({"date_start": "2026-01-01", "rate": 1, "source": "x"})

    def test_x5_an_email_template_that_breaks_stops_nobody_else(self):
        template = self.env["mail.template"].create(
            {
                "name": "Broken",
                "model_id": self.env["ir.model"]._get_id("subscription.dunning.step"),
                "partner_to": "{{ object._get_recipient().id }}",
                "body_html": "<p t-out='object.nobody'/>",
            }
        )
        broken = self.policy_of({"days": 7, "template_id": template.id})
        self.business.subscription_dunning_policy_id = broken
        self.owed()
        self.owed(partner=self.customer)
        with mute_logger("odoo.addons.subscription_billing.models.failures"):
            self.dun("2026-01-08")
        step = self.steps()
        self.assertEqual(step.state, "failed")
        self.assertTrue(step.message)
        self.assertFalse(step.line_ids.filtered("date_sent"))
        self.assertFalse(step.claim_move_ids)
        self.assertEqual(len(self.case().activity_ids), 1)
        self.assertEqual(self.steps(self.customer).state, "done")
        kinds = self.env["subscription.money.item"].search([]).mapped("kind")
        self.assertEqual(set(kinds), {"letter", "dunning"})

    def test_a_contract_that_cannot_be_paused_does_not_hold_the_letter(self):
        self.company.subscription_dunning_policy_id = self.policy_of(
            {"days": 7, "pauses_contracts": True}
        )
        contract = self.subscribe("2026-01-01", partner_id=self.business.id)
        self.invoice("2026-01-01", contract)
        change = type(self.env["subscription.contract"])
        original = change._change_for_money

        def refuse(contracts, kind, day, reason):
            raise REFUSED

        change._change_for_money = refuse
        self.addCleanup(setattr, change, "_change_for_money", original)
        self.dun("2026-01-08")
        self.assertEqual(self.steps().state, "done")
        self.assertIn("It cannot be paused", self.steps().message)
        self.assertEqual(contract.state, "active")

    def test_by_contract_partner_and_company(self):
        mine, ours = self.policy_of({"days": 1}), self.policy_of({"days": 2})
        self.company.subscription_dunning_policy_id = False
        contract = self.subscribe(
            "2026-01-01", partner_id=self.business.id, dunning_policy_id=mine.id
        )
        self.invoice("2026-01-01", contract)
        other = self.owed()
        self.dun("2026-01-03")
        self.assertEqual(self.steps().case_id.policy_id, mine)
        self.business.subscription_dunning_policy_id = ours
        self.dun("2026-01-03")
        self.assertEqual(self.steps()[-1].case_id.policy_id, ours)
        self.assertEqual(self.steps()[-1].line_ids.move_id, other)

    def test_credits_count_though_something_else_has_no_policy(self):
        mine = self.policy_of({"days": 7})
        self.company.subscription_dunning_policy_id = False
        self.owed(10.0, due="2025-12-01")
        contract = self.subscribe(
            "2026-01-01", partner_id=self.business.id, dunning_policy_id=mine.id
        )
        self.invoice("2026-01-01", contract)
        self.owed(12.0, move_type="out_refund")
        self.dun("2026-01-08")
        self.assertEqual(self.steps().mapped("amount"), [18.0])

    def person(self, groups, company=None):
        company = company or self.company
        return self._clerk(f"dunning_{groups}_{company.id}", groups, company=company)

    def test_o2_a_seller_sees_the_state_and_no_case(self):
        seller = self.person("subscription_billing.subscription_billing_group_user")
        contract = self.subscribe("2026-01-01", partner_id=self.business.id)
        self.invoice("2026-01-01", contract)
        self.dun("2026-01-08")
        self.assertEqual(contract.with_user(seller).dunning_state, "Payment Reminder")
        for model in ("case", "step", "step.line", "hold", "policy"):
            records = self.env[f"subscription.dunning.{model}"].with_user(seller)
            self.assertFalse(records.has_access("read"), model)
        with self.assertRaises(AccessError):
            self.env["subscription.dunning"].with_user(seller).action_propose()
        for action in ("action_approve", "action_send_now", "action_waive"):
            with self.assertRaises(AccessError):
                getattr(self.steps().with_user(seller), action)()

    def test_o2_other_companies_see_nothing(self):
        self.owed()
        self.dun("2026-01-08")
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.person("account.group_account_invoice", other)
        self.assertFalse(
            self.env["subscription.dunning.step"].with_user(foreign).search([])
        )
        for action in ("action_hand_over", "action_write_off", "action_add_hold"):
            with self.assertRaises(AccessError):
                getattr(self.case().with_user(foreign), action)()

    def test_o2_an_accountant_approves_and_cannot_edit(self):
        accountant = self.person("account.group_account_invoice")
        self.owed()
        self.dun("2026-01-08", automatic=False)
        step = self.steps().with_user(accountant)
        with self.assertRaises(AccessError):
            step.amount = 1.0
        step.action_approve()
        self.assertEqual(step.state, "approved")
        self.dun("2026-01-08", automatic=False)
        self.assertEqual(step.state, "done")

    def test_o2_currencies_are_dunned_apart(self):
        dollars = self.setup_other_currency("USD", rates=[("2025-01-01", 2.0)])
        self.company.subscription_dunning_policy_id = self.policy_of(
            {"days": 7, "fee_business": 5.0}
        )
        self.owed(100.0)
        self.owed(100.0, currency_id=dollars.id)
        self.dun("2026-01-08")
        totals = {it.currency_id.name: it.amount_total for it in self.steps()}
        self.assertEqual(totals, {"EUR": 105.0, "USD": 110.0})
