from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from ...engine.term import consumer_findings


class SubscriptionPlanVariant(models.Model):
    """Terms the law forbids towards consumers are refused when they are saved (C2)."""

    _inherit = "subscription.plan.variant"

    @api.constrains(
        *("customer_type", "first_term_count", "first_term_unit"),
        *("later_term_count", "later_term_unit"),
        *("notice_first_count", "notice_first_unit"),
        *("notice_later_count", "notice_later_unit"),
    )
    def _check_consumer_law(self):
        for variant in self.filtered(lambda it: it.customer_type == "consumer"):
            findings = consumer_findings(variant._as_term())
            if findings:
                raise ValidationError(
                    self.env._(
                        "%(variant)s is for consumers: %(findings)s.",
                        variant=variant.display_name,
                        findings="; ".join(map(self._get_finding_text, findings)),
                    )
                )

    def _get_finding_text(self, finding):
        texts = {
            "first_term_too_long": self.env._("the first term is at most two years"),
            "renewal_not_indefinite": self.env._(
                "after the first term it runs indefinitely, without a later term"
            ),
            "notice_later_too_long": self.env._(
                "notice is at most one month after the first term"
            ),
            "notice_first_too_long": self.env._(
                "notice is at most one month before the end of the first term"
            ),
        }
        return f"{texts[finding.code]} ({finding.paragraph})"


class SubscriptionContract(models.Model):
    """Variants for businesses are not sold to consumers, whose rights they lack."""

    _inherit = "subscription.contract"

    def _check_ready(self):
        result = super()._check_ready()
        is_consumer = not self.partner_id.commercial_partner_id.is_company
        if self.variant_id.customer_type == "business" and is_consumer:
            raise UserError(
                self.env._(
                    "Contract %(contract)s: %(variant)s is for businesses, and "
                    "%(customer)s is a private person. Mark the customer as a company, "
                    "or choose another variant.",
                    contract=self.display_name,
                    variant=self.variant_id.display_name,
                    customer=self.partner_id.display_name,
                )
            )
        return result
