from . import account_move_reversal
from . import subscription_billing_wizard
from . import subscription_contract_import
from . import subscription_forecast_wizard
from . import subscription_redeem
from . import subscription_usage_import
from . import subscription_usage_key
