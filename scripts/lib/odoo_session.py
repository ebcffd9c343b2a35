"""Opens a database for the commands of scripts/ that work on records."""

import sys
from contextlib import contextmanager

import psycopg2


def installed_addons(database):
    """Names of the installed addons, or None when there is no such Odoo database."""
    try:
        with psycopg2.connect(dbname=database) as connection:
            cursor = connection.cursor()
            cursor.execute(
                "SELECT name FROM ir_module_module WHERE state = 'installed'"
            )
            return {row[0] for row in cursor.fetchall()}
    except psycopg2.Error:
        return None


def require_addon(database, addon):
    addons = installed_addons(database)
    if addons is None:
        sys.exit(
            f'error: there is no Odoo database "{database}"\n'
            "       name one by --database, or make subscription_demo by scripts/demo"
        )
    if addon not in addons:
        sys.exit(
            f'error: the addon {addon} is not installed in the database "{database}"\n'
            f"       type: scripts/odoo -d {database} -i {addon} --stop-after-init"
        )


@contextmanager
def open_env(database):
    """Give an environment of the superuser; what is not committed is lost."""
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry
    from odoo.tools import config

    options = ["--database", database, "--no-http", "--log-level", "warn"]
    config.parse_config(options, setup_logging=True)
    with Registry(database).cursor() as cr:
        yield Environment(cr, SUPERUSER_ID, {})
