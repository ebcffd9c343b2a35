"""Checks of the addons' structure, as docs/architecture.rst describes it.

- A model is opened once in a room, in the file named after it.
- A mixin has at least two users.
- What stands in engine/ and formats/ is used by the product, not by tests alone.
- A rule named in the code (T1, M3, X5 ...) stands in docs/rules.rst.
"""

import ast
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDONS = sorted(path.parent for path in ROOT.glob("*/__manifest__.py"))
PURE = ("engine", "formats")
RULE = re.compile(r"\b(?:[TMCP]\d|X[1-9]|O[123])\b")


def product_files():
    """All Python files of the addons but their tests."""
    for addon in ADDONS:
        for path in sorted(addon.rglob("*.py")):
            if "tests" not in path.relative_to(addon).parts:
                yield path


def parse(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def is_assignment(node):
    return isinstance(node, ast.Assign)


def models(tree):
    """Pairs (model, names it inherits from) of the classes of a file."""
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        values = {}
        for each in node.body:
            name = getattr(each.targets[0], "id", "") if is_assignment(each) else ""
            if name in ("_name", "_inherit"):
                values[name] = ast.literal_eval(each.value)
        inherits = values.get("_inherit", [])
        inherits = [inherits] if isinstance(inherits, str) else inherits
        name = values.get("_name") or (inherits[0] if inherits else None)
        if name:
            yield name, [each for each in inherits if each != name]


def model_faults():
    """Models opened twice in a room, or in a file of another name."""
    opened = defaultdict(list)
    for addon in ADDONS:
        for path in sorted(addon.glob("models/**/*.py")):
            for name, _inherits in models(parse(path)):
                opened[path.parent.relative_to(ROOT), name].append(path.name)
    for (room, name), files in sorted(opened.items()):
        if len(files) > 1:
            yield f"{room}: {name} is opened in {', '.join(files)}"
        elif files[0] != f"{name.replace('.', '_')}.py":
            yield f"{room}/{files[0]}: {name} belongs into a file of its name"


def mixin_faults():
    defined, users = {}, Counter()
    for path in product_files():
        for name, inherits in models(parse(path)):
            if name.endswith(".mixin"):
                defined[name] = path.relative_to(ROOT)
            users.update(set(inherits))
    for name, path in sorted(defined.items()):
        if users[name] < 2:
            yield f"{path}: the mixin {name} has {users[name]} users; two are asked"


def used_names(node):
    """How often each name is used in a piece of code, an import apart."""
    names = Counter()
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            names[each.id] += 1
        elif isinstance(each, ast.Attribute):
            names[each.attr] += 1
    return names


def imported_names(path, tree):
    """Pairs (module's last name, name) that a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = (node.module or path.parent.name).rpartition(".")[2]
            yield from ((module, alias.name) for alias in node.names)


def definitions(tree):
    """Functions and classes of a module, and their methods: (node, is method)."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node, False
        if isinstance(node, ast.ClassDef):
            for each in node.body:
                if isinstance(each, ast.FunctionDef) and not each.name.startswith("__"):
                    yield each, True


def ghost_faults():
    """Definitions that nothing of the product uses, apart from each other."""
    trees = {path: parse(path) for path in product_files()}
    uses = {path: used_names(tree) for path, tree in trees.items()}
    imports = {path: set(imported_names(path, trees[path])) for path in trees}
    ghosts = set()
    while True:
        found = {
            (path, node)
            for path, tree in trees.items()
            if path.parent.name in PURE
            for node, is_method in definitions(tree)
            if not count_uses(path, node, is_method, uses, imports)
        }
        if found <= ghosts:
            break
        # What only a ghost uses is one as well.
        for path, node in found - ghosts:
            uses[path] = uses[path] - used_names(node)
        ghosts |= found
    for path, node in sorted(ghosts, key=lambda it: (it[0], it[1].lineno)):
        where = f"{path.relative_to(ROOT)}:{node.lineno}"
        yield f"{where}: nothing of the product uses {node.name}"


def count_uses(path, node, is_method, uses, imports):
    """Uses of a definition outside of itself: of a method by its name anywhere, of a
    function or class in its own file and in those that import it."""
    name, count = node.name, 0
    for other, names in uses.items():
        if other.name == "__init__.py":
            continue
        is_own = other == path
        if is_own or is_method or (path.stem, name) in imports[other]:
            count += names[name]
        elif (path.parent.name, path.stem) in imports[other]:
            count += names[name]  # the module as a whole was imported
    return count - used_names(node)[name] if uses[path][name] else count


def rule_faults():
    rules = ROOT / "docs" / "rules.rst"
    known = set(RULE.findall(rules.read_text(encoding="utf-8")))
    for path in product_files():
        for rule in set(RULE.findall(path.read_text(encoding="utf-8"))) - known:
            yield f"{path.relative_to(ROOT)}: no rule {rule} in docs/rules.rst"


def main():
    faults = [*model_faults(), *mixin_faults(), *ghost_faults(), *rule_faults()]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
