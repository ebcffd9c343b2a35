from . import (
    account_move,
    account_move_line,
    res_company,
    res_config_settings,
    subscription_deferral,
    subscription_deferring,
)
