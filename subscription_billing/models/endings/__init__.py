from . import subscription_ending_contract
from . import subscription_annulment
from . import change_end
from . import change_end_dates
from . import change_undo_end
