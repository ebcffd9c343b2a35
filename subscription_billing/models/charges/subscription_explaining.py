from ast import literal_eval

from markupsafe import Markup

from odoo import models
from odoo.tools.misc import formatLang, get_lang

from odoo.addons.base.models.res_lang import intersperse

from ...engine.money import Rounding, to_decimal

# More decimals come from a division without end and tell nobody anything.
MAX_DECIMALS = 12
DIGITS = 6


class SubscriptionExplaining(models.AbstractModel):
    """Why this amount? Slices of a price as text for invoices and as a table for
    forms, in the reader's language and with all the digits their numbers have."""

    _name = "subscription.explaining"
    _description = "Subscription Explanation"

    def _get_slice_rows(self, env, slices, currency, unit_name=None):
        """One line of text per slice.

        :param env: carries the language of the reader
        :param list slices: as stored in ``charge.explanation["slices"]``
        :param currency: ``res.currency``, for the least number of decimals
        :param str unit_name: what is counted, e.g. "GB"
        :return: list of str
        """
        rows = []
        for part in slices:
            what, quantity, price, amount = self._get_slice_cells(
                env, part, currency, unit_name
            )
            if quantity and price:
                row = env._(
                    "%(quantity)s × %(price)s = %(amount)s",
                    quantity=quantity,
                    price=price,
                    amount=amount,
                )
                rows.append(f"{what}: {row}" if what else row)
            elif quantity:
                rows.append(f"{quantity} {what}")
            else:
                rows.append(f"{what}: {amount}")
        return rows

    def _get_slice_cells(self, env, part, currency, unit_name=None):
        """What, quantity, price and amount of a slice as texts; "" where one would
        say nothing."""
        kind = part["kind"]
        money = currency.decimal_places
        amount = self._format_quotient(env, part["amount"], money)
        price = self._format_number(env, part["price_unit"], money)
        quantity = self._format_quotient(env, part["quantity"])
        if kind == "unit":
            return part.get("label", ""), _join(quantity, unit_name), price, amount
        if kind == "flat" and to_decimal(part["quantity"]) != 1:
            return self._get_kind_name(env, kind), quantity, price, amount
        if kind == "free":
            return env._("free"), _join(quantity, unit_name), "", amount
        if kind == "package":
            return "", env._("%s packages", quantity), price, amount
        if kind == "percent":
            base = self._format_quotient(env, part["quantity"], money)
            return "", base, self._format_percent(env, part["price_unit"]), amount
        percent = self._format_percent(env, part["price_unit"])
        if kind == "discount" and to_decimal(part["price_unit"]):
            return f"{part.get('label') or env._('Discount')} {percent}", "", "", amount
        return part.get("label") or self._get_kind_name(env, kind), "", "", amount

    def _get_kind_name(self, env, kind):
        """Name of a slice that is an amount and nothing else."""
        return {
            "flat": env._("Fixed amount"),
            "minimum": env._("Added up to the minimum"),
            "maximum": env._("Above the maximum"),
            "discount": env._("Discount"),
            "billed": env._("Billed already"),
        }.get(kind, kind)

    def _render_slices_html(self, env, slices, currency, unit_name=None, footer=()):
        """The slices as a table.

        :param footer: pairs (text, text) under the line, such as the total
        :return: ``Markup``; every text in it is escaped
        """
        cell = Markup('<td class="text-end text-nowrap">%s</td>')
        head = Markup('<th class="text-end">%s</th>')
        titles = (env._("Quantity"), env._("Price"), env._("Amount"))
        body = Markup("").join(
            Markup("<tr><td>%s</td>%s</tr>")
            % (what, Markup("").join(cell % text for text in cells))
            for what, *cells in (
                self._get_slice_cells(env, part, currency, unit_name) for part in slices
            )
        )
        feet = Markup("").join(
            Markup('<tr><th colspan="3">%s</th><th class="text-end">%s</th></tr>')
            % pair
            for pair in footer
        )
        return Markup(
            '<table class="table table-sm o_subscription_slices mb-0">'
            "<thead><tr><th></th>%s</tr></thead>"
            "<tbody>%s</tbody><tfoot>%s</tfoot></table>"
        ) % (Markup("").join(head % title for title in titles), body, feet)

    def _prepare_slices(self, priced):
        """Slices of an engine's ``PricedAmount`` in the form charges keep them."""
        return [
            {
                "kind": part.kind,
                "quantity": str(part.quantity),
                "price_unit": str(part.price_unit),
                "amount": str(part.amount),
                "label": part.label,
                **({"key": part.key} if part.key else {}),
            }
            for part in priced.slices
        ]

    def _format_money(self, env, amount, currency):
        """A rounded amount with the currency's symbol."""
        rounded = Rounding(to_decimal(currency.rounding)).round(to_decimal(amount))
        return formatLang(env, float(rounded), currency_obj=currency)

    def _format_percent(self, env, number):
        return env._("%s %%", self._format_number(env, number))

    def _format_quotient(self, env, number, decimals=0):
        """A number that may come from a division, such as a free quantity for a part of
        a period: to six decimals, or to six digits where it is that small."""
        number = to_decimal(number)
        digits = max(DIGITS, DIGITS - 1 - number.adjusted())
        return self._format_number(env, f"{number:.{digits}f}", decimals)

    def _format_number(self, env, number, decimals=0):
        """A number with all its digits, at least ``decimals`` after the point."""
        number = to_decimal(number)
        fraction = f"{number:.{MAX_DECIMALS}f}".partition(".")[2].rstrip("0")
        text = f"{number:.{max(len(fraction), decimals)}f}"
        whole, _point, rest = text.partition(".")
        lang = get_lang(env)
        # Not its ``format``, which goes through float and forgets digits.
        grouped = intersperse(
            whole, literal_eval(lang.grouping), lang.thousands_sep or ""
        )[0]
        return f"{grouped}{lang.decimal_point}{rest}" if rest else grouped


def _join(quantity, unit_name):
    return f"{quantity} {unit_name}" if unit_name else quantity
