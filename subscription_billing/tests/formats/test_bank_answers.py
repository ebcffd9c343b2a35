from datetime import date
from decimal import Decimal
from unittest import TestCase

from ...formats import bank_answers
from ...formats.file_error import FileError

IBAN = "DE89370400440532013000"


def camt(entries, version="camt.053.001.08", kind="BkToCstmrStmt", part="Stmt"):
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}"><{kind}>'
        "<GrpHdr><MsgId>1</MsgId></GrpHdr>"
        f"<{part}><Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>{entries}</{part}>"
        f"</{kind}></Document>"
    ).encode()


def entry(details, amount="124.00", sign="DBIT", family="UPDD"):
    return (
        f'<Ntry><NtryRef>7</NtryRef><Amt Ccy="EUR">{amount}</Amt>'
        f"<CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
        "<BookgDt><Dt>2026-01-20</Dt></BookgDt><AcctSvcrRef>REF1</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>IDDT</Cd>"
        f"<SubFmlyCd>{family}</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def detail(e2e="INV202600001-1", code="AM04", original="119.00", extra=""):
    reason = f"<RtrInf><Rsn><Cd>{code}</Cd></Rsn></RtrInf>" if code else ""
    return (
        f"<TxDtls><Refs><EndToEndId>{e2e}</EndToEndId><MndtId>M1</MndtId></Refs>"
        f'<AmtDtls><InstdAmt><Amt Ccy="EUR">{original}</Amt></InstdAmt></AmtDtls>'
        f"{extra}{reason}</TxDtls>"
    )


def pain(status):
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10">'
        "<CstmrPmtStsRpt><GrpHdr><MsgId>1</MsgId></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>DD1</OrgnlMsgId>{status[0]}"
        f"</OrgnlGrpInfAndSts>{status[1]}</CstmrPmtStsRpt></Document>"
    ).encode()


def transaction(e2e, status, code="AC04"):
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{e2e}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf></TxInfAndSts>"
    )


class TestBankAnswers(TestCase):
    """Rejects and returns of any version; success and strange files."""

    def test_a_return_with_a_fee(self):
        (answer,) = bank_answers.read(camt(entry(detail())))
        self.assertEqual(
            (answer.kind, answer.end_to_end_id, answer.code, answer.day, answer.iban),
            ("return", "INV202600001-1", "AM04", date(2026, 1, 20), IBAN),
        )
        self.assertEqual(
            (answer.amount, answer.original), (Decimal("124.00"), Decimal("119.00"))
        )

    def test_messages_and_versions(self):
        for version, kind, part in (
            ("camt.053.001.02", "BkToCstmrStmt", "Stmt"),
            ("camt.053.001.08", "BkToCstmrStmt", "Stmt"),
            ("camt.052.001.08", "BkToCstmrAcctRpt", "Rpt"),
            ("camt.054.001.02", "BkToCstmrDbtCdtNtfctn", "Ntfctn"),
            ("camt.054.001.13", "BkToCstmrDbtCdtNtfctn", "Ntfctn"),
        ):
            answers = bank_answers.read(camt(entry(detail()), version, kind, part))
            self.assertEqual([it.code for it in answers], ["AM04"], version)

    def test_success_is_no_return(self):
        for entries in (
            entry(detail(code=""), sign="CRDT", family="ESDD"),
            entry(detail(), sign="CRDT"),
            entry(detail(code=""), family="ESDD"),
            "",
        ):
            self.assertEqual(bank_answers.read(camt(entries)), [])

    def test_a_family_of_returns_without_a_reason(self):
        (answer,) = bank_answers.read(camt(entry(detail(code=""))))
        self.assertEqual((answer.code, answer.end_to_end_id), ("", "INV202600001-1"))

    def test_several_returns_in_one_entry(self):
        own = '<Amt Ccy="EUR">{}</Amt>'
        details = detail("A-1", extra=own.format("119.00")) + detail(
            "B-1", "MD06", "50.00", own.format("55.00")
        )
        answers = bank_answers.read(camt(entry(details, "174.00")))
        self.assertEqual(
            [(it.end_to_end_id, it.code, it.amount) for it in answers],
            [("A-1", "AM04", Decimal("119.00")), ("B-1", "MD06", Decimal("55.00"))],
        )

    def test_charges_as_records_of_their_own(self):
        charges = '<Chrgs><Rcrd><Amt Ccy="EUR">5.00</Amt></Rcrd></Chrgs>'
        own = '<Amt Ccy="EUR">119.00</Amt>'
        details = detail("A-1", extra=own + charges) + detail("B-1", extra=own)
        answers = bank_answers.read(camt(entry(details, "243.00")))
        self.assertEqual([str(it.amount) for it in answers], ["124.00", "119.00"])

    def test_rejected_debits_blocks_and_files(self):
        rejected = "<GrpSts>RJCT</GrpSts>"
        block = (
            "<OrgnlPmtInfAndSts><OrgnlPmtInfId>DD1-1</OrgnlPmtInfId>{}"
            "</OrgnlPmtInfAndSts>"
        )
        for status, expected in (
            ((rejected, ""), [("DD1", "", "")]),
            (("", block.format("<PmtInfSts>RJCT</PmtInfSts>")), [("", "DD1-1", "")]),
            (
                (
                    "<GrpSts>PART</GrpSts>",
                    block.format(
                        transaction("A-1", "RJCT")
                        + transaction("B-1", "ACSP")
                        + transaction("C-1", "ACCP")
                        + transaction("D-1", "PDNG")
                    ),
                ),
                [("", "", "A-1")],
            ),
            (("<GrpSts>ACCP</GrpSts>", ""), []),
        ):
            answers = bank_answers.read(pain(status))
            ids = [(it.message_id, it.block_id, it.end_to_end_id) for it in answers]
            self.assertEqual(ids, expected)

    def test_strange_files_are_refused(self):
        bomb = b'<!DOCTYPE x [<!ENTITY a "b">]><Document>&a;</Document>'
        outside = bomb.replace(b'"b"', b'SYSTEM "file:///etc/passwd"')
        for content, code in (
            (b"", "not_xml"),
            (b"garbage" * 100, "not_xml"),
            (b"PK\x03\x04\x00", "not_xml"),
            (bomb, "doctype"),
            (outside, "doctype"),
            (bomb.decode().encode("utf-16"), "doctype"),
            (b"<Document><Other/></Document>", "unknown_message"),
            (b"\x00" * (50 * 1024 * 1024), "too_large"),
        ):
            with self.assertRaises(FileError) as caught:
                bank_answers.read(content)
            self.assertEqual(caught.exception.code, code, content[:40])

    def test_amounts_that_are_none(self):
        for amount in ("NaN", "Infinity", "x", ""):
            (answer,) = bank_answers.read(camt(entry(detail(), amount)))
            self.assertIsNone(answer.amount)
