# Where things are. What belongs to this checkout lies under .local, which git ignores;
# cache.sh says where the rest lies.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
LOCAL="$ROOT/.local"
STAMPS="$LOCAL/stamps"
LOGS="$LOCAL/log"
DATA_DIR="$LOCAL/data"
mkdir -p "$STAMPS" "$LOGS" "$DATA_DIR"

# The addons of this repository: one name a line.
our_addons() {
    local manifest
    for manifest in "$ROOT"/*/__manifest__.py; do
        [[ -f $manifest ]] && basename "$(dirname "$manifest")"
    done
    return 0
}

our_addons_list() { our_addons | paste -sd, -; }
