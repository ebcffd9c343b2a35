import io

from odoo.tests import tagged

from ...formats import usage_table
from ..usage_intake_common import UsageIntakeCommon

HEADER = "contract,meter,quantity,instant,key,region"


@tagged("post_install", "-at_install", "usage")
class TestUsageLoading(UsageIntakeCommon):
    """Chunks of a big file; what is taken and why not is as the API has it."""

    def _rows(self, *lines):
        stream = io.StringIO("\n".join((HEADER, *lines)), newline="")
        table = usage_table.csv_lines(stream)
        return list(usage_table.read_rows(usage_table.read_header(table), table))

    def _line(self, key="k1", region="eu", **vals):
        event = self.event(key, **vals)
        names = ("contract", "meter", "quantity", "instant", "key")
        return ",".join([*(str(event[name]) for name in names), region])

    def _load(self, *lines):
        return self.usage._load_rows(self._rows(*lines), self.company)

    def _mixed_lines(self):
        """Good rows and one of each kind of bad ones, as a file and as a batch."""
        draft = self.draft("2026-01-01")
        ended = self.metered()
        ended.date_end = "2026-03-01"
        without = self.subscribe("2026-01-01")
        return (
            self._line("good"),
            self._line("good"),
            self._line("exists"),
            self._line("exact", quantity="999999999999999.12345678"),
            self._line("a", meter="nope"),
            self._line("b", contract="SUB0"),
            self._line("c", contract=draft.name),
            self._line("d", contract=ended.name),
            self._line("d", contract=ended.name, instant="2026-02-01T00:00:00Z"),
            self._line("e", contract=without.name),
            self._line("f", quantity=-1),
            self._line("g", quantity="1e300"),
            self._line("h", quantity="NaN"),
            self._line("i", quantity="0.123456789"),
            self._line("j", quantity=""),
            self._line("k", instant="2026-03-10T08:00:00"),
            self._line("l", instant="2025-12-31T22:59:59Z"),
            self._line("m", instant="2026-06-15T12:05:01Z"),
            self._line("n", instant="never"),
            self._line(""),
            self._line("o" * 129),
            self._line("o\\t\\", region="C:\\x\\N"),
        )

    def test_the_answers_are_those_of_the_api_row_by_row(self):
        self.record(self.event("exists"))
        lines = self._mixed_lines()
        events = [row.event for row in self._rows(*lines)]
        savepoint = self.env.cr.savepoint()
        by_api = self.record(*events)
        stored_by_api = self._stored_values()
        savepoint.close(rollback=True)
        self.env.invalidate_all()
        self.assertEqual(self._load(*lines), by_api["results"])
        self.assertEqual(self._stored_values(), stored_by_api)
        numbers = by_api["created"], by_api["duplicate"], by_api["rejected"]
        self.assertEqual(numbers, (4, 2, 16))

    def _stored_values(self):
        self.env.cr.execute(
            "SELECT contract_id, meter_id, quantity, instant, key, properties,"
            " company_id, create_uid, write_uid, charge_id FROM subscription_usage"
            " WHERE key != 'exists' AND company_id = %s ORDER BY key",
            (self.company.id,),
        )
        return self.env.cr.fetchall()

    def test_what_is_copied_equals_what_is_inserted(self):
        events = self.event("a", properties={"region": "eu"}), self.event("b")
        usage = self.usage.sudo()
        usage._record_events([events[0]], self.company, "import")
        line = self._line("b")
        self.assertEqual(self._load(line), [{"key": "b", "status": "created"}])
        self.env.cr.execute(
            "SELECT * FROM subscription_usage WHERE key IN ('a', 'b') ORDER BY key"
        )
        inserted, copied = self.env.cr.dictfetchall()
        for name in set(inserted) - {"id", "key"}:
            self.assertEqual(copied[name], inserted[name], name)

    def test_x4_chunks_overlap_and_count_once(self):
        lines = [self._line(f"k{n}") for n in range(30)]
        statuses = [
            result["status"]
            for start, stop in ((0, 20), (10, 30), (0, 30))
            for result in self._load(*lines[start:stop])
        ]
        self.assertEqual(statuses.count("created"), 30)
        self.assertEqual(statuses.count("duplicate"), 40)
        self.assertEqual(self.contract.usage_count, 30)

    def test_rows_the_table_rejects_are_reported_in_their_place(self):
        results = self._load(
            self._line("=x"), self._line("a"), "too,few", self._line("b")
        )
        self.assertEqual(
            [result["status"] for result in results],
            ["rejected", "created", "rejected", "created"],
        )
        self.assertIn("formula", results[0]["reason"])
        self.assertIn("2 cells", results[2]["reason"])

    def test_events_keep_the_order_of_the_file(self):
        self._load(*(self._line(f"k{n}", quantity=n) for n in (3, 1, 2)))
        stored = self.usage.search([("key", "like", "k_")], order="id")
        self.assertEqual(stored.mapped("key"), ["k3", "k1", "k2"])

    def test_late_usage_of_an_ended_contract_is_noticed(self):
        self.contract.date_end = "2026-03-31"
        self.bill("2026-04-02")
        self.contract.sudo()._set_ended("over")
        self.assertFalse(self.contract.date_next_billing)
        self._load(self._line(quantity=3000))
        self.assertTrue(self.contract.date_next_billing)

    def test_an_empty_chunk(self):
        self.assertEqual(self._load(), [])
