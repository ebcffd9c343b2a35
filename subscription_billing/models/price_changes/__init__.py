from . import subscription_price_change_announcing
from . import subscription_price_change_applying
from . import subscription_price_change_pricing
from . import subscription_price_change_preview
from . import subscription_price_change
from . import subscription_price_change_line
from . import subscription_price_change_line_applying
from . import subscription_contract
