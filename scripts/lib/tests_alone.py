"""Runs the tests of engine and formats: plain unittest, no database, in seconds.

Odoo is only imported so that the tests have the names they also have inside Odoo.
Usage: engine_tests.py RESULT_FILE, which receives "PASSED FAILED SKIPPED".
"""

import sys
import unittest
from pathlib import Path

from test_plan import ALONE, import_test_modules


def main(result_file):
    modules = import_test_modules(ALONE)
    loader = unittest.defaultTestLoader
    suite = unittest.TestSuite(map(loader.loadTestsFromModule, modules))
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite)
    failed = len(
        {test.id() for test, _trace in result.failures + result.errors}
        | {test.id() for test in result.unexpectedSuccesses}
    )
    skipped = len(result.skipped)
    passed = max(result.testsRun - failed - skipped, 0)
    from odoo.addons.subscription_billing.tests import effort

    for what, count in effort.TRIED.items():
        print(f"tried   {count} of {effort.OUT_OF[what]} {what}")
    Path(result_file).write_text(f"{passed} {failed} {skipped}\n")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
