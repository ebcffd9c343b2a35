from . import subscription_forecast
