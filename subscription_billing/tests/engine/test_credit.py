from dataclasses import replace
from decimal import Decimal

from odoo.tests import BaseCase

from ...engine.charge import Charged
from ...engine.credit import annulled, capped, capped_credit
from .common import span
from .pricing import number


class TestCredit(BaseCase):
    def test_credits_never_exceed_what_was_paid(self):
        for potential, paid, previous, expected in (
            ("100", "200", "50", "100"),
            ("100", "200", "100", "100"),
            ("100", "200", "180", "20"),
            ("100", "200", "200", "0"),
            ("100", "200", "250", "0"),
            ("-50", "200", "50", "0"),
            ("100", "0", "0", "0"),
        ):
            with self.subTest(potential=potential, previous=previous):
                potential_, paid_, previous_ = number((potential, paid, previous))
                found = capped_credit(potential_, paid_ - previous_)
                self.assertEqual(found, Decimal(expected))

    def test_an_annulled_contract_gives_back_all_that_is_left(self):
        """C5: the last live days of a charge take what is left of it."""
        january, middle = (
            span("2024-01-01", "2024-02-01"),
            span("2024-01-10", "2024-01-20"),
        )
        rows = [
            Charged("fee", "base", january, january, Decimal(31), credited=(middle,)),
            Charged("back", "base", january, january, Decimal(5), credited=(january,)),
        ]
        plan = annulled(rows, {"fee": Decimal(21), "back": Decimal(0)})
        self.assertEqual(
            [(it.credits, str(it.period.start), it.amount) for it in plan.credits],
            [("fee", "2024-01-01", 0), ("fee", "2024-01-20", -21)],
        )

    def test_credits_of_one_charge_share_what_is_left_of_it(self):
        """X1: the first takes all it may, the next one what is left then."""
        january, rest = (
            span("2024-01-01", "2024-02-01"),
            span("2024-02-01", "2024-02-10"),
        )
        rows = [
            Charged("fee", "base", january, january, Decimal(30)),
            Charged("more", "base", rest, rest, Decimal(10)),
        ]
        plan = annulled(rows, {"fee": Decimal(30), "more": Decimal(10)})
        plan = capped(plan, {"fee": Decimal(12), "more": Decimal(50)})
        self.assertEqual([it.amount for it in plan.credits], [-12, -10])
        same = [replace(it, credits="fee") for it in plan.credits]
        plan = capped(replace(plan, credits=tuple(same)), {"fee": Decimal(15)})
        self.assertEqual([it.amount for it in plan.credits], [-12, -3])
