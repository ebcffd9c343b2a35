import re

from odoo import api, fields, models

from ..numbers import BigCount
from ..sentences import invalid
from ..texts import Label, Words

FEATURE_KINDS = [
    ("on_off", "On or off"),
    ("limit", "Limit"),
]
# Clients look features up by their code: no blanks, nothing a keyboard lacks.
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")


class SubscriptionFeature(models.Model):
    """Something the sold service lets a customer do, or how much of it. Plans, variants
    and add-ons grant it (C7)."""

    _name = "subscription.feature"
    _description = "Subscription Feature"
    _order = "sequence, id"
    _check_company_auto = True

    name = Label(required=True, translate=True)
    code = Label(
        required=True,
        copy=False,
        help="What the sold service asks for, unique in the company.",
    )
    description = Words(translate=True)
    sequence = BigCount(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        default=lambda self: self.env.company,
        help="Leave empty to share the feature between companies.",
    )
    kind = fields.Selection(FEATURE_KINDS, default="on_off", required=True)
    unit_name = Label(
        "Unit", translate=True, help="What one is called, e.g. users or GB."
    )
    meter_id = fields.Many2one(
        "subscription.meter",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Whose usage in the current period counts against the limit.",
    )
    grant_ids = fields.One2many("subscription.feature.grant", "feature_id", "Grants")

    _code_unique = models.UniqueIndex(
        "(COALESCE(company_id, 0), code)",
        "Another feature of this company has the same code.",
    )

    @api.constrains("code")
    def _check_code(self):
        for feature in self:
            if not CODE.fullmatch(feature.code):
                raise invalid(self.env)._(
                    "Feature %(feature)s: the code “%(code)s” may have letters, "
                    "digits and . _ : - only, and begins with one of the former.",
                    feature=feature.name,
                    code=feature.code,
                )

    @api.constrains("code", "company_id")
    def _check_code_unshared(self):
        """A shared feature and one of a company would have one place in an answer."""
        every = self.sudo().with_context(active_test=False)
        for feature in self:
            domain = [("code", "=", feature.code), ("id", "!=", feature.id)]
            if feature.company_id:
                domain.append(("company_id", "=", False))
            if every.search(domain, limit=1):
                raise invalid(self.env)._(
                    "Feature %(feature)s: the code %(code)s is in use. A feature "
                    "that all companies share needs a code of its own.",
                    feature=feature.name,
                    code=feature.code,
                )

    @api.constrains("kind", "meter_id")
    def _check_meter(self):
        for feature in self:
            if feature.meter_id and feature.kind != "limit":
                raise invalid(self.env)._(
                    "Feature %s is on or off: there is no limit a meter could "
                    "count against. Make it a limit, or take the meter away.",
                    feature.display_name,
                )

    @api.depends("name", "code")
    def _compute_display_name(self):
        for feature in self:
            feature.display_name = f"{feature.name} ({feature.code})"
