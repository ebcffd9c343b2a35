from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..dunning_common import DunningCommon


@tagged("post_install", "-at_install", "dunning")
class TestDunningClaims(DunningCommon):
    """Fees, interest, bad debts: untaxed entries on the debtor, on SKR03."""

    def lines(self, moves):
        """(account, balance) without receivables, and the sum of these."""
        other = moves.line_ids.filtered(
            lambda it: it.account_id.account_type != "asset_receivable"
        )
        owed = sum((moves.line_ids - other).mapped("balance"))
        return [(it.account_id.code[:4], it.balance) for it in other], owed

    def left(self, moves):
        """What is open of claims."""
        return sum(moves.line_ids.mapped("amount_residual"))

    def dunned(self, partner=None, amount=1000.0, **level):
        """A letter of one level, sent after 14 days, and its claims."""
        policy = self.policy_of({"days": 14, **level})
        self.company.subscription_dunning_policy_id = policy
        move = self.owed(amount, partner=partner)
        self.dun("2026-01-15")
        step = self.steps(partner)
        self.assertEqual(step.state, "done", step.message)
        return move, step

    def test_flat_fee_on_2700_once_per_claim(self):
        move, step = self.dunned(flat_fee=40.0)
        claim = step.claim_move_ids
        self.assertEqual(self.lines(claim), ([("2700", -40.0)], 40.0))
        self.assertFalse(claim.line_ids.tax_ids)
        self.assertFalse(claim.line_ids.tax_tag_ids)
        receivable = claim.line_ids.filtered(lambda it: it.balance > 0)
        self.assertEqual(str(receivable.date_maturity), "2026-01-22")
        self.assertFalse(receivable.no_followup)
        self.assertEqual(receivable.partner_id, self.business)
        self.assertEqual((claim.move_type, claim.state), ("entry", "posted"))
        other = self.policy_of({"days": 14}, {"days": 15, "flat_fee": 40.0})
        self.company.subscription_dunning_policy_id = other
        self.dun("2026-01-16")
        self.assertEqual(self.steps().mapped("amount_flat_fee"), [40.0, 0.0])
        self.assertEqual(self.case().policy_id, other)
        self.assertEqual(len(self.steps().case_id), 1)
        self.assertEqual(move.amount_residual, 1000.0)

    def test_fee_and_interest_of_a_business(self):
        """14 days at 1.27 + 9 points on 1,000.00: 3.94 on 2650."""
        _move, step = self.dunned(fee_business=5.0, charges_interest=True)
        fee, interest = step.claim_move_ids.sorted("subscription_claim_kind")
        self.assertEqual(self.lines(fee), ([("2700", -5.0)], 5.0))
        self.assertEqual(self.lines(interest), ([("2650", -3.94)], 3.94))
        self.assertEqual(step.amount_total, 1008.94)

    def test_a_consumer_pays_no_fee_and_less_interest(self):
        """14 days at 1.27 + 5 points: 2.40; booked when it is paid."""
        consumer = self._customer("Ada Lovelace", email="a@example.com")
        _move, step = self.dunned(
            consumer, fee_business=5.0, flat_fee=40.0, charges_interest=True
        )
        self.assertEqual(
            (step.amount_fee, step.amount_flat_fee, step.amount_interest),
            (0.0, 0.0, 2.4),
        )
        self.assertFalse(step.claim_move_ids)

    def test_waived_with_one_click(self):
        _move, step = self.dunned(flat_fee=40.0, charges_interest=True)
        with self.at("2026-01-16"):
            step.action_waive()
        claims = step.claim_move_ids
        self.assertEqual(self.left(claims), 0.0)
        both = claims | claims.reversal_move_ids
        self.assertEqual(sum(it for _code, it in self.lines(both)[0]), 0.0)
        with self.assertRaisesRegex(UserError, "nothing to waive"):
            step.action_waive()
        self.dun("2026-03-01")
        self.assertEqual(self.case().amount_open, 1000.0)

    def test_one_claim_is_waived(self):
        _move, step = self.dunned(flat_fee=40.0)
        with self.at("2026-01-16"):
            step.claim_move_ids.action_waive_claim()
        self.assertEqual(self.case().amount_open, 1000.0)
        with self.assertRaisesRegex(UserError, "no claim"):
            self.owed().action_waive_claim()

    def test_returned_debit_fee_is_an_expense_and_charged_on(self):
        """4970 / bank when it comes back; debtor / 2700 as the fee of the level."""
        self.company.subscription_return_fee_account_id = self.env[
            "account.account"
        ].search(
            [("code", "=like", "4970%"), ("company_ids", "in", self.company.ids)],
            limit=1,
        )
        move = self.owed(119.0)
        payment = self.pay(move, "2026-01-02")
        entry = payment._book_return(self.day("2026-01-05"), 5.0)
        codes, owed = self.lines(entry)
        self.assertIn(("4970", 5.0), codes)
        self.assertEqual(owed, 119.0)
        policy = self.policy_of({"days": 7, "fee_business": 5.0})
        self.company.subscription_dunning_policy_id = policy
        self.dun("2026-01-08")
        claim = self.steps().claim_move_ids
        self.assertEqual(self.lines(claim), ([("2700", -5.0)], 5.0))

    def test_a_missing_rate_is_no_interest_and_a_warning(self):
        policy = self.policy_of({"days": 7, "charges_interest": True})
        self.company.subscription_dunning_policy_id = policy
        self.owed(1000.0, due="2026-06-30")
        self.dun("2026-07-07")
        step = self.steps()
        self.assertEqual(step.amount_interest, 0.0)
        self.assertIn("enter the base rate", step.message)
        self.assertEqual(len(self.case().activity_ids), 1)

    def test_interest_by_what_was_open_each_day(self):
        """1,000.00 due 1 January 2025, 200.00 paid on 31 January: 9.26 + 6.92."""
        policy = self.policy_of({"days": 58, "charges_interest": True})
        self.company.subscription_dunning_policy_id = policy
        move = self.owed(1000.0, due="2025-01-01")
        self.pay(move, "2025-01-31", 200.0)
        self.dun("2025-02-28")
        step = self.steps()
        self.assertEqual((step.amount, step.amount_interest), (800.0, 16.18))

    def test_interest_over_two_rates_and_what_was_asked_for_before(self):
        """1,000.00 due 15 June 2025, 35 days at 11.27 % and 10.27 %: 10.26."""
        levels = [{"days": days, "charges_interest": True} for days in (15, 35)]
        self.company.subscription_dunning_policy_id = self.policy_of(*levels)
        self.owed(1000.0, due="2025-06-15")
        self.dun("2025-06-30")
        self.dun("2025-07-20")
        self.assertEqual(self.steps().mapped("amount_interest"), [4.63, 5.63])

    def test_the_order_of_the_law_is_proposed(self):
        """§ 367 BGB: 60.00 without designation go to 40.00, 3.94 and 16.06."""
        move, step = self.dunned(flat_fee=40.0, charges_interest=True)
        self.free_payment(60.0)
        wizard = self.allocation()
        self.assertEqual(
            [(it.claim_kind, it.amount) for it in wizard.line_ids],
            [("fee", 40.0), ("interest", 3.94), (False, 16.06)],
        )
        with self.at("2026-01-20"):
            wizard.action_confirm()
        self.assertEqual(self.left(step.claim_move_ids), 0.0)
        self.assertEqual(move.amount_residual, 983.94)

    def test_claims_against_consumers_are_booked_when_they_are_paid(self):
        consumer = self._customer("Ada Lovelace", email="a@example.com")
        move, step = self.dunned(consumer, charges_interest=True)
        self.free_payment(1002.4, consumer)
        wizard = self.allocation(consumer)
        self.assertEqual(
            [(it.claim_kind, it.amount) for it in wizard.line_ids],
            [("interest", 2.4), (False, 1000.0)],
        )
        with self.at("2026-01-20"):
            wizard.action_confirm()
        self.assertEqual(self.lines(step.claim_move_ids), ([("2650", -2.4)], 2.4))
        self.assertTrue(move._is_settled())
        self.assertFalse(self.case(consumer)._find_open_lines())

    def free_payment(self, amount, partner=None):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": (partner or self.business).id,
                "amount": amount,
                "date": "2026-01-20",
                "journal_id": self.bank.id,
            }
        )
        payment.action_post()
        return payment

    def allocation(self, partner=None):
        context = {"default_case_id": self.case(partner).id}
        wizard = self.env["subscription.payment.allocation"].with_context(**context)
        return Form(wizard).save()

    def test_a_payment_with_the_number_settles_that_invoice(self):
        move, step = self.dunned(flat_fee=40.0)
        self.pay(move, "2026-01-20")
        self.assertTrue(move._is_settled())
        self.dun("2026-01-21")
        self.assertEqual(self.case().state, "closed")
        self.assertEqual(self.left(step.claim_move_ids), 40.0)
        # The fee stays open as its own claim, and is dunned as one.
        self.dun("2026-02-05")
        self.assertEqual(self.case().state, "open")
        self.assertEqual(self.steps()[-1].line_ids.move_id, step.claim_move_ids)

    def test_bad_debt_corrects_the_tax_and_is_recovered(self):
        """119.00: 2406 takes 100.00, the tax 19.00 is taken back."""
        tax = self.tax()
        move = self.owed(100.0, taxes=tax.ids)
        self.assertEqual(move.amount_total, 119.0)
        self.dun("2026-01-08")
        with self.at("2026-06-01"):
            self.case().action_write_off()
        entry = move.subscription_write_off_id
        codes, owed = self.lines(entry)
        self.assertIn(("2406", 100.0), codes)
        self.assertEqual(sum(it for code, it in codes if code != "2406"), 19.0)
        self.assertEqual(owed, -119.0)
        self.assertTrue(move._is_settled())
        self.dun("2026-06-02")
        self.assertEqual(self.case().state, "closed")
        with self.at("2026-07-01"):
            move.action_recover()
        self.assertEqual(move.amount_residual, 119.0)
        self.pay(move, "2026-07-01")
        self.assertTrue(move._is_settled())
        with self.assertRaisesRegex(UserError, "not written off"):
            move.action_recover()

    def test_bad_debt_of_what_is_left(self):
        tax, reduced = self.tax(), self.tax(7)
        move = self.owed(100.0, taxes=tax.ids)
        other = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.business.id,
                "invoice_date": "2026-01-01",
                "invoice_line_ids": [
                    Command.create(
                        {"product_id": self.product_a.id, "price_unit": price}
                        | {"tax_ids": [Command.set(taxes.ids)]}
                    )
                    for price, taxes in ((33.33, tax), (66.67, reduced))
                ],
            }
        )
        other.action_post()
        for each in (move, other):
            self.pay(each, "2026-01-10", 37.77)
            left = each.amount_residual
            entry = each._write_off(self.day("2026-06-01"))
            codes, owed = self.lines(entry)
            self.assertEqual(owed, -left)
            self.assertTrue(each._is_settled())
        with self.assertRaisesRegex(UserError, "cannot be written off"):
            move._write_off(self.day("2026-06-01"))

    def test_accounts_that_are_missing_are_told_of(self):
        self.company.chart_template = False
        policy = self.policy_of({"days": 7, "flat_fee": 40.0})
        self.company.subscription_dunning_policy_id = policy
        self.owed()
        consumer = self._customer("Other", email="o@example.com")
        self.owed(partner=consumer)
        self.dun("2026-01-08")
        step = self.steps()
        self.assertEqual(step.state, "failed")
        self.assertIn("no account for: Dunning Fees", step.message)
        self.assertFalse(step.line_ids.filtered("date_sent"))
        self.assertEqual(self.steps(consumer).state, "done")
        account = self.company_data["default_account_revenue"]
        self.company.subscription_dunning_fee_account_id = account
        step.action_approve()
        self.dun("2026-01-09")
        self.assertEqual(step.state, "done")
