from . import subscription_month_end, subscription_service_taxes
