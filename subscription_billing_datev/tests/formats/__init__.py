from . import test_document_xml, test_extf, test_extf_master, test_validator
