# Template databases, so that a test run or a demo starts from a copy. Each is made from the
# one before, and again when something it is made of has changed:
#
#   core        Odoo's own addons, with assets generated
#   companies   core, with the companies of our test classes
#   tests       companies, with our addons
#   demo        core, with our addons and their demo data

# What our addons stand on, and the German chart of accounts for tests and demo.
CORE_ADDONS=account_payment,base_iban,l10n_de
TEMPLATE_PREFIX=sb_template_
PREPARED="$ROOT/subscription_billing/tests/prepared_companies.py"

database() { "$VENV/bin/python" "$ROOT/scripts/lib/database.py" "$@"; }

# setup_template core|companies|tests|demo; sets TEMPLATE.
setup_template() {
    local base
    case $1 in
    core)
        make_template core "$ODOO_ID $(<"$ROOT/requirements.txt") $(<"$ROOT/scripts/lib/generate_assets.py")" \
            "$CORE_ADDONS, web assets; about a minute"
        ;;
    companies)
        setup_template core
        base=$TEMPLATE
        make_template companies "$base $(<"$PREPARED")" "companies of the tests" "$base"
        ;;
    tests)
        setup_template companies
        base=$TEMPLATE
        make_template tests "$base $(addons_hash)" "$(our_addons_list)" "$base"
        ;;
    demo)
        setup_template core
        base=$TEMPLATE
        make_template demo "$base $(addons_hash)" "$(our_addons_list) with demo data" "$base"
        ;;
    esac
}

# make_template KIND KEY CONTENTS [BASE]; sets TEMPLATE. Built under another name and renamed
# at the end, so that half a template is never used.
make_template() {
    local kind=$1 stamp="$STAMPS/template-$1"
    TEMPLATE="$TEMPLATE_PREFIX${kind}_$(short_hash "$2" "$(declare -f "build_$kind")")"
    # The stamp may outlive the database, for instance on another PostgreSQL server.
    database exists "$TEMPLATE" || rm -f "$stamp"
    step "template-$kind" "$TEMPLATE" "Template database ($3)" replace_template "$kind" "$TEMPLATE" "${4:-}"
}

replace_template() {
    local kind=$1 name=$2 base=$3 draft="$2_new" old
    for old in $(database names "$TEMPLATE_PREFIX${kind}_"); do drop_database "$old"; done
    rm -rf "$(filestore "$draft")"
    [[ -z $base ]] || copy_database "$base" "$draft"
    "build_$kind" "$draft"
    rm -rf "$(filestore "$name")"
    mv "$(filestore "$draft")" "$(filestore "$name")"
    database rename "$draft" "$name"
}

build_core() {
    run_odoo --database "$1" --init "$CORE_ADDONS" --without-demo --stop-after-init --no-http
    run_odoo_script "$1" "$ROOT/scripts/lib/generate_assets.py"
}

build_companies() {
    run_odoo_script "$1" <(cat "$PREPARED" <(printf '\nprepare(env)\n'))
}

# What the installation writes into the log counts like the log of a test.
build_tests() {
    local log="$LOGS/install-tests.log"
    run_odoo --database "$1" --init "$(our_addons_list)" --stop-after-init --no-http 2>&1 | tee "$log"
    "$VENV/bin/checklog-odoo" --config "$ROOT/checklog-odoo.cfg" "$log"
}

# Odoo loads demo data only where all addons below have theirs; ours only needs that the
# company of the database can bill.
build_demo() {
    run_odoo_script "$1" "$ROOT/scripts/lib/demo/main_company.py"
    database mark-demo "$1"
    run_odoo --database "$1" --init "$(our_addons_list)" --with-demo --stop-after-init --no-http
}

# run_odoo_script DATABASE FILE: a Python file with `env`, as in Odoo's shell.
run_odoo_script() { run_odoo shell --database "$1" --no-http --log-level warn <"$2"; }

# Hash of the files of our addons, as git sees them or would.
addons_hash() {
    cd "$ROOT" || return
    our_addons | xargs -I{} find {} -type f -not -name '*.pyc' -not -path '*/tests/*' -print0 |
        sort -z | xargs -0 sha256sum | sha256sum | cut -c1-10
}

filestore() { printf '%s/filestore/%s' "${2:-$DATA_DIR}" "$1"; }

# copy_database SOURCE NAME [DATA_DIR]: the database and its files (as hard links).
copy_database() {
    database copy "$1" "$2"
    copy_files "$(filestore "$1")" "$(filestore "$2" "${3:-$DATA_DIR}")"
}

copy_files() {
    rm -rf "$2"
    mkdir -p "$(dirname "$2")"
    [[ ! -d $1 ]] || cp -al "$1" "$2"
}

# drop_database NAME [DATA_DIR]
drop_database() {
    database drop "$1"
    rm -rf "$(filestore "$1" "${2:-$DATA_DIR}")"
}
