import base64
from pathlib import Path

from odoo import api, models
from odoo.tools import file_path, format_date, formatLang
from odoo.tools.pdf import merge_pdf

from ...formats.letter import Letter, use_fonts, write_letter
from ...formats.open_items_csv import write_open_items

FONTS = "web/static/fonts/google/Open_Sans/Open_Sans-{}.ttf"


class SubscriptionDunningLetter(models.AbstractModel):
    """Letters to debtors, and the files for whoever takes them over."""

    _name = "subscription.dunning.letter"
    _description = "Dunning Letter"

    @api.model
    def _make(self, step, day):
        """The PDF of a step, in the language of whom it goes to.

        :param date day: what the letter is dated
        """
        self._use_fonts()
        to = step._get_recipient()
        step = step.with_context(lang=to.lang or step.partner_id.lang)
        return write_letter(self.with_env(step.env)._get_letter(step, to, day))

    def _use_fonts(self):
        use_fonts(*(Path(file_path(FONTS.format(it))) for it in ("Regular", "Bold")))

    def _get_letter(self, step, to, day):
        bank = self._get_bank(step.company_id)
        return Letter(
            **self._get_frame(step.company_id, to),
            info=self._get_info(step, day),
            subject=step._get_text("subject") or step.level_id.name,
            above=step._get_text("text_above"),
            headings=(
                self.env._("Document"),
                self.env._("Due"),
                self.env._("Days"),
                self.env._("Interest"),
                self.env._("Open"),
            ),
            rows=[self._get_row(line, day) for line in step.line_ids],
            totals=self._get_totals(step),
            below=step._get_text("text_below"),
            code=self._get_code(bank, step, to),
            code_text=self._get_payment_text(bank, step),
        )

    def _get_frame(self, company, to):
        """What every letter of a company has: sender, address, footer, logo."""
        own = company.partner_id
        sender = (own.name, own.street, f"{own.zip or ''} {own.city or ''}".strip())
        bank = self._get_bank(company)
        footer = [
            "\n".join(filter(None, sender)),
            "\n".join(filter(None, (company.phone, company.email, company.website))),
            "\n".join(
                filter(
                    None,
                    (
                        company.vat and self.env._("VAT ID %s", company.vat),
                        company.company_registry,
                        bank.acc_number,
                    ),
                )
            ),
        ]
        return {
            "sender": " · ".join(filter(None, sender)),
            "address": self._get_address(to, company),
            "page": self.env._("Page %s", "{page}"),
            "footer": [it for it in footer if it],
            "logo": self._get_logo(company),
        }

    def _get_logo(self, company):
        """The company's own logo; nothing for the one Odoo comes with."""
        is_own = company.logo and not company.uses_default_logo
        return base64.b64decode(company.logo) if is_own else b""

    def _get_address(self, to, company):
        """Up to six lines, the country only abroad, in capitals (DIN 5008)."""
        parent = to.commercial_partner_id
        lines = [
            parent.name if parent != to else "",
            to.name,
            to.street,
            to.street2,
            f"{to.zip or ''} {to.city or ''}".strip(),
        ]
        if to.country_id and to.country_id != company.country_id:
            lines.append(to.country_id.name.upper())
        return [line for line in lines if line]

    def _get_info(self, step, day):
        debtor = step.partner_id
        info = [(self.env._("Date"), format_date(self.env, day))]
        if debtor.ref:
            info.append((self.env._("Customer"), debtor.ref))
        clerk = step.case_id._get_responsible()
        if clerk.active and not clerk._is_superuser():
            info.append((self.env._("Contact"), clerk.name))
        return info

    def _get_row(self, line, day):
        def money(amount):
            return formatLang(self.env, amount, currency_obj=line.currency_id)

        interest = line.amount_interest
        return (
            line.name or "",
            format_date(self.env, line.date_due),
            str((day - line.date_due).days),
            money(interest) if interest else "",
            money(line.amount),
        )

    def _get_totals(self, step):
        parts = [
            (self.env._("Open items"), sum(step.line_ids.mapped("amount"))),
            (
                self.env._("Credits set off"),
                step.amount - sum(step.line_ids.mapped("amount")),
            ),
            (self.env._("Interest"), step.amount_interest),
            (self.env._("Dunning fee"), step.amount_fee),
            (self.env._("Flat fee (§ 288 V BGB)"), step.amount_flat_fee),
            (self.env._("Claims of earlier letters"), step.amount_before),
        ]
        shown = [
            (label, amount)
            for number, (label, amount) in enumerate(parts)
            if not number or not step.currency_id.is_zero(amount)
        ]
        shown.append((self.env._("To pay"), step.amount_total))
        return [
            (label, formatLang(self.env, amount, currency_obj=step.currency_id))
            for label, amount in shown
        ]

    # ----------------------------------------------------------------------
    # How to pay
    # ----------------------------------------------------------------------

    def _get_bank(self, company):
        """The account that is paid to."""
        return company.partner_id.bank_ids[:1]

    def _get_reference(self, step):
        """What the debtor is to quote: the document, of several the debtor."""
        names = [name for name in step.line_ids.mapped("name") if name]
        return names[0] if len(names) == 1 else step.partner_id.ref or names[0]

    def _get_code(self, bank, step, to):
        """Text of the GiroCode; empty where the account or the currency has none."""
        if not bank or bank._get_error_messages_for_qr("sct_qr", to, step.currency_id):
            return ""
        return "\n".join(
            bank._get_qr_vals(
                "sct_qr",
                step.amount_total,
                step.currency_id,
                to,
                self._get_reference(step),
                "",
            )
        )

    def _get_payment_text(self, bank, step):
        if not bank:
            return ""
        return self.env._(
            "IBAN %(iban)s\nReference %(reference)s",
            iban=bank.acc_number,
            reference=self._get_reference(step),
        )

    # ----------------------------------------------------------------------
    # Files
    # ----------------------------------------------------------------------

    @api.model
    def _join(self, letters):
        """One PDF of several.

        :param letters: ``ir.attachment``
        """
        return merge_pdf([letter.raw for letter in letters])

    @api.model
    def _make_hand_over(self, case, day):
        """All that is open, as CSV and as PDF.

        :return: list of (file name, bytes)
        """
        self._use_fonts()
        lines = case._find_open_lines()
        name = f"{self.env._('Open items of %s', case.partner_id.name)} {day}"
        rows = [self._get_item(case, line) for line in lines]
        return [
            (f"{name}.csv", write_open_items(rows)),
            (f"{name}.pdf", write_letter(self._get_list(case, lines, day))),
        ]

    def _get_item(self, case, line):
        debtor = case.partner_id
        kinds = {False: "invoice", "fee": "fee", "interest": "interest"}
        kind = kinds[line.move_id.subscription_claim_kind]
        return {
            "debtor": debtor.name or "",
            "street": debtor.street or "",
            "zip": debtor.zip or "",
            "city": debtor.city or "",
            "country": debtor.country_id.code or "",
            "document": line.move_id.name or "",
            "kind": kind if line.amount_residual_currency > 0 else "credit",
            "date": str(line.date),
            "due": str(line.date_maturity or line.date),
            "amount": f"{line.amount_currency:.2f}",
            "open": f"{line.amount_residual_currency:.2f}",
            "currency": line.currency_id.name,
            "level": case.level_id.name or "",
        }

    def _get_list(self, case, lines, day):
        def money(amount):
            return formatLang(self.env, amount, currency_obj=case.currency_id)

        total = sum(lines.mapped("amount_residual_currency"))
        steps = case.step_ids.filtered(lambda it: it.state == "done").sorted(
            "date_sent"
        )
        told = "\n".join(
            f"{format_date(self.env, it.date_sent)}  {it.level_id.name}" for it in steps
        )
        return Letter(
            **self._get_frame(case.company_id, case.partner_id),
            info=[(self.env._("Date"), format_date(self.env, day))],
            subject=self.env._("Open items of %s", case.partner_id.name),
            above=told,
            headings=(
                self.env._("Document"),
                self.env._("Date"),
                self.env._("Due"),
                self.env._("Amount"),
                self.env._("Open"),
            ),
            rows=[
                (
                    line.move_id.name or "",
                    format_date(self.env, line.date),
                    format_date(self.env, line.date_maturity or line.date),
                    money(line.amount_currency),
                    money(line.amount_residual_currency),
                )
                for line in lines
            ],
            totals=[(self.env._("Open"), money(total))],
            below="",
        )
