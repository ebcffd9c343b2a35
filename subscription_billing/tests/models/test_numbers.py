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
        """Every number a user may write that is of the addon, in whatever model."""
        models = [self.env[name] for name in self.env.registry]
        for model in models:
            if model._abstract or not model.has_access("create"):
                continue
            is_ours = model._name.startswith("subscription.")
            for field in model._fields.values():
                is_input = field.store and not field.readonly and not field.related
                is_number = field.type in ("float", "monetary")
                is_own = is_ours or field.name.startswith("subscription_")
                if is_own and is_input and is_number and str(field) not in OWN_CHECKS:
                    yield model, field

    def test_every_number_that_is_written_is_looked_at(self):
        seen = set()
        for model, field in self.get_fields():
            for value in (nan, inf, -inf, "a lot"):
                with self.subTest(field=field, value=value):
                    seen.add(str(field))
                    with self.assertRaisesRegex(UserError, "can be billed"):
                        model.new({field.name: value})
        self.assertGreater(len(seen), 30)
        self.assertIn("subscription.contract.line.quantity", seen)
        self.assertIn("subscription.change.price_override", seen)
        self.assertIn("res.company.subscription_collect_minimum", seen)

    def test_every_number_of_a_new_record_is_looked_at(self):
        for model, field in self.get_fields():
            for value in (nan, inf, -inf):
                with self.assertRaisesRegex(UserError, "can be billed"):
                    field.convert_to_column_insert(value, model, {})
        for value in (nan, inf):
            with self.refused("Amount: .* is no number that can be billed"):
                self.env["subscription.discount"].create(
                    {"name": "Odd", "kind": "amount", "amount": value}
                )

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
