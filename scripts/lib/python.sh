# The virtual environment with what Odoo and the tests import.

PYTHON=${PYTHON:-python3}

require_python() {
    command -v "$PYTHON" >/dev/null ||
        die "python3 is missing" "type: apt-get install python3 python3-venv"
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
        die "$PYTHON is older than Python 3.10" "set PYTHON=/path/to/a/newer/python3"
}

python_version() { "$PYTHON" -c 'import sys; print(sys.version)'; }

# A venv of this Python that can install something; an interrupted one cannot.
is_usable_venv() {
    "$1/bin/python" -m pip --version &&
        [[ $("$1/bin/python" -c 'import sys; print(sys.version)') == "$(python_version)" ]]
} &>/dev/null

# make_venv FOLDER REQUIREMENTS
make_venv() {
    is_usable_venv "$1" || "$PYTHON" -m venv --clear "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check \
        --no-deps --requirement "$2"
}

setup_python() {
    require_python
    step python "$(short_hash "$(python_version)" "$(<"$ROOT/requirements.txt")")" \
        "Python packages (requirements.txt)" make_venv "$VENV" "$ROOT/requirements.txt"
}

setup_lint_python() {
    require_python
    step lint-python "$(short_hash "$(python_version)" "$(<"$ROOT/requirements-lint.txt")")" \
        "Python linters (requirements-lint.txt)" make_venv "$LINT_VENV" "$ROOT/requirements-lint.txt"
}
