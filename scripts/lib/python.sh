# The virtual environment with what Odoo and the tests import.

PYTHON=${PYTHON:-python3}

require_python() {
    command -v "$PYTHON" >/dev/null ||
        die "python3 is missing" "type: apt-get install python3 python3-venv"
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
        die "$PYTHON is older than Python 3.10" "set PYTHON=/path/to/a/newer/python3"
}

# make_venv REQUIREMENTS FOLDER
make_venv() {
    "$PYTHON" -m venv --clear "$2"
    "$2/bin/python" -m pip install --quiet --disable-pip-version-check \
        --no-deps --requirement "$1"
}

# Which Python, and where it lies: an environment only links to it.
python_id() { "$PYTHON" -c 'import sys; print(sys.version, sys.base_prefix)'; }

setup_python() {
    require_python
    cached python "$(python_id) $(<"$ROOT/requirements.txt")" \
        "Python packages (requirements.txt)" make_venv "$ROOT/requirements.txt"
    VENV=$CACHED
}

setup_lint_python() {
    require_python
    cached lint-python "$(python_id) $(<"$ROOT/requirements-lint.txt")" \
        "Python linters (requirements-lint.txt)" make_venv "$ROOT/requirements-lint.txt"
    LINT_VENV=$CACHED
}
