from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..dunning_common import DunningCommon

DAY = "2026-06-01"


@tagged("post_install", "-at_install", "dunning")
class TestDunningWrittenOff(DunningCommon):
    """Bad debts: what is open leaves the books, with its tax (§ 17 UStG), and may come
    back."""

    def billed(self, *parts, **vals):
        """An invoice with lines of (price, rate of the tax)."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.business.id,
                "invoice_date": "2026-01-01",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product_a.id,
                            "price_unit": price,
                            "tax_ids": [Command.set(self.tax(rate).ids)],
                        }
                    )
                    for price, rate in parts
                ],
                **vals,
            }
        )
        move.action_post()
        return move

    def tags(self, moves):
        """Balance by tag of the tax report, with its sign."""
        sums = {}
        for line in moves.line_ids:
            for tag in line.tax_tag_ids:
                name = tag.name.lstrip("+-")
                sums[name] = round(sums.get(name, 0.0) + line.balance, 2)
        return {name: amount for name, amount in sums.items() if amount}

    def test_the_tax_report_is_back_to_nothing(self):
        move = self.billed((100.0, 19), (50.0, 7))
        self.assertTrue(self.tags(move))
        entry = move._write_off(self.day(DAY))
        self.assertEqual(self.tags(move | entry), {})
        self.assertEqual(str(entry.date), DAY)

    def test_bad_debt_is_net_per_tax(self):
        move = self.billed((100.0, 19), (50.0, 7))
        entry = move._write_off(self.day(DAY))
        losses = {it.account_id.code[:4]: it.balance for it in entry.line_ids}
        self.assertEqual((losses["2406"], losses["2401"]), (100.0, 50.0))
        taxes = entry.line_ids.filtered("tax_line_id")
        self.assertEqual(sorted(taxes.mapped("balance")), [3.5, 19.0])

    def test_every_share_balances_to_the_cent(self):
        for number in range(1, 12):
            move = self.billed((33.33 + number, 19), (66.67, 7), (0.03, 19))
            self.pay(move, "2026-02-01", round(move.amount_total * number / 13, 2))
            left = move.amount_residual
            entry = move._write_off(self.day(DAY))
            owed = entry.line_ids.filtered(
                lambda it: it.account_id.account_type == "asset_receivable"
            )
            self.assertEqual(sum(owed.mapped("balance")), -left)
            self.assertEqual(round(sum(entry.line_ids.mapped("balance")), 2), 0.0)
            self.assertTrue(move._is_settled())

    def test_without_taxes(self):
        move = self.owed(100.0)
        entry = move._write_off(self.day(DAY))
        self.assertEqual(len(entry.line_ids), 2)
        self.assertTrue(move._is_settled())

    def test_in_another_currency(self):
        dollars = self.setup_other_currency("USD", rates=[("2025-01-01", 2.0)])
        move = self.billed((100.0, 19), currency_id=dollars.id)
        entry = move._write_off(self.day(DAY))
        self.assertTrue(move._is_settled())
        self.assertEqual(entry.currency_id, dollars)
        loss = entry.line_ids.filtered(lambda it: it.account_id.code[:4] == "2406")
        self.assertEqual((loss.amount_currency, loss.balance), (100.0, 50.0))

    def test_what_cannot_be_written_off(self):
        paid = self.owed(100.0)
        self.pay(paid, "2026-01-02")
        draft = self.owed(100.0)
        draft.button_draft()
        credit = self.owed(100.0, move_type="out_refund")
        for move in (paid, draft, credit):
            with self.assertRaisesRegex(UserError, "cannot be written off"):
                move._write_off(self.day(DAY))

    def test_what_is_being_collected_is_not_written_off(self):
        self.token(partner=self.business)
        contract = self.subscribe("2026-01-01", partner_id=self.business.id)
        move = self.invoice("2026-01-01", contract)
        self.collect("2026-01-01", "pending")
        with self.assertRaisesRegex(UserError, "under way"):
            move._write_off(self.day(DAY))

    def test_it_comes_after_all_in_part(self):
        move = self.billed((100.0, 19))
        move._write_off(self.day(DAY))
        with self.at("2026-07-01"):
            move.action_recover()
        self.pay(move, "2026-07-01", 59.5)
        entry = move._write_off(self.day("2026-07-02"))
        loss = entry.line_ids.filtered(lambda it: it.account_id.code[:4] == "2406")
        self.assertEqual(loss.balance, 50.0)
        self.assertTrue(move._is_settled())

    def test_o2_a_seller_writes_nothing_off(self):
        self.owed(100.0)
        self.dun("2026-01-08")
        seller = new_test_user(
            self.env,
            login="writes off",
            groups="subscription_billing.subscription_billing_group_user",
        )
        with self.assertRaises(AccessError):
            self.case().with_user(seller).action_write_off()
        with self.assertRaises(AccessError):
            self.steps().line_ids.move_id.with_user(seller).action_recover()


@tagged("post_install", "-at_install", "dunning")
class TestDunningOnSkr04(DunningCommon):
    """The same bookings on the other German chart."""

    chart_template = "de_skr04"

    def codes(self, moves):
        lines = moves.line_ids.filtered(
            lambda it: it.account_id.account_type != "asset_receivable"
        )
        return {it.account_id.code[:4]: it.balance for it in lines}

    def test_fees_interest_and_bad_debts(self):
        self.company.subscription_dunning_policy_id = self.policy_of(
            {"days": 14, "flat_fee": 40.0, "charges_interest": True}
        )
        move = self.owed(1000.0)
        self.dun("2026-01-15")
        claims = self.steps().claim_move_ids
        self.assertEqual(self.codes(claims), {"4830": -40.0, "7100": -3.94})
        self.assertFalse(claims.line_ids.tax_ids)
        entry = move._write_off(self.day(DAY))
        self.assertEqual(self.codes(entry), {"6930": 1000.0})

    def test_a_consumer_over_two_rates(self):
        """1,000.00 due 15 June 2025, 35 days at 7.27 % and 6.27 %: 6.42."""
        self.company.subscription_dunning_policy_id = self.policy_of(
            {"days": 35, "charges_interest": True, "fee_business": 5.0}
        )
        consumer = self._customer("Ada", email="ada@example.com")
        self.owed(1000.0, due="2025-06-15", partner=consumer)
        self.dun("2025-07-20")
        step = self.steps(consumer)
        self.assertEqual((step.amount_interest, step.amount_fee), (6.42, 0.0))
