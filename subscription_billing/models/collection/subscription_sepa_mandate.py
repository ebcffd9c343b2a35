from dateutil.relativedelta import relativedelta
from stdnum import bic as bic_number

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.base_iban.models.res_partner_bank import (
    normalize_iban,
    pretty_iban,
    validate_iban,
)

from ...formats.sepa_text import clean_id
from ..dates import Day
from ..sentences import invalid, refusal
from ..texts import Label

MANDATE_STATES = [
    ("draft", "Draft"),
    ("active", "Active"),
    ("suspended", "Suspended"),
    ("cancelled", "Cancelled"),
]
# A mandate lapses so long after its last collection (EPC016-06, 4.1).
UNUSED_MONTHS = 36
REFERENCE_LENGTH = 35
ACCOUNTANT = "account.group_account_invoice"
# Members of SEPA outside the EEA: banks ask for an address of debtors there (EPC).
ADDRESS_COUNTRIES = {"AD", "CH", "GB", "GG", "GI", "IM", "JE", "MC", "SM", "VA"}
# Which version of the words a debtor has agreed to.
TEXT_VERSION = "2026-01"


class SubscriptionSepaMandate(models.Model):
    """The debtor's permission to collect from an account by SEPA direct debit."""

    _name = "subscription.sepa.mandate"
    _inherit = ["portal.mixin", "mail.thread", "subscription.guard.mixin"]
    _description = "SEPA Mandate"
    _order = "id desc"
    _check_company_auto = True

    name = Label("Reference", required=True, copy=False, default="/", tracking=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        tracking=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Debtor",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", store=True, index=True
    )
    contract_id = fields.Many2one(
        "subscription.contract",
        "Only for Contract",
        index="btree_not_null",
        check_company=True,
        domain="[('commercial_partner_id', '=', commercial_partner_id)]",
        help="Empty = for all contracts of the customer.",
        tracking=True,
    )
    scheme = fields.Selection(
        [("CORE", "CORE"), ("B2B", "B2B")],
        default="CORE",
        required=True,
        tracking=True,
        help="B2B: between businesses, without a right of refund. The debtor's bank "
        "must have been told of it.",
    )
    is_one_off = fields.Boolean(
        "One-off", help="For one collection only.", tracking=True
    )
    state = fields.Selection(
        MANDATE_STATES, default="draft", required=True, readonly=True, tracking=True
    )
    holder = Label(
        "Account Holder",
        help="Empty = the name of the debtor.",
        copy=False,
        tracking=True,
    )
    iban = Label("IBAN", groups=ACCOUNTANT, copy=False)
    bic = Label("BIC", groups=ACCOUNTANT, copy=False)
    iban_masked = fields.Char(
        "Account", compute="_compute_iban_masked", compute_sudo=True
    )
    date_signed = Day("Signed On", copy=False, tracking=True)
    place_signed = Label("Signed At", copy=False, tracking=True)
    consent_at = fields.Datetime("Agreed Online", readonly=True, copy=False)
    consent_name = fields.Char("Agreed By", readonly=True, copy=False)
    consent_address = fields.Char("From Address", readonly=True, copy=False)
    consent_version = fields.Char("Version of the Text", readonly=True, copy=False)
    date_last_collection = fields.Date("Last Collection", readonly=True, copy=False)
    date_expiry = fields.Date(
        "Valid Until",
        compute="_compute_date_expiry",
        store=True,
        help="36 months after the last collection, or after the signature.",
    )
    original_reference = fields.Char(readonly=True, copy=False)
    original_iban = fields.Char(readonly=True, copy=False, groups=ACCOUNTANT)
    original_identifier = fields.Char(readonly=True, copy=False)
    line_ids = fields.One2many("subscription.debit.line", "mandate_id", "Debits")

    _name_unique = models.UniqueIndex(
        "(company_id, name)", "This mandate reference is taken already."
    )

    @api.depends("iban")
    def _compute_iban_masked(self):
        for mandate in self:
            iban = mandate.iban
            mandate.iban_masked = iban and f"{iban[:4]} •••• {iban[-4:]}"

    @api.depends("date_last_collection", "date_signed")
    def _compute_date_expiry(self):
        for mandate in self:
            since = mandate.date_last_collection or mandate.date_signed
            mandate.date_expiry = since and since + relativedelta(months=UNUSED_MONTHS)

    @api.depends("name", "iban")
    def _compute_display_name(self):
        for mandate in self:
            mandate.display_name = f"{mandate.name} ({mandate.iban_masked or '–'})"

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for mandate in self:
            mandate.access_url = f"/my/mandate/{mandate.id}"
        return result

    # ----------------------------------------------------------------------
    # What a mandate must be
    # ----------------------------------------------------------------------

    @api.constrains("name", "state")
    def _check_name(self):
        for mandate in self:
            name = mandate.name
            if len(name) > REFERENCE_LENGTH or clean_id(name) != name:
                raise invalid(self.env)._(
                    "“%s” cannot be a mandate reference: at most 35 letters, digits "
                    "and signs such as - . + without spaces, and no slash at its ends.",
                    name,
                )

    @api.constrains("iban", "bic")
    def _check_account(self):
        zone = self.env.ref("base.sepa_zone").country_ids.mapped("code")
        for mandate in self.filtered("iban"):
            try:
                validate_iban(mandate.iban)
            except ValidationError as error:
                raise invalid(self.env)._(
                    "Mandate %(mandate)s: “%(iban)s” is no IBAN: its country, "
                    "length or check digits do not fit. Look for a typing error.",
                    mandate=mandate.name,
                    iban=mandate.iban,
                ) from error
            if mandate.iban[:2] not in zone:
                raise invalid(self.env)._(
                    "Mandate %(mandate)s: accounts in %(country)s cannot be "
                    "debited by SEPA.",
                    mandate=mandate.name,
                    country=mandate.iban[:2],
                )
            if mandate.bic and not bic_number.is_valid(mandate.bic):
                raise invalid(self.env)._(
                    "Mandate %(mandate)s: “%(bic)s” is no BIC.",
                    mandate=mandate.name,
                    bic=mandate.bic,
                )

    @api.constrains("state", "iban", "date_signed")
    def _check_complete(self):
        for mandate in self.filtered(lambda it: it.state == "active"):
            missing = [
                mandate._fields[name]._description_string(self.env)
                for name in ("iban", "date_signed")
                if not mandate.sudo()[name]
            ]
            if missing:
                raise invalid(self.env)._(
                    "Mandate %(mandate)s lacks: %(missing)s.",
                    mandate=mandate.name,
                    missing=", ".join(missing),
                )

    @api.constrains("scheme", "partner_id")
    def _check_scheme(self):
        for mandate in self.filtered(lambda it: it.scheme == "B2B"):
            if not mandate.commercial_partner_id.is_company:
                raise invalid(self.env)._(
                    "Mandate %(mandate)s: %(partner)s is no business; B2B is for "
                    "businesses only.",
                    mandate=mandate.name,
                    partner=mandate.partner_id.display_name,
                )

    # ----------------------------------------------------------------------
    # Writing
    # ----------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._normalize(vals)
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                sequence = self.env["ir.sequence"].with_company(company)
                vals["name"] = sequence.next_by_code("subscription.sepa.mandate")
        return super().create(vals_list)

    def write(self, vals):
        """What changes after a use is told to the bank with the next debit."""
        self._normalize(vals)
        self._check_unguarded(vals)
        for mandate in self.sudo().filtered("date_last_collection"):
            originals = mandate._get_amended(vals)
            super(SubscriptionSepaMandate, mandate).write(originals)
        return super().write(vals)

    @api.model
    def _normalize(self, vals):
        for name in ("iban", "bic"):
            if vals.get(name):
                vals[name] = normalize_iban(vals[name]).upper()

    def _get_amended(self, vals):
        """What was told to the bank before, as values to write."""
        return {
            original: self[name]
            for name, original in (
                ("name", "original_reference"),
                ("iban", "original_iban"),
            )
            if name in vals and self[name] != vals[name] and not self[original]
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for mandate in self:
            if mandate.state != "draft":
                raise refusal(self.env)._(
                    "Mandate %s was in force and stays on file. Cancel it.",
                    mandate.name,
                )

    # ----------------------------------------------------------------------
    # Buttons
    # ----------------------------------------------------------------------

    def action_activate(self):
        """The signed mandate is here, or what suspended it is over."""
        self.check_access("write")
        for mandate in self:
            mandate._check_activatable()
        self.sudo().state = "active"
        self.sudo()._regain_contracts()

    def _check_activatable(self):
        self.company_id._check_creditor_identifier()
        if self.state == "cancelled":
            raise refusal(self.env)._(
                "Mandate %s was cancelled. Have the debtor sign another one.", self.name
            )
        today = self.company_id._get_collection_date()
        if self.date_signed and self.date_signed > today:
            raise refusal(self.env)._(
                "Mandate %(mandate)s was signed on %(day)s, which is not yet.",
                mandate=self.name,
                day=self.date_signed,
            )

    def _regain_contracts(self):
        """What had no payment method has one again."""
        for mandate in self:
            contracts = mandate._get_contracts()
            contracts._regain_payment_method()
            contracts._go_on_after_trial()

    def _get_contracts(self):
        """Contracts it may be used for."""
        self.ensure_one()
        if self.contract_id:
            return self.contract_id
        return self.env["subscription.contract"].search(
            [
                ("commercial_partner_id", "=", self.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("state", "!=", "draft"),
            ]
        )

    def action_suspend(self):
        self.check_access("write")
        self._suspend(self.env._("Suspended by %s.", self.env.user.name))

    def action_cancel(self):
        self.check_access("write")
        self._cancel(self.env._("Cancelled by %s.", self.env.user.name))

    def _suspend(self, message):
        """Nothing is debited until it is activated again."""
        for mandate in self.sudo().filtered(lambda it: it.state == "active"):
            mandate.state = "suspended"
            mandate.message_post(body=message)

    def _cancel(self, message):
        for mandate in self.sudo().filtered(lambda it: it.state != "cancelled"):
            mandate.state = "cancelled"
            mandate.message_post(body=message)

    def action_print(self):
        return self.env.ref("subscription_billing.sepa_mandate_report").report_action(
            self
        )

    def action_ask_for_consent(self):
        """Write the debtor an e-mail with the way to agree online."""
        self.ensure_one()
        template = self.env.ref("subscription_billing.mail_template_sepa_mandate")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask for the Mandate"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template.id,
                "default_composition_mode": "comment",
            },
        }

    def _give_consent(self, name, iban, bic, address):
        """The debtor agrees online: what was agreed to, when, and from where is kept.

        :raise ValidationError: for an account that cannot be debited
        """
        self.ensure_one()
        if self.state != "draft":
            raise refusal(self.env)._("Mandate %s was given already.", self.name)
        self.sudo().write(
            {
                "holder": name,
                "iban": iban,
                "bic": bic,
                "date_signed": self.company_id._get_collection_date(),
                "consent_at": self.env.cr.now(),
                "consent_name": name,
                "consent_address": address,
                "consent_version": TEXT_VERSION,
            }
        )
        self.action_activate()
        self.message_post(body=self.env._("%s has agreed online.", name))

    # ----------------------------------------------------------------------
    # Use
    # ----------------------------------------------------------------------

    def _is_usable(self, day):
        """Whether it may be debited on ``day``."""
        self.ensure_one()
        is_over = self.is_one_off and self.date_last_collection
        return bool(
            self.state == "active"
            and self.date_expiry
            and day <= self.date_expiry
            and not is_over
        )

    def _get_sequence(self):
        """FRST, RCUR, OOFF or FNAL of its next debit."""
        self.ensure_one()
        if self.is_one_off:
            return "OOFF"
        if not self.company_id.subscription_debit_uses_first:
            return "RCUR"
        return "RCUR" if self.date_last_collection else "FRST"

    def _note_collection(self, day):
        """A file with a debit of it was sent: it is used, and the bank was told."""
        for mandate in self:
            mandate.write(
                {
                    "date_last_collection": max(
                        day, mandate.date_last_collection or day
                    ),
                    "original_reference": False,
                    "original_iban": False,
                    "original_identifier": False,
                }
            )

    def _get_facts(self):
        """What a file of debits says of it: fields of ``formats.pain_008.Debit``, and
        under ``amendment`` what the bank knows differently, None for nothing."""
        self.ensure_one()
        city, country = self._get_debtor_address()
        originals = {
            "reference": self.original_reference or "",
            "iban": self.original_iban or "",
            "identifier": self.original_identifier or "",
        }
        return {
            "mandate": self.name,
            "signed_on": self.date_signed.isoformat(),
            "name": self.holder or self.partner_id.name,
            "iban": self.iban,
            "bic": self.bic or "",
            "city": city,
            "country": country,
            "amendment": originals if any(originals.values()) else None,
        }

    def _get_debtor_address(self):
        """City and country where banks ask for them; empty texts elsewhere."""
        self.ensure_one()
        if self.iban[:2] not in ADDRESS_COUNTRIES:
            return "", ""
        partner = self.partner_id
        return partner.city or "", partner.country_id.code or self.iban[:2]

    def _get_pretty_iban(self):
        """With spaces, for the signed paper; masked where it is not to be read."""
        self.ensure_one()
        return pretty_iban(self.sudo().iban) if self.sudo().iban else ""
