import base64
import csv
import io

from openpyxl import Workbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...formats.usage_table import MAX_ROWS
from ..usage_intake_common import GROUP_USER, UsageIntakeCommon

HEADER = "contract,meter,quantity,instant,key,region"


@tagged("post_install", "-at_install", "usage")
class TestUsageImport(UsageIntakeCommon):
    """Files of usage in the back office: a report for each row, the good are taken."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._clerk("import_clerk", GROUP_USER)

    def _row(self, key="k1", **vals):
        event = self.event(key, **vals)
        names = ("contract", "meter", "quantity", "instant", "key")
        return ",".join([*(str(event[name]) for name in names), "eu"])

    def _wizard(self, content, user=None):
        if isinstance(content, str):
            content = content.encode()
        wizards = self.env["subscription.usage.import"].with_user(user or self.clerk)
        return wizards.create({"file": base64.b64encode(content)})

    def _file(self, *rows):
        return "\n".join((HEADER, *rows))

    def assertReport(self, wizard, expected):
        """Rows as {number: (status, part of the reason)}."""
        report = {
            line.row: (line.status, line.message or "") for line in wizard.line_ids
        }
        self.assertEqual(set(report), set(expected))
        for number, (status, part) in expected.items():
            self.assertEqual(report[number][0], status, report[number])
            self.assertIn(part, report[number][1])

    def test_a_check_reports_and_writes_nothing(self):
        wizard = self._wizard(self._file(self._row(), self._row("k2", meter="x")))
        wizard.action_check()
        self.assertEqual(wizard.state, "checked")
        self.assertReport(
            wizard, {2: ("created", ""), 3: ("rejected", "meter x does not exist")}
        )
        self.assertFalse(self.stored("k1"))

    def test_the_good_rows_are_imported(self):
        wizard = self._wizard(self._file(self._row(), "", self._row("")))
        wizard.action_check()
        wizard.action_import()
        self.assertEqual(
            (wizard.state, wizard.created_count, wizard.rejected_count), ("done", 1, 1)
        )
        usage = self.stored("k1")
        self.assertRecordValues(
            usage,
            [
                {
                    "quantity": 5.0,
                    "properties": {"region": "eu"},
                    "source": "import",
                    "create_uid": self.clerk.id,
                }
            ],
        )

    def test_x4_a_file_read_twice_counts_once(self):
        content = self._file(self._row(), self._row("k2"), self._row("k2"))
        self._wizard(content).action_import()
        again = self._wizard(content)
        again.action_check()
        self.assertEqual((again.created_count, again.duplicate_count), (0, 3))
        again.action_import()
        self.assertEqual((again.created_count, again.duplicate_count), (0, 3))
        self.assertEqual(self.usage.search_count([("key", "in", ("k1", "k2"))]), 2)

    def test_each_bad_row_is_named_with_its_reason(self):
        rows = (
            self._row(),
            self._row("a", meter="x"),
            self._row("b", contract="SUB0"),
            self._row("c", quantity=-1),
            self._row("d", quantity="1e300"),
            self._row("e", quantity="NaN"),
            self._row("f", quantity='"1,5"'),
            self._row("g", instant="2026-03-10T08:00:00"),
            self._row("h", instant="2027-03-10T08:00:00Z"),
            self._row(""),
            self._row("=cmd|' /C calc'!A0"),
            self._row("@SUM(1)"),
            self._row("i").replace(",", ";"),
            self._row("j") + ",stray",
        )
        wizard = self._wizard(self._file(*rows).encode() + b"\nM\xfcller,calls,1,,k9,")
        wizard.action_import()
        self.assertReport(
            wizard,
            {
                2: ("created", ""),
                3: ("rejected", "meter x"),
                4: ("rejected", "contract SUB0"),
                5: ("rejected", "quantity -1"),
                6: ("rejected", "too large"),
                7: ("rejected", "no number"),
                8: ("rejected", "decimal point"),
                9: ("rejected", "no time zone"),
                10: ("rejected", "future"),
                11: ("rejected", "key None"),
                12: ("rejected", "is a formula"),
                13: ("rejected", "is a formula"),
                14: ("rejected", "1 cells"),
                15: ("rejected", "7 cells"),
                16: ("rejected", "not UTF-8"),
            },
        )
        self.assertEqual(self.contract.usage_count, 1)

    def test_rejected_rows_are_downloaded_mended_and_imported(self):
        self._wizard(self._file(self._row())).action_import()
        bad = self._row("k2", meter="cals"), self._row("=1")
        wizard = self._wizard(self._file(self._row(), *bad))
        wizard.action_import()
        text = base64.b64decode(wizard.rejected_file).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual([row["rejected_row"] for row in rows], ["3", "4"])
        self.assertIn("meter cals", rows[0]["rejected_reason"])
        self.assertEqual(rows[1]["key"], "'=1", "no spreadsheet computes it")
        self._wizard(text.replace("cals", "calls")).action_import()
        self.assertEqual(self.stored("k2").properties, {"region": "eu"})

    def test_without_rejected_rows_there_is_no_file(self):
        wizard = self._wizard(self._file(self._row()))
        wizard.action_check()
        self.assertFalse(wizard.rejected_file)

    def test_excel(self):
        book, stream = Workbook(), io.BytesIO()
        event = self.event(7)
        names = HEADER.split(",")
        book.active.append(names)
        book.active.append([event.get(name, "eu") for name in names])
        book.active.append([*list(event.values())[:2], "=1+1", event["instant"], "k2"])
        book.save(stream)
        wizard = self._wizard(stream.getvalue())
        wizard.action_import()
        self.assertReport(
            wizard,
            {2: ("created", ""), 3: ("rejected", "quantity '=1+1' is a formula")},
        )
        self.assertEqual(self.stored("7").quantity, 5)

    def test_files_that_cannot_be_read(self):
        table = {
            self._file(self._row()).replace(",", "\t"): "separated by tab",
            self._file(self._row()).replace(",", "|"): "separated by vertical bar",
            "a,b\n1,2": "lacks the columns contract, meter, instant, key",
            HEADER: "no rows",
            f"{HEADER},region\nx": "region twice",
            f'{HEADER}\n"': "damaged near line",
            b"PK\3\4": "no Excel workbook",
            self._file().encode("utf-16"): "not UTF-8",
            HEADER + f"\n{self._row()}" * (MAX_ROWS + 1): "more than 20000 rows",
        }
        for content, message in table.items():
            with (
                self.subTest(message=message),
                self.assertRaisesRegex(UserError, message),
            ):
                self._wizard(content).action_import()
        self.assertFalse(self.stored("k1"))

    def test_who_may_import(self):
        for group in ("base.group_user", "account.group_account_invoice"):
            with self.assertRaises(AccessError):
                self._wizard(self._file(self._row()), self._clerk(f"i {group}", group))

    def test_o2_nobody_imports_for_a_company_that_is_not_his(self):
        other = self.setup_other_company()["company"]
        wizard = self._wizard(self._file(self._row()))
        wizard.sudo().company_id = other
        for button in (wizard.action_check, wizard.action_import):
            with self.assertRaisesRegex(AccessError, "does not work for"):
                button()
        self.clerk.company_ids += other
        wizard.action_import()
        self.assertReport(wizard, {2: ("rejected", "does not exist in this company")})
