from . import subscription_billing_wizard
from . import subscription_contract_end
from . import subscription_contract_import
