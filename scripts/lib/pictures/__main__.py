"""Takes the pictures of the READMEs from a database of the demo that is served."""

import io
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from odoo_session import open_env, require_addon
from PIL import Image

from .browser import PATIENCE, Browser

COLORS = 128
TABS = ".o_notebook_headers .nav-link"


def find_contracts(env):
    """Contracts that have something to show, by what it is."""
    company = env.ref("base.user_admin").company_id
    contracts = env["subscription.contract"].search(
        [("state", "=", "active"), ("company_id", "=", company.id)]
    )
    changing = contracts.filtered(
        lambda it: it.scheduled_change_ids.filtered(lambda c: c.kind != "end")
    )
    told = contracts.filtered(lambda it: not it.scheduled_change_ids)
    by_story = told.sorted(lambda it: len(it.change_ids), reverse=True)
    upgradable = told.filtered(
        lambda it: it.variant_id.name == "Monthly" and it.plan_id.code == "starter"
    )
    return {"form": changing[:1], "log": by_story[:1], "change": upgradable[:1]}


def preview_change(env, contract):
    """A draft of an upgrade of today with its preview; its form shows it."""
    variants = env["subscription.plan.variant"].search([("name", "=", "Monthly")])
    change = env["subscription.change"].create(
        {
            "contract_id": contract.id,
            "kind": "variant",
            "timing": "now",
            "variant_id": variants.filtered(lambda it: it.plan_id.code == "team").id,
        }
    )
    change.action_preview()
    env.cr.commit()
    return change


def take_all(browser, base, found, change):
    """Pairs of a file name and a picture."""
    contracts = f"{base}/odoo/subscription-contracts"
    plan = found["change"].plan_id.group_id.plan_ids.filtered(
        lambda it: it.code == "team"
    )
    browser.go(f"{contracts}/{found['form'].id}")
    yield "contract_form", browser.take()
    browser.go(f"{contracts}/{found['log'].id}")
    browser.click(TABS, "Log")
    yield "contract_log", browser.take()
    browser.go(f"{base}/odoo/subscription-changes/{change.id}")
    yield "change_preview", browser.take()
    browser.go(f"{base}/odoo/subscription-plans/{plan.id}")
    browser.click(TABS, "Prices")
    yield "plan_form", browser.take()
    browser.go(f"{base}/odoo/subscription-billing-runs")
    yield "billing_run", browser.take()
    browser.go(f"{base}/odoo/subscription-money")
    yield "money", browser.take()


def wait_for_server(base):
    for _try in range(PATIENCE):
        try:
            urlopen(f"{base}/web/login").close()
        except URLError:
            time.sleep(1)
        else:
            return
    sys.exit("error: the server does not answer")


def log_in(browser, base):
    browser.go(f"{base}/web/login")
    browser.run(
        "document.querySelector('input[name=login]').value = 'admin';"
        "document.querySelector('input[name=password]').value = 'admin';"
        "document.querySelector('form.oe_login_form').submit()"
    )
    browser.settle()


def main(database, port, folder):
    require_addon(database, "subscription_billing")
    base = f"http://localhost:{port}"
    with open_env(database) as env:
        found = find_contracts(env)
        wait_for_server(base)
        change = preview_change(env, found["change"])
        with tempfile.TemporaryDirectory() as profile, Browser(profile) as browser:
            log_in(browser, base)
            for name, picture in take_all(browser, base, found, change):
                file = Path(folder) / f"{name}.png"
                image = Image.open(io.BytesIO(picture)).convert("RGB")
                image.quantize(COLORS).save(file, optimize=True)
                print(f"{file.name}: {file.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main(*sys.argv[1:])
