"""The items of a journal entry, and what of them one row of DATEV can say.

Amounts are in the company's currency, debit positive, as in the ledger.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
# Rates of the second half of 2020, which Automatik accounts had by themselves.
LOWERED = {Decimal(19): Decimal(16), Decimal(7): Decimal(5)}


@dataclass(frozen=True, slots=True)
class Account:
    """An account as DATEV knows it.

    :ivar number: digits; of a person account one more than of a ledger account
    :ivar kind: ``ledger``, ``person`` (debtor, creditor) or ``liquidity`` (bank, cash)
    :ivar rate: percent of tax an Automatik account stands for; None: any
    """

    number: str
    kind: str = "ledger"
    is_automatic: bool = False
    rate: Decimal | None = None

    def stands_for(self, rate: Decimal) -> bool:
        """Whether an Automatik account takes this rate out of an amount."""
        return self.rate in (None, rate) or LOWERED.get(self.rate) == rate


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax of a line.

    :ivar rate: percent
    :ivar parts: (account, percent of the net) of each tax item it leads to; both
        sides for reverse charge, so that they add up to nothing
    :ivar key: DATEV's tax key, if one was set
    :ivar country: of destination, for the one-stop shop; else empty
    :ivar asks_vat: the customer's VAT id must be on the row
    """

    id: int
    rate: Decimal
    parts: tuple[tuple[str, Decimal], ...] = ()
    key: str = ""
    country: str = ""
    asks_vat: bool = False
    name: str = ""

    @property
    def added(self) -> Decimal:
        """Percent of the net that the gross has on top."""
        return sum((percent for _account, percent in self.parts), Decimal(0))


@dataclass(frozen=True, slots=True)
class Item:
    """A journal item.

    :ivar balance: company currency, debit positive
    :ivar foreign: the same in the currency of the item
    :ivar tax: tax of a base item
    :ivar tax_of: id of the tax, of a tax item
    :ivar document: number of the document it clears, of a person's item
    :ivar cost: shares (cost centre 1, cost centre 2, percent), together 100
    :ivar service: last day of service, if rows are to tell it (ISO)
    :ivar fact: DATEV's "Sachverhalt" of field 18: 31 interest, 40 dunning fee
    :ivar may_be_untaxed: belongs on an Automatik account without tax on purpose
    """

    account: Account
    balance: Decimal
    foreign: Decimal = Decimal(0)
    currency: str = "EUR"
    tax: Tax | None = None
    tax_of: int | None = None
    document: str = ""
    label: str = ""
    cost: tuple[tuple[str, str, Decimal], ...] = ()
    service: str = ""
    fact: str = ""
    may_be_untaxed: bool = False


@dataclass(frozen=True, slots=True)
class Leg:
    """Items of one account, tax, cost centre and day, with their share of the tax."""

    item: Item
    net: Decimal
    foreign: Decimal
    tax: Decimal = Decimal(0)
    cost: tuple[str, str] = ("", "")

    @property
    def gross(self) -> Decimal:
        """What the row says, signed like the net."""
        return self.net + self.tax

    @property
    def rank(self) -> int:
        """Order of two accounts in a row: the lower one is "Konto"."""
        if self.item.tax or self.item.account.is_automatic:
            return 3
        return {"liquidity": 0, "person": 1}.get(self.item.account.kind, 2)


def round_cent(amount: Decimal) -> Decimal:
    """Round half up to the cent."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def allocate(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Parts of a total in cents by weight; what rounding leaves goes to the largest."""
    whole = sum(weights, Decimal(0))
    if not whole:
        return [total, *(Decimal(0) for _weight in weights[1:])]
    return _settle(total, [total * weight / whole for weight in weights], weights)


def _settle(
    total: Decimal, ideals: Sequence[Decimal], weights: Sequence[Decimal]
) -> list[Decimal]:
    """Rounded parts that add up to a total: cents go to the largest, one each, and
    what is no rounding (a tax changed by hand) to the largest alone."""
    parts = [round_cent(ideal) for ideal in ideals]
    order = sorted(range(len(parts)), key=lambda i: (-abs(weights[i]), i))
    for i in order:
        rest = total - sum(parts, Decimal(0))
        parts[i] += max(-CENT, min(CENT, rest))
    parts[order[0]] += total - sum(parts, Decimal(0))
    return parts


def make_legs(items: Iterable[Item]) -> list[Leg]:
    """Group items by what a row tells, each with its part of the tax items."""
    groups: dict[object, list[Item]] = defaultdict(list)
    taxes: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        if item.tax_of is not None:
            taxes[item.tax_of].append(item)
        else:
            groups[_group_key(item)].append(item)
    based = {group[0].tax.id for group in groups.values() if group[0].tax}
    legs = [leg for group in groups.values() for leg in _split_costs(group)]
    for tax_id, members in taxes.items():
        if tax_id in based:
            legs = _share_tax(legs, tax_id, members)
        else:
            # A tax without its base, such as a correction, is an account like others.
            legs += [Leg(item, item.balance, item.foreign) for item in members]
    return legs


def _group_key(item: Item) -> object:
    tax = item.tax.id if item.tax else None
    return (
        *(item.account.number, tax, item.document, item.cost, item.service, item.fact),
        *(item.currency, item.may_be_untaxed),
    )


def _split_costs(group: Sequence[Item]) -> list[Leg]:
    net = sum((item.balance for item in group), Decimal(0))
    foreign = sum((item.foreign for item in group), Decimal(0))
    shares = group[0].cost or (("", "", Decimal(100)),)
    weights = [percent for _one, _two, percent in shares]
    nets, foreigns = allocate(net, weights), allocate(foreign, weights)
    return [
        Leg(group[0], nets[i], foreigns[i], cost=(one, two))
        for i, (one, two, _percent) in enumerate(shares)
    ]


def _share_tax(legs: list[Leg], tax_id: int, members: Sequence[Item]) -> list[Leg]:
    """The tax of the entry on the legs it was computed of."""
    own = [
        i for i, leg in enumerate(legs) if leg.item.tax and leg.item.tax.id == tax_id
    ]
    percent = legs[own[0]].item.tax.added  # type: ignore[union-attr]
    nets = [legs[i].net for i in own]
    total = sum((item.balance for item in members), Decimal(0))
    parts = _settle(total, [net * percent / 100 for net in nets], nets)
    foreigns = [legs[i].foreign for i in own]
    total = sum((item.foreign for item in members), Decimal(0))
    others = _settle(total, [each * percent / 100 for each in foreigns], foreigns)
    result = list(legs)
    for i, part, other in zip(own, parts, others, strict=True):
        result[i] = replace(legs[i], tax=part, foreign=legs[i].foreign + other)
    return result
