from odoo.tests import tagged

from ..access_mixin import AccessTableMixin
from ..access_table import (
    ARGUMENTS,
    ASKS,
    METHODS,
    OF_A_KEY,
    OF_THE_COMPANY,
    OPENS,
    TABLE,
)
from ..dunning_common import DunningCommon
from ..usage_common import UsageCommon


@tagged("post_install", "-at_install")
class TestAccessTable(AccessTableMixin, UsageCommon, DunningCommon):
    module = "subscription_billing"
    table = TABLE
    methods = METHODS
    arguments = ARGUMENTS
    of_a_key = OF_A_KEY
    asks = ASKS
    opens = OPENS
    of_the_company = OF_THE_COMPANY

    def make_records(self):
        """Something of most kinds, of the first company."""
        contract = self.subscribe(
            "2026-01-01", quantities={self.api: 1}, partner_id=self.business.id
        )
        self.use(contract, ("2026-01-05 10:00", 3000))
        self.mandate(partner=self.business)
        self.bill("2026-02-01")
        self.owed()
        self.dun("2026-03-01", automatic=False)
        discount = self.env["subscription.discount"].create(
            {"name": "D", "percent": 5, "code": "D"}
        )
        self.env["subscription.redeem"].create(
            {"contract_id": contract.id, "discount_id": discount.id}
        ).action_redeem()
        self.env["subscription.change"].create(
            {"contract_id": contract.id, "kind": "resume", "timing": "now"}
        )
        self.env["subscription.price.change"].create(
            {"date": "2026-05-01", "mode": "percent", "percent": 5}
        )
        self.env["subscription.debit.batch"].create(
            {"date_until": "2026-12-31", "journal_id": self.bank.id}
        )
