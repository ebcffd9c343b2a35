# System packages from apt, only those whose command is missing.

is_installable_by_apt() { command -v apt-get >/dev/null && { ! ((EUID)) || command -v sudo >/dev/null; }; }

as_root() {
    if ((EUID)); then
        sudo "$@"
    else
        "$@"
    fi
}

apt_install() {
    is_installable_by_apt || { echo "apt-get, or the right to use it, is missing" && return 1; }
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

can_make_venv() { "$PYTHON" -c 'import ensurepip, venv'; } &>/dev/null

setup_system_python() {
    if command -v "$PYTHON" >/dev/null && can_make_venv; then return 0; fi
    step apt-python "$SECONDS" "System packages: python3 python3-venv" apt_install python3 python3-venv
    can_make_venv || die "python3 cannot make virtual environments" "type: apt-get install python3-venv"
}

# Browser tests need Chromium and PDFs need wkhtmltopdf. Without them their tests are
# skipped, which only continuous integration does not accept.
MISSING_PROGRAMS=()
setup_system_browser() {
    local program
    MISSING_PROGRAMS=()
    for program in chromium wkhtmltopdf; do
        command -v "$program" >/dev/null || MISSING_PROGRAMS+=("$program")
    done
    ((${#MISSING_PROGRAMS[@]})) || return 0
    say "System packages: ${MISSING_PROGRAMS[*]}"
    if apt_install "${MISSING_PROGRAMS[@]}" >"$LOGS/setup-apt-browser.log" 2>&1; then
        MISSING_PROGRAMS=()
        return 0
    fi
    in_ci && die "these cannot be installed: ${MISSING_PROGRAMS[*]}" "see .local/log/setup-apt-browser.log"
    warn "these cannot be installed, tests that need them are skipped: ${MISSING_PROGRAMS[*]}"
    note "to have them type: apt-get install ${MISSING_PROGRAMS[*]}"
}

setup_system_node() {
    if command -v node >/dev/null && command -v npm >/dev/null; then return 0; fi
    step apt-node "$SECONDS" "System packages: nodejs npm" apt_install nodejs npm
}
