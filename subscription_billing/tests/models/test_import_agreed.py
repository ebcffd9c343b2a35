import base64
from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import file_open

from ..discount_common import DiscountCommon

HEADER = "reference,customer,plan,variant,start,end,billed_until,quantities,discounts\n"


@tagged("post_install", "-at_install", "contracts", "discounts")
class TestImportAgreed(DiscountCommon):
    """What was agreed elsewhere comes along: own prices, quantities, what is left of
    discounts, days that were billed. The base fee is 30.00 a month, a seat 5.00."""

    def setUp(self):
        super().setUp()
        self.customer.ref = "C1"

    def _import(self, *rows, **vals):
        """Import rows without their first columns."""
        rows = [f"K-{number},C1,cloud,monthly,{row}" for number, row in enumerate(rows)]
        content = (HEADER + "\n".join(rows) + "\n").encode()
        vals = {"file": base64.b64encode(content), **vals}
        wizard = self.env["subscription.contract.import"].create(vals)
        wizard.action_import()
        return wizard

    def _contracts(self):
        domain = [("name", "=like", "K-%")]
        return self.env["subscription.contract"].search(domain, order="name")

    def assertRefused(self, row, message):
        wizard = self._import(row, is_backlog_billed=True)
        self.assertFalse(self._contracts())
        self.assertEqual((wizard.state, wizard.error_count), ("checked", 1))
        self.assertIn(f"Row 2: {message}", wizard.line_ids.message)

    def test_all_of_it_in_one_row(self):
        """Base at 20.00, two seats at 3.50; 27.00 less a half for two more periods."""
        half = {"percent": 50.0, "duration": "periods", "period_count": 6}
        self._discount("Half", code="HALF", **half)
        self._import(
            "2024-01-01,,2024-03-31,base=1@20 seats=2@3.50,half=2",
            is_backlog_billed=True,
        )
        self.bill("2024-06-30", self._contracts())
        days = ["2024-04-01", "2024-05-01", "2024-06-01"]
        self.assertAmounts(
            self._contracts(),
            *((days[0], 20.0, 10.0), (days[0], 7.0, 3.5)),
            *((days[1], 20.0, 10.0), (days[1], 7.0, 3.5)),
            *((days[2], 20.0, 20.0), (days[2], 7.0, 7.0)),
        )

    def test_a_discount_without_a_number_is_as_offered(self):
        """Also where the offer is over, or used up."""
        terms = {"duration": "periods", "period_count": 3, "redemption_limit": 1}
        discount = self._discount(code="WELCOME", **terms)
        discount.write({"date_redeem_end": "2023-12-31", "active": False})
        rows = ("2024-01-01,,,,WELCOME", "2024-01-01,,2024-01-31,,welcome")
        self._import(*rows, is_backlog_billed=True)
        first, second = self._contracts()
        self.assertEqual(str(first.discount_ids.date_end), "2024-03-31")
        self.assertEqual(str(second.discount_ids.date_end), "2024-04-30")

    def test_discounts_that_cannot_come_along(self):
        self._discount("Welcome", code="WELCOME")
        self._discount("Ever", code="EVER", duration="forever")
        pro = self.env["subscription.plan"].create({"name": "Pro", "code": "pro"})
        self._discount("Pro", code="PRO", plan_ids=pro.ids)
        for text, message in (
            ("NOPE", "discount NOPE: there is none with this code"),
            ("WELCOME=2", "discount WELCOME: it is for 1 periods at most"),
            ("EVER=2", "discount EVER: it has no number of periods"),
            ("PRO", "discount PRO: it is for Pro only"),
            ("WELCOME=x", "WELCOME=x is no discount"),
            ("EVER ever", "discount ever: it stands there twice"),
        ):
            with self.subTest(text):
                self.assertRefused(f"2024-01-01,,,,{text}", message)

    def test_prices_that_are_none(self):
        for text in ("seats=1@", "seats=1@free", "seats=1@-2", "seats=1@nan"):
            with self.subTest(text):
                message = f"{text} is no quantity. Write code=number, or code=number@"
                self.assertRefused(f"2024-01-01,,,{text},", message)

    def test_a_row_that_bills_nothing_any_more_is_reported(self):
        row = "2024-01-01,2024-06-30,2024-06-30,,"
        wizard = self._import(row)
        self.assertEqual(wizard.line_ids.status, "look")
        self.assertIn("Nothing of it will be billed here", wizard.line_ids.message)
        self.assertEqual((wizard.state, wizard.ok_count), ("done", 1))
        self.advance("2024-07-01", self._contracts())
        self.assertFalse(self._contracts().charge_ids)
        self.assertEqual(self._contracts().state, "ended")

    def test_the_example_file_can_be_imported(self):
        """With customers, plans and a discount of its codes, as the demo data has."""
        self._discount(code="WELCOME", duration="periods", period_count=3)
        self._price(self._component("handbook", "Handbook", kind="on_off"), 19.0)
        starter = self.plan.copy({"name": "Starter", "code": "starter"})
        starter.variant_ids.write({"name": "Yearly", "code": "yearly"})
        self.plan.code = "team"
        for ref in ("DEMO-001", "DEMO-003"):
            self._customer(ref, ref=ref)
        with file_open("subscription_billing/static/csv/contracts.csv", "rb") as file:
            content = base64.b64encode(file.read().replace(b"EUR", b"USD"))
        wizard = self.env["subscription.contract.import"].create(
            {"file": content, "is_backlog_billed": True}
        )
        wizard.action_import()
        self.assertEqual((wizard.state, wizard.error_count), ("done", 0))

    def test_it_asks_before_it_bills_more_than_a_period(self):
        """Nothing is imported before the answer."""
        today = self.env["subscription.contract"].new()._get_today()
        old, fresh = today - timedelta(days=75), today - timedelta(days=3)
        rows = (f"{old},,,,", f"{fresh},,,,")
        wizard = self._import(*rows)
        self.assertFalse(self._contracts())
        self.assertEqual((wizard.state, wizard.backlog_count), ("checked", 1))
        first = wizard.line_ids.filtered(lambda line: line.status == "look")
        self.assertEqual(first.row, 2)
        self.assertIn("3 periods are billed at once", first.message)
        self.assertIn("90.00", first.message)
        wizard.is_backlog_billed = True
        wizard.action_import()
        self.assertEqual(wizard.state, "done")
        self.assertEqual(self._contracts().mapped("state"), ["active", "active"])

    def test_drafts_are_not_asked_about(self):
        wizard = self._import("2024-01-01,,,,", is_activated=False)
        self.assertEqual(wizard.state, "done")
        self.assertEqual(self._contracts().state, "draft")
