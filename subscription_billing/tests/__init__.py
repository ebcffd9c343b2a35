# Odoo's test loader only sees modules named test_* here.
from .engine import (
    test_doctests,
    test_interval,
    test_local_time,
    test_money,
    test_period,
    test_planner,
    test_planner_changes,
    test_planner_properties,
    test_price,
    test_properties,
    test_proration,
    test_recurrence,
    test_term,
    test_timeline,
    test_vectors,
)
from .formats import (
    test_contract_csv,
)
from .models import (
    test_access,
    test_bad_input,
    test_billing_run,
    test_browser,
    test_catalogue,
    test_charge,
    test_contract,
    test_import,
    test_translation,
    test_views,
    test_watchdog,
)
from .scenarios import (
    test_catch_up,
    test_companies_and_currencies,
    test_invoice_documents,
    test_life_cycle,
    test_month_end,
    test_parked_contract,
    test_reopened_period,
    test_rhythms,
    test_tax_situations,
)
