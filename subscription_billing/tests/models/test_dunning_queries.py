from odoo.tests import tagged

from ..dunning_common import DunningCommon


@tagged("post_install", "-at_install", "dunning")
class TestDunningQueries(DunningCommon):
    """How many queries dunning takes does not grow with the debtors."""

    def debtors(self, count):
        partners = self.env["res.partner"]
        for number in range(count):
            partner = self._customer(f"{count} {number}", email="a@example.com")
            for amount in (10.0, 20.0):
                self.owed(amount, partner=partner)
            partners += partner
        self.env.flush_all()
        self.env.invalidate_all()
        return partners

    def count(self, work):
        before = self.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_proposing(self):
        counts = []
        day = self.day("2026-01-08")
        dunning = self.env["subscription.dunning"].sudo()
        for number in (3, 12):
            partners = self.debtors(number)
            counts.append(
                self.count(lambda it=partners: dunning._propose(self.company, day, it))
            )
            for partner in partners:
                self.assertEqual(len(self.steps(partner).line_ids), 2)
        self.assertLessEqual(counts[1], counts[0] + 3)

    def test_sending_without_claims(self):
        """A few per letter, for its texts; none that grow with the number of them."""
        self.company.subscription_dunning_policy_id = self.policy_of(
            {"days": 7, "channel": "letter"}
        )
        costs = []
        day = self.day("2026-01-08")
        dunning = self.env["subscription.dunning"].sudo()
        for number in (3, 12):
            partners = self.debtors(number)
            steps = dunning._propose(self.company, day, partners)
            self.env.flush_all()
            self.env.invalidate_all()
            costs.append(self.count(lambda it=steps: it._send(day)) / number)
            self.assertEqual(set(steps.mapped("state")), {"done"})
        self.assertLessEqual(costs[1], costs[0])
