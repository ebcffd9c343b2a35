from . import subscription_change
from . import subscription_change_line
from . import subscription_change_timing
from . import subscription_change_applying
from . import subscription_change_contract
from . import change_quantity
from . import change_price
from . import change_booking
