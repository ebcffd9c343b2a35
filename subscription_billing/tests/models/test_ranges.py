from dateutil.relativedelta import relativedelta

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ...models.dates import FIRST_DAY, LAST_DAY
from ..usage_common import UsageCommon

ODD_DAYS = (
    "0001-01-01",
    "1969-12-31",
    "2200-01-01",
    "9999-12-31",
    "2026-02-30",
    "soon",
    "\0",
)
ODD_COUNTS = (2**31, -(2**31) - 1, 10**30, float("inf"), float("nan"), "many")


@tagged("post_install", "-at_install")
class TestRanges(UsageCommon):
    """Days and counts that make no sense are refused at each door, in words."""

    def get_fields(self, *types):
        """What a client may write into a model of the addon."""
        for name in self.env.registry:
            model = self.env[name]
            if not name.startswith("subscription.") or model._abstract:
                continue
            if not any(model.has_access(verb) for verb in ("create", "write")):
                continue
            for field in model._fields.values():
                if field.type in types and field.store and not field.readonly:
                    yield model, field

    def try_odd(self, types, values, words):
        seen = set()
        for model, field in self.get_fields(*types):
            for value in values:
                seen.add(f"{model._name}.{field.name}")
                with (
                    self.subTest(field=str(field), value=value),
                    self.assertRaisesRegex(UserError, words),
                ):
                    model.new({field.name: value})
        return seen

    def test_every_day_that_is_entered(self):
        seen = self.try_odd(
            ["date", "datetime"], ODD_DAYS, "lies outside of 1970 to 2199|no date"
        )
        self.assertGreater(len(seen), 35)
        self.assertIn("subscription.contract.date_start", seen)
        self.assertIn("subscription.billing.wizard.date", seen)

    def test_every_count_that_is_entered(self):
        seen = self.try_odd(["integer"], ODD_COUNTS, "is no number up to")
        self.assertGreater(len(seen), 40)
        self.assertIn("subscription.contract.notice_first_count", seen)

    def test_the_limits_themselves_are_taken(self):
        contract = self.draft(str(FIRST_DAY), date_end=str(LAST_DAY))
        self.assertEqual(
            (contract.date_start, contract.date_end.year), (FIRST_DAY, 2199)
        )
        contract.notice_first_count = 1200
        with self.assertRaisesRegex(UserError, "Notice.* no number up to 1200"):
            contract.notice_first_count = 1201

    def test_nothing_is_half_written(self):
        contract = self.subscribe("2024-01-01")
        with self.assertRaises(UserError) as caught:
            contract.write({"customer_reference": "X", "date_end": "9999-12-31"})
        self.assertIn("9999-12-31 lies outside", str(caught.exception))
        self.assertFalse(contract.customer_reference)
        with self.assertRaisesRegex(UserError, "lies outside"):
            self.env["subscription.change"].create(
                {
                    "contract_id": contract.id,
                    "kind": "pause",
                    "timing": "date",
                    "date": "2024-02-01",
                    "date_until": "9999-12-31",
                }
            )
        self.assertFalse(contract.change_ids)

    def test_days_of_before_are_still_read(self):
        """A database may hold what was taken once."""
        contract = self.draft("2024-01-01")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE subscription_contract SET date_start = '0001-01-01' WHERE id = %s",
            [contract.id],
        )
        self.env.invalidate_all()
        self.assertEqual(contract.date_start.year, 1)
        contract.customer_reference = "X"
        self.assertIn(contract, contract.search([("date_start", "<", "0002-01-01")]))

    def test_the_others_of_a_batch_keep_their_events(self):
        good = self.subscribe("2026-01-01", quantities={self.api: 1})
        odd = self.subscribe("2026-01-01", quantities={self.api: 1})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE subscription_contract SET date_start = '0001-01-01' WHERE id = %s",
            [odd.id],
        )
        self.env.cr.execute(
            "UPDATE subscription_contract_line SET date_start = '0001-01-01'"
            " WHERE contract_id = %s",
            [odd.id],
        )
        self.env.invalidate_all()
        events = [
            {
                "contract": contract.name,
                "meter": self.calls.code,
                "quantity": 1,
                "instant": "2026-01-05T10:00:00Z",
                "key": f"k{contract.id}",
            }
            for contract in (odd, good)
        ]
        answer = self.env["subscription.usage"]._record_events(
            events, self.company, "import"
        )
        statuses = [result["status"] for result in answer["results"]]
        self.assertEqual(statuses[1], "created")

    def test_a_contract_of_too_many_periods_is_refused_alone(self):
        daily = self._variant("daily", fee_interval_unit="day")
        self._price(self.base, 1.0, variant_id=daily.id)
        many = self.subscribe("1980-01-01", daily)
        good = self.subscribe("2026-01-01")
        run = self.bill("2026-01-01")
        self.assertEqual((run.invoice_count, run.failure_count), (1, 1))
        self.assertTrue(good.charge_ids)
        self.assertIn("more than 10,000 periods", many.billing_error)

    def ask(self, months):
        contract = self.subscribe("2026-01-01")
        wizards = self.env["subscription.billing.wizard"]
        day = wizards._default_date() + relativedelta(months=months, days=1)
        vals = {"date": day, "contract_ids": [Command.set(contract.ids)]}
        return contract, wizards.create(vals)

    def test_a_bill_far_ahead_is_asked_about(self):
        contract, wizard = self.ask(13)
        self.assertTrue(wizard.is_far)
        self.assertFalse(wizard.line_ids)
        with self.assertRaisesRegex(UserError, "more than 13 months ahead"):
            wizard.action_bill()
        self.assertFalse(contract.charge_ids)
        wizard.is_far_confirmed = True
        self.assertTrue(wizard.line_ids)
        wizard.action_bill()
        self.assertTrue(contract.charge_ids)

    def test_a_bill_of_the_coming_year_is_not(self):
        contract, wizard = self.ask(12)
        self.assertFalse(wizard.is_far)
        wizard.action_bill()
        self.assertTrue(contract.charge_ids)
