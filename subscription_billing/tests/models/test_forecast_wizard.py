from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ...engine.errors import InvalidPeriod
from ..common import SubscriptionCommon

DAY = "2024-01-15"


@tagged("post_install", "-at_install", "forecast")
class TestForecastWizard(SubscriptionCommon):
    """The forecast as users see it: scope, rows, flags, wrong input, access."""

    def forecast(self, contracts=None, user=None, **vals):
        vals = {"date": DAY, "months": 3, "company_id": self.company.id, **vals}
        if contracts is not None:
            vals |= {"scope": "selected", "contract_ids": contracts.ids}
        wizards = self.env["subscription.forecast.wizard"]
        wizard = wizards.with_user(user or self.env.user).create(
            {"scope": "company", **vals}
        )
        self.action = wizard.action_forecast()
        return wizard

    def test_a_row_says_what_is_billed_when(self):
        contract = self.subscribe("2024-01-15", quantities={self.seats: 2})
        wizard = self.forecast(contract)
        expected = {
            "contract_id": contract.id,
            "partner_id": self.customer.id,
            "plan_id": self.plan.id,
            "component_id": self.base.id,
            "kind": "fee",
            "status": "planned",
            "date": self.day(DAY),
            "amount": 30.0,
            "amount_company": 30.0,
        }
        self.assertRecordValues(wizard.row_ids[0], [expected])
        self.assertEqual(str(wizard.date_until), "2024-04-14")

    def test_rows_by_month(self):
        self.subscribe("2024-01-15", quantities={self.seats: 2})
        wizard = self.forecast()
        groups = wizard.row_ids._read_group(
            [("wizard_id", "=", wizard.id)], ["date:month"], ["amount_company:sum"]
        )
        self.assertEqual([amount for _month, amount in groups], [40.0] * 3)
        self.assertEqual(self.action["domain"], [("wizard_id", "=", wizard.id)])

    def test_a_second_forecast_replaces_the_rows(self):
        self.subscribe("2024-01-15")
        wizard = self.forecast()
        wizard.months = 1
        wizard.action_forecast()
        self.assertEqual(len(wizard.row_ids), 1)

    def test_held_contracts_are_left_out_unless_asked_for(self):
        contract = self.subscribe("2024-01-15")
        contract.action_toggle_hold()
        self.assertFalse(self.forecast(contract).row_ids)
        rows = self.forecast(contract, is_held_included=True).row_ids
        self.assertEqual(rows.mapped("status"), ["held"] * 3)

    def test_parked_contracts_are_billed_from_their_retry_on(self):
        contract = self.subscribe("2024-01-15")
        run = self.env["subscription.billing.run"]
        contract._park("No VAT number", self.day("2024-01-20"), run)
        rows = self.forecast(contract).row_ids
        self.assertEqual(rows.mapped("status"), ["parked"] * 3)
        self.assertEqual(str(rows[0].date), "2024-01-21")

    def test_months_out_of_range_are_refused(self):
        self.subscribe("2024-01-15")
        for months in (-1, 0, 37, 100):
            with (
                self.subTest(months=months),
                self.assertRaisesRegex(ValidationError, "1 to 36 months"),
            ):
                self.forecast(months=months)

    def test_nothing_to_forecast_says_what_to_do(self):
        empty = self.env["subscription.contract"]
        for contracts, message in (
            (None, "no running contract"),
            (empty, "Select contracts"),
            (self.draft("2024-01-15"), "is a draft"),
        ):
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                self.forecast(contracts)

    def test_x5_broken_data_is_named_and_hides_nothing_else(self):
        good, bad = self.subscribe("2024-01-15"), self.subscribe("2024-01-15")
        contracts = self.env.registry["subscription.contract"]
        original = contracts._as_timeline

        def fail(contract):
            if contract == bad:
                raise InvalidPeriod("broken on purpose")
            return original(contract)

        with patch.object(contracts, "_as_timeline", fail):
            wizard = self.forecast(good + bad)
        problem = wizard.row_ids.filtered(lambda row: row.status == "problem")
        self.assertEqual(problem.contract_id, bad)
        self.assertIn("a period is empty", problem.note)
        self.assertEqual(len(wizard.row_ids - problem), 3)
        self.assertEqual(self.action["tag"], "display_notification")
        self.assertIn(bad.name, self.action["params"]["message"])

    def test_m5_foreign_currency_at_the_rate_of_the_day(self):
        currency = self.setup_other_currency("EUR", rates=[("2024-01-01", 2.0)])
        variant = self._variant("foreign", currency_id=currency.id)
        self._price(self.base, 50.0, currency_id=currency.id)
        rows = self.forecast(self.subscribe("2024-01-15", variant)).row_ids
        self.assertEqual(rows.mapped("amount"), [50.0] * 3)
        self.assertEqual(rows.mapped("amount_company"), [25.0] * 3)

    def login(self, groups, company):
        return self._clerk(f"forecast_{groups}_{company.id}", groups, company=company)

    def test_o2_users_and_accountants_forecast_their_company(self):
        contract = self.subscribe("2024-01-15")
        for groups in (
            "subscription_billing.subscription_billing_group_user",
            "account.group_account_invoice",
        ):
            with self.subTest(groups):
                user = self.login(groups, self.company)
                self.assertEqual(len(self.forecast(user=user).row_ids), 3)
                self.assertEqual(len(self.forecast(contract, user=user).row_ids), 3)

    def test_o2_others_do_not(self):
        contract = self.subscribe("2024-01-15")
        other = self.setup_other_company()["company"]
        group = "subscription_billing.subscription_billing_group_manager"
        foreign = self.login(group, other)
        employee = self.login("base.group_user", self.company)
        for user in (foreign, employee):
            service = self.env["subscription.forecast"].with_user(user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                service._get_rows(
                    contract.with_user(user), self.day(DAY), self.day("2024-04-14")
                )
        with self.assertRaises(AccessError):
            self.forecast(user=employee)
        with self.assertRaises(UserError):
            self.forecast(user=foreign)

    def test_x5_more_contracts_are_not_more_queries(self):
        def count(contracts):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["subscription.forecast"]._get_rows(
                contracts, self.day(DAY), self.day("2025-01-14")
            )
            return self.env.cr.sql_log_count - before

        contracts = [self.subscribe("2024-01-15") for _n in range(12)]
        all_ = self.env["subscription.contract"].union(*contracts)
        count(all_)
        self.assertLessEqual(count(all_), count(all_[:3]) + 1)

    def test_o2_nobody_reads_the_forecast_of_another(self):
        self.subscribe("2024-01-15")
        rows = self.forecast().row_ids
        other = self.login("account.group_account_invoice", self.company)
        self.assertFalse(rows.with_user(other).search([("id", "in", rows.ids)]))
        with self.assertRaises(AccessError):
            rows.with_user(other).read(["amount"])
