from dataclasses import replace
from decimal import Decimal

from ...engine.booking import book
from ...engine.journal import Account, Item, Tax

VAT_19 = Tax(1, Decimal(19), (("1776", Decimal(19)),), "3", name="19%")
VAT_7 = Tax(2, Decimal(7), (("1771", Decimal(7)),), "2", name="7%")
EU_SERVICE = Tax(3, Decimal(0), asks_vat=True, name="0% EU")
THIRD_COUNTRY = Tax(4, Decimal(0), name="0% S T")
REVERSE_CHARGE = Tax(
    5, Decimal(19), (("1577", Decimal(19)), ("1787", Decimal(-19))), "94", name="13b"
)
FRANCE = Tax(
    6, Decimal(20), (("1767", Decimal(20)),), country="FR", name="20.0% FR VAT"
)
LUXEMBOURG = Tax(7, Decimal(17), (("1767", Decimal(17)),), country="LU", name="17% LU")
TAXES = {"19%": VAT_19, "7%": VAT_7, "0% EU (Kz 21)": EU_SERVICE}
TAXES |= {"0% S T (Kz 45)": THIRD_COUNTRY}

AUTOMATIC = {"8400": 19, "8300": 7, "8336": 0, "8338": 0, "8736": 19, "2406": 19}
LIQUIDITY = {"1203", "1200"}


def account(number):
    if number in AUTOMATIC:
        return Account(number, "ledger", True, Decimal(AUTOMATIC[number]))
    if len(number) == 5:
        return Account(number, "person")
    return Account(number, "liquidity" if number in LIQUIDITY else "ledger")


def item(number, balance, tax=None, **values):
    amount = Decimal(balance)
    values.setdefault("foreign", amount)
    return Item(account(number), amount, tax=tax, **values)


def tax_item(tax, balance, number=None, **values):
    return replace(item(number or tax.parts[0][0], balance, **values), tax_of=tax.id)


def told(items, is_invoice=True):
    """Rows as "amount side account contra key", in their order."""
    return [
        f"{row.amount} {row.side} {row.account.number} {row.contra.number} {row.key}"
        for row in book(items, is_invoice)
    ]
