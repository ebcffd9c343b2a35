from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.money import to_decimal

BASES = [
    ("quota", "Share of the free quantity (%)"),
    ("amount", "Cost so far"),
    ("quantity", "Quantity used"),
]


class SubscriptionUsageAlert(models.Model):
    """When to tell that a contract has used much of a metered component."""

    _name = "subscription.usage.alert"
    _description = "Subscription Usage Alert"
    _order = "component_id, basis, threshold, id"
    _check_company_auto = True

    component_id = fields.Many2one(
        "subscription.component", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="component_id.company_id", store=True, index=True
    )
    active = fields.Boolean(default=True)
    basis = fields.Selection(
        BASES,
        "Alert On",
        default="quota",
        required=True,
        help="Cost so far: in the contract's currency, before discounts and taxes.",
    )
    threshold = fields.Float(
        "From",
        digits=(24, 8),
        required=True,
        default=80.0,
        help="The alert goes out once per period as soon as this is reached.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        "Mail to Customer",
        domain=[("model", "=", "subscription.usage.notice")],
        ondelete="set null",
        help="Leave empty to send no mail to the customer.",
    )
    has_activity = fields.Boolean(
        "Activity",
        default=True,
        help="An activity for the person responsible for the contract.",
    )
    notice_ids = fields.One2many("subscription.usage.notice", "alert_id")

    _threshold_positive = models.Constraint(
        "CHECK (threshold > 0)",
        "A usage alert needs a threshold above zero.",
    )

    @api.constrains("component_id")
    def _check_component_metered(self):
        for alert in self:
            if alert.component_id.kind != "metered":
                raise ValidationError(
                    self.env._(
                        "Component %s is not metered: there is no usage to alert on.",
                        alert.component_id.display_name,
                    )
                )

    @api.constrains("mail_template_id")
    def _check_mail_template(self):
        for alert in self:
            model = alert.mail_template_id.model
            if model and model != "subscription.usage.notice":
                raise ValidationError(
                    self.env._(
                        "The mail template %s is not for usage notices. Choose or copy "
                        "one that is.",
                        alert.mail_template_id.display_name,
                    )
                )

    @api.depends("component_id", "basis", "threshold")
    def _compute_display_name(self):
        names = dict(self._fields["basis"]._description_selection(self.env))
        for alert in self:
            name, basis = alert.component_id.name, names.get(alert.basis)
            alert.display_name = f"{name}: {basis} ≥ {alert.threshold:.15g}"

    def _is_reached(self, priced, facts):
        """Whether what a line has used so far comes to the threshold.

        :param priced: ``engine.price.PricedAmount`` of the period so far
        :param facts: ``engine.charge.UsageFacts``
        """
        self.ensure_one()
        threshold = to_decimal(self.threshold)
        if self.basis == "amount":
            return priced.amount >= threshold
        if self.basis == "quantity":
            return facts.quantity >= threshold
        return facts.free > 0 and 100 * facts.quantity >= threshold * facts.free


class SubscriptionComponent(models.Model):
    """A metered component tells when much of it was used."""

    _inherit = "subscription.component"

    usage_alert_ids = fields.One2many(
        "subscription.usage.alert", "component_id", "Usage Alerts", copy=True
    )
