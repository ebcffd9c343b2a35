"""Direct debits as a bank takes them: ISO 20022 pain.008.001.08 for SEPA CORE and B2B.

Source: EPC130-08 (CORE) and EPC131-08 (B2B) implementation guidelines, ISO schema
pain.008.001.08. The same values give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from lxml import etree

from .sepa_text import clean_id, clean_text

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08"
NAME_LENGTH, TEXT_LENGTH = 70, 140


@dataclass(frozen=True)
class Creditor:
    """Who collects.

    :ivar iban: without spaces
    :ivar bic: of its bank; "" for none
    :ivar identifier: creditor identifier, without spaces
    """

    name: str
    iban: str
    bic: str
    identifier: str


@dataclass(frozen=True)
class Amendment:
    """What of a mandate was another one when it was used before; "" for no change.

    :ivar iban: of the same debtor; "SMNDA" where the account itself was changed
    """

    reference: str = ""
    iban: str = ""
    identifier: str = ""
    name: str = ""


@dataclass(frozen=True)
class Debit:
    """One debit of a block.

    :ivar end_to_end_id: by which returns are recognised
    :ivar amount: in EUR, two decimals
    :ivar text: what the debtor reads on the statement
    :ivar country: two letters, where banks ask for an address of the debtor; "" if not
    """

    end_to_end_id: str
    amount: Decimal
    mandate: str
    signed_on: date
    name: str
    iban: str
    bic: str
    text: str
    city: str = ""
    country: str = ""
    amendment: Amendment | None = None


@dataclass(frozen=True)
class Block:
    """Debits of the same scheme, sequence and day.

    :ivar scheme: CORE or B2B
    :ivar sequence: FRST, RCUR, OOFF or FNAL
    """

    id: str
    scheme: str
    sequence: str
    date: date
    debits: Sequence[Debit]


def write(
    message_id: str, created: datetime, creditor: Creditor, blocks: Sequence[Block]
) -> bytes:
    """The file.

    :param created: local time, without a zone
    """
    document = etree.Element(f"{{{NAMESPACE}}}Document", nsmap={None: NAMESPACE})
    root = _add(document, "CstmrDrctDbtInitn")
    debits = [debit for block in blocks for debit in block.debits]
    head = _add(root, "GrpHdr")
    _add(head, "MsgId", clean_id(message_id))
    _add(head, "CreDtTm", created.isoformat(timespec="seconds"))
    _add_sums(head, debits)
    _add(_add(head, "InitgPty"), "Nm", clean_text(creditor.name, NAME_LENGTH))
    for block in blocks:
        _add_block(_add(root, "PmtInf"), block, creditor)
    return etree.tostring(
        document, xml_declaration=True, encoding="UTF-8", pretty_print=True
    )


def _add(parent, path, text=None):
    """Add elements below each other, the last one with a text."""
    for name in path.split("/"):
        parent = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    parent.text = text
    return parent


def _add_sums(parent, debits):
    _add(parent, "NbOfTxs", str(len(debits)))
    _add(parent, "CtrlSum", _money(sum((it.amount for it in debits), Decimal())))


def _money(amount):
    return f"{amount:.2f}"


def _add_block(block_element, block, creditor):
    _add(block_element, "PmtInfId", clean_id(block.id))
    _add(block_element, "PmtMtd", "DD")
    _add(block_element, "BtchBookg", "true")
    _add_sums(block_element, block.debits)
    kind = _add(block_element, "PmtTpInf")
    _add(kind, "SvcLvl/Cd", "SEPA")
    _add(kind, "LclInstrm/Cd", block.scheme)
    _add(kind, "SeqTp", block.sequence)
    _add(block_element, "ReqdColltnDt", block.date.isoformat())
    _add(block_element, "Cdtr/Nm", clean_text(creditor.name, NAME_LENGTH))
    _add(block_element, "CdtrAcct/Id/IBAN", creditor.iban)
    _add_agent(block_element, "CdtrAgt", creditor.bic)
    _add(block_element, "ChrgBr", "SLEV")
    _add_identifier(block_element, "CdtrSchmeId", creditor.identifier)
    for debit in block.debits:
        _add_debit(_add(block_element, "DrctDbtTxInf"), debit)


def _add_agent(parent, name, bic):
    agent = _add(parent, f"{name}/FinInstnId")
    if bic:
        _add(agent, "BICFI", bic)
    else:
        _add(agent, "Othr/Id", "NOTPROVIDED")


def _add_identifier(parent, name, identifier, creditor_name=""):
    scheme = _add(parent, name)
    if creditor_name:
        _add(scheme, "Nm", clean_text(creditor_name, NAME_LENGTH))
    if identifier:
        other = _add(scheme, "Id/PrvtId/Othr")
        _add(other, "Id", identifier)
        _add(other, "SchmeNm/Prtry", "SEPA")


def _add_debit(element, debit):
    _add(element, "PmtId/EndToEndId", debit.end_to_end_id)
    _add(element, "InstdAmt", _money(debit.amount)).set("Ccy", "EUR")
    mandate = _add(element, "DrctDbtTx/MndtRltdInf")
    _add(mandate, "MndtId", debit.mandate)
    _add(mandate, "DtOfSgntr", debit.signed_on.isoformat())
    if debit.amendment:
        _add(mandate, "AmdmntInd", "true")
        _add_amendment(_add(mandate, "AmdmntInfDtls"), debit.amendment)
    _add_agent(element, "DbtrAgt", debit.bic)
    debtor = _add(element, "Dbtr")
    _add(debtor, "Nm", clean_text(debit.name, NAME_LENGTH))
    if debit.country:
        address = _add(debtor, "PstlAdr")
        _add(address, "TwnNm", clean_text(debit.city, 35))
        _add(address, "Ctry", debit.country)
    _add(element, "DbtrAcct/Id/IBAN", debit.iban)
    _add(element, "RmtInf/Ustrd", clean_text(debit.text, TEXT_LENGTH))


def _add_amendment(details, amendment):
    if amendment.reference:
        _add(details, "OrgnlMndtId", amendment.reference)
    if amendment.identifier or amendment.name:
        _add_identifier(
            details, "OrgnlCdtrSchmeId", amendment.identifier, amendment.name
        )
    if amendment.iban == "SMNDA":
        _add(details, "OrgnlDbtrAcct/Id/Othr/Id", "SMNDA")
    elif amendment.iban:
        _add(details, "OrgnlDbtrAcct/Id/IBAN", amendment.iban)
