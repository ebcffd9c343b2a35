from collections import defaultdict

from odoo import models


class SubscriptionInvoiceBuilder(models.AbstractModel):
    """Credit notes refer to the invoice they correct (C5)."""

    _inherit = "subscription.invoice.builder"

    def _split_credits(self, charges):
        """What only gives back becomes one credit note per original invoice; with new
        charges in it, it stays one document.

        :param list charges: vals of charges of one group of contracts
        :return: list of lists of them
        """
        if any(vals["amount"] > 0 for vals in charges):
            return [charges]
        by_origin = defaultdict(list)
        for vals in charges:
            by_origin[self._get_origin(vals).id].append(vals)
        # What costs nothing needs no document of its own.
        nothing = [
            origin
            for origin, part in by_origin.items()
            if not any(vals["amount"] for vals in part)
        ]
        free = [vals for origin in nothing for vals in by_origin.pop(origin)]
        parts = list(by_origin.values())
        parts[0] += free
        return parts

    def _get_origin(self, vals):
        """The invoice a credit gives back from."""
        charge = self.env["subscription.charge"].browse(vals["credited_charge_id"])
        return charge.sudo().move_id

    def _prepare_invoice(self, contracts, charges, day, run):
        vals = super()._prepare_invoice(contracts, charges, day, run)
        if vals["move_type"] == "out_refund":
            largest = min(charges, key=lambda each: each["amount"])
            vals["reversed_entry_id"] = self._get_origin(largest).id
        return vals
