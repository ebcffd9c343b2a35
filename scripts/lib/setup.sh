# Everything the scripts stand on, one concept a file. Source this one.

set -euo pipefail
LIB=$(dirname "${BASH_SOURCE[0]}")
for part in paths ui lock system_packages python node odoo_tree postgres odoo_env template; do
    # shellcheck source=/dev/null
    source "$LIB/$part.sh"
done
unset LIB part

# Enough for tests without a database.
setup_engine() {
    lock_setup
    setup_system_python
    setup_python
    setup_odoo
    enter_odoo_env
    unlock_setup
}

# setup_server [plain|demo]: Odoo with a database server, and a template database.
setup_server() {
    lock_setup
    setup_system_python
    setup_system_browser
    setup_python
    setup_odoo
    at_exit release_postgres
    setup_postgres
    enter_odoo_env
    [[ -z ${1:-} ]] || setup_template "$1"
    unlock_setup
}

setup_lint() {
    lock_setup
    setup_system_python
    setup_system_node
    setup_lint_python
    setup_node
    setup_odoo
    unlock_setup
}
