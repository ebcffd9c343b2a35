from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..datev_common import DatevCommon


@tagged("post_install", "-at_install", "datev")
class TestExportAccess(DatevCommon):
    def test_who_may(self):
        self.sell(("8400", 100, self.vat_19))
        clerk = self._user("account.group_account_invoice")
        boss = self._user("account.group_account_manager")
        exports = self.env["subscription.datev.export"]
        values = {"date_from": "2026-10-01", "date_to": "2026-10-31"}
        with self.assertRaises(AccessError):
            exports.with_user(clerk).create(values)
        export = exports.with_user(boss).create(values)
        export.action_check()
        export.action_export()
        self.assertEqual(export.state, "exported")

    def _user(self, group, company=None):
        company = company or self.company
        return self._clerk(f"{group}-{company.id}", group, company=company)

    def test_results_are_written_by_the_export_alone(self):
        invoice = self.sell(("8400", 100, self.vat_19))
        boss = self._user("account.group_account_manager")
        export = self.export().with_user(boss)
        with self.assertRaises(AccessError):
            export.write({"state": "exported"})
        with self.assertRaises(AccessError):
            invoice.with_user(boss).write({"datev_export_id": export.id})
        export.action_export()
        for change in (
            lambda: export.write({"state": "draft"}),
            lambda: export.write({"date_to": "2026-11-30"}),
            export.unlink,
        ):
            with self.assertRaisesRegex(UserError, "handed over"):
                change()

    def test_another_period_is_to_be_checked_again(self):
        self.sell(("8400", 100, self.vat_19))
        export = self.export()
        self.assertEqual(export.state, "checked")
        export.with_user(
            self._user("account.group_account_manager")
        ).date_to = "2026-10-20"
        self.assertEqual(export.state, "draft")

    def test_another_company_s_exports_are_not_seen(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._user("account.group_account_manager", other)
        export = self.export()
        self.assertFalse(export.with_user(stranger).search([("id", "=", export.id)]))
        with self.assertRaises(AccessError):
            export.with_user(stranger).action_check()

    def test_two_exports_of_a_period_never_tell_an_entry_twice(self):
        self.sell(("8400", 100, self.vat_19))
        one, two = self.export(), self.export()
        one.action_export()
        with self.assertRaisesRegex(UserError, "nothing to export"):
            two.action_export()

    def test_readers_read_and_no_more(self):
        self.sell(("8400", 100, self.vat_19))
        export = self.exported().with_user(self._user("account.group_account_readonly"))
        self.assertEqual(export.move_count, 1)
        self.assertTrue(export.sum_ids)
        for refused in (export.action_check, export.action_export, export.unlink):
            with self.assertRaises(AccessError):
                refused()
        for model in ("subscription.datev.finding", "subscription.datev.sum"):
            self.assertFalse(
                self.env[model].with_user(export.env.user).has_access("write")
            )

    def test_month_end_list_tells_what_was_not_handed_over(self):
        self.sell(("8400", 100, self.vat_19))

        def left():
            page = self.env["subscription.month.end"].create({"date": "2026-10-31"})
            line = page.line_ids.filtered(lambda it: "DATEV" in it.name)
            return line.number, line.is_due

        self.assertEqual(left(), (1, True))
        self.exported()
        self.assertEqual(left(), (0, False))
