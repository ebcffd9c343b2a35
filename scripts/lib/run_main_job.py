"""Runs the main job on a database. Usage: run_main_job.py DATABASE"""

import sys

import main_job
from odoo_session import open_env, require_addon


def main(database):
    require_addon(database, "subscription_billing")
    with open_env(database) as env:
        code = main_job.main(env)
        env.cr.commit()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
