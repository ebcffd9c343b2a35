# The Odoo 19 sources: ODOO_HOME, else Debian's package, else a shallow git clone.

# Data packages the Debian package only links to. Without them asset bundles fail on
# jquery.js and every page answers 500. fonts-montserrat is in trixie and sid only.
ODOO_SID_PACKAGES=(odoo-19 libjs-jquery libjs-jquery-form libjs-underscore
    fonts-roboto-unhinted fonts-inconsolata fonts-ocr-b fonts-montserrat)
# Odoo's pages use Font Awesome 4.7; the package of sid holds version 7 without those files.
ODOO_STABLE_PACKAGES=(fonts-font-awesome)

is_odoo_19() {
    [[ -f $1/odoo/release.py && -d $(odoo_addons "$1")/account ]] &&
        grep -q '^version_info = (19, 0,' "$1/odoo/release.py"
}

# Debian keeps all addons in odoo/addons; the folder addons beside it is a partial copy.
odoo_addons() {
    if [[ -d $1/odoo/addons/account ]]; then
        echo "$1/odoo/addons"
    else
        echo "$1/addons"
    fi
}

# Prints "URI|KEYRING|CODENAME" of the suite this machine is installed from.
debian_mirror() {
    local codename
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    apt-get indextargets --format "\$(REPO_URI)|\$(SIGNED_BY)|\$(CODENAME)|\$(ORIGIN)" \
        'Created-By: Packages' 'Component: main' 2>/dev/null |
        awk -F'|' -v codename="$codename" '$3 == codename && $4 == "Debian" { print $1 "|" $2 "|" $3; exit }'
}

# The ordinary apt client with private state: the machine's package lists, sources and
# installed packages stay untouched. Usage: private_apt STATE ARGS...
private_apt() {
    local state=$1
    shift
    apt-get -qq -o Dir::State::lists="$state/lists" -o Dir::Etc::sourcelist="$state/sources.list" \
        -o Dir::Etc::sourceparts=/dev/null -o Dir::Cache="$state/cache" \
        -o APT::Sandbox::User="$(id -un)" "$@"
}

# fetch_debian_odoo FOLDER
fetch_debian_odoo() {
    local folder=$1 mirror uri keyring codename signed="" state="$1/apt" package
    mirror=$(debian_mirror)
    [[ -n $mirror ]] || return 1
    IFS='|' read -r uri keyring codename <<<"$mirror"
    [[ -e $keyring ]] || keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    [[ -e $keyring ]] && signed="[signed-by=$keyring] "
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/download" "$folder/root"
    printf 'deb %s%s %s main\n' "$signed" "$uri" sid "$signed" "$uri" "$codename" >"$state/sources.list"
    private_apt "$state" update || return 1
    (
        cd "$state/download"
        private_apt "$state" download "${ODOO_SID_PACKAGES[@]/%//sid}" \
            "${ODOO_STABLE_PACKAGES[@]/%//$codename}"
    ) || return 1
    for package in "$state"/download/*.deb; do
        dpkg-deb -x "$package" "$folder/root" || return 1
    done
    dpkg-deb --field "$state"/download/odoo-19_*.deb Version >"$folder/version"
    complete_debian_tree "$folder/root"
    rm -rf "$state"
}

# This file is cut from the Debian package; without it each page logs a console error,
# which fails every browser test.
complete_debian_tree() {
    local tree="$1/usr/lib/python3/dist-packages" dangling
    local folder="$tree/odoo/addons/mail/static/lib/selfie_segmentation"
    mkdir -p "$folder"
    [[ -e $folder/selfie_segmentation.js ]] || : >"$folder/selfie_segmentation.js"
    dangling=$(find "$tree/odoo/addons/web" -xtype l 2>/dev/null || true)
    [[ -z $dangling ]] || printf 'note: links without target in the Odoo tree: %s\n' "$dangling"
}

# clone_odoo FOLDER
clone_odoo() {
    command -v git >/dev/null || { echo "git is missing" && return 1; }
    rm -rf "${1:?}"
    git clone --quiet --depth 1 --branch 19.0 https://github.com/odoo/odoo "$1" </dev/null
}

# fetch_odoo FOLDER
fetch_odoo() {
    if command -v apt-get dpkg-deb >/dev/null && fetch_debian_odoo "$1"; then
        echo "note: Odoo from the Debian package odoo-19 $(<"$1/version")"
    elif clone_odoo "$1"; then
        echo "note: Odoo from a clone of branch 19.0"
    else
        echo "Neither the Debian package odoo-19 (suite sid) nor a git clone of Odoo could be had."
        echo "With an Odoo 19 tree of your own type: export ODOO_HOME=/path/to/odoo"
        return 1
    fi
}

# Sets ODOO_TREE (the folder that holds odoo/ and addons/) and ODOO_ID (what it is).
use_own_odoo() {
    is_odoo_19 "$ODOO_HOME" ||
        die "ODOO_HOME=$ODOO_HOME is no Odoo 19 tree" "it must hold odoo/release.py (19.0) and the addons"
    ODOO_TREE=$(cd "$ODOO_HOME" && pwd -P)
    ODOO_ID="$ODOO_TREE $(git -C "$ODOO_TREE" rev-parse HEAD 2>/dev/null || true)"
}

use_cached_odoo() {
    cached odoo "${ODOO_SID_PACKAGES[*]} ${ODOO_STABLE_PACKAGES[*]} $(declare -f fetch_debian_odoo complete_debian_tree)" \
        "Odoo 19 sources" fetch_odoo
    if [[ -f $CACHED/version ]]; then
        ODOO_TREE="$CACHED/root/usr/lib/python3/dist-packages"
        ODOO_ID="debian $(<"$CACHED/version")"
    else
        ODOO_TREE=$CACHED
        ODOO_ID="git $(git -C "$ODOO_TREE" rev-parse HEAD)"
    fi
    is_odoo_19 "$ODOO_TREE" || die "$ODOO_TREE is no Odoo 19 tree" "type: rm -r $CACHED"
}

setup_odoo() {
    if [[ -n ${ODOO_HOME:-} ]]; then use_own_odoo; else use_cached_odoo; fi
    export ODOO_TREE ODOO_ID
}
