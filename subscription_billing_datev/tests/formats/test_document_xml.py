from datetime import datetime

from lxml import etree

from odoo.tests import BaseCase

from ...formats.document_xml import NAMESPACE, write_document_xml

GUID = "CB6A8F8F-099A-4B3A-92BA-0CB64E299BA1"


class TestDocumentXml(BaseCase):
    def test_each_voucher_names_its_files(self):
        files = ["INV_1.pdf", "INV_1.xml"]
        created = datetime.fromisoformat("2026-11-01T06:00:00")
        data = write_document_xml([(GUID, "INV/1 & Söhne", files)], created, "2026-10")
        root = etree.fromstring(data)
        space = {"d": NAMESPACE}
        self.assertEqual(root.get("version"), "6.0")
        self.assertEqual(
            root.findtext("d:header/d:date", namespaces=space), "2026-11-01T06:00:00"
        )
        document = root.find("d:content/d:document", space)
        self.assertEqual(document.get("guid"), GUID)
        self.assertEqual(
            document.findtext("d:description", namespaces=space), "INV/1 & Söhne"
        )
        found = [each.get("name") for each in document.findall("d:extension", space)]
        self.assertEqual(found, files)
