import json
import tempfile
from copy import deepcopy
from pathlib import Path

from odoo.tests import BaseCase

from .vectors import FOLDER, MalformedError, read_cases, replay, replay_file

SUPPORTED = {"periods.json": 110, "proration.json": 54, "timezones.json": 30}


class TestVectors(BaseCase):
    def test_values_seen_at_peers_come_out(self):
        for name, count in SUPPORTED.items():
            with self.subTest(file=name):
                result = replay_file(FOLDER / name)
                self.assertEqual(result.failures, [])
                self.assertEqual(result.malformed, [])
                self.assertEqual(result.unsupported, 0)
                self.assertGreaterEqual(result.passed, count)

    def test_a_wrong_expectation_fails_in_every_field(self):
        for name in SUPPORTED:
            for case in read_cases(FOLDER / name):
                for key in case:
                    if key.startswith("expected_") and case[key] is not None:
                        with self.subTest(case=case["id"], key=key):
                            self.assert_notices(case, key)

    def assert_notices(self, case, key):
        broken = deepcopy(case)
        broken[key] = {bool: lambda value: not value, int: lambda value: value + 1}.get(
            type(case[key]), _other_text
        )(case[key])
        failure = replay(broken)
        self.assertEqual(list(failure.expected), [key])
        self.assertNotEqual(failure.actual[key], str(broken[key]))

    def test_a_case_nobody_understands_is_malformed(self):
        (period,) = read_cases(FOLDER / "periods.json")[:1]
        (change,) = read_cases(FOLDER / "proration.json")[:1]
        for case in (
            [],
            {},
            {"kind": "horoscope", "expected_luck": 1},
            {**period, "mode": "lunar"},
            {**period, "start": "the first of May"},
            {**period, "expected_moon": "full"},
            {key: period[key] for key in period if not key.startswith("expected")},
            {key: period[key] for key in period if key != "start"},
            {**change, "new_price": "cheap"},
            {**change, "change_date": 20240315},
        ):
            with self.subTest(case=case), self.assertRaises(MalformedError):
                replay(case)

    def test_what_the_engine_refuses_is_a_failure_that_says_why(self):
        (case,) = read_cases(FOLDER / "periods.json")[:1]
        failure = replay({**case, "interval_count": 0})
        self.assertIn("InvalidInterval", failure.actual["expected_start"])

    def test_a_file_that_holds_no_cases_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "cases.json")
            for text in ("{", json.dumps({"id": "P1"}), "\0"):
                path.write_text(text, encoding="utf-8")
                with self.subTest(text=text), self.assertRaises(MalformedError):
                    replay_file(path)
        with self.assertRaises(MalformedError):
            replay_file(path)

    def test_rooms_not_built_yet_are_counted_apart(self):
        for case in ({"model": "volume"}, {"aggregation": "max"}, {"kind": "mrr"}):
            with self.subTest(case=case), self.assertRaises(NotImplementedError):
                replay(case)


def _other_text(text):
    """Return a text of the same form that means something else."""
    if text[:1].isdigit() and "-" in text:
        return text.replace(text[:4], str(int(text[:4]) + 1), 1)
    return f"{text}1" if "." in text else f"{text}.01"
