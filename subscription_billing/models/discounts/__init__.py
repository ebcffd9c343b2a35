from . import subscription_discount_terms_mixin
from . import subscription_discount
from . import subscription_contract_discount
from . import subscription_bonus
from . import subscription_plan
from . import subscription_contract_line
from . import subscription_contract
from . import subscription_charge
