from datetime import timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from odoo import fields

from .common import SubscriptionCommon


class UsageCommon(SubscriptionCommon):
    """Verbs for stories about usage: API calls, graduated, with a free quantity.

    1,000 calls are free, the next 9,000 cost 0.01, all beyond 0.005.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "Europe/Berlin"
        cls.calls = cls._meter("calls", unit_name="calls")
        cls.api = cls._metered("api", "API calls", cls.calls)
        cls.api_price = cls._price(
            cls.api,
            0.0,
            model="graduated",
            free_quantity=1000,
            tier_ids=cls._tiers((9000, 0.01), (0, 0.005)),
        )

    @classmethod
    def _meter(cls, code, aggregation="sum", **vals):
        return cls.env["subscription.meter"].create(
            {
                "name": code.capitalize(),
                "code": code,
                "aggregation": aggregation,
                "company_id": cls.company.id,
                **vals,
            }
        )

    @classmethod
    def _metered(cls, code, name, meter, **vals):
        return cls._component(
            code, name, kind="metered", meter_id=meter.id, is_required=False, **vals
        )

    @staticmethod
    def _tiers(*pairs):
        """(upper bound or 0, unit price) pairs as commands."""
        return [
            fields.Command.create({"up_to": up_to, "price_unit": price})
            for up_to, price in pairs
        ]

    def use(self, contract, *events, meter=None, zone="Europe/Berlin"):
        """Record events: (local time as ISO text, quantity[, properties])."""
        return self.env["subscription.usage"].create(
            [
                {
                    "contract_id": contract.id,
                    "meter_id": (meter or self.calls).id,
                    "instant": self.utc(event[0], zone),
                    "quantity": event[1],
                    "properties": event[2] if len(event) > 2 else False,
                }
                for event in events
            ]
        )

    @staticmethod
    def utc(text, zone="Europe/Berlin"):
        """A local time as Odoo keeps it."""
        local = fields.Datetime.to_datetime(text).replace(tzinfo=ZoneInfo(zone))
        return local.astimezone(timezone.utc).replace(tzinfo=None)

    def metered(self, on="2026-01-01", components=None, **vals):
        """An active contract with these metered components, the API by default."""
        booked = components or [self.api]
        return self.subscribe(on, quantities=dict.fromkeys(booked, 1.0), **vals)

    def usage_charges(self, contract, component=None):
        """Live charges of a metered component, run by run, by their days."""
        charges = contract.charge_ids.filtered(
            lambda row: row.component_id == (component or self.api) and not row.is_void
        )
        runs = charges.grouped(lambda row: row.run_id.id or row)
        rows = (part.sorted("date_start") for part in runs.values())
        return charges.browse().concat(*sorted(rows, key=lambda part: min(part.ids)))

    def assertSlicesAddUp(self, charges):
        for charge in charges:
            slices = charge.explanation["slices"]
            total = sum(Decimal(part["amount"]) for part in slices)
            self.assertAlmostEqual(float(total), charge.amount_full, 9)
