from . import subscription_explaining
from . import subscription_charge
from . import subscription_charge_explaining
