from . import (
    res_company,
    res_config_settings,
    subscription_billing_check,
    subscription_invoicing,
)
