from . import subscription_service_taxes
