from odoo import api, fields, models
from odoo.tools import SQL

from .subscription_usage_window import UsageWindow


class SubscriptionContractLine(models.Model):
    """What a metered line has used in the period of today's billing date."""

    _inherit = "subscription.contract.line"

    meter_id = fields.Many2one(related="component_id.meter_id")
    usage_unit_name = fields.Char(related="component_id.meter_id.unit_name")
    usage_date_start = fields.Date(
        "Period From", compute="_compute_usage_so_far", compute_sudo=True
    )
    usage_date_end = fields.Date(
        "Period To", compute="_compute_usage_so_far", compute_sudo=True
    )
    usage_quantity = fields.Float(
        "Used",
        digits=(24, 8),
        compute="_compute_usage_so_far",
        compute_sudo=True,
        help="Measured in the current period, after the meter's rounding.",
    )
    usage_quota = fields.Float(
        "Free Quantity",
        digits=(24, 8),
        compute="_compute_usage_so_far",
        compute_sudo=True,
    )
    usage_quota_left = fields.Float(
        "Left", digits=(24, 8), compute="_compute_usage_so_far", compute_sudo=True
    )
    usage_percent = fields.Float(
        "Quota Used",
        compute="_compute_usage_so_far",
        compute_sudo=True,
        help="Share of the free quantity that is used.",
    )
    usage_amount = fields.Monetary(
        "Cost So Far",
        compute="_compute_usage_so_far",
        compute_sudo=True,
        help="What the usage of the current period costs, billed early or not; before "
        "discounts, taxes and the minimum.",
    )
    usage_event_count = fields.Integer(
        "Events", compute="_compute_usage_so_far", compute_sudo=True
    )

    @api.depends("component_id", "contract_id.tz", "contract_id.date_start")
    def _compute_usage_so_far(self):
        """All lines at once: the number of queries does not grow with the lines."""
        found = {}
        runs = self.env["subscription.billing.run"]
        metered = self._origin.filtered(lambda line: line.kind == "metered")
        contracts = metered.contract_id
        for day, group in contracts.grouped(
            lambda contract: runs._get_billing_date(contract.tz)
        ).items():
            found.update((usage[0], usage) for usage in group._get_usage_so_far(day))
        counts = self._count_events(found)
        for line in self:
            origin = line._origin
            line.update(
                line._prepare_usage_so_far(*found[origin][1:], counts.get(origin, 0))
                if origin in found
                else line._prepare_no_usage()
            )

    def _prepare_usage_so_far(self, whole, priced, facts, count):
        rounding = self.contract_id._as_rounding()
        quantity, quota = facts.quantity, facts.free
        return {
            "usage_date_start": whole.start,
            "usage_date_end": whole.last_day,
            "usage_quantity": float(quantity),
            "usage_quota": float(quota),
            "usage_quota_left": float(facts.unused),
            "usage_percent": float(100 * quantity / quota) if quota else 0.0,
            "usage_amount": float(rounding.round(priced.amount)),
            "usage_event_count": count,
        }

    def _prepare_no_usage(self):
        return {
            "usage_date_start": False,
            "usage_date_end": False,
            "usage_quantity": 0.0,
            "usage_quota": 0.0,
            "usage_quota_left": 0.0,
            "usage_percent": 0.0,
            "usage_amount": 0.0,
            "usage_event_count": 0,
        }

    @api.model
    def _count_events(self, found):
        """Events of the period, billed early or not; the facts only count open ones.

        :param dict found: line -> as ``subscription.contract._get_usage_so_far``
        :return: dict line -> number
        """
        if not found:
            return {}
        windows = [
            line._as_usage_window(line, facts.window)
            for line, (_line, _whole, _priced, facts) in found.items()
        ]
        measuring = self.env["subscription.measuring"]
        rows = self.env.execute_query(
            SQL(
                "SELECT w.key, count(*) FROM %s, subscription_usage u"
                " WHERE %s GROUP BY w.key",
                measuring._as_table(windows, past=False),
                measuring._get_condition(windows),
            )
        )
        return {windows[n].key: count for n, count in rows}

    def _as_usage_window(self, key, time):
        """The line's events between two instants."""
        self.ensure_one()
        accept, refuse = self._get_usage_filters()
        return UsageWindow(
            key=key,
            contract_id=self.contract_id.id,
            meter=self.component_id.meter_id,
            time=time,
            whole=time,
            own=time.start,
            zone=self.contract_id.tz,
            accept=accept,
            refuse=refuse,
            component_id=self.component_id.id,
        )


class SubscriptionContract(models.Model):
    """The usage tab of the contract form."""

    _inherit = "subscription.contract"

    metered_line_ids = fields.Many2many(
        "subscription.contract.line",
        string="Metered Lines",
        compute="_compute_metered_line_ids",
    )
    usage_charge_ids = fields.Many2many(
        "subscription.charge",
        string="Billed Usage",
        compute="_compute_usage_charge_ids",
    )

    @api.depends("line_ids.component_id")
    def _compute_metered_line_ids(self):
        for contract in self:
            # Unsaved lines have used nothing.
            contract.metered_line_ids = contract._origin.line_ids.filtered(
                lambda line: line.kind == "metered"
            )

    @api.depends("charge_ids.is_void")
    def _compute_usage_charge_ids(self):
        charges = self.env["subscription.charge"].search(
            [
                ("contract_id", "in", self.ids),
                ("usage_to", "!=", False),
                ("is_void", "=", False),
            ]
        )
        by_contract = charges.grouped("contract_id")
        for contract in self:
            contract.usage_charge_ids = by_contract.get(
                contract._origin, charges.browse()
            )

    def action_view_usage(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_usage_action"
        )
        action["domain"] = [("contract_id", "=", self.id)]
        action["context"] = {"default_contract_id": self.id}
        return action

    def action_record_usage(self):
        """Record one event by hand."""
        self.ensure_one()
        meters = self.metered_line_ids.meter_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Record Usage"),
            "res_model": "subscription.usage",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_contract_id": self.id,
                "default_meter_id": meters.id if len(meters) == 1 else False,
            },
        }
