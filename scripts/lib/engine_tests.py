"""Runs the engine's tests alone: plain unittest, no database, in seconds.

Odoo is only imported so that the tests have the names they also have inside Odoo.
Usage: engine_tests.py RESULT_FILE, which receives "PASSED FAILED SKIPPED".
"""

import importlib
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def import_test_modules():
    """Import every tests/engine/test_*.py of our addons under its Odoo name."""
    from odoo.modules.module import initialize_sys_path
    from odoo.tools import config

    config.parse_config(["--no-http", "--log-level", "warn"], setup_logging=True)
    initialize_sys_path()
    for path in sorted(ROOT.glob("*/tests/engine/test_*.py")):
        addon = path.parents[2].name
        yield importlib.import_module(f"odoo.addons.{addon}.tests.engine.{path.stem}")


def main(result_file):
    loader = unittest.defaultTestLoader
    suite = unittest.TestSuite(map(loader.loadTestsFromModule, import_test_modules()))
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite)
    failed = len(
        {test.id() for test, _trace in result.failures + result.errors}
        | {test.id() for test in result.unexpectedSuccesses}
    )
    skipped = len(result.skipped)
    passed = max(result.testsRun - failed - skipped, 0)
    Path(result_file).write_text(f"{passed} {failed} {skipped}\n")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
