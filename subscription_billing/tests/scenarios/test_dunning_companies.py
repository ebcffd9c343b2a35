from odoo.fields import Command
from odoo.tests import tagged

from ..dunning_common import DunningCommon


@tagged("post_install", "-at_install", "dunning")
class TestDunningCompanies(DunningCommon):
    """O2: each company duns for itself; who is dunned reads the own language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.data_b = cls.setup_other_company(name="Branch B")
        cls.branch = cls.data_b["company"]

    def owed_to(self, company, amount=100.0, **vals):
        data = self.data_b if company == self.branch else self.company_data
        return self.owed(
            amount,
            company_id=company.id,
            journal_id=data["default_journal_sale"].id,
            **vals,
        )

    def steps_of(self, company):
        return self.env["subscription.dunning.step"].search(
            [("company_id", "=", company.id)]
        )

    def test_each_for_itself(self):
        self.branch.subscription_dunning_policy_id = self.policy_of({"days": 3})
        self.branch.subscription_dunning_is_automatic = True
        own, other = self.owed_to(self.company), self.owed_to(self.branch, 55.0)
        self.dun("2026-01-04")
        self.assertFalse(self.steps_of(self.company))
        self.assertEqual(self.steps_of(self.branch).line_ids.move_id, other)
        self.dun("2026-01-08")
        self.assertEqual(self.steps_of(self.company).line_ids.move_id, own)
        self.assertEqual(self.steps_of(self.branch).amount, 55.0)

    def test_automatic_in_one_and_by_hand_in_the_other(self):
        self.branch.subscription_dunning_policy_id = self.policy_of({"days": 7})
        self.owed_to(self.company)
        self.owed_to(self.branch)
        self.dun("2026-01-08")
        self.assertEqual(self.steps_of(self.company).state, "done")
        self.assertEqual(self.steps_of(self.branch).state, "proposed")

    def test_a_policy_of_the_partner_is_per_company(self):
        late = self.policy_of({"days": 20})
        self.business.with_company(self.branch).subscription_dunning_policy_id = late
        self.branch.subscription_dunning_policy_id = self.policy_of({"days": 3})
        self.branch.subscription_dunning_is_automatic = True
        self.owed_to(self.company)
        self.owed_to(self.branch)
        self.dun("2026-01-08")
        self.assertTrue(self.steps_of(self.company))
        self.assertFalse(self.steps_of(self.branch))
        self.dun("2026-01-21")
        self.assertEqual(self.steps_of(self.branch).case_id.policy_id, late)

    def test_holds_of_one_company_do_not_hold_in_the_other(self):
        self.branch.subscription_dunning_policy_id = self.policy_of({"days": 7})
        self.env["subscription.dunning.hold"].create(
            {
                "company_id": self.branch.id,
                "partner_id": self.business.id,
                "date_until": "2026-06-01",
                "reason": "Talks",
            }
        )
        self.owed_to(self.company)
        self.owed_to(self.branch)
        self.dun("2026-01-08")
        self.assertTrue(self.steps_of(self.company))
        self.assertFalse(self.steps_of(self.branch))

    def test_claims_are_booked_in_the_company_that_duns(self):
        account = self.data_b["default_account_revenue"]
        self.branch.write(
            {
                "subscription_dunning_policy_id": self.policy_of(
                    {"days": 7, "fee_business": 5.0}
                ).id,
                "subscription_dunning_fee_account_id": account.id,
                "subscription_dunning_is_automatic": True,
            }
        )
        self.owed_to(self.branch)
        self.dun("2026-01-08")
        claim = self.steps_of(self.branch).claim_move_ids
        self.assertEqual(claim.company_id, self.branch)
        self.assertIn(account, claim.line_ids.account_id)
        self.assertEqual(claim.journal_id.company_id, self.branch)

    def test_credits_of_the_other_company_do_not_count(self):
        self.owed_to(self.company, 100.0)
        self.owed_to(self.branch, 100.0, move_type="out_refund")
        self.dun("2026-01-08")
        self.assertEqual(self.steps_of(self.company).amount, 100.0)

    def test_all_addresses_of_a_debtor_are_one(self):
        site = self._customer("Site", parent_id=self.business.id)
        first, second = self.owed(10.0), self.owed(20.0, partner=site)
        self.dun("2026-01-08")
        self.assertEqual(self.steps().line_ids.move_id, first | second)
        self.assertEqual(site.subscription_dunning_state, "Payment Reminder")

    def test_an_entry_by_hand_is_dunned_if_it_follows_up(self):
        receivable = self.business.property_account_receivable_id
        other = self.company_data["default_account_revenue"]
        for follows, expected in ((False, 0), (True, 1)):
            entry = self.env["account.move"].create(
                {
                    "journal_id": self.company._get_claim_journal().id,
                    "date": "2026-01-01",
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": account.id,
                                "partner_id": self.business.id,
                                "balance": amount,
                                "date_maturity": "2026-01-01",
                                "no_followup": not follows,
                            }
                        )
                        for account, amount in ((receivable, 70.0), (other, -70.0))
                    ],
                }
            )
            entry.action_post()
            self.dun("2026-01-08")
            self.assertEqual(len(self.steps()), expected)

    def test_instalments_of_a_payment_term_are_items_of_their_own(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": days}
                    )
                    for days in (0, 30)
                ],
            }
        )
        move = self.owed(100.0)
        move.button_draft()
        move.invoice_payment_term_id = term
        move.action_post()
        self.dun("2026-01-08")
        self.assertEqual(self.steps().mapped("amount"), [50.0])
        self.dun("2026-01-15")
        self.assertEqual(self.steps().mapped("amount"), [50.0, 50.0])
        self.dun("2026-02-07")
        self.assertIn(
            ("Payment Reminder", 50.0),
            [(it.level_id.name, it.amount) for it in self.steps()[-1].line_ids],
        )

    def test_a_document_that_is_reset_is_no_item_any_more(self):
        move = self.owed(100.0)
        self.dun("2026-01-08")
        name = move.name
        move.button_draft()
        self.dun("2026-01-15")
        self.assertEqual(len(self.steps()), 1)
        self.assertEqual(self.case().state, "closed")
        move.action_post()
        self.assertEqual(self.steps().line_ids.name, name)
