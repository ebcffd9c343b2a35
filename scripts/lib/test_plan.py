"""Which tests there are, which are wanted, and which shard runs them.

Usage: test_plan.py FOLDER SHARDS TAGS DURATIONS [--changed FILE...]

Writes N.tests (one name a line) and N.tags (for Odoo's --test-tags) into FOLDER for
each shard N from 1 on, at most SHARDS of them and none without a test. TAGS are Odoo's
own. The tests are looked for in the files and not in what Odoo would load of them, so a
test that Odoo passes over is in a plan and then missed. A name is
"logger:Class.method", as in the server log. DURATIONS is a file of seconds by
"logger:Class", from the last run.

With --changed only the classes of the rooms these files belong to are wanted: a class
names its rooms by tags, and one without belongs to all.
"""

import argparse
import importlib
import json
import sys
import unittest
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Tests that need a database, and tests that need none.
IN_ODOO, ALONE = ("models", "scenarios"), ("engine", "formats")
# Without a duration: what a class takes to set up, and a test, roughly.
SETUP_SECONDS, TEST_SECONDS = 0.7, 0.4


def import_test_modules(folders):
    """Import the test files of our addons under their Odoo names; yield the modules.

    :param folders: names of folders in the folder ``tests`` of an addon
    """
    from odoo.modules.module import initialize_sys_path
    from odoo.tools import config

    config.parse_config(["--no-http", "--log-level", "warn"], setup_logging=True)
    initialize_sys_path()
    for path in sorted(ROOT.glob("*/tests/*/test_*.py")):
        if path.parent.name in folders:
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield importlib.import_module(f"odoo.addons.{name}")


def wanted_tests(tags):
    """Tests of our addons that need a database and match Odoo's tags, by class."""
    from odoo.tests.tag_selector import TagsSelector

    selector, by_class = TagsSelector(tags), defaultdict(list)
    for module in import_test_modules(IN_ODOO):
        suite = unittest.defaultTestLoader.loadTestsFromModule(module)
        for test in flatten(suite):
            if selector.check(test):
                by_class[type(test)].append(test._testMethodName)
    return by_class


def flatten(suite):
    for each in suite:
        if isinstance(each, unittest.TestSuite):
            yield from flatten(each)
        else:
            yield each


def key(cls):
    return f"{cls.__module__}:{cls.__name__}"


def estimate(cls, methods, durations):
    return durations.get(key(cls), SETUP_SECONDS + TEST_SECONDS * len(methods))


def balance(by_class, shards, durations):
    """The classes in lists of about the same duration, the longest classes first."""
    seconds = {cls: estimate(cls, by_class[cls], durations) for cls in by_class}
    plan = [[] for _n in range(min(shards, len(seconds)))]
    for cls in sorted(seconds, key=lambda cls: (-seconds[cls], key(cls))):
        min(plan, key=lambda shard: sum(map(seconds.get, shard))).append(cls)
    return plan


def tag(cls):
    """Odoo's tag for one class of one file."""
    path = cls.__module__.removeprefix("odoo.addons.").replace(".", "/")
    return f"/{path}.py:{cls.__name__}"


class Rooms:
    """Which rooms a changed file belongs to, and whether a class is of one of them."""

    def __init__(self):
        folders = [path for path in ROOT.glob("*/models/*/") if any(path.glob("*.py"))]
        self.names = {folder.name for folder in folders}
        self.homes = defaultdict(set)  # model, as files write it -> rooms
        for folder in folders:
            for file in folder.glob("*.py"):
                self.homes[file.stem].add(folder.name)

    def of_file(self, path):
        """Rooms of a file of an addon; None if it may matter to all of them."""
        parts = Path(path).parts
        if parts[1] == "models" and len(parts) > 3:
            return {parts[2]}
        stem = Path(path).stem
        for suffix in ("_views", "_templates", "_demo", "_data"):
            stem = stem.removesuffix(suffix)
        return self.homes.get(stem)

    def wants(self, cls, files):
        """Whether a change of the files touches a class."""
        own = self.names & set(cls.test_tags)
        source = cls.__module__.removeprefix("odoo.addons.").replace(".", "/") + ".py"
        for path in files:
            rooms = self.of_file(path)
            if path == source or not own:
                return True
            if "/tests/" in path:
                if is_imported(path, cls):
                    return True
            elif rooms is None or rooms & own:
                return True
        return False


def is_imported(path, cls):
    """Whether a class inherits from one of a file of tests."""
    module = f"odoo.addons.{'.'.join(Path(path).with_suffix('').parts)}"
    return any(base.__module__ == module for base in cls.__mro__)


def touches_addons(path):
    """Whether tests in Odoo can notice the change of a file."""
    addon = path.partition("/")[0]
    return (ROOT / addon / "__manifest__.py").exists() and (
        "/" in path and not path.startswith(f"{addon}/engine/")
    )


def select(by_class, files):
    rooms, files = Rooms(), [path for path in files if touches_addons(path)]
    return {
        cls: methods for cls, methods in by_class.items() if rooms.wants(cls, files)
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("shards", type=int)
    parser.add_argument("tags")
    parser.add_argument("durations", type=Path)
    parser.add_argument("--changed", nargs="*", metavar="FILE")
    options = parser.parse_args()
    by_class = wanted_tests(options.tags)
    if options.changed is not None:
        by_class = select(by_class, options.changed)
    known = options.durations
    durations = json.loads(known.read_text()) if known.exists() else {}
    plan = balance(by_class, options.shards, durations)
    for number, classes in enumerate(plan, 1):
        names = [f"{key(cls)}.{name}" for cls in classes for name in by_class[cls]]
        write(options.folder / f"{number}.tests", "\n".join(names) + "\n")
        write(options.folder / f"{number}.tags", ",".join(map(tag, classes)))


def write(path, text):
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
