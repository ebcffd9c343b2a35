from . import subscription_price_tier
from . import subscription_price_terms_mixin
from . import subscription_price_checks_mixin
from . import subscription_price_text_mixin
from . import subscription_price_preview_mixin
from . import subscription_contract_line
from . import subscription_price
from . import subscription_price_pricelist
