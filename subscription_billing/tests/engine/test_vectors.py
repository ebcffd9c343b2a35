import json
import tempfile
from copy import deepcopy
from pathlib import Path

from odoo.tests import BaseCase

from .vectors import FOLDER, MalformedError, read_cases, replay, replay_file

SUPPORTED = {
    "aggregation.json": 31,
    "periods.json": 110,
    "proration.json": 54,
    "rounding_credit.json": 17,
    "tiered_pricing.json": 113,
    "timezones.json": 30,
}


class TestVectors(BaseCase):
    def test_values_seen_at_peers_come_out(self):
        for name, count in SUPPORTED.items():
            with self.subTest(file=name):
                result = replay_file(FOLDER / name)
                self.assertEqual(result.failures, [])
                self.assertEqual(result.malformed, [])
                self.assertGreaterEqual(result.passed, count)

    def test_a_wrong_expectation_fails_in_every_field(self):
        for name in SUPPORTED:
            for case in read_cases(FOLDER / name):
                for key in case:
                    if key.startswith("expected") and case[key] is not None:
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

    def test_a_field_nobody_reads_is_malformed(self):
        """A parameter that is passed over in silence would change an amount."""
        price = {"model": "per_unit", "quantity": "3", "currency_digits": 2}
        price |= {"params": {"unit": "5"}, "expected_amount": "15"}
        tiers = [{"up_to": None, "unit": "5"}]
        graduated = {**price, "model": "graduated", "params": {}, "tiers": tiers}
        self.assertIsNone(replay(price))
        self.assertIsNone(replay(graduated))
        (usage,) = read_cases(FOLDER / "aggregation.json")[:1]
        for case in (
            {**price, "model": "auction"},
            {**price, "params": {"unit": "5", "overage_factor": "2"}},
            {**price, "tiers": tiers},
            {**price, "params": {}},
            {**price, "quantity": "three"},
            {**graduated, "tiers": [{**tiers[0], "colour": "red"}]},
            {**graduated, "tiers": None},
            {**price, "model": "package", "params": {"package_size": "5"}},
            {**usage, "aggregation": "median"},
            {**usage, "rounding": {"mode": "sideways", "digits": 2}},
            {**usage, "events": [{"ts": "2023-08-01T00:00:00Z", "value": "many"}]},
            {"kind": "mrr", "subscriptions": [{"count": 1}], "expected_mrr": "1"},
        ):
            with self.subTest(case=case), self.assertRaises(MalformedError):
                replay(case)

    def test_what_the_conventions_can_say_beyond_the_cases_at_hand(self):
        packed = [{"up_to": "10", "unit": "2", "package_size": "5"}, {"up_to": "20"}]
        step = [{"up_to": "10", "flat": "7", "unit": "2", "package_size": "2"}]
        scale = [{"rate": "0", "up_to": "9"}, {"rate": "50"}]
        floor = {"package_size": "10", "price": "3", "round": "down"}
        for model, params, tiers, quantity, expected in (
            ("flat", {"flat": "9"}, None, "3", "9"),
            ("flat", {"flat": "9", "maximum_amount": "5"}, None, "3", "5"),
            ("per_unit", {"unit": "2", "free_units": "4"}, None, "10", "12"),
            ("per_unit", {"unit": "2", "minimum_amount": "30"}, None, "10", "30"),
            ("per_unit", {"unit": "0.0015"}, None, "3", "0.00"),
            ("package", floor, [], "29", "6"),
            ("graduated", {}, packed, "6", "4"),
            ("stairstep", {}, step, "6", "7"),
            ("volume", {"unit_cap_amount": "3"}, packed, "6", "3"),
            ("discount_scale", {"unit": "2"}, scale, "10", "10"),
            ("percentage", {"rate": "3", "maximum_amount": "2"}, None, "100", "2"),
        ):
            case = {"model": model, "params": params, "tiers": tiers}
            case |= {"quantity": quantity, "expected_amount": expected}
            with self.subTest(case=case):
                self.assertIsNone(replay({**case, "currency_digits": 2}))

    def test_usage_the_conventions_can_say_beyond_the_cases_at_hand(self):
        case = {
            "period_start": "2023-08-01T00:00:00Z",
            "period_end_exclusive": "2023-09-01T00:00:00Z",
        }
        early, first, last = (
            {"ts": f"2023-{day}T00:00:00Z", "value": value, "op": op}
            for day, value, op in (
                ("07-05", "9", None),
                ("08-01", "5", "add"),
                ("08-31", "2", "remove"),
            )
        )
        for name, options, events, expected in (
            ("sum", {"initial_value": "10"}, [first], "15"),
            ("max", {"initial_value": "10"}, [first], "10"),
            ("last", {"initial_value": "10"}, [], "10"),
            ("sum", {"recurring": True}, [early, first, last], "12"),
            ("sum", {}, [early, first, last], "3"),
            ("max", {"recurring": True}, [early, first], "9"),
            ("count", {}, [early, first, last], "2"),
            ("unique", {"initial_value": "3"}, [first], "4"),
            ("unique", {}, [early, first, last], "1"),
            ("sum", {"filter": {"op": ["add", "remove"]}}, [first, last], "3"),
            ("prorated_unique", {"period_days": 62, "initial_value": "2"}, [], "1"),
        ):
            with self.subTest(name=name, options=options, events=events):
                changed = {**case, **options, "aggregation": name, "events": events}
                self.assertIsNone(replay({**changed, "expected_value": expected}))


def _other_text(text):
    """Return a text of the same form that means something else."""
    if text[:1].isdigit() and "-" in text:
        return text.replace(text[:4], str(int(text[:4]) + 1), 1)
    return f"{text}1" if "." in text else f"{text}.01"
