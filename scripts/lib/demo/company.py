"""The demo's company on SKR03, with its customers and contracts."""

import base64

from odoo.tools import file_open

NAME = "Nordlicht Software GmbH"


def install_german(env):
    """German with all translated terms, for documents of German customers."""
    german = env["res.lang"]._activate_lang("de_DE")
    wizard = env["base.language.install"].create({"lang_ids": [(6, 0, german.ids)]})
    wizard.lang_install()


def create_company(env):
    """The company with its chart, and the environment that works in it."""
    install_german(env)
    company = env["res.company"].create(
        {
            "name": NAME,
            "country_id": env.ref("base.de").id,
            "currency_id": env.ref("base.EUR").id,
            "street": "Speicherstraße 12",
            "zip": "20457",
            "city": "Hamburg",
            "vat": "DE136695976",
        }
    )
    # Odoo has now installed what belongs to the country and loaded its models anew.
    env.cr.commit()
    env.transaction.reset()
    company = env["res.company"].browse(company.id)
    company.partner_id.tz = "Europe/Berlin"
    users = env.ref("base.user_root") + env.ref("base.user_admin")
    users.write({"company_ids": [(4, company.id)]})
    users.write({"company_id": company.id})
    context = {"allowed_company_ids": company.ids}
    env["account.chart.template"].try_loading(
        "de_skr03", company=company, install_demo=False
    )
    # Not at creation: Odoo would then ask a web service about the domain.
    company.email = "billing@nordlicht.example"
    with file_open("subscription_billing/static/description/icon.png", "rb") as file:
        company.logo = base64.b64encode(file.read())
    return env(context=context)


def set_up_taxes(env):
    """19 %, 7 % for the e-book, and fiscal positions for services abroad.

    The chart's own positions are made for goods: services to businesses in the EU
    belong on account 8336 (§ 18b UStG), outside of it on 8338.
    """
    chart = env["account.chart.template"].with_company(env.company)
    full, reduced = chart.ref("tax_ust_19_skr03"), chart.ref("tax_ust_7_skr03")
    products = env["product.product"].search([("default_code", "=like", "NL-%")])
    for product in products:
        is_book = product.default_code == "NL-HANDBOOK"
        product.taxes_id = reduced if is_book else full
    wizard = env["subscription.service.taxes"].create({"company_id": env.company.id})
    wizard.action_apply()
    return {
        "eu": chart.ref("fiscal_position_eu_vat_id_partner_service_skr03"),
        "swiss": chart.ref("fiscal_position_non_eu_partner_service_skr03"),
    }


def import_rates(env, window):
    franc = env.ref("base.CHF")
    franc.active = True
    env["res.currency.rate"].create(
        [
            {
                "name": row["name"],
                "currency_id": franc.id,
                "rate": float(row["rate"]),
                "company_id": env.company.id,
            }
            for row in window.read("rates.csv")
        ]
    )


def import_customers(env, positions, window):
    """Through Odoo's own import, as a user would load the file."""
    rows = window.read("customers.csv")
    fields = [name for name in rows[0] if name != "kind"]
    result = env["res.partner"].load(
        fields, [[row[name] for name in fields] for row in rows]
    )
    if not result["ids"]:
        raise SystemExit(f"customers.csv: {result['messages'][:3]}")
    partners = env["res.partner"].browse(result["ids"])
    for row, partner in zip(rows, partners, strict=True):
        partner.property_account_position_id = positions.get(row["kind"], False)
    return partners


def import_contracts(env, content, names):
    """Through the addon's import; SystemExit with the report if a row is wrong.

    :param bytes content: of the CSV file
    :param str names: pattern of the references in it
    """
    seller = env.ref("base.user_admin")
    imports = env["subscription.contract.import"]
    wizard = imports.with_context(default_user_id=seller.id).create(
        {
            "file": base64.b64encode(content),
            "filename": "contracts.csv",
            "is_backlog_billed": True,
        }
    )
    wizard.action_import()
    if wizard.error_count:
        raise SystemExit("\n".join(filter(None, wizard.line_ids.mapped("message"))))
    return env["subscription.contract"].search(
        [("company_id", "=", env.company.id), ("name", "=like", names)]
    )
