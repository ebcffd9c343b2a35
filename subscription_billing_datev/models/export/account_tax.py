from decimal import Decimal

from odoo import models

from ...engine.journal import Tax

# Lines of the advance VAT return that the recapitulative statement repeats: deliveries
# to and services for companies of other EU countries (§ 18a UStG).
RECAPITULATIVE_TAGS = {"21", "41"}
ONE_STOP_SHOP_TAG = "OSS"


class AccountTax(models.Model):
    _inherit = "account.tax"

    def _as_datev_tax(self, company):
        """The tax as a value of the engine."""
        self.ensure_one()
        repartition = self.invoice_repartition_line_ids
        tags = {name.lstrip("+-") for name in repartition.tag_ids.mapped("name")}
        parts = tuple(
            (
                line.account_id._get_datev_number(company),
                Decimal(str(self.amount)) * Decimal(str(line.factor_percent)) / 100,
            )
            for line in repartition
            if line.repartition_type == "tax" and line.account_id and self.amount
        )
        countries = self.fiscal_position_ids.country_id
        is_abroad = ONE_STOP_SHOP_TAG in tags
        return Tax(
            id=self.id,
            rate=Decimal(str(self.amount)),
            parts=parts,
            key=self.l10n_de_datev_code or "",
            country=(countries[:1].code or "EU") if is_abroad else "",
            asks_vat=bool(tags & RECAPITULATIVE_TAGS),
            name=self.name,
        )
