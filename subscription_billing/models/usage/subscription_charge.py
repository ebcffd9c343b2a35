import re

from odoo import fields, models

from ...engine.period import Period
from ..dates import aware
from ..sentences import refusal
from .subscription_usage_window import UsageWindow


class SubscriptionCharge(models.Model):
    """What a charge of usage was measured from, and which events it bills (X4)."""

    _inherit = "subscription.charge"

    amount_list = fields.Monetary(
        "Before Discounts", help="The amount as the prices have it."
    )
    usage_ids = fields.One2many("subscription.usage", "charge_id", "Events")
    usage_count = fields.Integer("Events Billed", aggregator="sum")
    usage_first = fields.Datetime("First Event")
    usage_last = fields.Datetime("Last Event")
    usage_from = fields.Datetime(
        "Measured From", help="Start of the full period's window; UTC."
    )
    usage_to = fields.Datetime(
        "Measured To", help="Events before this instant were billed; UTC."
    )
    quantity_raw = fields.Float(
        "Measured Quantity", digits=(24, 8), help="Before the meter's rounding."
    )
    quota_free = fields.Float("Free Quantity", digits=(24, 8), aggregator=None)
    quota_unused = fields.Float("Unused Free Quantity", digits=(24, 8), aggregator=None)

    def _claim_usage(self):
        """Tie the events these charges were measured from to them (X4).

        Measured and claimed in one transaction, so in one snapshot: an event that
        arrives in between is seen by neither. One statement for all charges, since
        a period may have millions of events.
        """
        measured = self.filtered(lambda charge: charge.usage_to and charge.usage_count)
        if not measured:
            return
        windows = [charge._as_usage_window() for charge in measured]
        claimed = self.env["subscription.measuring"]._claim(windows)
        for charge in measured:
            if claimed.get(charge.id, 0) != charge.usage_count:
                raise refusal(self.env)._(
                    "%(charge)s was measured from %(expected)s events, but "
                    "%(claimed)s of them are open. Bill the contract again.",
                    charge=charge.display_name,
                    expected=charge.usage_count,
                    claimed=claimed.get(charge.id, 0),
                )

    def _as_usage_window(self):
        """The events that were measured for this charge, if they are still open."""
        self.ensure_one()
        time = Period(*(aware(each) for each in (self.usage_from, self.usage_to)))
        accept, refuse = self.line_id._get_usage_filters()
        return UsageWindow(
            key=self.id,
            contract_id=self.contract_id.id,
            meter=self.component_id.meter_id,
            time=time,
            whole=time,
            own=time.start,
            zone=self.contract_id.tz,
            accept=accept,
            refuse=refuse,
        )

    def _get_uncredited(self):
        """Of usage: what is left of its whole period, which interim bills share. Late
        usage corrects all of them and names one."""
        self.ensure_one()
        if not self.usage_to:
            return super()._get_uncredited()
        paid = self.line_id._get_paid_usage(self.whole_date_start)
        return self.currency_id.round(paid)

    def _void(self, get_reason):
        """Late usage that cost nothing is on no document of its own: it goes with its
        charge, or that could never be cancelled."""
        free = self.sudo().credit_ids.filtered(
            lambda row: row.kind == "late" and not row.is_void and not row.move_line_id
        )
        free._release_usage()
        free.is_void = True
        return super()._void(get_reason)

    def _release_usage(self):
        """Open the events of void charges for billing again."""
        usage = self.env["subscription.usage"].sudo()
        usage.flush_model(["charge_id"])
        self.env.cr.execute(
            "UPDATE subscription_usage SET charge_id = NULL WHERE charge_id = ANY(%s)",
            (self.ids,),
        )
        usage.invalidate_model(["charge_id"])

    def _set_void(self, is_void, event_type, get_reason):
        if is_void:
            self._release_usage()
        else:
            self._claim_usage()
        return super()._set_void(is_void, event_type, get_reason)

    # ----------------------------------------------------------------------
    # Statements
    #
    # Usage statements of a charge: buttons and file names.
    # ----------------------------------------------------------------------

    def action_print_usage_statement(self):
        """The statements of these charges in one PDF file."""
        return self.env.ref(
            "subscription_billing.report_usage_statement_action"
        ).report_action(self, config=False)

    def action_download_usage_statement(self):
        """All events of the charge and the arithmetic as CSV."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/subscription/statement/charge/{self.id}.csv",
            "target": "download",
        }

    def _get_statement_file_name(self):
        """Name of a file, without its ending."""
        self.ensure_one()
        parts = (self.move_id.name, self.contract_id.name, self.component_id.name)
        name = " ".join(part for part in parts if part)
        return _as_file_name(self.env._("Usage %s", f"{name} {self.date_start}"))


def _as_file_name(text):
    """Without what file systems and headers do not take."""
    return re.sub(r"[^\w\s.-]+", "-", text).strip()
