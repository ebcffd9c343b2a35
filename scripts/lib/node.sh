# Prettier and its XML plugin, from the lock file.

setup_node() {
    step node "$(short_hash "$(<"$ROOT/package-lock.json")")" "Node packages (package-lock.json)" install_node_packages
}

install_node_packages() {
    mkdir -p "$LOCAL/node"
    cp "$ROOT/package.json" "$ROOT/package-lock.json" "$LOCAL/node/"
    npm ci --prefix "$LOCAL/node" --no-audit --no-fund --ignore-scripts
}
