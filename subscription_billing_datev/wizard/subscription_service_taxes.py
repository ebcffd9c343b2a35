from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import html_escape

from odoo.addons.subscription_billing.models.sentences import refusal

from ..engine.booking import KEY_ONE_STOP_SHOP

# Accounts of revenue from services, by who owes the tax and where.
ACCOUNTS = {
    "de_skr03": {
        "home": ("8400", "8300"),
        "union": "8336",
        "abroad": "8338",
        "shop": "8331",
    },
    "de_skr04": {
        "home": ("4400", "4300"),
        "union": "4336",
        "abroad": "4338",
        "shop": "4331",
    },
}
LAYOUT = "l10n_din5008.external_layout_din5008"
PAPER = "l10n_din5008.paperformat_euro_din"


class SubscriptionServiceTaxes(models.TransientModel):
    """Sets taxes, accounts and fiscal positions of a German chart up for services.

    The chart is made for goods: to a company in the European Union it delivers free of
    tax (8125, line 41 of the advance VAT return), where a service is owed by the
    recipient (8336, line 21; § 3a Abs. 2, § 13b, § 18b UStG). It can be run again.
    """

    _name = "subscription.service.taxes"
    _inherit = ["subscription.dialog.mixin"]
    _description = "German Taxes of Services"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    is_automatic = fields.Boolean(
        "Apply by Themselves",
        default=True,
        help="Customers abroad get the fiscal positions for services without anybody "
        "choosing them. Off where goods are sold to them as well.",
    )
    with_audit_trail = fields.Boolean("Switch the Audit Trail On", default=True)
    with_layout = fields.Boolean("Letters in the Form of DIN 5008", default=True)
    is_done = fields.Boolean(readonly=True)
    changes = fields.Html(readonly=True)
    lacks_audit_trail = fields.Boolean(compute="_compute_lacks")
    lacks_layout = fields.Boolean(compute="_compute_lacks")

    @api.depends("company_id")
    def _compute_lacks(self):
        for wizard in self:
            company = wizard.company_id
            layout = company.external_report_layout_id
            wizard.lacks_audit_trail = not company.restrictive_audit_trail
            wizard.lacks_layout = layout != self.env.ref(LAYOUT)

    def action_apply(self):
        """Do it, and tell what was changed.

        :raise UserError: if the company has no German chart
        """
        self.ensure_one()
        company = self.company_id
        if company.chart_template not in ACCOUNTS:
            raise refusal(self.env)._(
                "%s has neither SKR 03 nor SKR 04: there is nothing to set up.",
                company.display_name,
            )
        self.check_access("write")
        self.env["account.tax"].check_access("write")
        changes = ServiceTaxes(company, self.is_automatic).set_up()
        changes += self._mend_company()
        texts = changes or [self.env._("All was as it should be.")]
        items = "".join(f"<li>{html_escape(text)}</li>" for text in texts)
        self.write({"is_done": True, "changes": f"<ul>{items}</ul>"})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "name": self.env._("German Taxes of Services"),
        }

    def _mend_company(self):
        """What SKR 04 lacks, as Odoo registers it for SKR 03 alone."""
        company, values = self.company_id, {}
        if self.with_audit_trail and self.lacks_audit_trail:
            values["restrictive_audit_trail"] = True
        if self.with_layout and self.lacks_layout:
            values["external_report_layout_id"] = self.env.ref(LAYOUT)
            values["paperformat_id"] = self.env.ref(PAPER)
        return ServiceTaxes(company, self.is_automatic).change(company, values)


class ServiceTaxes:
    """One run over taxes and fiscal positions of a company."""

    def __init__(self, company, is_automatic):
        self.company, self.env = company, company.env
        self.is_automatic = is_automatic
        self.chart = self.env["account.chart.template"].with_company(company)
        self.suffix = (company.chart_template or "").removeprefix("de_")
        self.codes = ACCOUNTS.get(company.chart_template, {})

    def set_up(self):
        """Return what was changed, a text each; [] if nothing was."""
        union = self.env.ref("account.europe_vat")
        return [
            *self._set_up_position(
                "fiscal_position_eu_vat_id_partner_service",
                self._get_tax("tax_free_eu"),
                self.codes["union"],
                vat_required=True,
                country_group_id=union,
                note=lambda env: env._(
                    "The recipient of the service owes the VAT (reverse charge)."
                ),
            ),
            *self._set_up_position(
                "fiscal_position_non_eu_partner_service",
                self._get_tax("tax_free_third_country"),
                self.codes["abroad"],
                country_group_id=self._get_outside(union),
                note=lambda env: env._("Service not taxable in Germany."),
            ),
            *self._set_up_reverse_charge(),
            *self._require_vat_of_companies(),
            *self._set_up_one_stop_shop(),
        ]

    def change(self, record, values):
        """Write what differs; return a text for each field."""
        changed = {
            name: value for name, value in values.items() if record[name] != value
        }
        if not changed:
            return []
        record.write(
            {
                name: value
                if not hasattr(value, "ids")
                else value.id
                if record._fields[name].type == "many2one"
                else [Command.set(value.ids)]
                for name, value in changed.items()
            }
        )
        return [self._tell(record, name) for name in changed]

    def _tell(self, record, name):
        field = record._fields[name]
        value = record[name]
        if field.relational:
            value = ", ".join(value.mapped("display_name"))
        elif field.type == "boolean":
            value = self.env._("yes") if value else self.env._("no")
        return self.env._(
            "%(record)s: %(field)s is %(value)s now.",
            record=record.display_name,
            field=field._description_string(self.env),
            value=value,
        )

    def _get_tax(self, name):
        return self.chart.ref(f"{name}_{self.suffix}")

    def _set_up_position(self, name, tax, code, **values):
        position = self._get_tax(name)
        standard = self._get_tax("tax_ust_19") + self._get_tax("tax_ust_7")
        account = self.company._find_account(code)
        yield from self.change(
            tax,
            {
                "active": True,
                "fiscal_position_ids": position,
                "original_tax_ids": standard,
            },
        )
        yield from self.change(account, {"tax_ids": tax})
        yield from self._map_accounts(position, account)
        group = values.pop("country_group_id")
        if self.is_automatic:
            # Before those for goods, which the chart applies by itself.
            values |= {"auto_apply": True, "country_group_id": group, "sequence": 15}
        note = values.pop("note")
        yield from self.change(position, values)
        if not position.note:
            yield from self._write_note(position, note)

    def _write_note(self, position, note):
        """The sentence the law wants on such invoices, in each language (§ 14a UStG).

        :param note: function of an environment
        """
        english = note(self.env(context={**self.env.context, "lang": "en_US"}))
        position.with_context(lang="en_US").note = f"<p>{english}</p>"
        for code, _name in self.env["res.lang"].get_installed():
            if code != "en_US":
                text = note(self.env(context={**self.env.context, "lang": code}))
                position.update_field_translations("note", {code: {english: text}})
        yield self.env._(
            "%(position)s: invoices say: %(note)s",
            position=position.display_name,
            note=note(self.env),
        )

    def _map_accounts(self, position, account):
        for code in self.codes["home"]:
            source = self.company._find_account(code)
            mapping = position.account_ids.filtered(
                lambda it, source=source: it.account_src_id == source
            )
            if mapping.account_dest_id == account:
                continue
            mapping.unlink()
            position.account_ids = [
                Command.create(
                    {"account_src_id": source.id, "account_dest_id": account.id}
                )
            ]
            yield self.env._(
                "%(position)s: %(home)s becomes %(account)s.",
                position=position.display_name,
                home=source.code,
                account=account.code,
            )

    def _get_outside(self, union):
        """All countries that are neither in the European Union nor Germany."""
        group = self.env.ref("subscription_billing_datev.country_group_abroad")
        home = self.company.account_fiscal_country_id
        countries = self.env["res.country"].search([]) - union.country_ids - home
        if group.country_ids != countries:
            group.sudo().country_ids = countries
        return group

    def _set_up_reverse_charge(self):
        """Category and reason of the e-invoice; Odoo takes it for a delivery."""
        return self.change(
            self._get_tax("tax_free_eu"),
            {
                "ubl_cii_tax_category_code": "AE",
                "ubl_cii_tax_exemption_reason_code": "VATEX-EU-AE",
            },
        )

    def _require_vat_of_companies(self):
        """SKR 04 gives consumers of the Union a position for companies, untaxed."""
        position = self._get_tax("fiscal_position_eu_vat_id_partner")
        return self.change(position, {"vat_required": True})

    def _set_up_one_stop_shop(self):
        """Account and key where Odoo's one-stop shop has made its positions."""
        account = self.company._find_account(self.codes["shop"])
        positions = self.env["account.fiscal.position"].search(
            [
                ("company_id", "=", self.company.id),
                (
                    "tax_ids.invoice_repartition_line_ids.tag_ids.name",
                    "in",
                    ("OSS", "+OSS", "-OSS"),
                ),
            ]
        )
        for position in positions:
            yield from self._map_accounts(position, account)
            taxes = position.tax_ids.filtered(lambda it: it.type_tax_use == "sale")
            for tax in taxes:
                yield from self.change(tax, {"l10n_de_datev_code": KEY_ONE_STOP_SHOP})
