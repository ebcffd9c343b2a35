from math import inf, nan

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..change_common import ChangeCommon

# Looked at by their own intake, row by row: see ``record_usage``.
OWN_CHECKS = {"subscription.usage.quantity"}


@tagged("post_install", "-at_install")
class TestNumbers(ChangeCommon):
    """What is no number that can be billed is refused when it comes in, with words."""

    def get_fields(self):
        """Every number a user may write into a model of the addon."""
        for name in self.env.registry:
            model = self.env[name]
            if not name.startswith("subscription.") or model._abstract:
                continue
            for field in model._fields.values():
                is_input = field.store and not field.readonly and not field.related
                if field.type in ("float", "monetary") and is_input:
                    yield model, field

    def test_every_number_that_is_written_is_looked_at(self):
        seen = set()
        for model, field in self.get_fields():
            key = f"{model._name}.{field.name}"
            rights = model.has_access("create")
            for value in (nan, inf, -inf, "a lot"):
                if key in OWN_CHECKS or not rights:
                    continue
                with self.subTest(field=key, value=value):
                    seen.add(key)
                    with self.assertRaisesRegex(UserError, "can be billed"):
                        model.new({field.name: value})
        self.assertGreater(len(seen), 30)
        self.assertIn("subscription.contract.line.quantity", seen)
        self.assertIn("subscription.change.price_override", seen)

    def test_a_record_is_not_half_written(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        line = self.line(contract, self.seats, "2024-01-01")
        for value in (nan, inf, 1e300):
            with self.refused("Quantity: .* is no number that can be billed"):
                self.change(
                    contract, "quantity", "2024-01-15", line_id=line.id, quantity=value
                )
            with self.refused("Quantity: .* is no number that can be billed"):
                self.seats.write({"name": "New", "quantity_minimum": value})
        self.assertEqual(self.seats.name, "Seats")
        self.assertFalse(contract.change_ids)
