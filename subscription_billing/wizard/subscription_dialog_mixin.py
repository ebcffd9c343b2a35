from odoo import api, models


class SubscriptionDialogMixin(models.AbstractModel):
    """A dialog of one user. It is about records this user may read: whatever id a
    client sends, nothing of another company comes back by its name or a related
    field."""

    _name = "subscription.dialog.mixin"
    _description = "Dialog"

    @api.model_create_multi
    def create(self, vals_list):
        dialogs = super().create(vals_list)
        dialogs._check_readable(set().union(*vals_list))
        return dialogs

    def write(self, vals):
        result = super().write(vals)
        self._check_readable(vals)
        return result

    def _check_readable(self, names):
        """
        :raise AccessError: naming the first record the user may not read
        """
        for name in names:
            if name in self._fields and self._fields[name].relational:
                self[name].check_access("read")
