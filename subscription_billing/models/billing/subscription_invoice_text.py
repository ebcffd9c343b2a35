from odoo import models
from odoo.tools import formatLang

from ..dates import format_days


class SubscriptionInvoiceText(models.AbstractModel):
    """What an invoice line says: name, period and arithmetic in the customer's
    language."""

    _name = "subscription.invoice.text"
    _description = "Subscription Invoice Texts"

    def _get_text(self, line, charge, has_units):
        """Text of the invoice line of a charge.

        :param line: ``subscription.contract.line``
        :param dict charge: vals of ``subscription.charge``
        :param bool has_units: the invoice line itself is units x price, so that they
            need not be told
        """
        lang = line.contract_id.partner_id.lang
        env = self.with_context(lang=lang).env
        rows = [line.name]
        if line._is_recurring():
            rows.append(format_days(env, charge["date_start"], charge["date_end"]))
        if charge["kind"] == "credit":
            rows.append(env._("Credit for days no longer used"))
        if charge["kind"] == "late":
            rows.append(env._("Usage recorded after this period was billed"))
        rows += self._get_slices(env, line, charge, has_units)
        rows += self._get_days(env, line, charge)
        return "\n".join(rows)

    def _get_slices(self, env, line, charge, has_units):
        """Units and prices, unless the invoice line shows them already."""
        slices = charge["explanation"]["slices"]
        kinds = [part["kind"] for part in slices]
        if kinds == ["flat"] or (kinds == ["unit"] and has_units):
            return []
        component = line.component_id.with_env(env)
        return self.env["subscription.explaining"]._get_slice_rows(
            env, slices, line.currency_id, component.meter_id.unit_name
        )

    def _get_days(self, env, line, charge):
        """The share of the period a fee is for; usage is no share."""
        facts = charge["explanation"]
        is_part = facts["days"] != facts["whole_days"]
        if is_part and line.proration == "day" and line.kind != "metered":
            yield env._(
                "%(days)s of %(whole)s days of %(amount)s",
                days=facts["days"],
                whole=facts["whole_days"],
                amount=formatLang(
                    env, charge["amount_full"], currency_obj=line.currency_id
                ),
            )
