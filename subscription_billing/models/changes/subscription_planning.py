from odoo import models

from ..private_context import get_private


class SubscriptionPlanning(models.AbstractModel):
    _inherit = "subscription.planning"

    def _read_ledger(self, contracts):
        """A preview bills nothing: it reads the ledger of a contract once."""
        known = get_private(self.env, "subscription_ledger")
        if known is None:
            return super()._read_ledger(contracts)
        unread = contracts.filtered(lambda it: it.id not in known)
        if unread:
            known |= dict.fromkeys(unread.ids, ()) | super()._read_ledger(unread)
        return {it.id: known[it.id] for it in contracts}
