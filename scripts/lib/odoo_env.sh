# The environment every Odoo process of this checkout runs in.

ODOO_CONF="$LOCAL/odoo.conf"

# Connection settings stay out of the file: libpq's variables carry them.
write_odoo_conf() {
    cat >"$ODOO_CONF.new" <<CONF
[options]
addons_path = $(odoo_addons "$ODOO_TREE"),$ROOT
data_dir = $DATA_DIR
http_interface = 127.0.0.1
limit_time_real = 1200
limit_time_cpu = 600
CONF
    mv "$ODOO_CONF.new" "$ODOO_CONF"
}

enter_odoo_env() {
    write_odoo_conf
    export ODOO_RC="$ODOO_CONF"
    export PYTHONPATH="$ODOO_TREE" PYTHONUNBUFFERED=1
    # Where the C renderer is installed, ReportLab has to be told to draw QR codes with it.
    if compgen -G "$VENV/lib/python3*/site-packages/_rl_renderPM*" >/dev/null; then
        export RL_renderPMBackend=_renderPM
    fi
}

# run_lib PACKAGE ARGS...: a Python package of scripts/lib.
run_lib() { PYTHONPATH="$ROOT/scripts/lib:$PYTHONPATH" "$VENV/bin/python" -m "$@"; }

run_odoo() { "$VENV/bin/python" -m odoo "$@"; }
