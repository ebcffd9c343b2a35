import base64
from unittest.mock import patch

from odoo.tests import Form, HttpCase, tagged

from ..usage_common import UsageCommon
from ..usage_intake_common import GROUP_USER, NOW

URL = "/subscription/usage/example/%s.csv"


@tagged("post_install", "-at_install", "usage")
class TestUsageExample(UsageCommon, HttpCase):
    """The example of the import is about a contract that runs, and can be imported."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._clerk("example_clerk", GROUP_USER)
        cls.employee = cls._clerk("example_employee", "base.group_user")
        checking = cls.env.registry["subscription.usage.checking"]
        cls.startClassPatcher(patch.object(checking, "_get_now", lambda self: NOW))

    def setUp(self):
        super().setUp()
        clock = self.on_day("2026-06-15")
        clock.start()
        self.addCleanup(clock.stop)

    def download(self, login, company=None):
        self.authenticate(login, login)
        return self.url_open(URL % (company or self.company).id)

    def take(self, content):
        """What becomes of its rows, as (contract, status)."""
        imports = self.env["subscription.usage.import"].with_user(self.clerk)
        dialog = imports.create({"file": base64.b64encode(content)})
        dialog.action_check()
        dialog.action_import()
        return [(line.contract, line.status) for line in dialog.line_ids]

    def test_it_is_imported_as_it_is(self):
        later = self.metered("2026-06-15", name="Z-LATER")
        ended = self.metered("2026-01-01", name="Z-ENDED")
        ended.date_end = "2026-05-31"
        contract = self.metered(name="A-RUNS")
        answer = self.download("example_clerk")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        rows = self.take(answer.content)
        self.assertEqual(rows, [(contract.name, "created")] * 2)
        usage = self.env["subscription.usage"].search([])
        mine = usage.filtered(lambda it: it.contract_id == contract)
        self.assertEqual(sum(mine.mapped("quantity")), 200)
        self.assertEqual({str(it.instant)[:10] for it in mine}, {"2026-06-14"})
        self.assertFalse(usage.filtered(lambda it: it.contract_id in later | ended))

    def test_a_second_time_it_is_a_duplicate(self):
        self.metered(name="RUNS")
        content = self.download("example_clerk").content
        self.take(content)
        self.assertEqual(self.take(content), [("RUNS", "duplicate")] * 2)

    def test_names_are_made_up_where_no_usage_is_sold(self):
        answer = self.download("example_clerk")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.take(answer.content), [("SUB00001", "rejected")] * 2)

    def test_it_tells_nothing_of_others(self):
        self.metered(name="OURS")
        other = self.setup_other_company()["company"]
        self._clerk("example_theirs", GROUP_USER, company=other)
        self._clerk("example_accountant", "account.group_account_invoice")
        for login, company in (
            ("example_employee", self.company),
            ("example_accountant", self.company),
            ("example_clerk", other),
            ("example_theirs", self.company),
        ):
            with self.subTest(login=login, company=company.name):
                answer = self.download(login, company)
                self.assertEqual(answer.status_code, 404)
                self.assertNotIn("OURS", answer.text)
        self.assertNotIn("OURS", self.download("example_theirs", other).text)
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(URL % self.company.id).url)

    def test_the_dialog_offers_it(self):
        with Form(self.env["subscription.usage.import"].with_user(self.clerk)) as form:
            self.assertIn(URL % self.company.id, form.example_html)
            form.file = base64.b64encode(b"x")
