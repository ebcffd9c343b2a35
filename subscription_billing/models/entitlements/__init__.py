from . import subscription_feature
from . import subscription_feature_grant
from . import subscription_contract_on_day
from . import subscription_contract
from . import subscription_contract_status
