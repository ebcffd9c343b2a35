from datetime import datetime
from unittest.mock import patch

from .usage_common import UsageCommon

NOW = datetime.fromisoformat("2026-06-15T12:00:00")
GROUP_USAGE = "subscription_billing.subscription_billing_group_usage"
GROUP_USER = "subscription_billing.subscription_billing_group_user"


class UsageIntakeCommon(UsageCommon):
    """A contract of 2026 that takes API calls, at noon of 15 June 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        checking = cls.env.registry["subscription.usage.checking"]
        cls.startClassPatcher(
            patch.object(checking, "_get_now", lambda self: NOW, create=False)
        )
        cls.usage = cls.env["subscription.usage"]

    def setUp(self):
        super().setUp()
        self.contract = self.metered()

    def contract_with(self, meter):
        """A contract that takes events of this meter, sold at 1 each."""
        component = self._metered(meter.code, meter.name, meter)
        self._price(component, 1.0, model="per_unit")
        return self.metered(components=[component])

    def event(self, key="k1", **vals):
        """A good event as JSON has it; a value of None takes the field away."""
        event = {
            "contract": self.contract.name,
            "meter": "calls",
            "quantity": 5,
            "instant": "2026-03-10T08:00:00Z",
            "key": key,
            **vals,
        }
        return {name: value for name, value in event.items() if value is not ...}

    def record(self, *events):
        return self.env["subscription.usage"].record_usage(list(events))

    def stored(self, key):
        return self.usage.search(
            [("company_id", "=", self.company.id), ("key", "=", key)]
        )

    def assertRejected(self, event, *parts):
        """Rejected with a reason that names each of the parts; nothing is written."""
        with self.subTest(event=event):
            before = self.usage.search_count([])
            answer = self.record(event)
            self.assertEqual(answer["rejected"], 1, answer)
            for part in parts:
                self.assertIn(part, answer["results"][0]["reason"])
            self.assertEqual(self.usage.search_count([]), before)
