"""Replay of cases of rounding and credits."""

from fractions import Fraction

from ...engine.credit import (
    Document,
    capped_credit,
    monthly_total,
    note_totals,
    split_refund,
    true_up,
)
from ...engine.interval import Interval
from ...engine.metering import round_quantity
from ...engine.money import Rounding
from .vector_values import decimal, settled
from .vectors_usage import ROUNDINGS

CENTS = Rounding.from_digits(2)


def _rounding(case):
    digits = case.get("currency_digits")
    return CENTS if digits is None else Rounding.from_digits(digits)


def _replay_currency(case):
    amount, digits = decimal(case["amount"]), case["currency_digits"]
    mode = ROUNDINGS[case.get("mode") or "half_up"]
    return {"expected": round_quantity(amount, mode, digits)}


def _replay_notes(case):
    """The lines are given back from the last one to the first."""
    nets = [decimal(net) for net in reversed(case["line_net"])]
    percent, rounding = decimal(case["tax_percent"]), _rounding(case)
    return {
        "expected_invoice_total": Document.of(sum(nets), percent, rounding).total,
        "expected_last_credit_note_total": note_totals(nets, percent, rounding)[-1],
    }


def _replay_note_tax(case):
    days = case["days_in_period"]
    unused = Fraction(days - case["days_used"], days)
    net = Fraction(decimal(case["fee_net"])) * unused
    note = Document.of(net, decimal(case["tax_percent"]), _rounding(case))
    return {
        "expected_credit_net": note.net,
        "expected_credit_tax": note.tax,
        "expected_credit_total": note.total,
    }


def _replay_refund(case):
    split = split_refund(
        creditable=decimal(case["creditable_gross"]),
        paid=min(decimal(case["paid"]), decimal(case["invoice_total"])),
        share=Fraction(decimal(case["subscription_share"])),
        used=decimal(case["used_gross"]),
        rounding=_rounding(case),
    )
    return {
        "expected_refund": split.refund,
        "expected_credit_balance": split.balance,
    }


def _replay_cap(case):
    names = ("potential_credit", "original_paid", "previous_credits")
    return {"expected_credit": capped_credit(*(decimal(case[name]) for name in names))}


def _replay_true_up(case):
    amount = true_up(decimal(case["minimum"]), decimal(case["used"]))
    return {"expected_true_up": amount}


def _replay_mrr(case):
    prices = [
        (
            decimal(row["count"]),
            decimal(row["price"]),
            Interval.parse(row.get("interval_count", 1), row["interval"]),
        )
        for row in case["subscriptions"]
    ]
    total = settled(monthly_total(prices), case["expected_mrr"], _rounding(case))
    return {"expected_mrr": total}


CREDIT_KINDS = {
    "currency": _replay_currency,
    "credit_notes_vs_invoice": _replay_notes,
    "credit_note_tax": _replay_note_tax,
    "refund_split": _replay_refund,
    "credit_cap": _replay_cap,
    "true_up": _replay_true_up,
    "mrr": _replay_mrr,
}
