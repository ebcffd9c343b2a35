import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError

SOURCES = [("api", "API"), ("import", "Import"), ("manual", "By hand")]
# What identifies an event and what was done with it; written by methods only.
GUARDED_FIELDS = {"key", "company_id", "charge_id", "source"}


class SubscriptionUsage(models.Model):
    """One metered event. Its key makes it count once, however often it is sent; it
    belongs to at most one charge (X4). An event that is not billed yet may be
    corrected, a billed one is only reversed by a counter-event."""

    _name = "subscription.usage"
    _description = "Subscription Usage"
    _inherit = ["subscription.usage.intake.mixin"]
    _order = "instant desc, id desc"
    _rec_name = "key"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        required=True,
    )
    contract_id = fields.Many2one(
        "subscription.contract",
        required=True,
        ondelete="restrict",
        check_company=True,
    )
    meter_id = fields.Many2one(
        "subscription.meter", required=True, ondelete="restrict", check_company=True
    )
    quantity = fields.Float(digits=(24, 8), required=True, default=1.0)
    unit_name = fields.Char(related="meter_id.unit_name")
    partner_id = fields.Many2one(related="contract_id.partner_id")
    instant = fields.Datetime(required=True, help="When it happened.")
    key = fields.Char(
        "Idempotency Key",
        required=True,
        default=lambda self: str(uuid.uuid4()),
        copy=False,
        help="Names the event. A second event with the same key is a duplicate.",
    )
    properties = fields.Json(help="What filters and counted values refer to.")
    properties_text = fields.Char(
        "Properties of the Event",
        compute="_compute_properties_text",
        readonly=False,
        help="Names and values, separated by commas: region=eu, user=ada.",
    )
    charge_id = fields.Many2one(
        "subscription.charge",
        "Billed With",
        ondelete="restrict",
        index="btree_not_null",
        copy=False,
    )
    source = fields.Selection(SOURCES, default="manual", required=True, copy=False)

    _key_unique = models.UniqueIndex(
        "(company_id, key)", "This event is recorded already: its key was used before."
    )
    # The first is read by every billing run, the second by statements.
    _unbilled = models.Index("(contract_id, meter_id, instant) WHERE charge_id IS NULL")
    _by_line = models.Index("(contract_id, meter_id, instant)")

    @api.depends("contract_id")
    def _compute_company_id(self):
        for usage in self:
            usage.company_id = usage.contract_id.company_id

    @api.depends("properties")
    def _compute_properties_text(self):
        for usage in self:
            pairs = sorted((usage.properties or {}).items())
            usage.properties_text = ", ".join(
                f"{name}={value}" for name, value in pairs
            )

    def _convert_vals(self, vals):
        """Values to write, with the text of a form as the dict it stands for. They
        are looked at here, because no column takes infinity or half a character to be
        checked later."""
        vals = self._convert_properties_text(vals)
        self.env["subscription.usage.checking"]._check_values(vals)
        return vals

    def _convert_properties_text(self, vals):
        if "properties_text" not in vals:
            return vals
        text = vals["properties_text"] or ""
        pairs = [part.partition("=") for part in text.split(",") if part.strip()]
        if not all(name.strip() and sign for name, sign, _value in pairs):
            raise UserError(
                self.env._(
                    "Properties %s cannot be read. Write them as region=eu, user=ada.",
                    text,
                )
            )
        properties = {name.strip(): value.strip() for name, _sign, value in pairs}
        rest = {name: vals[name] for name in vals if name != "properties_text"}
        return {**rest, "properties": properties}

    @api.constrains(
        *("contract_id", "meter_id", "quantity", "instant", "key", "properties")
    )
    def _check_event(self):
        self.env["subscription.usage.checking"]._check_records(self)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_unguarded(vals.keys() - {"key"})
        usages = super(SubscriptionUsage, self._without_guarded_defaults()).create(
            [self._convert_vals(vals) for vals in vals_list]
        )
        usages._log("usage_recorded")
        usages.contract_id._notice_late_usage()
        return usages

    def write(self, vals):
        if vals.keys() == {"charge_id"} and self.env.su:
            return super().write(vals)
        self._check_unguarded(vals.keys())
        self._check_unbilled()
        contracts = self.contract_id
        before = {usage: usage._get_summary() for usage in self}
        result = super().write(self._convert_vals(vals))
        self._log("usage_changed", before)
        (contracts | self.contract_id)._notice_late_usage()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        self._check_unbilled()
        self._log("usage_deleted")

    def unlink(self):
        contracts = self.contract_id
        result = super().unlink()
        contracts._notice_late_usage()
        return result

    def _check_unguarded(self, names):
        """``readonly`` only holds for forms; this holds for every client."""
        guarded = GUARDED_FIELDS & names
        if guarded and not self.env.su:
            raise UserError(
                self.env._(
                    "%s of usage cannot be written. Delete the event and record "
                    "another one.",
                    ", ".join(sorted(guarded)),
                )
            )

    def _without_guarded_defaults(self):
        """A client may send any context: its defaults are not checked as values."""
        guarded = {f"default_{name}" for name in GUARDED_FIELDS}
        context = self.env.context
        kept = {name: context[name] for name in context if name not in guarded}
        # Overridden on purpose: keys have to go, None would be a default as well.
        return self.with_context(kept)  # pylint: disable=context-overridden

    def _check_unbilled(self):
        billed = self.sudo().filtered("charge_id")[:1]
        if billed:
            raise UserError(
                self.env._(
                    "Event %(key)s is billed with %(charge)s and stays. Reverse it: "
                    "that records a counter-event.",
                    key=billed.key,
                    charge=billed.charge_id.display_name,
                )
            )

    def _get_summary(self):
        """What the event says, for the process log."""
        self.ensure_one()
        parts = [f"{self.quantity:.15g}", self.meter_id.name, f"{self.instant}Z"]
        return ", ".join([*parts, *filter(None, [self.properties_text])])

    def _log(self, event_type, before=None):
        """One event of the process log per event of usage; old and new value."""
        verbs = {
            "usage_recorded": self.env._("Usage recorded"),
            "usage_changed": self.env._("Usage changed"),
            "usage_deleted": self.env._("Usage deleted"),
            "usage_reversed": self.env._("Usage reversed"),
        }
        log = self.env["subscription.event"].sudo()
        vals_list = []
        for usage in self:
            message = f"{verbs[event_type]}: {usage.key}: {usage._get_summary()}"
            if before:
                message = f"{verbs[event_type]}: {usage.key}: {before[usage]}"
                message += f" → {usage._get_summary()}"
            vals_list.append(log._prepare_event(event_type, usage.contract_id, message))
        log.create(vals_list)
