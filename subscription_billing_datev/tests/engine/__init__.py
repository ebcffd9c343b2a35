from . import test_booking, test_booking_properties
