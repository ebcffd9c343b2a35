from odoo.fields import Command

from .debit_common import DebitCommon

DUE = "2026-01-01"


class DunningCommon(DebitCommon):
    """Verbs for stories about dunning, on a German chart of accounts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env.ref("subscription_billing.dunning_policy_german")
        cls.company.subscription_dunning_policy_id = cls.policy
        cls.business = cls._customer(
            "Grace & Co. KG",
            is_company=True,
            email="grace@example.com",
            street="Hauptstraße 1",
            zip="10115",
            city="Berlin",
        )
        cls.env["subscription.base.rate"].search(
            [("date_start", "=", "2026-07-01")]
        ).unlink()

    def owed(self, amount=100.0, due=DUE, partner=None, **vals):
        """A posted invoice without a contract, due on a day."""
        move = self.env["account.move"].create(
            {
                "move_type": vals.pop("move_type", "out_invoice"),
                "partner_id": (partner or self.business).id,
                "invoice_date": due,
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product_a.id,
                            "price_unit": amount,
                            "tax_ids": [Command.set(vals.pop("taxes", []))],
                        }
                    )
                ],
                **vals,
            }
        )
        move.action_post()
        return move

    def policy_of(self, *levels, **vals):
        """A policy; each level as dict of values."""
        return self.env["subscription.dunning.policy"].create(
            {
                "name": "Test",
                "level_ids": [
                    Command.create({"name": f"Level {number}", **level})
                    for number, level in enumerate(levels, 1)
                ],
                **vals,
            }
        )

    def dun(self, day, automatic=True):
        """Let the scheduled action dun on a day."""
        self.company.subscription_dunning_is_automatic = automatic
        with self.at(day):
            self.env["subscription.dunning"]._cron_dun()
        self.env.invalidate_all()

    def steps(self, partner=None):
        return self.env["subscription.dunning.step"].search(
            [("partner_id", "=", (partner or self.business).id)], order="id"
        )

    def case(self, partner=None):
        return self.env["subscription.dunning.case"].search(
            [("partner_id", "=", (partner or self.business).id)], limit=1
        )

    def assertSteps(self, expected, partner=None):
        """Steps as (level, day sent, to pay), oldest first."""
        steps = self.steps(partner).filtered(lambda it: it.state == "done")
        actual = [
            (it.level_id.name, str(it.date_sent), it.amount_total) for it in steps
        ]
        self.assertEqual(actual, expected)

    def tax(self, amount=19):
        return self.env["account.tax"].search(
            [
                ("type_tax_use", "=", "sale"),
                ("amount", "=", amount),
                ("company_id", "=", self.company.id),
                ("country_id.code", "=", "DE"),
                ("price_include_override", "!=", "tax_included"),
            ],
            limit=1,
        )
