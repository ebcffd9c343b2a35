# Prettier and its XML plugin, from the lock file.

setup_node() {
    cached node "$(node --version) $(<"$ROOT/package-lock.json")" \
        "Node packages (package-lock.json)" install_node_packages
    NODE_MODULES="$CACHED/node_modules"
}

# install_node_packages FOLDER
install_node_packages() {
    mkdir -p "$1"
    cp "$ROOT/package.json" "$ROOT/package-lock.json" "$1/"
    npm ci --prefix "$1" --no-audit --no-fund --ignore-scripts
}
