from datetime import date
from decimal import Decimal
from unittest import TestCase

from ...engine.allocation import (
    FEE,
    INTEREST,
    PRINCIPAL,
    Claim,
    allocate,
)


class TestAllocation(TestCase):
    """§ 367 BGB: costs, interest, principal."""

    def test_the_order_and_the_oldest_first(self):
        claims = [
            Claim("new", PRINCIPAL, date(2026, 2, 1), Decimal(10)),
            Claim("old", PRINCIPAL, date(2026, 1, 1), Decimal(10)),
            Claim("interest", INTEREST, date(2026, 3, 1), Decimal(2)),
            Claim("fee", FEE, date(2026, 3, 1), Decimal(3)),
        ]
        parts = allocate(Decimal(17), claims)
        self.assertEqual(
            [(key, int(part)) for key, part in parts],
            [("fee", 3), ("interest", 2), ("old", 10), ("new", 2)],
        )
        self.assertEqual(allocate(Decimal(0), claims), [])
