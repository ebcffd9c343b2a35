import base64

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import SubscriptionCommon

HEADER = "reference,customer,plan,variant,start,end,currency,quantities\n"


@tagged("post_install", "-at_install", "contracts")
class TestImport(SubscriptionCommon):
    def setUp(self):
        super().setUp()
        self.customer.ref = "C1"

    def _import(self, rows, header=HEADER):
        content = rows if isinstance(rows, bytes) else (header + rows).encode()
        return self.env["subscription.contract.import"].create(
            {"file": base64.b64encode(content), "is_backlog_billed": True}
        )

    def _messages(self, rows):
        wizard = self._import(rows)
        wizard.action_import()
        self.assertFalse(
            self.env["subscription.contract"].search_count([("name", "like", "K-")])
        )
        return "\n".join(filter(None, wizard.line_ids.mapped("message")))

    def test_contracts_are_created_and_activated(self):
        wizard = self._import(
            "K-1,C1,cloud,monthly,2024-01-31,,,seats=3\n"
            "K-2,C1,cloud,monthly,2024-02-01,2024-12-31,,\n"
        )
        wizard.action_import()
        contracts = self.env["subscription.contract"].search(
            [("name", "like", "K-")], order="name"
        )
        self.assertRecordValues(
            contracts,
            [
                {"name": "K-1", "state": "active", "amount_monthly": 45.0},
                {"name": "K-2", "state": "active", "amount_monthly": 30.0},
            ],
        )
        self.assertRecordValues(
            wizard, [{"state": "done", "ok_count": 2, "error_count": 0}]
        )

    def test_a_contract_of_another_system_goes_on_where_it_was_billed(self):
        header = "reference,customer,plan,variant,start,billed_until\n"
        self._import(
            "K-1,C1,cloud,monthly,2021-03-15,2024-02-14\n", header
        ).action_import()
        contract = self.env["subscription.contract"].search([("name", "=", "K-1")])
        self.advance("2024-02-20", contract)
        self.assertCharges(contract, [("fee", "2024-02-15", "2024-03-14", 30.0)])
        wizard = self._import("K-2,C1,cloud,monthly,2024-03-15,2024-02-14\n", header)
        wizard.action_import()
        message = wizard.line_ids.message
        self.assertIn("billed until 02/14/2024 lies before the start", message)

    def test_a_check_creates_nothing(self):
        wizard = self._import("K-1,C1,cloud,monthly,2024-01-31,,,\n")
        wizard.action_check()
        self.assertEqual(wizard.ok_count, 1)
        self.assertFalse(
            self.env["subscription.contract"].search_count([("name", "=", "K-1")])
        )

    def test_a_wrong_row_is_named_and_nothing_is_written(self):
        good = "K-0,C1,cloud,monthly,2024-01-31,,,\n"
        for row, message in (
            ("K-1,C1,moon,monthly,2024-01-31,,,", "no plan with the code moon"),
            ("K-1,C1,cloud,hourly,2024-01-31,,,", "no variant with the code hourly"),
            ("K-1,C9,cloud,monthly,2024-01-31,,,", "no customer with the reference C9"),
            ("K-1,C1,cloud,monthly,2024-02-30,,,", "2024-02-30 in column start"),
            ("K-1,C1,cloud,monthly,2024-02-02,2024-01-01,,", "lies before the start"),
            ("K-0,C1,cloud,monthly,2024-01-31,,,", "stands in row 2 already"),
            ("K-1,C1,cloud,monthly,2024-01-31,,XXX,", "XXX is no active currency"),
            ("K-1,C1,cloud,monthly,2024-01-31,,,moon=1", "no component with the code"),
            ("K-1,C1,cloud,monthly,2024-01-31,,,seats=x", "seats=x is no quantity"),
            ("K-1,,cloud,monthly,2024-01-31,,,", "customer is empty"),
        ):
            with self.subTest(message):
                text = self._messages(good + row + "\n")
                self.assertIn("Row 3", text)
                self.assertIn(message, text)

    def test_a_reference_that_exists(self):
        self.draft("2024-01-01", name="X-1")
        wizard = self._import("X-1,C1,cloud,monthly,2024-01-31,,,\n")
        wizard.action_import()
        self.assertIn("contract X-1 exists already", wizard.line_ids.message)

    def test_a_missing_price_undoes_everything(self):
        self.env.ref("base.CHF").active = True
        wizard = self._import("K-1,C1,cloud,monthly,2024-01-31,,CHF,\n")
        with (
            self.assertRaisesRegex(UserError, "K-1.*no CHF price"),
            self.env.cr.savepoint(),
        ):
            wizard.action_import()
        self.assertFalse(
            self.env["subscription.contract"].search_count([("name", "=", "K-1")])
        )

    def test_files_that_cannot_be_read(self):
        for content, message in (
            (b"\xff\xfe\x00", "not UTF-8"),
            (b"a,b\n1,2\n", "lacks the columns reference, customer"),
            (HEADER.encode(), "no rows"),
        ):
            with self.assertRaisesRegex(UserError, message):
                self._import(content).action_check()
