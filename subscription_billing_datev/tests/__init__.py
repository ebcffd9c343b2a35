# Odoo's test loader only sees modules named test_* here.
from .engine import test_booking, test_booking_properties
from .formats import test_document_xml, test_extf, test_extf_master, test_validator
from .models import (
    test_any_invoice,
    test_datev_access_table,
    test_datev_translation,
    test_datev_views,
    test_e_invoices,
    test_export,
    test_export_access,
    test_export_charts,
    test_export_findings,
    test_export_rows,
    test_export_stories,
    test_service_taxes,
)
