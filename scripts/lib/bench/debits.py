"""A file of 10,000 direct debits: written, validated against the ISO schema; and as
many returns, read."""

from datetime import date, datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

from lxml import etree

from .table import Row, interleave

DEBITS = 10_000


def run(rounds):
    """Yield the rows of the table."""
    from odoo.addons.subscription_billing.formats import bank_answers, pain_008

    blocks = [
        pain_008.Block(
            id="DD-1",
            scheme="CORE",
            sequence="RCUR",
            date=date(2026, 12, 28),
            debits=[debit(pain_008.Debit, number) for number in range(DEBITS)],
        )
    ]
    creditor = pain_008.Creditor(
        "Müller & Söhne GmbH", "DE89370400440532013000", "", "DE98ZZZ09999999999"
    )
    folder = Path(find_spec("sepaxml").submodule_search_locations[0]) / "schemas"
    schema = etree.XMLSchema(file=str(folder / "pain.008.001.08.xsd"))
    created = datetime.fromisoformat("2026-12-21T09:30:00")
    answers = statement()

    def write(_number):
        content = pain_008.write("DD/2026/0001", created, creditor, blocks)
        schema.assertValid(etree.fromstring(content))

    def read(_number):
        if len(bank_answers.read(answers)) != DEBITS:
            raise AssertionError("not all returns were read")

    times = interleave(rounds, {"write": write, "read": read})
    yield Row("10,000 debits written and validated", "s", times["write"], most=10)
    yield Row("10,000 returns read", "s", times["read"], most=10)


def debit(make, number):
    return make(
        end_to_end_id=f"INV2026{number:05}-1",
        amount=Decimal(f"{number % 500 + 10}.99"),
        mandate=f"M{number:06}",
        signed_on=date(2026, 1, 15),
        name=f"Jörg Groß {number}",
        iban="DE02120300000000202051",
        bic="",
        text=f"INV/2026/{number:05} Müller",
    )


def statement():
    entries = "".join(
        f'<Ntry><Amt Ccy="EUR">124.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>'
        "<BookgDt><Dt>2026-01-20</Dt></BookgDt><NtryDtls><TxDtls><Refs>"
        f"<EndToEndId>INV2026{number:05}-1</EndToEndId></Refs><RtrInf><Rsn><Cd>AM04</Cd>"
        "</Rsn></RtrInf></TxDtls></NtryDtls></Ntry>"
        for number in range(DEBITS)
    )
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        "<BkToCstmrStmt><Stmt><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>"
        f"{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()
