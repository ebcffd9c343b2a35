from . import (
    account_account,
    account_move,
    account_move_line,
    account_tax,
    res_company,
    res_config_settings,
    res_partner,
    subscription_datev_export,
    subscription_datev_finding,
    subscription_datev_sum,
)
