"""A bank that returns some debits; what it writes is what real ones write."""

from stdnum.iban import calc_check_digits

BANK = "DE89370400440532013000"
RETURN_CODES = ("AM04", "MS03", "AC04", "MD06", "MD01")


def german_iban(number):
    """A well-formed IBAN that belongs to nobody on purpose."""
    rest = f"99999999{number:010}"
    return f"DE{calc_check_digits(f'DE00{rest}')}{rest}"


def camt(lines, day, first):
    """A statement (camt.053) on which debits come back, every other one with a fee of
    3.00; their reasons take turns, beginning with the one at place ``first``."""
    entries = []
    for number, line in enumerate(lines, start=first):
        code = RETURN_CODES[number % len(RETURN_CODES)]
        fee = 3.0 * (number % 2)
        entries.append(
            f'<Ntry><Amt Ccy="EUR">{line.amount + fee:.2f}</Amt>'
            f"<CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>{day}</Dt></BookgDt>"
            f"<NtryDtls><TxDtls><Refs><EndToEndId>{line.end_to_end_id}</EndToEndId>"
            f"</Refs><RtrInf><Rsn><Cd>{code}</Cd></Rsn></RtrInf></TxDtls></NtryDtls>"
            "</Ntry>"
        )
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        f"<BkToCstmrStmt><Stmt><Acct><Id><IBAN>{BANK}</IBAN></Id></Acct>"
        f"{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()
