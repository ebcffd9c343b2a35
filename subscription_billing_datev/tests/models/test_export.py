from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...engine.booking import book
from ...formats import extf
from ..datev_common import DatevCommon
from ..extf_validator import faults

WORK = "odoo.addons.subscription_billing_datev.models.export.export_work"
SIDE = "Soll/Haben-Kennzeichen"


@tagged("post_install", "-at_install", "datev")
class TestExport(DatevCommon):
    """An export is checked, written, and locks what it has told."""

    def test_second_export_of_the_period_is_empty(self):
        """N5, and what is posted late is in the next one alone."""
        self.sell(("8400", 100, self.vat_19))
        self.exported()
        with self.assertRaisesRegex(UserError, "nothing to export"):
            self.export().action_export()
        self.sell(("8400", 7, self.vat_19))
        self.assertEqual(self.told(self.exported()), ["8,33 S 10001 8400"])

    def test_exported_entry_is_locked(self):
        invoice = self.sell(("8400", 100, self.vat_19))
        export = self.exported()
        line = invoice.invoice_line_ids
        receivable = invoice.line_ids - line
        for change in (
            invoice.button_draft,
            invoice.button_cancel,
            lambda: invoice.write({"date": "2026-11-01"}),
            lambda: line.write({"account_id": self.account("8200").id}),
            lambda: receivable.write({"partner_id": self.customer.id}),
            invoice.with_context(force_delete=True).unlink,
        ):
            with self.assertRaisesRegex(UserError, export.name):
                change()
        invoice.write({"journal_id": invoice.journal_id.id, "ref": "Order 5"})
        self.assertEqual(invoice.state, "posted")

    def test_reversal_of_an_exported_entry_is_an_opposite_row(self):
        invoice = self.sell(("8400", 100, self.vat_19))
        self.exported()
        refund = invoice._reverse_moves(
            [{"invoice_date": "2026-11-02", "date": "2026-11-02"}], cancel=True
        )
        export = self.exported("2026-11-01", "2026-11-30")
        self.assertEqual(self.told(export, "2026-11"), ["119,00 H 10001 8400"])
        self.assertEqual(refund.payment_state, "paid")

    def test_general_reversal(self):
        self.company.datev_with_reversal = True
        invoice = self.sell(("8400", 100, self.vat_19))
        invoice._reverse_moves(
            [{"invoice_date": "2026-10-20", "date": "2026-10-20"}], cancel=True
        )
        row = self.rows(self.exported())[1]
        self.assertEqual((row[SIDE], row["Generalumkehr (GU)"]), ("S", "1"))

    def test_one_file_a_month(self):
        self.sell(("8400", 100, self.vat_19))
        self.sell(("8400", 200, self.vat_19), day="2026-11-05")
        export = self.exported("2026-10-01", "2026-11-30")
        self.assertEqual(self.told(export, "2026-11"), ["238,00 S 10001 8400"])
        self.assertEqual(self.told(export), ["119,00 S 10001 8400"])

    def test_sums_are_the_ledger(self):
        self.sell(("8400", 100, self.vat_19), ("8300", 50, self.vat_7))
        export = self.exported()
        sums = {it.account or it.name: it.amount_rows for it in export.sum_ids}
        expected = {"8400": -100, "1776": -19, "8300": -50, "1771": -3.5}
        self.assertEqual(sums, expected | {"Debtors": 172.5})
        self.assertFalse(any(export.sum_ids.mapped("amount_difference")))
        lines = self.env["account.move.line"].search(
            [("move_id", "in", export.move_ids.ids)]
        )
        self.assertEqual(
            sum(export.sum_ids.mapped("amount_ledger")), sum(lines.mapped("balance"))
        )

    def test_a_row_that_is_lost_is_noticed(self):
        """A planted fault: the sums see a row that was not written."""
        self.sell(("8400", 100, self.vat_19), ("8200", 50, self.vat_19))
        with patch(f"{WORK}.book", lambda *args: book(*args)[:1]):
            export = self.export()
        self.assertFound(export, "8200 comes to 0", export)

    def test_same_entries_give_the_same_bytes(self):
        self.sell(("8400", 100, self.vat_19))
        export = self.export()
        one, two = export.sudo()._build()[0], export.sudo()._build()[0]
        self.assertEqual(one, two)
        export.action_export()
        self.assertEqual(len(export.checksum), 64)

    def test_master_data_of_who_is_in_the_rows(self):
        self.business.vat = "DE136695976"
        self.sell(("8400", 100, self.vat_19))
        files = self.files(self.exported())
        partner = (
            files["EXTF_DebitorenKreditoren.csv"].decode("cp1252").split("\r\n")[2]
        )
        self.assertIn('10001;"Grace & Co. KG";', partner)
        self.assertIn(';"DE";"136695976";', partner)
        self.assertIn('8400;"', files["EXTF_Kontenbeschriftungen.csv"].decode("cp1252"))
        for name in files:
            self.assertRegex(name, r"^EXTF_.{0,51}\.csv$")

    def test_documents_have_the_guid_of_their_rows(self):
        invoice = self.sell(("8400", 100, self.vat_19))
        self.env["ir.attachment"].create(
            {
                "name": "invoice.pdf",
                "res_model": "account.move",
                "res_id": invoice.id,
                "res_field": "invoice_pdf_report_file",
                "raw": b"%PDF-1.4",
            }
        )
        invoice.invalidate_recordset()
        export = self.exported(with_documents=True)
        guid = self.rows(export)[0]["Beleglink"].removeprefix("BEDI ").strip('"')
        files = self.files(export)
        self.assertIn(f'guid="{guid}"'.encode(), files["document.xml"])
        name = invoice.name.replace("/", "_") + ".pdf"
        self.assertEqual(files[name], b"%PDF-1.4")
        self.assertIn(name.encode(), files["document.xml"])

    def test_lock_flag_is_on_header_and_rows(self):
        self.company.datev_is_locked = True
        self.sell(("8400", 100, self.vat_19))
        data = self.bookings(self.exported())
        self.assertEqual(faults(data), [])
        self.assertEqual(data.split(b"\r\n")[0].split(b";")[20], b"1")

    def test_names_of_the_files_and_their_encoding(self):
        self.business.name = "Große Löwe & Söhne"
        self.sell(("8400", 100, self.vat_19, "Größe – 5 €"))
        data = self.bookings(self.exported())
        self.assertIn("Größe – 5 € Große Löwe & Söhne".encode(extf.ENCODING), data)
