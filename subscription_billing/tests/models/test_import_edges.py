import base64
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...formats import contract_csv
from ..common import SubscriptionCommon

HEADER = "reference,customer,plan,variant,start,end,currency,quantities\n"


@tagged("post_install", "-at_install", "contracts")
class TestImportEdges(SubscriptionCommon):
    """Files as people really send them."""

    def setUp(self):
        super().setUp()
        self.customer.ref = "C1"

    def _run(self, text):
        content = text if isinstance(text, bytes) else text.encode()
        wizard = self.env["subscription.contract.import"].create(
            {"file": base64.b64encode(content), "is_backlog_billed": True}
        )
        wizard.action_import()
        return wizard

    def _contract(self, name):
        return self.env["subscription.contract"].search([("name", "=", name)])

    def test_a_file_of_excel_with_bom_semicolons_and_windows_line_ends(self):
        head = HEADER.replace(",", ";").strip()
        text = f"\ufeff{head}\r\nK-1;C1;cloud;monthly;2024-01-31;;;seats=3\r\n\r\n"
        self.assertEqual(self._run(text).ok_count, 1)
        self.assertEqual(self._contract("K-1").amount_monthly, 45.0)

    def test_quoted_fields_with_separators_quotes_and_line_breaks(self):
        head = HEADER.strip() + ",customer_reference\n"
        text = f'{head}"K,""1""",C1,cloud,monthly,2024-01-31,,,,"PO 1,\nline 2"\n'
        self.assertEqual(self._run(text).ok_count, 1)
        self.assertEqual(self._contract('K,"1"').customer_reference, "PO 1,\nline 2")

    def test_text_that_looks_like_a_formula_is_text(self):
        self._run(HEADER + "=1+1,C1,cloud,monthly,2024-01-31,,,\n")
        self.assertEqual(self._contract("=1+1").state, "active")

    def test_a_quote_that_is_never_closed_is_named(self):
        for row in ('"K-1,C1,cloud,monthly,2024-01-31,,,', '"K"-1,C1,cloud,monthly'):
            with self.assertRaisesRegex(UserError, "damaged near line"):
                self._run(HEADER + row + "\n")

    def test_a_component_that_stands_twice_is_no_quantity(self):
        wizard = self._run(
            HEADER + "K-1,C1,cloud,monthly,2024-01-31,,,seats=1 seats=5\n"
        )
        self.assertIn("seats=5 is no quantity", wizard.line_ids.message)
        self.assertFalse(self._contract("K-1"))

    def test_numbers_that_are_no_quantities(self):
        for text in ("seats=nan", "seats=inf", "seats=-1", "seats=1e9", "=1", "seats"):
            with self.subTest(text):
                wizard = self._run(
                    HEADER + f"K-1,C1,cloud,monthly,2024-01-31,,,{text}\n"
                )
                self.assertIn("is no quantity", wizard.line_ids.message)

    def test_too_many_rows_and_too_large_files_are_refused_before_any_work(self):
        row = "K-{},C1,cloud,monthly,2024-01-31,,,\n"
        text = HEADER + "".join(row.format(i) for i in range(4))
        for name, limit, message in (
            ("MAX_ROWS", 3, "more than 3 rows"),
            ("MAX_BYTES", 20, "larger than 0 MB"),
        ):
            with (
                patch.object(contract_csv, name, limit),
                self.assertRaisesRegex(UserError, message),
            ):
                self._run(text)
        self.assertFalse(self._contract("K-0"))

    def test_the_same_reference_in_another_company_is_no_duplicate(self):
        other = self.setup_other_company()["company"]
        self.env.user.company_ids += other
        self.plan.company_id = False
        draft = self.draft("2024-01-01", name="K-1", company_id=other.id)
        self._run(HEADER + "K-1,C1,cloud,monthly,2024-01-31,,,\n")
        self.assertEqual(len(self._contract("K-1") | draft), 2)

    def test_a_customer_reference_used_twice_is_not_guessed(self):
        self._customer("Second", ref="C1")
        wizard = self._run(HEADER + "K-1,C1,cloud,monthly,2024-01-31,,,\n")
        self.assertIn("2 customers have the reference C1", wizard.line_ids.message)

    def test_a_customer_or_plan_of_another_company_is_unknown(self):
        other = self.setup_other_company()["company"]
        self.env.user.company_ids += other
        self._customer("Theirs", ref="C2", company_id=other.id)
        self.env["subscription.plan"].create(
            {"name": "Theirs", "code": "theirs", "company_id": other.id}
        )
        wizard = self._run(
            HEADER
            + "K-1,C2,cloud,monthly,2024-01-31,,,\nK-2,C1,theirs,m,2024-01-31,,,\n"
        )
        messages = "\n".join(wizard.line_ids.mapped("message"))
        self.assertIn("no customer with the reference C2", messages)
        self.assertIn("no plan with the code theirs", messages)

    def test_the_companys_own_plan_beats_a_shared_one_of_the_same_code(self):
        shared = self.plan.copy({"company_id": False, "code": "cloud", "name": "AAA"})
        shared.sequence = 99
        self._run(HEADER + "K-1,C1,cloud,monthly,2024-01-31,,,\n")
        self.assertEqual(self._contract("K-1").plan_id, self.plan)
