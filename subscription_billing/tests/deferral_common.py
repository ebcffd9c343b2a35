from odoo.fields import Command

from .debit_common import DebitCommon


class DeferralCommon(DebitCommon):
    """Verbs for stories about deferred revenue, on SKR 03."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("account.group_account_manager")
        cls.company.write(
            {
                "subscription_deferral_policy": "month",
                "subscription_deferral_method": "months",
                "subscription_deferral_since": "2026-01-01",
            }
        )
        chart = cls.env["account.chart.template"].with_company(cls.company)
        cls.vat_19 = chart.ref(f"tax_ust_19_{cls.chart_template.removeprefix('de_')}")
        cls.deferred = cls.company._get_deferral_account()

    def prepaid(self, amount, first, last, day=None, post=True, **vals):
        """A posted invoice for a period, without a contract."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": day or first,
                "date": day or first,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product_a.id,
                            "price_unit": amount,
                            "tax_ids": [Command.set(self.vat_19.ids)],
                            "subscription_date_start": first,
                            "subscription_date_end": last,
                        }
                    )
                ],
                **vals,
            }
        )
        if post:
            move.action_post()
        return move

    def plan_deferrals(self):
        self.env["subscription.deferring"].sudo()._plan(self.company)

    def defer(self, day, automatic=True):
        """Let the scheduled action work on a day."""
        self.company.subscription_deferral_is_automatic = automatic
        with self.at(day):
            self.env["subscription.deferring"]._cron_defer()
        self.env.invalidate_all()

    def rows(self, move=None, state=None):
        domain = [("company_id", "=", self.company.id)]
        if move:
            domain.append(("invoice_id", "in", move.ids))
        if state:
            domain.append(("state", "=", state))
        return self.env["subscription.deferral"].search(domain)

    def told(self, move=None, state=None):
        """Rows as (month, amount)."""
        return [(f"{it.date:%Y-%m}", it.amount) for it in self.rows(move, state)]

    def balance(self, day=None):
        """Of the deferral account, as the ledger has it: what is still deferred."""
        domain = [
            ("account_id", "=", self.deferred.id),
            ("parent_state", "=", "posted"),
        ]
        if day:
            domain.append(("date", "<=", day))
        lines = self.env["account.move.line"].search(domain)
        return round(-sum(lines.mapped("balance")), 2)

    def assertReported(self, day):
        """The report comes to the balance of the account."""
        posted = self.rows(state="posted").filtered(lambda it: str(it.date) <= day)
        self.assertAlmostEqual(sum(posted.mapped("amount")), self.balance(day))
