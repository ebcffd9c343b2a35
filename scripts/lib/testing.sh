# Running tests and counting what came out.

PASSED=0 FAILED=0 SKIPPED=0
MINIMUM_ENGINE_COVERAGE=98

# add_result FILE: the counts a run has left; a run that left none has failed.
add_result() {
    local passed=0 failed=1 skipped=0
    [[ ! -s $1 ]] || read -r passed failed skipped <"$1"
    PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed)) SKIPPED=$((SKIPPED + skipped))
}

# fail MESSAGE: something other than a test went wrong, and the closing line must show it.
fail() {
    printf 'FAILED  %s\n' "$1"
    FAILED=$((FAILED + 1))
}

print_closing_line() {
    if in_ci && ((SKIPPED)); then fail "$SKIPPED skipped tests, which CI does not accept"; fi
    if ! ((PASSED + FAILED)); then fail "no test ran"; fi
    printf '%d passed, %d failed, %d skipped\n' "$PASSED" "$FAILED" "$SKIPPED"
    ((FAILED == 0))
}

# file_tags SIGN FOLDER: an Odoo test tag for each test file in tests/FOLDER of our addons.
file_tags() {
    local file tags=()
    for file in "$ROOT"/*/tests/"$2"/test_*.py; do
        [[ -e $file ]] && tags+=("$1/${file#"$ROOT"/}")
    done
    (
        IFS=,
        echo "${tags[*]:-/none}"
    )
}

# Our addons' tests. Those of the engine have already run alone in a full run.
all_tags() { echo "$(our_addons | sed 's|^|/|' | paste -sd, -),$(file_tags - engine)"; }

# test_engine [--coverage]
test_engine() {
    local result="$LOCAL/engine-$$.result" command=(python)
    setup_engine
    at_exit rm -f "$result"
    rm -f "$result"
    say "Engine tests, without a database"
    at_exit rm -f "$LOCAL/coverage-$$"
    [[ ${1:-} != --coverage ]] || command=(coverage run --data-file "$LOCAL/coverage-$$")
    (cd "$ROOT" && "$VENV/bin/${command[0]}" "${command[@]:1}" scripts/lib/engine_tests.py "$result") || true
    add_result "$result"
    [[ ${1:-} != --coverage ]] || check_engine_coverage
}

check_engine_coverage() {
    (
        cd "$ROOT"
        "$VENV/bin/coverage" report --data-file "$LOCAL/coverage-$$" \
            --skip-covered --show-missing --fail-under "$MINIMUM_ENGINE_COVERAGE"
    ) || fail "branch coverage of the engine is below $MINIMUM_ENGINE_COVERAGE %"
}

free_port() {
    "$VENV/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# A run that was killed could not drop its database.
drop_orphaned_test_databases() {
    local name
    for name in $(database names sb_test_); do
        kill -0 "${name#sb_test_}" 2>/dev/null || drop_test_database "$name"
    done
}

drop_test_database() {
    drop_database "$1" "$LOCAL/test/$1"
    rm -rf "${LOCAL:?}/test/$1"
}

# test_in_odoo TAGS [everything]: on a copy of the template, with a port and data folder of
# its own, so that several runs can work at the same time.
test_in_odoo() {
    local name="sb_test_$$" log="$LOGS/test-odoo-$$.log" folder
    setup_server plain
    find "$LOGS" -name 'test-odoo-*.log' -mtime +0 -delete
    ln -sfn "$(basename "$log")" "$LOGS/test-odoo.log"
    drop_orphaned_test_databases
    folder="$LOCAL/test/$name"
    at_exit drop_test_database "$name"
    copy_database "$TEMPLATE" "$name" "$folder"
    say "Odoo tests ($(our_addons_list)); server log: ${log#"$ROOT"/}"
    run_odoo --database "$name" --data-dir "$folder" --http-port "$(free_port)" \
        --init "$(our_addons_list)" --test-tags "$1" --stop-after-init \
        --log-handler werkzeug:WARNING >"$log" 2>&1 || true
    judge_odoo_log "$log" "${2:-}"
}

judge_odoo_log() {
    local result="$LOCAL/odoo-$$.result" options=()
    at_exit rm -f "$result"
    if in_ci && [[ $2 == everything ]]; then options=(--browser); fi
    "$VENV/bin/python" "$ROOT/scripts/lib/odoo_test_log.py" "$1" "$result" ${options[@]+"${options[@]}"} || true
    add_result "$result"
    # A failed test is an error in the log as well; it is not to be counted twice.
    "$VENV/bin/checklog-odoo" --config "$ROOT/checklog-odoo.cfg" "$1" || ((FAILED)) ||
        fail "the server log has errors or warnings that checklog-odoo.cfg does not allow"
}
