# Messages and named steps. Sourced by every script.

if [[ -t 1 ]]; then
    BOLD=$'\e[1m' RED=$'\e[31m' YELLOW=$'\e[33m' RESET=$'\e[0m'
else
    BOLD="" RED="" YELLOW="" RESET=""
fi

say() { printf '%s==>%s %s\n' "$BOLD" "$RESET" "$*"; }
note() { printf '    %s\n' "$*"; }
warn() { printf '%swarning:%s %s\n' "$YELLOW" "$RESET" "$*" >&2; }

# die MESSAGE [HINT...]: what is missing, then what to type.
die() {
    printf '%serror:%s %s\n' "$RED" "$RESET" "$1" >&2
    shift
    local hint
    for hint in "$@"; do printf '       %s\n' "$hint" >&2; done
    exit 1
}

in_ci() { [[ ${CI:-} == true || ${CI:-} == 1 ]]; }

# Hash of the arguments, short enough for a database name.
short_hash() { printf '%s\0' "$@" | sha256sum | cut -c1-10; }

# step NAME KEY "TITLE" COMMAND...
# Runs COMMAND unless it already succeeded for the same KEY. The stamp is written
# after the command, so an interrupted step is done again from its beginning.
step() {
    local name=$1 key=$2 title=$3 stamp="$STAMPS/$1" log="$LOGS/setup-$1.log" code started=$SECONDS
    shift 3
    [[ -f $stamp && $(<"$stamp") == "$key" ]] && return 0
    rm -f "$stamp"
    say "$title"
    # No `if`, no `||` around the subshell: they would switch `set -e` off inside it.
    set +e
    (
        set -e
        "$@"
    ) >"$log" 2>&1
    code=$?
    set -e
    if ((code)); then
        tail -n 25 "$log" >&2
        die "this step failed: $title" "the whole log: ${log#"$ROOT"/}" \
            "mend what it names and type the same command again; finished steps are kept"
    fi
    printf '%s' "$key" >"$stamp"
    grep -h '^note: ' "$log" | sed 's/^note: /    /' || true
    note "done in $((SECONDS - started)) s"
}

# at_exit COMMAND ARGS...: done when the script ends, however it ends, the last one first.
AT_EXIT=()
at_exit() {
    AT_EXIT=("$(printf '%q ' "$@")" ${AT_EXIT[@]+"${AT_EXIT[@]}"})
    trap run_at_exit EXIT
}

run_at_exit() {
    local code=$? command
    set +e
    for command in "${AT_EXIT[@]}"; do eval "$command"; done
    exit "$code"
}
