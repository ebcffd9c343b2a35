# Template databases: Odoo's own addons installed once, with assets generated, so that a
# test run or a demo starts from a copy. They hold no addon of this repository: those are
# installed into the copy, so what is tested is always the code as it lies here.

# What our addons stand on, and the German chart of accounts for tests and demo.
CORE_ADDONS=account_payment,base_iban,l10n_de
TEMPLATE_PREFIX=sb_template_

database() { "$VENV/bin/python" "$ROOT/scripts/lib/database.py" "$@"; }

# template_name plain|demo: keyed by everything it is made of.
template_name() {
    printf '%s%s_%s' "$TEMPLATE_PREFIX" "$1" "$(short_hash "$ODOO_ID" "$CORE_ADDONS" \
        "$(<"$ROOT/requirements.txt")" "$(declare -f build_template)" \
        "$(<"$ROOT/scripts/lib/generate_assets.py")")"
}

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

drop_templates() {
    local name
    for name in $(database names "$TEMPLATE_PREFIX$1"); do drop_database "$name"; done
}

# Built under another name and renamed at the end, so that half a template is never used.
build_template() {
    local kind=$1 name=$2 draft="$2_new" demo=--without-demo
    [[ $kind == demo ]] && demo=--with-demo
    drop_templates "${kind}_"
    rm -rf "$(filestore "$draft")"
    run_odoo --database "$draft" --init "$CORE_ADDONS" "$demo" --stop-after-init --no-http
    run_odoo shell --database "$draft" --no-http --log-level warn <"$ROOT/scripts/lib/generate_assets.py"
    mv "$(filestore "$draft")" "$(filestore "$name")"
    database rename "$draft" "$name"
}

# The demo starts from a copy in which our addons are installed with their demo data; made
# again when a file of them has changed.
build_demo_template() {
    local core=$1 name=$2 draft="$2_new"
    drop_templates ready_
    copy_database "$core" "$draft"
    run_odoo --database "$draft" --init "$(our_addons_list)" --with-demo --stop-after-init --no-http
    rm -rf "$(filestore "$name")"
    mv "$(filestore "$draft")" "$(filestore "$name")"
    database rename "$draft" "$name"
}

# After setup_server demo; sets TEMPLATE.
setup_demo_template() {
    local core=$TEMPLATE
    TEMPLATE="${TEMPLATE_PREFIX}ready_$(short_hash "$core" "$(addons_hash)")"
    lock_setup
    database exists "$TEMPLATE" || rm -f "$STAMPS/template-ready"
    step template-ready "$TEMPLATE" "Demo database ($(our_addons_list) with demo data)" \
        build_demo_template "$core" "$TEMPLATE"
    unlock_setup
}

# setup_template plain|demo; sets TEMPLATE.
setup_template() {
    local stamp
    TEMPLATE=$(template_name "$1")
    # The stamp may outlive the database, for instance on another PostgreSQL server.
    stamp="$STAMPS/template-$1"
    database exists "$TEMPLATE" || rm -f "$stamp"
    step "template-$1" "$TEMPLATE" "Template database ($CORE_ADDONS, web assets; about a minute)" \
        build_template "$1" "$TEMPLATE"
}
