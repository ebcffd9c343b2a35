from odoo.tests import tagged

from ..collection_common import CollectionCommon


@tagged("post_install", "-at_install", "collection")
class TestCollectionCredits(CollectionCommon):
    """What a customer has open with us is set off first; small sums go along."""

    def credit(self, amount, partner=None, **vals):
        note = self.init_invoice(
            "out_refund",
            partner=partner or self.customer,
            invoice_date=vals.pop("day", "2026-01-01"),
            amounts=[amount],
            taxes=self.env["account.tax"],
            **vals,
        )
        note.action_post()
        return note

    def test_500_less_a_credit_of_491_collects_9(self):
        self.token()
        contract = self.subscribe("2026-01-01", line_ids=self.priced(500.0))
        move = self.invoice("2026-01-01", contract)
        note = self.credit(491.0)
        provider = self.collect("2026-01-01")
        self.assertEqual(provider.calls, [(move.name, 9.0)])
        self.assertTrue(move._is_settled())
        self.assertTrue(note._is_settled())

    def test_the_document_it_reverses_comes_first_then_the_oldest(self):
        contract = self.subscribe("2026-01-01", line_ids=self.priced(100.0))
        first = self.invoice("2026-01-01", contract)
        second = self.invoice("2026-02-01", contract)
        note = self.credit(130.0)
        note.reversed_entry_id = second
        self.collect("2026-02-01")
        self.assertEqual([first.amount_residual, second.amount_residual], [70.0, 0.0])

    def test_credits_of_others_currencies_and_companies_stay(self):
        move = self.invoice("2026-01-01")
        self.credit(10.0, partner=self._customer("Other"))
        euro = self.setup_other_currency("EUR")
        self.credit(10.0, currency=euro)
        self.collect("2026-01-01")
        self.assertEqual(move.amount_residual, 30.0)

    def test_a_larger_credit_stays_for_the_next_invoice(self):
        self.token()
        contract = self.subscribe("2026-01-01")
        self.invoice("2026-01-01", contract)
        note = self.credit(45.0)
        self.assertEqual(self.collect("2026-01-01").calls, [])
        self.assertEqual(note.amount_residual, 15.0)
        move = self.invoice("2026-02-01", contract)
        provider = self.collect("2026-02-01")
        self.assertEqual(provider.calls, [(move.name, 15.0)])

    def test_what_is_under_way_is_not_set_off(self):
        self.token()
        move = self.invoice("2026-01-01")
        self.collect("2026-01-01", "pending")
        self.credit(10.0)
        self.collect("2026-01-02")
        self.assertEqual(move.amount_residual, 30.0)

    def test_too_little_goes_along_with_the_next(self):
        self.company.subscription_collect_minimum = 5.0
        self.token()
        contract = self.subscribe("2026-01-01", line_ids=self.priced(3.0))
        small = self.invoice("2026-01-01", contract)
        self.assertEqual(self.collect("2026-01-01").calls, [])
        self.assertAttempts(small, [(1, "2026-01-01", "scheduled")])
        self.assertIn("Too little", small.subscription_attempt_ids.message)
        next_one = self.invoice("2026-02-01", contract)
        provider = self.collect("2026-02-01")
        self.assertEqual([amount for _ref, amount in provider.calls], [6.0])
        self.assertTrue(small._is_settled() and next_one._is_settled())
        self.assertEqual(
            small.subscription_attempt_ids.transaction_id,
            next_one.subscription_attempt_ids.transaction_id,
        )

    def test_what_is_debited_does_not_go_along_with_a_card(self):
        self.company.subscription_collect_minimum = 5.0
        token = self.token()
        small = self.invoice(
            "2026-01-01", self.subscribe("2026-01-01", line_ids=self.priced(3.0))
        )
        self.collect("2026-01-01")
        mandate = self.env["subscription.sepa.mandate"].create(
            {"partner_id": self.customer.id, "iban": "DE02120300000000202051"}
        )
        small.sudo().subscription_attempt_ids.mandate_id = mandate
        self.invoice("2026-02-01", self.subscribe("2026-02-01"))
        provider = self.collect("2026-02-01")
        self.assertEqual([amount for _ref, amount in provider.calls], [30.0])
        self.assertEqual(small.subscription_attempt_ids.token_id, token)
        self.assertFalse(small._is_settled())

    def test_the_minimum_is_in_the_companys_currency(self):
        currency = self.setup_other_currency("EUR", rates=[("2025-01-01", 0.1)])
        day = self.day("2026-01-01")
        self.company.subscription_collect_minimum = 5.0
        for amount, worth in ((0.49, False), (0.5, True)):
            is_worth = self.company._is_worth_collecting(amount, currency, day)
            self.assertEqual(is_worth, worth, amount)
