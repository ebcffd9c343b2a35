"""Replay of cases of rounding and credits.

What Odoo does and not the product (tax of a credit note, a payment given back in part)
is reckoned here, with the product's rounding.
"""

from fractions import Fraction

from ...engine.credit import capped_credit
from ...engine.interval import Interval
from ...engine.limits import Limited
from ...engine.metering import round_quantity
from ...engine.money import ONE, Rounding, exact_sum
from ...engine.price import Flat
from ...engine.worth import monthly_value
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


def _taxed(net, case):
    """Net and tax of a document, both rounded."""
    rounding = _rounding(case)
    net = rounding.round(net)
    tax = Fraction(net) * Fraction(decimal(case["tax_percent"])) / 100
    return net, rounding.round(tax)


def _replay_notes(case):
    """The lines are given back from the last one to the first; each note gives back at
    most what the ones before it have left, and the last one all that is."""
    *nets, _last = nets_of_all = [decimal(net) for net in reversed(case["line_net"])]
    total = left = sum(_taxed(exact_sum(nets_of_all), case))
    for net in nets:
        left -= capped_credit(sum(_taxed(net, case)), left)
    return {
        "expected_invoice_total": total,
        "expected_last_credit_note_total": left,
    }


def _replay_note_tax(case):
    days = case["days_in_period"]
    unused = Fraction(days - case["days_used"], days)
    net, tax = _taxed(Fraction(decimal(case["fee_net"])) * unused, case)
    return {
        "expected_credit_net": net,
        "expected_credit_tax": tax,
        "expected_credit_total": net + tax,
    }


def _replay_refund(case):
    """Money goes back as far as the credited part was paid beyond what was used of it;
    the rest becomes a balance."""
    creditable = decimal(case["creditable_gross"])
    paid = min(decimal(case["paid"]), decimal(case["invoice_total"]))
    share = Fraction(decimal(case["subscription_share"]))
    used = Fraction(decimal(case["used_gross"]))
    beyond = _rounding(case).round(Fraction(paid) * share - used)
    refund = capped_credit(creditable, beyond)
    return {
        "expected_refund": refund,
        "expected_credit_balance": creditable - refund,
    }


def _replay_cap(case):
    potential, paid, previous = (
        decimal(case[name])
        for name in ("potential_credit", "original_paid", "previous_credits")
    )
    return {"expected_credit": capped_credit(potential, paid - previous)}


def _replay_true_up(case):
    """A price with a minimum asks for more than what was used."""
    used = Flat(decimal(case["used"]))
    agreed = Limited(used, minimum=decimal(case["minimum"]))
    asked, owed = agreed.rate(ONE).amount, used.rate(ONE).amount
    return {"expected_true_up": asked - owed}


def _replay_mrr(case):
    total = exact_sum(
        decimal(row["count"])
        * monthly_value(
            decimal(row["price"]),
            Interval.parse(row.get("interval_count", 1), row["interval"]),
        )
        for row in case["subscriptions"]
    )
    return {"expected_mrr": settled(total, case["expected_mrr"], _rounding(case))}


CREDIT_KINDS = {
    "currency": _replay_currency,
    "credit_notes_vs_invoice": _replay_notes,
    "credit_note_tax": _replay_note_tax,
    "refund_split": _replay_refund,
    "credit_cap": _replay_cap,
    "true_up": _replay_true_up,
    "mrr": _replay_mrr,
}
