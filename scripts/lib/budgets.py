"""Counts what the design limits: lines of files and functions, tests against code.

Exit code 1 when a budget is exceeded. A docstring does not count towards the length of
its function: the budget is on code, and must not make explaining expensive.
"""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# A model is as long as it needs to be, and never cut; the contract is the longest.
FILE_LINES, MODEL_FILE_LINES, ENGINE_FILE_LINES, VIEW_FILE_LINES = 300, 900, 250, 300
FUNCTION_LINES, FUNCTION_LINES_P90 = 50, 25
TEST_LINES = 20
# How a run makes an invoice must be readable in one go (docs/architecture.rst).
WAY_FILES, WAY_LINES, WAY_TOLERANCE = 20, 3000, 15
VIEW_FOLDERS = {"views", "wizard", "report"}


def addon_files(pattern):
    for manifest in sorted(ROOT.glob("*/__manifest__.py")):
        yield from sorted(manifest.parent.rglob(pattern))


def is_test(path):
    return "tests" in path.relative_to(ROOT).parts


def line_count(path):
    return len(path.read_text().splitlines())


def functions(path):
    """Yield each function and method of a Python file, nested ones too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def span(node):
    return node.end_lineno - node.lineno + 1


def function_length(node):
    docstring = node.body[0] if ast.get_docstring(node) is not None else None
    return span(node) - (span(docstring) if docstring else 0)


def table_length(node):
    """Lines of the outermost literal tables: expected values, not code."""
    if isinstance(node, ast.List | ast.Tuple | ast.Dict) and span(node) > 2:
        return span(node)
    return sum(table_length(child) for child in ast.iter_child_nodes(node))


def file_excesses():
    for path in [*addon_files("*.py"), *sorted(ROOT.glob("scripts/**/*.py"))]:
        folders = {} if is_test(path) else path.relative_to(ROOT).parts
        limit = MODEL_FILE_LINES if "models" in folders else FILE_LINES
        limit = ENGINE_FILE_LINES if "engine" in folders else limit
        if (count := line_count(path)) > limit:
            yield f"{path.relative_to(ROOT)}: {count} lines, {limit} allowed"
    for path in addon_files("*.xml"):
        if (
            path.parent.name in VIEW_FOLDERS
            and (n := line_count(path)) > VIEW_FILE_LINES
        ):
            yield f"{path.relative_to(ROOT)}: {n} lines, {VIEW_FILE_LINES} allowed"


def function_excesses():
    lengths = []
    for path in addon_files("*.py"):
        for node in functions(path):
            length = function_length(node)
            if not is_test(path):
                lengths.append(length)
            if length - table_length(node) > FUNCTION_LINES:
                where = f"{path.relative_to(ROOT)}:{node.lineno}"
                yield f"{where}: {node.name}: {length} lines, {FUNCTION_LINES} allowed"
    p90 = sorted(lengths)[int(len(lengths) * 0.9)] if lengths else 0
    print(f"functions: {len(lengths)}, 90 % have at most {p90} lines")
    if p90 > FUNCTION_LINES_P90:
        yield f"functions: p90 is {p90} lines, {FUNCTION_LINES_P90} allowed"


def test_share_excesses():
    code = tests = 0
    for path in addon_files("*.py"):
        if path.name in ("__init__.py", "__manifest__.py"):
            continue
        if is_test(path):
            tests += line_count(path)
        else:
            code += line_count(path)
    print(f"lines of code: {code}, of tests: {tests}")
    if tests < code:
        yield f"{tests} lines of tests for {code} lines of code; as many are asked"


def way_excesses():
    """The files from a run to an invoice, beside the table that lists them."""
    text = (ROOT / "docs/architecture.rst").read_text()
    rows = re.findall(r"^``((?:models|engine)/\S+\.py)`` +(\d+) ", text, re.M)
    counts = {
        path: line_count(ROOT / "subscription_billing" / path) for path, _ in rows
    }
    total = sum(counts.values())
    print(f"from a run to an invoice: {len(rows)} files, {total} lines")
    if not 0 < len(rows) <= WAY_FILES or total > WAY_LINES:
        yield f"from a run to an invoice: {WAY_FILES} files, {WAY_LINES} lines allowed"
    for path, told in rows:
        if abs(counts[path] - int(told)) > WAY_TOLERANCE:
            yield f"docs/architecture.rst: {path} has {counts[path]} lines, not {told}"


def report_long_tests():
    """Long test methods are named, not counted as a fault: tables differ too much."""
    for path in addon_files("test_*.py"):
        for node in functions(path):
            length = function_length(node) - table_length(node)
            if node.name.startswith("test") and length > TEST_LINES:
                where = f"{path.relative_to(ROOT)}:{node.lineno}"
                print(f"long test: {where} {node.name} ({length})")


def main():
    report_long_tests()
    excesses = [
        *file_excesses(),
        *function_excesses(),
        *test_share_excesses(),
        *way_excesses(),
    ]
    for excess in excesses:
        print(f"over budget: {excess}")
    return 1 if excesses else 0


if __name__ == "__main__":
    sys.exit(main())
