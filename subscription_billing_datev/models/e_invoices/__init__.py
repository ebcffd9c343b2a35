from . import (
    account_edi_xml_cii,
    account_edi_xml_ubl_bis3,
    account_move,
)
