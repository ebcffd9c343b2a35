from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..threshold_common import ThresholdCommon


@tagged("post_install", "-at_install", "usage", "billing")
class TestThresholdScope(ThresholdCommon):
    """Which contracts are billed early: companies, zones, states, failures."""

    def test_two_companies(self):
        """O2: a run of one company leaves the other alone, each in its currency."""
        ours = self.metered(threshold_amount=20)
        self.use(ours, ("2026-01-05 10:00:00", 3000))
        theirs, meter, component = self._sell_in_other()
        self.use(theirs, ("2026-01-05 10:00:00", 50), meter=meter)
        run = self.exceed("2026-01-10", theirs.company_id)
        self.assertEqual(run.company_id, theirs.company_id)
        self.assertFalse(self.usage_charges(ours))
        charge = self.usage_charges(theirs, component)
        self.assertEqual(charge.move_id.company_id, theirs.company_id)
        self.assertEqual(
            (charge.amount, charge.currency_id), (100.0, theirs.currency_id)
        )
        self.exceed("2026-01-10")
        self.assertTrue(self.usage_charges(ours))

    def _sell_in_other(self):
        """A metered contract of another company in another currency."""
        data = self.setup_other_company()
        other = data["company"]
        self.env.user.company_ids += other
        env = self.env(context={"allowed_company_ids": other.ids})
        currency = self.setup_other_currency("CHF")
        product = env["product.product"].create(
            {
                "name": "Theirs",
                "taxes_id": [Command.set(data["default_tax_sale"].ids)],
            }
        )
        meter = env["subscription.meter"].create({"name": "Their", "code": "calls"})
        plan = env["subscription.plan"].create(
            {"name": "Their plan", "company_id": other.id}
        )
        component = env["subscription.component"].create(
            {
                "plan_id": plan.id,
                "name": "Usage",
                "product_id": product.id,
                "kind": "metered",
                "meter_id": meter.id,
            }
        )
        self._price(component, 2.0, model="per_unit", currency_id=currency.id)
        variant = env["subscription.plan.variant"].create(
            {"plan_id": plan.id, "name": "M", "currency_id": currency.id}
        )
        contract = env["subscription.contract"].create(
            {
                "partner_id": self._customer("Kunde").id,
                "variant_id": variant.id,
                "date_start": "2026-01-01",
                "threshold_amount": 100.0,
            }
        )
        contract.action_activate()
        return contract, meter, component

    def test_scheduled_action_goes_by_the_contracts_calendar(self):
        """T3: it is the 11th in Tokyo while it is the 10th in Berlin."""
        berlin = self.metered(threshold_amount=20)
        tokyo = self.metered(threshold_amount=20, tz="Asia/Tokyo")
        for contract in (berlin, tokyo):
            zone = contract.tz
            self.use(contract, ("2026-01-10 10:00:00", 3000), zone=zone)
        days = {"Asia/Tokyo": self.day("2026-01-11")}
        runs = self.env.registry["subscription.billing.run"]
        tenth = self.day("2026-01-10")
        with patch.object(
            runs, "_get_billing_date", lambda _run, tz: days.get(tz, tenth)
        ):
            self.env["subscription.billing.run"].sudo()._cron_bill_thresholds()
        self.assertFalse(self.usage_charges(berlin))
        self.assertEqual(self.usage_charges(tokyo).amount, 20.0)

    def test_parked_and_held_contracts_are_not_billed_early(self):
        """X5: neither billed nor an empty run every hour."""
        parked, held, good = (self.metered(threshold_amount=20) for _n in range(3))
        for contract in (parked, held, good):
            self.use(contract, ("2026-01-05 10:00:00", 3000))
        parked._park(
            "mend me", self.day("2026-01-09"), self.env["subscription.billing.run"]
        )
        parked.sudo().date_retry = "2026-01-20"
        held.action_toggle_hold()
        run = self.exceed("2026-01-10")
        self.assertEqual(run.contract_ids, good)
        self.assertFalse(self.usage_charges(parked) + self.usage_charges(held))
        self.assertFalse(self.exceed("2026-01-10"))
        self.assertTrue(self.exceed("2026-01-20"))
        self.assertFalse(parked.billing_error)

    @mute_logger("odoo.addons.subscription_billing.models.failures")
    def test_bad_contract_is_parked_and_stops_nobody(self):
        """X5: also if what it owes cannot even be planned."""
        good, bad = (self.metered(threshold_amount=20) for _n in range(2))
        for contract in (good, bad):
            self.use(contract, ("2026-01-05 10:00:00", 3000))
        planning = self.env.registry["subscription.planning"]
        plan = planning._plan

        def fail(service, records, until, interim=False):
            if bad in records:
                raise ValueError("no price")
            return plan(service, records, until, interim)

        with patch.object(planning, "_plan", fail):
            run = self.exceed("2026-01-10")
        self.assertEqual(self.usage_charges(good).amount, 20.0)
        self.assertEqual((run.failure_count, run.state), (1, "failed"))
        self.assertIn("no price", bad.billing_error)

    def test_ended_and_draft_contracts(self):
        """What has ended is billed by its last regular bill."""
        contract = self.metered(threshold_amount=20)
        contract.date_end = "2026-01-08"
        self.use(contract, ("2026-01-05 10:00:00", 3000))
        self.bill("2026-01-09", contract)
        contract._set_ended("over")
        self.draft("2026-01-01", threshold_amount=1)
        self.assertFalse(self.exceed("2026-01-10"))
