from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from odoo.tests import BaseCase

from odoo.addons.subscription_billing.tests.engine.strategies import check, st

from ...engine.booking import TOLERANCE, book
from ...engine.journal import allocate
from .common import VAT_7, VAT_19, item, tax_item

CENTS = st.integers(-100_000, 100_000).map(lambda n: Decimal(n) / 100)
ACCOUNTS = {"8400": VAT_19, "8200": VAT_19, "8300": VAT_7}
LINES = st.lists(st.tuples(st.sampled_from(sorted(ACCOUNTS)), CENTS), min_size=1)


def invoice(lines):
    """Items of an invoice with the tax of each rate rounded over all its lines."""
    items = [item(number, -amount, ACCOUNTS[number]) for number, amount in lines]
    for tax in (VAT_19, VAT_7):
        net = sum(it.balance for it in items if it.tax == tax)
        amount = (net * tax.rate / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
        items.append(tax_item(tax, amount))
    return [item("10001", -sum(it.balance for it in items)), *items]


class TestAnyInvoice(BaseCase):
    def test_what_datev_books_is_the_ledger(self):
        """Where an account has a rate to itself, to the cent; else within tolerance."""

        @check(500, LINES)
        def holds(lines):
            items = invoice(lines)
            ledger, booked = defaultdict(Decimal), defaultdict(Decimal)
            for each in items:
                ledger[each.account.number] += each.balance
            for row in book(items, True):
                self.assertGreater(row.amount, 0)
                for number, balance in row.legs():
                    booked[number] += balance
            is_shared = {"8400", "8200"} <= {*dict(lines)}
            for number, balance in ledger.items():
                difference = abs(balance - booked[number])
                self.assertLessEqual(difference, TOLERANCE * is_shared, number)

    def test_parts_add_up(self):
        weights = st.lists(st.integers(1, 1000).map(Decimal), min_size=1)

        @check(200, CENTS, weights)
        def holds(total, parts):
            self.assertEqual(sum(allocate(total, parts)), total)
