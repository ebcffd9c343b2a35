"""What a bank says about direct debits: rejects (pain.002) and returns (camt.052, .053,
.054), of any version, since elements are found by their local name.

Source: ISO 20022 messages; EPC132-08 (reason codes). Files with a DOCTYPE are refused,
so that no entity is ever resolved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree

from .file_error import FileError

MAX_BYTES = 20 * 1024 * 1024
MESSAGES = {
    "CstmrPmtStsRpt": "pain.002",
    "BkToCstmrAcctRpt": "camt.052",
    "BkToCstmrStmt": "camt.053",
    "BkToCstmrDbtCdtNtfctn": "camt.054",
}
# Sub-families of bank transaction codes that take a debit back.
RETURN_FAMILIES = {"UPDD", "RRCT", "RPCR", "PRDD", "ARET", "URDD"}


@dataclass(frozen=True)
class Answer:
    """One debit that was not paid, or paid and taken back.

    :ivar kind: "reject" (no money has moved) or "return"
    :ivar end_to_end_id: of our debit; "" where the bank does not give it
    :ivar message_id: of our file, where all of it is rejected; else ""
    :ivar block_id: of our block, where all of it is rejected; else ""
    :ivar code: reason, e.g. AM04; "" if the bank gives none
    :ivar amount: what was booked, fees included, positive; None in a reject
    :ivar original: what was debited, positive; None where it is not told
    :ivar day: booking date; None where it is not told
    :ivar iban: account of the statement; "" where it is not told
    :ivar reference: the bank's own, by which entries are told apart
    """

    kind: str
    end_to_end_id: str
    message_id: str
    block_id: str
    code: str
    amount: Decimal | None
    original: Decimal | None
    day: date | None
    iban: str
    reference: str
    text: str


def read(content: bytes) -> list[Answer]:
    """All answers of a file, in its order; what reports success is not among them.

    :raise FileError: ``too_large``, ``not_xml``, ``doctype`` or ``unknown_message``
    """
    root = _parse(content)
    for name, reader in (("CstmrPmtStsRpt", _read_rejects),):
        for message in _find(root, name):
            return list(reader(message))
    for name in MESSAGES:
        for message in _find(root, name):
            return list(_read_returns(message))
    raise FileError("unknown_message", root=_local(root))


def _parse(content):
    if len(content) > MAX_BYTES:
        raise FileError("too_large", limit=MAX_BYTES // 1024 // 1024)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FileError("not_xml") from error
    # A document type is only good for entities, and those for attacks.
    if root.getroottree().docinfo.doctype:
        raise FileError("doctype")
    return root


def _local(element):
    name = element.tag
    return etree.QName(name).localname if isinstance(name, str) else ""


def _find(element, *path):
    """Elements at a path of local names: the first at any depth, then as children."""
    found = [it for it in element.iter() if _local(it) == path[0]]
    for name in path[1:]:
        found = [child for it in found for child in it if _local(child) == name]
    return found


def _text(element, *path):
    """Text of the first element at a path; "" for none."""
    for it in _find(element, *path):
        if it.text and it.text.strip():
            return it.text.strip()
    return ""


def _children(element, name):
    return [child for child in element if _local(child) == name]


def _read_rejects(message) -> Iterator[Answer]:
    """Rejected debits; a block or a file that is rejected as a whole is one answer."""
    head = (_children(message, "OrgnlGrpInfAndSts") or [message])[0]
    message_id = _text(head, "OrgnlMsgId")
    if _text(head, "GrpSts") == "RJCT":
        yield _reject(head, message_id=message_id)
        return
    for block in _children(message, "OrgnlPmtInfAndSts"):
        transactions = _children(block, "TxInfAndSts")
        if _own_text(block, "PmtInfSts") == "RJCT" and not transactions:
            yield _reject(block, block_id=_own_text(block, "OrgnlPmtInfId"))
        for each in transactions:
            if _own_text(each, "TxSts") == "RJCT":
                yield _reject(each, end_to_end_id=_own_text(each, "OrgnlEndToEndId"))


def _own_text(element, name):
    for child in _children(element, name):
        return (child.text or "").strip()
    return ""


def _reject(element, **ids):
    return Answer(
        **{
            "kind": "reject",
            "end_to_end_id": "",
            "message_id": "",
            "block_id": "",
            "code": _text(element, "StsRsnInf", "Rsn", "Cd"),
            "amount": None,
            "original": None,
            "day": None,
            "iban": "",
            "reference": "|".join(ids.values()),
            "text": _text(element, "StsRsnInf", "AddtlInf"),
            **ids,
        }
    )


def _read_returns(message) -> Iterator[Answer]:
    for statement in message:
        if _local(statement) not in ("Rpt", "Stmt", "Ntfctn"):
            continue
        iban = _text(statement, "Acct", "Id", "IBAN").replace(" ", "")
        for entry in _children(statement, "Ntry"):
            # Only money that leaves the account is a debit taken back.
            if _own_text(entry, "CdtDbtInd") == "DBIT":
                yield from _read_entry(entry, iban)


def _read_entry(entry, iban):
    details = _find(entry, "TxDtls") or [entry]
    day = _day(_text(entry, "BookgDt", "Dt") or _text(entry, "BookgDt", "DtTm")[:10])
    booked = _decimal(_own_text(entry, "Amt"))
    for number, detail in enumerate(details):
        code = _text(detail, "RtrInf", "Rsn", "Cd")
        if not code and not _is_return_family(entry, detail):
            continue
        own = _decimal(_own_text(detail, "Amt"))
        charges = sum(
            (
                _decimal(it.text) or Decimal()
                for it in _find(detail, "Chrgs", "Rcrd", "Amt")
            ),
            Decimal(),
        )
        original = _decimal(
            _text(detail, "AmtDtls", "InstdAmt", "Amt")
            or _text(detail, "AmtDtls", "TxAmt", "Amt")
        )
        amount = booked if len(details) == 1 else (own or original)
        if len(details) > 1 and charges and own == original:
            amount = own + charges
        if original is None and charges and amount is not None:
            original = amount - charges
        yield Answer(
            kind="return",
            end_to_end_id=_text(detail, "Refs", "EndToEndId"),
            message_id="",
            block_id="",
            code=code,
            amount=amount,
            original=original,
            day=day,
            iban=iban,
            reference="|".join(
                [
                    _own_text(entry, "AcctSvcrRef") or _own_text(entry, "NtryRef"),
                    _text(detail, "Refs", "AcctSvcrRef"),
                    _text(detail, "Refs", "EndToEndId"),
                    str(number),
                ]
            ),
            text=_text(detail, "RtrInf", "AddtlInf")
            or _text(detail, "RmtInf", "Ustrd"),
        )


def _is_return_family(entry, detail):
    code = _text(detail, "BkTxCd", "Domn", "Fmly", "SubFmlyCd")
    code = code or _text(entry, "BkTxCd", "Domn", "Fmly", "SubFmlyCd")
    return code in RETURN_FAMILIES


def _decimal(text):
    try:
        value = Decimal(text)
    except (InvalidOperation, TypeError):
        return None
    return abs(value) if value.is_finite() else None


def _day(text):
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
