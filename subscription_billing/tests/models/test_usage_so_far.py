from unittest.mock import patch

from odoo.tests import Form, tagged

from ..usage_common import UsageCommon


@tagged("post_install", "-at_install", "usage")
class TestUsageSoFar(UsageCommon):
    """The usage tab of a contract: what its lines have used in the current period."""

    def on(self, day):
        """Make ``day`` today, in every time zone."""
        runs = self.env.registry["subscription.billing.run"]
        clock = patch.object(runs, "_get_billing_date", lambda _run, tz: self.day(day))
        clock.start()
        self.addCleanup(clock.stop)

    def usage_line(self, contract):
        return contract.line_ids.filtered(lambda line: line.kind == "metered")

    def test_current_period_of_a_line(self):
        contract = self.metered()
        self.use(
            contract,
            ("2026-01-31 23:59:59", 7000),
            ("2026-02-01 00:00:00", 500),
            ("2026-02-10 10:00:00", 250),
        )
        self.on("2026-02-10")
        self.assertRecordValues(
            self.usage_line(contract),
            [
                {
                    "usage_date_start": self.day("2026-02-01"),
                    "usage_date_end": self.day("2026-02-28"),
                    "usage_quantity": 750.0,
                    "usage_quota": 1000.0,
                    "usage_quota_left": 250.0,
                    "usage_percent": 75.0,
                    "usage_amount": 0.0,
                    "usage_event_count": 2,
                    "usage_unit_name": "calls",
                }
            ],
        )

    def test_events_after_today_do_not_count(self):
        contract = self.metered()
        self.use(contract, ("2026-02-10 10:00:00", 250), ("2026-02-11 00:00:00", 250))
        self.on("2026-02-10")
        self.assertEqual(self.usage_line(contract).usage_quantity, 250.0)

    def test_cost_and_events_go_on_after_an_interim_bill(self):
        contract = self.metered(threshold_amount=1)
        self.use(contract, ("2026-02-05 10:00:00", 2000))
        self.env["subscription.billing.run"].sudo().create(
            {"date": "2026-02-08", "company_id": self.company.id, "is_interim": True}
        )._process([("id", "in", contract.ids)])
        self.assertTrue(self.usage_charges(contract).filtered("usage_count"))
        self.use(contract, ("2026-02-09 10:00:00", 500))
        self.on("2026-02-10")
        line = self.usage_line(contract)
        self.assertEqual(
            (line.usage_quantity, line.usage_amount, line.usage_event_count),
            (2500.0, 15.0, 2),
        )

    def test_each_contract_by_its_own_calendar(self):
        """T3: it is tomorrow in Tokyo already."""
        berlin, tokyo = self.metered(), self.metered(tz="Asia/Tokyo")
        days = {"Asia/Tokyo": self.day("2026-02-01")}
        runs = self.env.registry["subscription.billing.run"]
        january = self.day("2026-01-31")
        with patch.object(
            runs, "_get_billing_date", lambda _run, tz: days.get(tz, january)
        ):
            lines = self.usage_line(berlin) + self.usage_line(tokyo)
            self.assertEqual(
                [str(line.usage_date_start) for line in lines],
                ["2026-01-01", "2026-02-01"],
            )

    def test_lines_without_current_period(self):
        """Fees, lines that ended and contracts that start later use nothing."""
        ended, later = self.metered(), self.metered(on="2026-05-01")
        self.usage_line(ended).date_end = "2026-01-31"
        self.on("2026-02-10")
        lines = ended.line_ids + later.line_ids
        self.assertEqual(lines.mapped("usage_date_start"), [False] * 4)
        self.assertEqual(set(lines.mapped("usage_quantity")), {0.0})

    def test_draft_contract(self):
        self.on("2026-01-10")
        contract = self.draft("2026-01-01")
        self.assertFalse(contract.metered_line_ids)
        with Form(contract) as form, form.line_ids.new() as line:
            line.component_id = self.api
        self.assertEqual(contract.metered_line_ids, self.usage_line(contract))
        self.assertEqual(contract.metered_line_ids.usage_quota, 1000.0)
        self.assertFalse(contract.usage_charge_ids)

    def test_queries_do_not_grow_with_the_lines(self):
        self.on("2026-02-10")
        contracts = [self.metered() for _n in range(22)]
        for contract in contracts:
            self.use(contract, ("2026-02-05 10:00:00", 10))
        self.env.flush_all()

        def count(some):
            ids = [line.id for contract in some for line in contract.line_ids]
            self.env.invalidate_all()
            lines = self.env["subscription.contract.line"].browse(ids)
            lines.mapped("name")
            before = self.env.cr.sql_log_count
            self.assertEqual(sum(lines.mapped("usage_quantity")), 10.0 * len(some))
            return self.env.cr.sql_log_count - before

        count(contracts[:1])
        self.assertEqual(count(contracts[2:]), count(contracts[:2]))

    def test_tab_for_users_and_accountants(self):
        """Whoever may read a contract sees its usage, and its company's alone."""
        contract = self.metered()
        self.use(contract, ("2026-02-05 10:00:00", 400))
        self.on("2026-02-10")
        self.bill("2026-02-01", contract)
        for group in (
            "subscription_billing.subscription_billing_group_user",
            "account.group_account_invoice",
        ):
            user = self._clerk(group, group)
            seen = contract.with_user(user)
            self.env.invalidate_all()
            self.assertEqual(seen.metered_line_ids.usage_quantity, 400.0)
            self.assertEqual(seen.usage_charge_ids.sudo(), self.usage_charges(contract))
            Form(seen)

    def test_buttons(self):
        contract = self.metered()
        self.use(contract, ("2026-02-05 10:00:00", 400))
        record = contract.action_record_usage()
        self.assertEqual(record["context"]["default_meter_id"], self.calls.id)
        form = Form(self.env["subscription.usage"].with_context(**record["context"]))
        form.quantity = 3
        form.instant = self.utc("2026-02-06 10:00:00")
        self.assertEqual(form.save().contract_id, contract)
        usage = self.env["subscription.usage"].search(
            contract.action_view_usage()["domain"]
        )
        self.assertEqual(sorted(usage.mapped("quantity")), [3.0, 400.0])
