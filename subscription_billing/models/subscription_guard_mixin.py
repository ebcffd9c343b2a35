from odoo import api, models

from .sentences import denied


class SubscriptionGuardMixin(models.AbstractModel):
    """What a form shows as read-only is written by no other client either: not by a
    call, an import, a default of the context or a command through another record.
    Whoever may write it in a method does so as superuser, after a look at who asks."""

    _name = "subscription.guard.mixin"
    _description = "Guarded Record"

    @api.model_create_multi
    def create(self, vals_list):
        defaults = {
            name.removeprefix("default_")
            for name, value in self.env.context.items()
            if name.startswith("default_") and value
        }
        self._check_unguarded(defaults.union(*vals_list))
        return super().create(vals_list)

    def write(self, vals):
        self._check_unguarded(vals)
        return super().write(vals)

    def _check_unguarded(self, names):
        """
        :raise AccessError: if a client writes what is read-only
        """
        if self.env.su:
            return
        fields = self._fields
        guarded = [
            name
            for name in names
            if name in fields and fields[name].store and fields[name].readonly
        ]
        if guarded:
            raise denied(self.env)._(
                "%(fields)s of %(model)s cannot be written directly. Use the buttons.",
                fields=", ".join(sorted(guarded)),
                model=self.env["ir.model"]._get(self._name).sudo().name,
            )
