"""Reads the server log of an Odoo test run: what passed, failed, was skipped.

Usage: odoo_test_log.py LOG RESULT_FILE [--browser]
RESULT_FILE receives "PASSED FAILED SKIPPED". With --browser the run must have started
Chromium at least once. Exit code 1: a test failed, none ran, or the run broke off.
"""

import argparse
import re
import sys
from pathlib import Path

LINE = re.compile(
    r"^\d{4}-\d\d-\d\d [\d:]+,\d+ \d+ [A-Z]+ \S+ (?P<logger>\S+): (?P<text>.*)"
)
STARTED = re.compile(r"^Starting (\w+\.\w+) \.\.\.")
FAILED = re.compile(r"^(?:FAIL|ERROR): (?:Subtest )?(\w+(?:\.\w+)?)")
SKIPPED = re.compile(r"^skipped (.+?) : (.*)")
TOTAL = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")


class Outcome:
    """The sets of tests a log speaks of; a name is "logger:Class.method"."""

    def __init__(self, text):
        self.started, self.failed, self.skipped = set(), set(), {}
        self.total = None
        for line in text.splitlines():
            if match := LINE.match(line):
                self._read(match["logger"], match["text"])
        self.has_browser = "Chrome pid: " in text

    def _read(self, logger, text):
        if match := STARTED.match(text):
            self.started.add(f"{logger}:{match[1]}")
        elif match := FAILED.match(text):
            self.failed.add(f"{logger}:{match[1]}")
        elif match := SKIPPED.match(text):
            self.skipped[f"{logger}:{match[1]}"] = match[2]
        elif logger == "odoo.tests.result" and (match := TOTAL.search(text)):
            self.total = [int(number) for number in match.groups()]

    def counts(self):
        passed = self.started - self.failed - set(self.skipped)
        failed = len(self.failed)
        if self.total and sum(self.total[:2]) and not failed:
            failed = sum(self.total[:2])
        return len(passed), failed, len(self.skipped)


def complaints(outcome, needs_browser):
    """What is wrong with the run as a whole, apart from tests that failed."""
    if outcome.total is None:
        yield "the server ended before it reported a test result"
    elif not outcome.started:
        yield "no test ran"
    elif needs_browser and not outcome.has_browser:
        yield "no browser test ran"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--browser", action="store_true")
    options = parser.parse_args()
    outcome = Outcome(options.log.read_text(errors="replace"))
    passed, failed, skipped = outcome.counts()
    for name in sorted(outcome.failed):
        print(f"FAILED  {name.partition(':')[2]}  ({name.partition(':')[0]})")
    for name, reason in sorted(outcome.skipped.items()):
        print(f"SKIPPED {name.partition(':')[2]}  {reason}")
    faults = list(complaints(outcome, options.browser))
    for fault in faults:
        print(f"FAILED  {fault}")
    failed += len(faults)
    options.result.write_text(f"{passed} {failed} {skipped}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
