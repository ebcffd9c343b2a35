from odoo import api, models

from odoo.addons.subscription_billing.models.sentences import invalid
from odoo.addons.subscription_billing.models.texts import Label

from ...formats.extf_master import Partner

NUMBERS = {"debtor": "datev_debtor_number", "creditor": "datev_creditor_number"}


class ResPartner(models.Model):
    """A customer or vendor as a person account of DATEV."""

    _inherit = "res.partner"

    datev_debtor_number = Label(
        "Debtor Number",
        company_dependent=True,
        copy=False,
        help="Account of the customer in DATEV; given by the first export.",
    )
    datev_creditor_number = Label(
        "Creditor Number",
        company_dependent=True,
        copy=False,
        help="Account of the vendor in DATEV; given by the first export.",
    )
    datev_name = Label(
        "Name for DATEV",
        help="Where the name has characters that DATEV does not take.",
    )

    @api.constrains(*NUMBERS.values())
    def _check_datev_numbers(self):
        for name in NUMBERS.values():
            numbers = self.filtered(name).mapped(name)
            owners = self.sudo().search([(name, "in", numbers)]).grouped(name)
            for partner in self.filtered(name):
                number = partner[name]
                if not number.isdecimal() or not number.isascii():
                    raise invalid(self.env)._(
                        "%(partner)s: %(number)s is no account; DATEV's accounts "
                        "are digits.",
                        partner=partner.display_name,
                        number=number,
                    )
                others = owners[number] - partner
                if others:
                    raise invalid(self.env)._(
                        "%(partner)s: %(number)s is the account of %(other)s already.",
                        partner=partner.display_name,
                        number=number,
                        other=others[0].display_name,
                    )

    def _assign_datev_numbers(self, kind, company):
        """Give a number to those who have none."""
        name = NUMBERS[kind]
        partners = self.sudo().with_company(company)
        missing = partners.filtered(lambda it: not it[name])
        if not missing:
            return
        sequence = company._get_datev_sequence(kind)
        taken = set(partners.search([(name, "!=", False)]).mapped(name))
        # Straight to the field: a number is no change of the address that has to be
        # synchronised, and that it is free was just looked up for all of them.
        field = self._fields[name]
        for partner in missing.sorted("id"):
            number = sequence.next_by_id()
            while number in taken:
                number = sequence.next_by_id()
            field.write(partner, number)

    def _get_datev_name(self):
        return self.datev_name or self.name or ""

    def _as_datev_partner(self, number, mandate=""):
        """The master data of a person account."""
        bank = self.bank_ids.filtered(lambda it: it.acc_type == "iban")[:1]
        return Partner(
            number=number,
            name=self._get_datev_name(),
            is_company=self.is_company,
            street=self.street or "",
            zip=self.zip or "",
            city=self.city or "",
            country=self.country_id.code or "",
            vat=self._get_datev_vat(),
            phone=self.phone or "",
            email=self.email or "",
            iban=bank.sanitized_acc_number or "",
            bic=bank.bank_bic or "",
            reference=self.ref or "",
            language=(self.lang or "")[:2],
            mandate=mandate,
        )

    def _get_datev_vat(self):
        """VAT id with the prefix the European Union uses: EL of Greece."""
        vat = (self.vat or "").replace(" ", "").upper()
        return f"EL{vat[2:]}" if vat.startswith("GR") else vat
