from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

from odoo.addons.base.models.res_users import check_identity

from ..controllers.usage_api import SCOPE
from ..models.sentences import refusal
from ..models.texts import Label


class SubscriptionUsageKey(models.TransientModel):
    """A key for the API of usage, shown once and kept nowhere (O3)."""

    _name = "subscription.usage.key"
    _inherit = ["subscription.dialog.mixin"]
    _description = "New Usage Key"

    user_id = fields.Many2one(
        "res.users",
        "Integration User",
        default=lambda self: self._get_default_user(),
        help="The key acts for this user and in the user's company. Leave empty to "
        "make a technical user of your company that has this one right.",
    )
    name = Label(
        "Description", required=True, help="Which service uses the key, e.g. Cloud."
    )
    duration = fields.Selection(
        [
            ("30", "1 Month"),
            ("90", "3 Months"),
            ("180", "6 Months"),
            ("365", "1 Year"),
            ("730", "2 Years"),
        ],
        default="365",
        required=True,
        help="Afterwards the key is refused. Make the next one in time.",
    )

    @api.model
    def _get_default_user(self):
        if self.env.context.get("active_model") == "res.users":
            return self.env.context.get("active_id")
        return False

    @check_identity
    def action_generate(self):
        self.ensure_one()
        self.check_access("write")
        return self._show(self._generate())

    def _generate(self):
        """:return: the key; Odoo keeps its hash only"""
        user = self.user_id or self._create_user()
        usage = self.env["subscription.usage"].with_user(user)
        if not user.active or not usage._is_allowed():
            raise refusal(self.env)._(
                "%s may not record usage. Add the group Subscriptions: Usage "
                "Integration to the user first.",
                user.name,
            )
        now = self.env["subscription.usage.checking"]._get_now()
        keys = self.env["res.users.apikeys"].with_user(user).sudo()
        expires = now + timedelta(days=int(self.duration))
        return keys._generate(SCOPE, self.name, expires)

    def _create_user(self):
        """No internal and no portal user: those see more than usage."""
        group = self.env.ref("subscription_billing.subscription_billing_group_usage")
        users = self.env["res.users"].with_context(no_reset_password=True)
        return users.create(
            {
                "name": self.name,
                "login": f"usage: {self.name}",
                "group_ids": [Command.set(group.ids)],
                "company_id": self.env.company.id,
                "company_ids": [Command.set(self.env.company.ids)],
            }
        )

    def _show(self, key):
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.users.apikeys.show",
            "name": self.env._("Usage Key"),
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_key": key},
        }
