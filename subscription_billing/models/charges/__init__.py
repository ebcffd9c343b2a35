from . import account_move
from . import subscription_explaining
from . import subscription_charge
