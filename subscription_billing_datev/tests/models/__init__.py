from . import (
    test_any_invoice,
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
