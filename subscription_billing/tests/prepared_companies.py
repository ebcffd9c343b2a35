"""What nearly every class of tests begins with, made once instead of for each class.

Odoo's class for tests of invoices loads a chart of accounts and makes users, products
and taxes, which takes two seconds a class. ``scripts/test`` has ``prepare`` do it once
for each chart, and commits, in the database its runs are copied from. A class then only
reads what it gets; what it changes is rolled back as ever. In a database that is not
prepared all is made for each class, as Odoo does it.
"""

import json
from functools import cache

from odoo.fields import Command
from odoo.models import BaseModel
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.base.tests.common import BaseCommon

# Charts, and how many companies there are for those who want another one; a free one is
# known by its name.
CHARTS = {"generic_coa": 2, "de_skr03": 0, "de_skr04": 0}
SPARE = "Spare company (%s, %d)"
PARAMETER = "subscription_billing.prepared_tests.%s"


def prepare(env):
    """Make all of it and commit."""
    for chart, spare_count in CHARTS.items():
        for number in range(spare_count):
            create_company(env, chart, SPARE % (chart, number))
        env.cr.commit()
        run_odoos_setup(chart)
    # Each class archives all pricelists but its own.
    env.invalidate_all()
    env["product.pricelist"].search([]).action_archive()
    env.cr.commit()


def create_company(env, chart, name):
    """As Odoo's class for tests does it."""
    company = env["res.company"].create({"name": name})
    env["account.chart.template"].try_loading(
        chart, company=company, install_demo=False
    )
    if not company.account_fiscal_country_id:
        company.account_fiscal_country_id = env.ref("base.us")


def run_odoos_setup(chart):
    """Run Odoo's set-up for a chart, commit, and keep what it has set."""
    cls = type("Prepared", (PreparedClass,), {"chart_template": chart})
    cls.setUpClass()
    kept = {name: pack(value) for name, value in vars(cls).items() if is_kept(value)}
    # The next class needs their logins for its own.
    for user in cls.user + cls.simple_accountman:
        user.login += f" ({chart})"
    parameters = cls.env["ir.config_parameter"].sudo()
    parameters.set_param(PARAMETER % chart, json.dumps(kept))
    cls.env.flush_all()
    type(cls.cr).commit(cls.cr)  # on the class's own cursor it is forbidden
    cls.doClassCleanups()


class PreparedClass(AccountTestInvoicingCommon):
    """Odoo's class with a company name of its own: mail aliases are made of it."""

    @classmethod
    def setup_independent_company(cls, **kwargs):
        return cls._create_company(name=f"company_1_{cls.chart_template}", **kwargs)


def is_kept(value):
    if isinstance(value, dict):
        return bool(value) and all(map(is_kept, value.values()))
    return isinstance(value, BaseModel)


def pack(value):
    if isinstance(value, dict):
        return {"dict": {key: pack(each) for key, each in value.items()}}
    return {"model": value._name, "ids": value.ids}


def unpack(env, packed):
    if "dict" in packed:
        return {key: unpack(env, each) for key, each in packed["dict"].items()}
    return env[packed["model"]].browse(packed["ids"])


@cache
def read_prepared(database, chart):
    """What ``run_odoos_setup`` has kept in a database, packed; {} if nothing."""
    with Registry(database).cursor() as cr:
        cr.execute(
            "SELECT value FROM ir_config_parameter WHERE key = %s", [PARAMETER % chart]
        )
        row = cr.fetchone()
    return json.loads(row[0]) if row else {}


class PreparedCompanies(AccountTestInvoicingCommon):
    """Odoo's class, with what is prepared taken instead of made."""

    @classmethod
    def setUpClass(cls):
        prepared = read_prepared(get_db_name(), cls._get_chart())
        if cls.country_code or not prepared:
            super().setUpClass()
            return
        # All that Odoo's own classes do down to this one is in the database already.
        super(BaseCommon, cls).setUpClass()
        cls.maxDiff = None
        cls.tax_number = 0
        user = prepared["user"]["ids"][0]
        cls.env = cls.env(user=user, context=cls.default_env_context())
        for name, packed in prepared.items():
            setattr(cls, name, unpack(cls.env, packed))
        cls.pricelist.action_unarchive()

    @classmethod
    def _get_chart(cls):
        return cls.chart_template or "generic_coa"

    @classmethod
    def _create_company(cls, **create_values):
        company = cls._find_spare_company(create_values)
        if not company:
            return super()._create_company(**create_values)
        # Its own name makes it taken: the next search does not find it.
        company.write({"name": "Test Company", **create_values})
        cls.env.user.company_ids = [Command.link(company.id)]
        return company

    @classmethod
    def _find_spare_company(cls, create_values):
        """A spare company that becomes what is asked for by writing these values; those
        of a country, or with a parent, are created as they should be."""
        companies = cls.env["res.company"].sudo()
        if cls.country_code or create_values.keys() - {"name", "currency_id"}:
            return companies
        chart = cls._get_chart()
        names = [SPARE % (chart, number) for number in range(CHARTS.get(chart, 0))]
        return companies.search([("name", "in", names)], order="id", limit=1)
