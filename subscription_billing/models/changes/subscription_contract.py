from odoo import fields, models


class SubscriptionContract(models.Model):
    """Changes of a contract, and the day on which scheduled ones come into force."""

    _inherit = "subscription.contract"

    change_ids = fields.One2many(
        "subscription.change", "contract_id", domain=[("state", "!=", "draft")]
    )

    def _get_step_dates(self):
        scheduled = self.change_ids.filtered(lambda it: it.state == "scheduled")
        return super()._get_step_dates() + scheduled.mapped("date_effective")

    def _take_steps(self, day):
        result = super()._take_steps(day)
        reached = self.sudo().change_ids.filtered(
            lambda it: it.state == "scheduled" and it.date_effective <= day
        )
        begun = self.line_ids.filtered(
            lambda line: line.is_upcoming and line.date_start <= day
        )
        begun._get_applying().is_upcoming = False
        for change in reached.sorted(lambda it: (it.date_effective, it.id)):
            change.state = "applied"
            change._call("reach", change.date_effective)
            change.with_env(self.env)._log("changed")
        return result


class SubscriptionEvent(models.Model):
    _inherit = "subscription.event"

    change_id = fields.Many2one(
        "subscription.change", index="btree_not_null", ondelete="set null"
    )
