from . import subscription_contract
from . import subscription_contract_line
from . import subscription_price
