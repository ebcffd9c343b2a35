from . import subscription_price_tier
from . import subscription_price
from . import subscription_price_text
from . import subscription_price_preview
from . import subscription_contract_line
from . import subscription_contract
