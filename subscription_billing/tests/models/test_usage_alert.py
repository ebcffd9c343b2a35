from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..usage_common import UsageCommon


@tagged("post_install", "-at_install", "usage")
class TestUsageAlert(UsageCommon):
    """Alerts tell once per contract line and period that much was used."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env.ref("subscription_billing.mail_template_usage_alert")
        cls.alert = cls._alert(80)
        cls.customer.email = "ada@example.com"

    def setUp(self):
        super().setUp()
        commit = patch.object(
            type(self.env["ir.cron"]), "_commit_progress", return_value=60.0
        )
        self.commit = commit.start()
        self.addCleanup(commit.stop)

    @classmethod
    def _alert(cls, threshold, basis="quota", component=None, **vals):
        return cls.env["subscription.usage.alert"].create(
            {
                "component_id": (component or cls.api).id,
                "basis": basis,
                "threshold": threshold,
                "has_activity": False,
                **vals,
            }
        )

    def check(self, day, *contracts):
        contracts = self.env["subscription.contract"].union(*contracts)
        return self.alert._check_alerts(self.day(day), contracts)

    def used(self, quantity, **vals):
        contract = self.metered(**vals)
        self.use(contract, ("2026-01-05 10:00:00", quantity))
        return contract

    def test_each_basis_fires_at_its_threshold(self):
        # (basis, threshold, quantity that does not reach it, quantity that does)
        cases = [
            ("quota", 80, 799, 800),
            ("quota", 150, 1499, 1500),
            ("amount", 5, 1499, 1500),
            ("quantity", 400, 399, 400),
        ]
        for basis, threshold, below, reached in cases:
            with self.subTest(basis=basis, threshold=threshold):
                self.alert.write({"basis": basis, "threshold": threshold})
                self.assertFalse(self.check("2026-01-10", self.used(below)))
                contract = self.used(reached)
                notice = self.check("2026-01-10", contract)
                self.assertEqual(notice.contract_id, contract)

    def test_once_per_period(self):
        contract = self.used(900)
        notice = self.check("2026-01-10", contract)
        self.assertRecordValues(
            notice,
            [
                {
                    "date_start": self.day("2026-01-01"),
                    "date_end": self.day("2026-01-31"),
                    "quantity": 900.0,
                    "quota": 1000.0,
                    "percent": 90.0,
                    "company_id": self.company.id,
                }
            ],
        )
        self.use(contract, ("2026-01-11 10:00:00", 50))
        self.assertFalse(self.check("2026-01-12", contract))
        self.assertFalse(self.check("2026-02-01", contract))
        self.use(contract, ("2026-02-05 10:00:00", 850))
        self.assertTrue(self.check("2026-02-06", contract))

    def test_two_thresholds_are_two_alerts(self):
        self._alert(100)
        contract = self.used(900)
        self.assertEqual(len(self.check("2026-01-10", contract)), 1)
        self.use(contract, ("2026-01-11 10:00:00", 100))
        self.assertEqual(len(self.check("2026-01-12", contract)), 1)

    def test_two_workers_cannot_send_twice(self):
        """The database keeps one notice per alert, line and period."""
        notice = self.check("2026-01-10", self.used(900))
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "INSERT INTO subscription_usage_notice"
                " (alert_id, line_id, date_start, date_end)"
                " SELECT alert_id, line_id, date_start, date_end"
                " FROM subscription_usage_notice WHERE id = %s",
                notice.ids,
            )

    def test_no_free_quantity_no_share_of_it(self):
        meter = self._meter("gb")
        bare = self._metered("gb", "Storage", meter)
        self._price(bare, 1.0, model="per_unit")
        self._alert(1, component=bare)
        contract = self.metered(components=[bare])
        self.use(contract, ("2026-01-05 10:00:00", 9), meter=meter)
        self.assertFalse(self.check("2026-01-10", contract))

    def test_log_mail_and_activity(self):
        self.alert.write({"mail_template_id": self.template.id, "has_activity": True})
        clerk = new_test_user(self.env, login="clerk", lang="en_US")
        contract = self.used(900, user_id=clerk.id)
        self.check("2026-01-10", contract)
        text = "API calls: 900 calls used from 01/01/2026 to 01/31/2026, 90 % of the "
        text += "free quantity of 1,000 calls"
        self.assertLastEvent(contract, type="usage_alert", message=text)
        activity = contract.activity_ids
        self.assertEqual((activity.user_id, activity.summary), (clerk, "Usage alert"))
        self.assertIn("90 %", activity.note)
        # The other one tells the clerk of the activity.
        mail = self.env["mail.mail"].search([("recipient_ids", "=", self.customer.id)])
        self.assertEqual((mail.model, mail.res_id), (contract._name, contract.id))
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertIn(mail.mail_message_id, contract.message_ids)
        self.assertIn("900 calls", mail.body)
        self.assertNotIn("t-out", mail.body)

    def test_mail_in_the_customers_language(self):
        """O2: subject, numbers and dates are German for a German customer."""
        self.env["res.lang"]._activate_lang("de_DE")
        german = self.template.with_context(lang="de_DE")
        german.subject = (
            "{{ object.line_id.name }}: {{ object.quantity_text }} verbraucht"
        )
        self.alert.mail_template_id = self.template
        self.customer.lang = "de_DE"
        contract = self.used(1234.5)
        self.check("2026-01-10", contract)
        mail = self.env["mail.mail"].search([("res_id", "=", contract.id)])
        self.assertEqual(mail.subject, "API calls: 1.234,5 calls verbraucht")
        self.assertIn("01.01.2026", mail.body)

    def test_customer_without_address_is_logged(self):
        """O1: nothing is silent."""
        self.alert.mail_template_id = self.template
        self.customer.email = False
        contract = self.used(900)
        self.check("2026-01-10", contract)
        self.assertFalse(self.env["mail.mail"].search([("res_id", "=", contract.id)]))
        message = "No usage mail sent: Ada GmbH has no e-mail"
        self.assertLastEvent(contract, type="usage_alert", message=message)

    def test_switched_off(self):
        self.alert.active = False
        self.assertFalse(self.check("2026-01-10", self.used(900)))

    def test_cron_takes_companies_zones_and_states(self):
        """T3: each contract by its own calendar; drafts and ended ones are left out."""
        berlin, tokyo = self.used(900), self.metered(tz="Asia/Tokyo")
        self.use(tokyo, ("2026-02-01 01:00:00", 900), zone="Asia/Tokyo")
        draft = self.draft("2026-01-01")
        days = {"Asia/Tokyo": self.day("2026-02-01")}
        runs = self.env.registry["subscription.billing.run"]
        january = self.day("2026-01-31")
        with patch.object(
            runs, "_get_billing_date", lambda _run, tz: days.get(tz, january)
        ):
            self.alert._cron_check_alerts()
        notices = self.alert.notice_ids
        self.assertEqual(notices.contract_id, berlin + tokyo)
        self.assertEqual(
            {notice.contract_id: str(notice.date_start) for notice in notices},
            {berlin: "2026-01-01", tokyo: "2026-02-01"},
        )
        self.assertNotIn(draft, notices.contract_id)
        self.assertTrue(self.commit.called)

    @mute_logger(
        "odoo.addons.subscription_billing.models.usage.subscription_usage_alert"
    )
    def test_bad_contract_does_not_stop_the_others(self):
        """X5; the failure is an activity, once."""
        good, bad, other = (self.used(900) for _n in range(3))
        alerts = self.env.registry["subscription.usage.alert"]
        check = alerts._check_alerts

        def fail(alert, day, contracts):
            if bad in contracts:
                raise ValueError("no price")
            return check(alert, day, contracts)

        with patch.object(alerts, "_check_alerts", fail):
            for _n in range(2):
                self.alert._check_isolated(self.day("2026-01-10"), good + bad + other)
        self.assertEqual(self.alert.notice_ids.contract_id, good + other)
        self.assertEqual(bad.activity_ids.mapped("summary"), ["Usage alerts failed"])
        self.assertLastEvent(bad, type="usage_alert_failed")

    def test_wrong_input(self):
        for threshold in (0, -1):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.CheckViolation),
                self.env.cr.savepoint(),
            ):
                self._alert(threshold)
        with self.assertRaisesRegex(ValidationError, "is not metered"):
            self._alert(1, component=self.base)
        wrong = self.env["mail.template"].create(
            {
                "name": "For partners",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        with self.assertRaisesRegex(ValidationError, "not for usage notices"):
            self.alert.mail_template_id = wrong

    def test_rights(self):
        """Users read, managers edit; notices are written by nobody."""
        notice = self.check("2026-01-10", self.used(900))
        user, manager = (
            self._clerk(
                f"alert_{name}",
                f"subscription_billing.subscription_billing_group_{name}",
            )
            for name in ("user", "manager")
        )
        self.assertEqual(notice.with_user(user).alert_id.threshold, 80.0)
        with self.assertRaises(AccessError):
            self.alert.with_user(user).threshold = 1
        self.alert.with_user(manager).threshold = 70
        with self.assertRaises(AccessError):
            notice.with_user(manager).unlink()

    def test_other_company_sees_nothing(self):
        notice = self.check("2026-01-10", self.used(900))
        other = self._create_company(name="Other")
        stranger = self._clerk(
            "alert_stranger",
            "subscription_billing.subscription_billing_group_manager",
            company=other,
        )
        notices = self.env["subscription.usage.notice"].with_user(stranger)
        self.assertFalse(notices.search([]))
        with self.assertRaises(AccessError):
            notice.with_user(stranger).read(["quantity"])
