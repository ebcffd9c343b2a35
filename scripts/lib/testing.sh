# Running tests and counting what came out.
#
# The tests that need a database run in as many shards as there are cores, each a server of
# its own on its own copy of the template, with its own port and data folder. The tests that
# need none run beside them.

PASSED=0 FAILED=0 SKIPPED=0
MINIMUM_ENGINE_COVERAGE=98
SHARDS=$(nproc)
RUN="$LOCAL/test/$$"
# With the cache, so that a fresh clone is balanced as well.
DURATIONS="$CACHE/test-durations.json"
SHARD_PIDS=()

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

start_run() {
    mkdir -p "$RUN"
    at_exit rm -rf "$RUN"
}

# file_tags FOLDER: an Odoo test tag for each test file in tests/FOLDER of our addons.
file_tags() {
    local file tags=()
    for file in "$ROOT"/*/tests/"$1"/test_*.py; do
        [[ -e $file ]] && tags+=("/${file#"$ROOT"/}")
    done
    (
        IFS=,
        echo "${tags[*]:-/none}"
    )
}

all_tags() { our_addons | sed 's|^|/|' | paste -sd, -; }

# The files git knows to differ from a revision, and those it does not know yet.
changed_files() {
    (
        cd "$ROOT" || exit
        git diff --name-only "$1" --
        git ls-files --others --exclude-standard
    )
}

start_tests_alone() {
    (
        cd "$ROOT" || exit
        exec "$VENV/bin/coverage" run --data-file "$RUN/coverage" scripts/lib/tests_alone.py "$RUN/alone.result"
    ) >"$RUN/alone.log" 2>&1 &
    ALONE_PID=$!
}

finish_tests_alone() {
    wait "$ALONE_PID" || true
    say "Tests without a database"
    cat "$RUN/alone.log"
    add_result "$RUN/alone.result"
    (
        cd "$ROOT" || exit
        "$VENV/bin/coverage" report --data-file "$RUN/coverage" \
            --skip-covered --show-missing --fail-under "$MINIMUM_ENGINE_COVERAGE"
    ) || fail "branch coverage of the engine is below $MINIMUM_ENGINE_COVERAGE %"
}

# plan_shards TAGS ARGS...: writes N.tests and N.tags for each shard N.
plan_shards() {
    "$VENV/bin/python" "$ROOT/scripts/lib/test_plan.py" "$RUN" "$SHARDS" "$1" "$DURATIONS" "${@:2}" ||
        fail "the tests could not be listed"
}

start_shards() {
    local file ports
    find "$LOGS" -name 'test-odoo-*.log' -mtime +0 -delete
    drop_orphaned_test_databases
    at_exit drop_test_databases "$$"
    at_exit stop_shards
    mapfile -t ports < <(free_ports "$SHARDS")
    for file in "$RUN"/*.tags; do
        [[ -e $file ]] || return 0
        start_shard "$(basename "$file" .tags)" "${ports[${#SHARD_PIDS[@]}]}"
    done
    say "Odoo tests ($(our_addons_list)) in ${#SHARD_PIDS[@]} shards; server logs: .local/log/test-odoo-$$-*.log"
}

# start_shard NUMBER PORT
start_shard() {
    local name="sb_test_$$_$1" log
    log=$(shard_log "$1")
    copy_database "$TEMPLATE" "$name" "$RUN/$1"
    database keep-statistics "$name"
    run_odoo --database "$name" --data-dir "$RUN/$1" --http-port "$2" \
        --test-tags "$(<"$RUN/$1.tags")" --stop-after-init \
        --log-handler werkzeug:WARNING --log-handler odoo.tests.stats:DEBUG >"$log" 2>&1 &
    SHARD_PIDS+=($!)
}

shard_log() { printf '%s/test-odoo-%s-%s.log' "$LOGS" "$$" "$1"; }

stop_shards() { ((!${#SHARD_PIDS[@]})) || kill "${SHARD_PIDS[@]}" 2>/dev/null || true; }

# finish_shards [everything]
finish_shards() {
    local number name
    for number in "${!SHARD_PIDS[@]}"; do
        wait "${SHARD_PIDS[number]}" || true
        judge_shard "$((number + 1))"
    done
    if in_ci && [[ ${1:-} == everything ]] && ! grep -q "Chrome pid: " "$LOGS/test-odoo-$$-"*.log; then
        fail "no browser test ran"
    fi
    drop_test_databases "$$"
    for name in $(database names "sb_test_$$"); do fail "the database $name was left behind"; done
}

judge_shard() {
    local log failed=$FAILED
    log=$(shard_log "$1")
    say "Shard $1"
    "$VENV/bin/python" "$ROOT/scripts/lib/odoo_test_log.py" "$log" "$RUN/$1.tests" "$RUN/$1.result" "$DURATIONS" || true
    add_result "$RUN/$1.result"
    # A failed test is an error in the log as well; it is not to be told twice.
    ((FAILED == failed)) || return 0
    "$VENV/bin/checklog-odoo" --config "$ROOT/checklog-odoo.cfg" "$log" ||
        fail "the server log has errors or warnings that checklog-odoo.cfg does not allow"
}

# free_ports COUNT: one a line, all different.
free_ports() {
    "$VENV/bin/python" -c 'import socket, sys
taken = [socket.create_server(("127.0.0.1", 0)) for _n in range(int(sys.argv[1]))]
for each in taken: print(each.getsockname()[1])' "$1"
}

# drop_test_databases PID: of the run of that process.
drop_test_databases() {
    local number
    for number in $(seq "$SHARDS"); do database drop "sb_test_$1_$number"; done
    rm -rf "${LOCAL:?}/test/$1"/[0-9]*/
}

# A run that was killed could not drop its databases.
drop_orphaned_test_databases() {
    local name pid
    for name in $(database names sb_test_); do
        pid=${name#sb_test_}
        pid=${pid%%_*}
        kill -0 "$pid" 2>/dev/null || drop_database "$name" "$LOCAL/test/$pid"
    done
}
