from odoo import models
from odoo.tools.misc import format_date

# Edited on the form or by a client, without a method that tells the log about it.
WATCHED_FIELDS = (
    "name",
    "partner_id",
    "user_id",
    "customer_reference",
    "payment_term_id",
    "fiscal_position_id",
    "date_end",
)


class SubscriptionContract(models.Model):
    """Direct edits leave an event with the old and the new value (O1). Changes write
    as changes and log themselves."""

    _inherit = "subscription.contract"

    def write(self, vals):
        names = [name for name in WATCHED_FIELDS if name in vals]
        if not names or self._is_applying():
            return super().write(vals)
        before = {contract: contract._get_watched_values(names) for contract in self}
        result = super().write(vals)
        self._log_edits(before)
        return result

    def _get_watched_values(self, names):
        """Pairs of value and text by field; the text as it is called today."""
        self.ensure_one()
        it = self.sudo()
        return {name: (it[name], it._get_value_text(name)) for name in names}

    def _get_value_text(self, name):
        """A field of the contract for the reader of the log; False if it is empty."""
        self.ensure_one()
        value = self[name]
        if not value:
            return False
        if self._fields[name].type == "date":
            return format_date(self.env, value)
        return value.display_name if isinstance(value, models.BaseModel) else value

    def _log_edits(self, before):
        """One event per contract and field that is another than before."""
        log = self.env["subscription.event"].sudo()
        log.create(
            [
                log._prepare_event(
                    contract._get_edit_type(name),
                    contract,
                    contract._get_edit_message(name),
                    value_old=text,
                    value_new=contract.sudo()._get_value_text(name),
                    date_effective=name == "date_end" and contract.date_end,
                )
                for contract, values in before.items()
                for name, (value, text) in values.items()
                if (contract.sudo()[name] or False) != (value or False)
            ]
        )

    def _get_edit_type(self, name):
        if name != "date_end":
            return "changed"
        return "end_set" if self.date_end else "end_removed"

    def _get_edit_message(self, name):
        label = self._fields[name]._description_string(self.env)
        return self.env._("%s edited", label)
