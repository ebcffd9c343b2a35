from . import subscription_price
from . import subscription_price_change
from . import subscription_price_change_line
from . import subscription_contract
from . import subscription_change
from . import subscription_change_kind_price
