"""``document.xml`` of DATEV XML online: which file in the archive is which voucher.

A voucher's GUID is also in field 20 of its rows ("Beleglink"), which is how DATEV shows
the document beside the booking.

Source: DATEV XML interface online, document version 6.0.
"""

from collections.abc import Iterable
from datetime import datetime

from lxml import etree

NAMESPACE = "http://xml.datev.de/bedi/tps/document/v06.0"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
# More documents than that DATEV does not take in one archive.
HIGHEST_COUNT = 4999


def write_document_xml(
    documents: Iterable[tuple[str, str, list[str]]], created: datetime, name: str
) -> bytes:
    """The bytes of ``document.xml``.

    :param documents: (GUID, description, names of its files)
    """
    root = etree.Element(
        f"{{{NAMESPACE}}}archive", nsmap={None: NAMESPACE, "xsi": INSTANCE}
    )
    root.set(f"{{{INSTANCE}}}schemaLocation", f"{NAMESPACE} Document_v060.xsd")
    root.set("version", "6.0")
    root.set("generatingSystem", "Odoo")
    header = _add(root, "header")
    _add(header, "date", created.isoformat(timespec="seconds"))
    _add(header, "description", name)
    content = _add(root, "content")
    for guid, description, files in documents:
        document = _add(content, "document")
        document.set("guid", guid)
        _add(document, "description", description)
        for file in files:
            extension = _add(document, "extension")
            extension.set(f"{{{INSTANCE}}}type", "File")
            extension.set("name", file)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _add(parent: etree._Element, tag: str, text: str = "") -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}")
    element.text = text or None
    return element
