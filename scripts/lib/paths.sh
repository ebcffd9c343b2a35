# Where things are. Everything the scripts make lies under .local, which git ignores.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
LOCAL="$ROOT/.local"
STAMPS="$LOCAL/stamps"
LOGS="$LOCAL/log"
VENV="$LOCAL/venv"
LINT_VENV="$LOCAL/lint-venv"
DATA_DIR="$LOCAL/data"
mkdir -p "$STAMPS" "$LOGS" "$DATA_DIR"

# Byte code of Odoo and of the addon goes here and not beside the sources, also on
# machines that switch it off: without it every start compiles all of Odoo again.
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX="$LOCAL/pycache"

# The addons of this repository: one name a line.
our_addons() {
    local manifest
    for manifest in "$ROOT"/*/__manifest__.py; do
        [[ -f $manifest ]] && basename "$(dirname "$manifest")"
    done
    return 0
}

our_addons_list() { our_addons | paste -sd, -; }
