from odoo import fields, models

# Everyone else reads products without what they are sold with.
READERS = (
    "subscription_billing.subscription_billing_group_user,account.group_account_invoice"
)


class ProductTemplate(models.Model):
    _inherit = "product.template"

    subscription_component_ids = fields.One2many(
        "subscription.component",
        compute="_compute_subscription_component_ids",
        string="Subscription Components",
        groups=READERS,
    )
    subscription_contract_count = fields.Integer(
        compute="_compute_subscription_component_ids",
        groups=READERS,
    )

    def _compute_subscription_component_ids(self):
        components = self.env["subscription.component"].search(
            [("product_id", "in", self.product_variant_ids.ids)]
        )
        counts = dict(
            self.env["subscription.contract.line"]._read_group(
                [
                    ("component_id", "in", components.ids),
                    ("contract_id.state", "not in", ("draft", "ended")),
                ],
                ["component_id"],
                ["contract_id:count_distinct"],
            )
        )
        for template in self:
            own = components.filtered(
                lambda component, template=template: component.product_id
                in template.product_variant_ids
            )
            template.subscription_component_ids = own
            template.subscription_contract_count = sum(
                counts.get(component, 0) for component in own
            )

    def action_view_subscription_contracts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_contract_action"
        )
        components = self.subscription_component_ids
        action["domain"] = [("line_ids.component_id", "in", components.ids)]
        return action
