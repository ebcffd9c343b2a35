from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .subscription_meter import COUNTING_AGGREGATIONS

PREFIX = "reversal-of-"
# A second event does not undo the first one here: the highest stays the highest.
IRREVERSIBLE = ("max", "last")
# Where events are counted, one of quantity 0 is one as well.
COUNTER_QUANTITY = SQL(
    "CASE WHEN usage.quantity = 0 AND meter.aggregation IN %s THEN -1"
    " ELSE -usage.quantity END",
    COUNTING_AGGREGATIONS,
)


class SubscriptionUsage(models.Model):
    """Taking back what is billed: a counter-event with the same instant, which the
    next run bills as late usage of the same period (X4)."""

    _inherit = "subscription.usage"

    def action_reverse(self):
        """Record the counter-event of each billed event, once."""
        self.check_access("write")
        for usage in self:
            usage._check_reversible()
        counters = self._create_reversals()
        counters._log("usage_reversed")
        counters.contract_id._notice_late_usage()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_usage_action"
        )
        keys = [PREFIX + usage.key for usage in self]
        action["domain"] = [
            ("company_id", "in", self.company_id.ids),
            ("key", "in", keys),
        ]
        return action

    def _check_reversible(self):
        self.ensure_one()
        if not self.sudo().charge_id:
            raise UserError(
                self.env._(
                    "Event %s is not billed yet. Change or delete it instead of "
                    "reversing it.",
                    self.key,
                )
            )
        if self.key.startswith(PREFIX):
            raise UserError(
                self.env._(
                    "Event %s is a reversal itself. Record a new event instead.",
                    self.key,
                )
            )
        if self.meter_id.aggregation in IRREVERSIBLE:
            raise UserError(
                self.env._(
                    "Event %(key)s: a counter-event changes nothing where the highest "
                    "or last value counts (meter %(meter)s). Record the right value, "
                    "or refund the invoice.",
                    key=self.key,
                    meter=self.meter_id.display_name,
                )
            )

    def _create_reversals(self):
        """Copied in the database, where quantities are exact. The key lets each event
        be reversed once, whoever asks at the same time."""
        self.env["subscription.usage"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "INSERT INTO subscription_usage (company_id, contract_id, meter_id,"
                " quantity, instant, key, properties, source, create_uid, write_uid,"
                " create_date, write_date)"
                " SELECT usage.company_id, contract_id, meter_id, %(quantity)s,"
                " instant, %(prefix)s || key, properties, 'manual', %(uid)s, %(uid)s,"
                " %(now)s, %(now)s FROM subscription_usage usage"
                " JOIN subscription_meter meter ON meter.id = usage.meter_id"
                " WHERE usage.id = ANY(%(ids)s)"
                " ON CONFLICT (company_id, key) DO NOTHING RETURNING id",
                quantity=COUNTER_QUANTITY,
                prefix=PREFIX,
                uid=self.env.uid,
                now=self.env.cr.now(),
                ids=self.ids,
            )
        )
        self.env["subscription.usage"].invalidate_model(flush=False)
        self._check_reversed()
        return self.browse(id_ for (id_,) in rows)

    def _check_reversed(self):
        """Any client may have used the key of a counter-event for something else."""
        rows = self.env.execute_query(
            SQL(
                "SELECT usage.key FROM subscription_usage usage"
                " JOIN subscription_meter meter ON meter.id = usage.meter_id"
                " WHERE usage.id = ANY(%(ids)s) AND NOT EXISTS ("
                " SELECT FROM subscription_usage counter"
                " WHERE counter.company_id = usage.company_id"
                " AND counter.key = %(prefix)s || usage.key"
                " AND counter.contract_id = usage.contract_id"
                " AND counter.meter_id = usage.meter_id"
                " AND counter.quantity = %(quantity)s) LIMIT 1",
                ids=self.ids,
                prefix=PREFIX,
                quantity=COUNTER_QUANTITY,
            )
        )
        if rows:
            raise UserError(
                self.env._(
                    "Event %(key)s cannot be reversed: another event has the key "
                    "%(taken)s. Record a counter-event with a key of its own.",
                    key=rows[0][0],
                    taken=PREFIX + rows[0][0],
                )
            )
