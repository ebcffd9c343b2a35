"""Runs the main job on a database. Usage: python -m demo DATABASE MONTHS"""

import sys

from odoo_session import open_env, require_addon

from . import main_job


def main(database, months):
    require_addon(database, "subscription_billing")
    with open_env(database) as env:
        code = main_job.main(env, int(months))
        env.cr.commit()
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
