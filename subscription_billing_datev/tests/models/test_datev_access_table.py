from odoo.tests import tagged

from odoo.addons.subscription_billing.tests.access_mixin import AccessTableMixin
from odoo.addons.subscription_billing.tests.every_field_mixin import EveryFieldMixin

from ..datev_common import DatevCommon

# Columns as in the core's access_table.KINDS.
TABLE = """
datev.export           - - - - - - - - crwd r
datev.finding          - - - - - - - - r r
datev.sum              - - - - - - - - r r
service.taxes          - - - - - - - - crw -
"""
METHODS = """
datev.export           action_check action_export action_view_moves
datev.finding          action_open
service.taxes          action_apply
"""


@tagged("post_install", "-at_install", "datev")
class TestDatevAccessTable(AccessTableMixin, EveryFieldMixin, DatevCommon):
    module = "subscription_billing_datev"
    table = TABLE
    methods = METHODS
    opens = frozenset({"action_open", "action_view_moves"})

    def make_records(self):
        self.sell(("8400", 100, self.vat_19))
        self.sell(("8300", 50))
        self.env["subscription.service.taxes"].create({})
        self.assertTrue(self.export().finding_ids)

    def test_no_field_of_what_was_handed_over_is_written(self):
        self.sell(("8400", 100, self.vat_19))
        export = self.exported()
        self.clerk = self._clerk("datev_field", "account.group_account_manager")
        results = self.try_all(export)
        for result, found in self.try_all(export.sum_ids[:1]).items():
            results[result] |= found
        self.assertFalse(results["silent"] | results["logged"])
        self.assertGreater(len(results["refused"]), 20)
