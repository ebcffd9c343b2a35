"""Checks of the repository that no other linter makes.

Paths of somebody's machine, hosts of package registries, unfinished marks, and test
files that Odoo would never run.
"""

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Put together here, so that this file does not find itself.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
    )
]
UNFINISHED = "|".join(("TO" + "DO", "FIX" + "ME", "HA" + "CK"))
RULES = {
    "path of one machine": re.compile(
        r"(?<![\w.}\])*])/(?:home|Users|root|work)/[\w.]|"
        + re.escape(str(ROOT))
        + r"\b"
    ),
    "host of a package registry": re.compile("|".join(map(re.escape, HOSTS))),
    "unfinished mark": re.compile(rf"\b(?:{UNFINISHED})\b|(?:#|//|<!--)\s*X{{3}}\b"),
    "merge conflict": re.compile(r"^(?:<{7}|>{7})(?: |$)"),
}
FOCUSED_TEST = re.compile(r"\b(?:test|it|describe|QUnit\.\w+)\.(?:only|debug)\(")


def repository_files():
    """Yield the files git knows or would take, that exist."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in sorted(set(listing.split("\0")) - {""}):
        if (ROOT / name).is_file():
            yield ROOT / name


def text_faults(path):
    try:
        text = path.read_text()
    except UnicodeDecodeError:
        return
    rules = dict(RULES)
    if path.suffix == ".js":
        rules["focused test"] = FOCUSED_TEST
    for number, line in enumerate(text.splitlines(), 1):
        for fault, pattern in rules.items():
            if pattern.search(line):
                where = f"{path.relative_to(ROOT)}:{number}"
                yield f"{where}: {fault}: {line.strip()[:100]}"


def imported_names(init):
    """Yield what a package's __init__ imports, also by `from .folder import *`."""
    for node in ast.walk(ast.parse(init.read_text())):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name == "*" and node.module:
                    yield from imported_names(init.parent / node.module / "__init__.py")
                else:
                    yield alias.name


def lost_tests():
    """Odoo runs the `test_*` modules that tests/__init__.py names, one per name."""
    for init in ROOT.glob("*/tests/__init__.py"):
        imported = Counter(imported_names(init))
        files = Counter(path.stem for path in init.parent.rglob("test_*.py"))
        for name, count in sorted(files.items()):
            where = init.relative_to(ROOT)
            if count > 1:
                yield f"{where}: {count} test files named {name}; Odoo runs one of them"
            if not imported[name]:
                yield f"{where}: {name} is not imported, so Odoo does not run it"


def main():
    faults = [fault for path in repository_files() for fault in text_faults(path)]
    faults += lost_tests()
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
