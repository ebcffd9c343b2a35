from . import subscription_notice
from . import res_company
from . import subscription_event
from . import subscription_contract
from . import subscription_change
from . import subscription_contract_line
from . import res_config_settings
from . import subscription_price_change
