# Everything the scripts stand on, one concept a file. Source this one.

set -euo pipefail
LIB=$(dirname "${BASH_SOURCE[0]}")
for part in paths ui lock cache system_packages python node odoo_tree postgres odoo_env template; do
    # shellcheck source=/dev/null
    source "$LIB/$part.sh"
done
unset LIB part

# Enough for tests without a database.
setup_engine() {
    setup_system setup_system_python
    setup_python
    setup_odoo
    enter_odoo_env
}

# setup_server [tests|demo]: Odoo with a database server, and a template database.
setup_server() {
    setup_system setup_system_python setup_system_browser
    setup_python
    setup_odoo
    lock_setup
    at_exit release_postgres
    setup_postgres
    enter_odoo_env
    [[ -z ${1:-} ]] || setup_template "$1"
    unlock_setup
}

setup_lint() {
    setup_system setup_system_python setup_system_node
    setup_lint_python
    setup_node
    setup_odoo
}

# setup_system STEP...: one at a time, apt allows no more.
setup_system() {
    local part
    lock_setup
    for part in "$@"; do "$part"; done
    unlock_setup
}
