# What takes long to make and is the same for every checkout of this machine (Odoo's tree,
# the Python and Node environments) lies outside of them and is shared. An entry is named
# after a hash of all that defines it, so two versions lie side by side.

CACHE="${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/subscription_billing"
mkdir -p "$CACHE" 2>/dev/null && [[ -w $CACHE ]] || CACHE="$LOCAL/cache"
mkdir -p "$CACHE"
UNUSED_DAYS=60

# Byte code of Odoo and of the addon goes here and not beside the sources, also on
# machines that switch it off: without it every start compiles all of Odoo again.
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX="$CACHE/pycache"

# cached NAME KEY "TITLE" COMMAND...: sets CACHED to the entry's folder. Where there is none,
# or not all of it, `COMMAND... FOLDER` makes it; others who want it meanwhile wait.
cached() {
    local name=$1 title=$3
    CACHED="$CACHE/$name-$(short_hash "$2")"
    shift 3
    exec 8>"$CACHED.lock"
    flock 8
    if is_whole "$CACHED"; then
        touch "$CACHED.whole"
    else
        remove_entry "$CACHED"
        remove_unused_entries
        rm -f "$STAMPS/$name"
        step "$name" "$CACHED" "$title" "$@" "$CACHED"
        fingerprint "$CACHED" >"$CACHED.new"
        mv "$CACHED.new" "$CACHED.whole"
    fi
    exec 8>&-
}

# The mark is written when an entry is finished, and says what it then was: one that was
# interrupted has none, and one that lost a file no longer agrees with it.
is_whole() { [[ -d $1 && -f $1.whole && $(<"$1.whole") == "$(fingerprint "$1")" ]]; }

# Names and sizes of all files, without the byte code Python may add.
fingerprint() {
    find "$1" \( -name __pycache__ -o -name .cache \) -prune -o \( -type f -o -type l \) -printf '%P %s\n' |
        LC_ALL=C sort | sha256sum
}

remove_entry() { rm -rf "${1:?}" "$1.whole" "$1.new"; }

remove_unused_entries() {
    local mark
    find "$CACHE" -maxdepth 1 -name '*.whole' -mtime "+$UNUSED_DAYS" | while read -r mark; do
        remove_entry "${mark%.whole}"
    done
}
