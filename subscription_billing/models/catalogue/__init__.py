from . import subscription_recurrence_mixin
from . import subscription_term_mixin
from . import subscription_trial_mixin
from . import subscription_plan_group
from . import subscription_plan
from . import subscription_plan_variant
from . import subscription_component
