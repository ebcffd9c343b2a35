{
    "name": "Subscription Billing: DATEV",
    "summary": "DATEV files for the tax adviser, and German taxes of services",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations",
    "author": "The subscription_billing founders",
    "website": "https://github.com/subscription-billing/subscription_billing",
    "license": "LGPL-3",
    "depends": ["subscription_billing", "l10n_de"],
    "data": [
        "security/ir.model.access.csv",
        "security/subscription_billing_datev_security.xml",
        "views/subscription_datev_export_views.xml",
        "views/account_views.xml",
        "views/res_config_settings_views.xml",
    ],
    "auto_install": True,
    "installable": True,
}
