import re
from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...engine.errors import InvalidPeriod
from ...models.failures import explain
from ..change_common import ChangeCommon


@tagged("post_install", "-at_install", "changes", "contracts", "billing")
class TestWords(ChangeCommon):
    """Days and amounts in sentences are written as their reader writes them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2024-01-20", quantities={self.seats: 2})
        self.advance("2024-01-20", self.contract)

    def assertGerman(self, text, *days):
        for day in days:
            self.assertIn(day, text)
        self.assertFalse(re.search(r"\d{4}-\d\d-\d\d", text), text)

    def get_refusal(self, kind, **vals):
        contract = self.contract.with_context(lang="de_DE")
        with self.assertRaises(UserError) as caught:
            changes = self.env["subscription.change"].with_context(lang="de_DE")
            vals = {"contract_id": contract.id, "kind": kind, **vals}
            changes.create(vals)._apply(self.day("2024-02-10"))
        return str(caught.exception)

    def test_changes_that_are_refused(self):
        line = self.line(self.contract, self.seats, "2024-01-20")
        reason = self.env.ref("subscription_billing.subscription_end_reason_price")
        early = {"line_id": line.id, "timing": "date", "date": "2024-01-05"}
        end = {"end_method": "extraordinary", "end_reason_id": reason.id}
        end["timing"] = "now"
        for kind, vals, days in (
            ("quantity", {**early, "quantity": 1}, ("20.01.2024", "05.01.2024")),
            ("resume", {"timing": "date", "date": "2024-02-10"}, ("10.02.2024",)),
            ("end", {**end, "date_last": "2024-01-05"}, ("20.01.2024",)),
        ):
            with self.subTest(kind=kind):
                self.assertGerman(self.get_refusal(kind, **vals), *days)

    def test_records_that_are_refused(self):
        contract = self.draft("2024-01-20").with_context(lang="de_DE")
        for vals in ({"date_end": "2024-01-05"}, {"date_billed_until": "2024-01-05"}):
            with self.subTest(vals=vals), self.assertRaises(UserError) as caught:
                contract.write(vals)
            text = str(caught.exception)
            self.assertGerman(text, "05.01.2024", "20.01.2024")

    def test_errors_of_the_engine(self):
        env = self.env(context={"lang": "de_DE"})
        error = InvalidPeriod("…", start=date(2024, 1, 20), stop=date(2024, 1, 5))
        self.assertGerman(explain(env, error, "…"), "20.01.2024, 05.01.2024")

    def test_names_of_charges(self):
        charge = self.contract.charge_ids[:1].with_context(lang="de_DE")
        self.assertGerman(charge.display_name, "20.01.2024 – 19.02.2024")
        english = charge.with_context(lang="en_US").display_name
        self.assertIn("01/20/2024 – 02/19/2024", english)
