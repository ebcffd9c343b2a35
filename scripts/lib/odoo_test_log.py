"""Reads the server log of a shard of Odoo tests: what passed, failed, was skipped.

Usage: odoo_test_log.py LOG EXPECTED RESULT DURATIONS
EXPECTED names the tests the shard was to run, one "logger:Class.method" a line; one
that is not in the log has failed. RESULT receives "PASSED FAILED SKIPPED". DURATIONS, a
JSON file of seconds by "logger:Class", is brought up to date. Exit code 1: something
failed.
"""

import argparse
import json
import os
import re
import sys
from collections import Counter
from pathlib import Path

LINE = re.compile(
    r"^\d{4}-\d\d-\d\d [\d:]+,\d+ \d+ [A-Z]+ \S+ (?P<logger>\S+): (?P<text>.*)"
)
STARTED = re.compile(r"^Starting (\w+\.\w+) \.\.\.")
FAILED = re.compile(r"^(?:FAIL|ERROR): (?:Subtest )?(\w+(?:\.\w+)?)")
SKIPPED = re.compile(r"^skipped (\w+\.\w+) : (.*)")
SKIPPED_CLASS = re.compile(r"^skipped setUpClass \((.+)\.(\w+)\) : (.*)")
TOTAL = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
TRIED = re.compile(r"^tried (\d+) of (\d+) (.*\S)")
# Of the report of odoo.tests.stats: addon, the file below its tests, class, seconds.
DURATION = re.compile(r"^\t(\w+)\.([\w.]+)\.(Test\w*): ([\d.]+)s")
DETAIL_LINES = 60


class Outcome:
    """What a log says of the tests a shard was to run."""

    def __init__(self, text, expected):
        self.expected = expected
        self.started, self.failed, self.skipped = set(), {}, {}
        self.total, self.durations = None, {}
        self.tried, self.out_of = Counter(), Counter()
        self._detail = None
        for line in text.splitlines():
            if match := LINE.match(line):
                self._detail = None
                self._read(match["logger"], match["text"])
            else:
                self._read_more(line)

    def _read(self, logger, text):
        if match := STARTED.match(text):
            self.started.add(f"{logger}:{match[1]}")
        elif match := FAILED.match(text):
            self._detail = self.failed.setdefault(f"{logger}:{match[1]}", [])
            self._detail.append(text)
        elif match := SKIPPED.match(text):
            self.skipped[f"{logger}:{match[1]}"] = match[2]
        elif match := SKIPPED_CLASS.match(text):
            prefix = f"{match[1]}:{match[2]}."
            mine = [name for name in self.expected if name.startswith(prefix)]
            self.skipped.update(dict.fromkeys(mine, match[3]))
        elif logger == "odoo.tests.result" and (match := TOTAL.search(text)):
            self.total = [int(number) for number in match.groups()]
        elif match := TRIED.match(text):
            self.tried[match[3]] += int(match[1])
            self.out_of[match[3]] += int(match[2])

    def _read_more(self, line):
        """A line that belongs to the message before."""
        if self._detail is not None:
            self._detail.append(line)
        elif match := DURATION.match(line):
            logger = f"odoo.addons.{match[1]}.tests.{match[2]}"
            self.durations[f"{logger}:{match[3]}"] = float(match[4])

    @property
    def passed(self):
        return self.started - self.failed.keys() - self.skipped.keys()

    def complaints(self):
        """What is wrong with the shard apart from tests that failed."""
        if not self.expected:
            yield "the shard had no test to run"
        if self.total is None:
            yield "the server ended before it reported a test result"
        elif sum(self.total[:2]) and not self.failed:
            yield f"{sum(self.total[:2])} failures that the log does not name"
        for name in sorted(self.expected - self.started - self.skipped.keys()):
            yield f"{name.partition(':')[2]}  never ran ({name.partition(':')[0]})"


def report(outcome):
    """Print what a reader wants to know, the details of failures first."""
    for name, lines in sorted(outcome.failed.items()):
        print("\n".join(lines[:DETAIL_LINES]).rstrip(), end="\n\n")
        print(f"FAILED  {name.partition(':')[2]}  ({name.partition(':')[0]})")
    for name, reason in sorted(outcome.skipped.items()):
        print(f"SKIPPED {name.partition(':')[2]}  {reason}")
    for what, count in outcome.tried.items():
        print(f"tried   {count} of {outcome.out_of[what]} {what}")


def keep_durations(path, durations):
    known = json.loads(path.read_text()) if path.exists() else {}
    # In one step: other checkouts read it.
    new = path.with_name(f"{path.name}.{os.getpid()}")
    new.write_text(json.dumps({**known, **durations}, indent=0, sort_keys=True))
    new.replace(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("log", "expected", "result", "durations"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args()
    expected = set(options.expected.read_text().split())
    outcome = Outcome(options.log.read_text(errors="replace"), expected)
    report(outcome)
    faults = list(outcome.complaints())
    for fault in faults:
        print(f"FAILED  {fault}")
    failed = len(outcome.failed) + len(faults)
    counts = len(outcome.passed), failed, len(outcome.skipped)
    options.result.write_text(" ".join(map(str, counts)) + "\n")
    keep_durations(options.durations, outcome.durations)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
