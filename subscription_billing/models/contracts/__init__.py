from . import subscription_component_rules
from . import subscription_timeline_mixin
from . import subscription_contract
from . import subscription_contract_importing
from . import subscription_pause
from . import subscription_contract_line
from . import subscription_event
