"""From a journal entry to the rows of a DATEV Buchungsstapel.

A row names an account, a contra account and one amount, and DATEV takes the tax out of
that amount by itself: if an account is *Automatik* (its tax is fixed) or if a tax key
is sent. So a row of revenue is gross, and the tax items of the entry make no rows of
their own.

Sources: DATEV-Format (EXTF 700), Buchungsstapel version 13, fields 1 to 9; DATEV's
message REW00305 (a key on an Automatik account is refused, key 40 apart).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from .journal import Account, Item, Leg, make_legs, round_cent

# "Aufhebung der Automatik": no tax is taken out of an Automatik account.
KEY_NO_AUTOMATIC = "40"
# One-stop shop, on an account that is no Automatik account.
KEY_ONE_STOP_SHOP = "240"
# What DATEV's own arithmetic may differ by, a row, before it counts as a fault.
TOLERANCE = Decimal("0.02")


class BookingError(Exception):
    """An entry cannot be said in DATEV's rows.

    :ivar code: what is wrong, one of ``untaxed``, ``other_tax``, ``no_key``,
        ``both_taxed``, ``tax_differs``
    :ivar facts: what the message names: ``account``, ``tax``, ``amount``
    """

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code, facts)
        self.code, self.facts = code, facts


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what of its 125 fields follows from the items alone.

    :ivar amount: always positive, with ``side`` "S" (debit) or "H" (credit) of account
    :ivar foreign: the amount in ``currency``, positive; 0 where it has none
    :ivar leg: the items behind the contra account, for texts and taxes
    :ivar document: of the person's item of the row
    :ivar booked_tax: tax in the amount by the ledger, signed as the contra account
    """

    amount: Decimal
    side: str
    account: Account
    contra: Account
    key: str
    leg: Leg
    foreign: Decimal = Decimal(0)
    currency: str = ""
    document: str = ""
    booked_tax: Decimal = Decimal(0)

    @property
    def has_person(self) -> bool:
        """Whether a debtor or creditor is on the row."""
        return "person" in (self.account.kind, self.contra.kind)

    def legs(self) -> list[tuple[str, Decimal]]:
        """What DATEV books: (account, balance), the tax by DATEV's own arithmetic."""
        gross = self.amount if self.side == "S" else -self.amount
        tax = self.leg.item.tax
        if tax is None or not tax.parts:
            return [(self.account.number, gross), (self.contra.number, -gross)]
        net = round_cent(gross * 100 / (100 + tax.added))
        parts = [
            (account, -round_cent(net * rate / 100)) for account, rate in tax.parts
        ]
        if len(parts) == 1:
            parts = [(parts[0][0], net - gross)]
        return [(self.account.number, gross), (self.contra.number, -net), *parts]

    @property
    def tax_difference(self) -> Decimal:
        """DATEV's tax less the ledger's, of the contra account's side."""
        tax = sum((balance for _number, balance in self.legs()[2:]), Decimal(0))
        return tax - self.booked_tax


def book(items: Sequence[Item], is_invoice: bool) -> list[Row]:
    """Say a journal entry in rows.

    :param items: the balanced items of one entry; those of 0 make no row
    :param is_invoice: an invoice or credit note: all rows are against its debtor, and
        an Automatik account without tax is an error instead of key 40
    :raises BookingError: what cannot be said, and why
    """
    legs = [leg for leg in make_legs(items) if leg.gross]
    rows = [_row(one, two, is_invoice) for one, two in _pair(legs, is_invoice, items)]
    for row in rows:
        if abs(row.tax_difference) > TOLERANCE:
            number, amount = row.contra.number, row.tax_difference
            raise BookingError("tax_differs", account=number, amount=amount)
    return rows


def _pair(
    legs: Sequence[Leg], is_invoice: bool, items: Sequence[Item]
) -> list[tuple[Leg, Leg]]:
    """Pairs of legs, or of pieces of them, of opposite amounts."""
    persons = {item.account for item in items if item.account.kind == "person"}
    if is_invoice and len(persons) == 1:
        pivot = next(item for item in items if item.account in persons)
        return [
            (_mirror(leg, pivot), leg)
            for leg in legs
            if leg.item.account not in persons
        ]
    debits = [leg for leg in legs if leg.gross > 0]
    credits = [leg for leg in legs if leg.gross < 0]
    for side, others in ((debits, credits), (credits, debits)):
        if len(side) == 1:
            return [(_mirror(leg, side[0].item), leg) for leg in others]
    return _pair_largest(debits, credits)


def _mirror(leg: Leg, item: Item) -> Leg:
    """The part of another item that a leg stands against."""
    return Leg(item, -leg.gross, -leg.foreign)


def _pair_largest(debits: list[Leg], credits: list[Leg]) -> list[tuple[Leg, Leg]]:
    """The largest debit against the largest credit, until nothing is left."""
    left = [sorted(side, key=lambda leg: -abs(leg.gross)) for side in (debits, credits)]
    pairs = []
    while all(left):
        one, two = left[0][0], left[1][0]
        amount = min(abs(one.gross), abs(two.gross))
        pieces = [_cut(leg, amount) for leg in (one, two)]
        pairs.append((pieces[0][0], pieces[1][0]))
        for side, (_piece, rest) in zip(left, pieces, strict=True):
            side[:1] = [rest] if rest.gross else []
            side.sort(key=lambda leg: -abs(leg.gross))
    return pairs


def _cut(leg: Leg, amount: Decimal) -> tuple[Leg, Leg]:
    """A piece of a gross amount, and the rest."""
    share = amount / abs(leg.gross)
    tax, foreign = round_cent(leg.tax * share), round_cent(leg.foreign * share)
    net = amount.copy_sign(leg.gross) - tax
    piece = replace(leg, net=net, tax=tax, foreign=foreign)
    rest = replace(
        leg, net=leg.net - net, tax=leg.tax - tax, foreign=leg.foreign - foreign
    )
    return piece, rest


def _row(one: Leg, two: Leg, is_invoice: bool) -> Row:
    if one.rank > two.rank:
        one, two = two, one
    document = next((leg.item.document for leg in (one, two) if leg.item.document), "")
    same_currency = one.item.currency == two.item.currency
    return Row(
        amount=abs(two.gross),
        side="S" if one.gross > 0 else "H",
        account=one.item.account,
        contra=two.item.account,
        key=_key(one, two, is_invoice),
        leg=two,
        foreign=abs(two.foreign) if same_currency else Decimal(0),
        currency=two.item.currency,
        document=document,
        booked_tax=two.tax,
    )


def _key(one: Leg, two: Leg, is_invoice: bool) -> str:
    """The tax key of a row whose tax is that of its second leg."""
    if one.rank == 3 and (one.item.tax or two.item.tax):
        raise BookingError("both_taxed", account=two.item.account.number)
    account, tax = two.item.account, two.item.tax
    facts = {"account": account.number, "tax": tax.name if tax else ""}
    if account.is_automatic:
        if tax is None:
            if is_invoice and not two.item.may_be_untaxed:
                raise BookingError("untaxed", **facts)
            return KEY_NO_AUTOMATIC
        if tax.country or not account.stands_for(tax.rate):
            raise BookingError("other_tax", **facts)
        return ""
    if tax is None:
        return ""
    if tax.country:
        return tax.key or KEY_ONE_STOP_SHOP
    if tax.rate and not tax.key:
        raise BookingError("no_key", **facts)
    return tax.key
