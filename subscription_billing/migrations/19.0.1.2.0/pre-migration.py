"""Give contracts and lines the new columns before Odoo computes them: it would take
terms and rhythm from the offers of today instead of what was agreed (C6)."""

CONTRACT = (
    "ALTER TABLE subscription_contract"
    " ADD COLUMN IF NOT EXISTS trial_count integer DEFAULT 0,"
    " ADD COLUMN IF NOT EXISTS trial_unit varchar DEFAULT 'day',"
    " ADD COLUMN IF NOT EXISTS trial_end_policy varchar DEFAULT 'continue',"
    " ADD COLUMN IF NOT EXISTS is_trial_usage_billed boolean DEFAULT false,"
    " ADD COLUMN IF NOT EXISTS date_trial_end date"
)
NO_DEFAULTS = (
    "ALTER TABLE subscription_contract"
    " ALTER COLUMN trial_count DROP DEFAULT, ALTER COLUMN trial_unit DROP DEFAULT,"
    " ALTER COLUMN trial_end_policy DROP DEFAULT,"
    " ALTER COLUMN is_trial_usage_billed DROP DEFAULT"
)
LINE = (
    "ALTER TABLE subscription_contract_line"
    " ADD COLUMN IF NOT EXISTS billing_interval_count integer,"
    " ADD COLUMN IF NOT EXISTS billing_interval_unit varchar,"
    " ADD COLUMN IF NOT EXISTS alignment varchar,"
    " ADD COLUMN IF NOT EXISTS billing_day integer,"
    " ADD COLUMN IF NOT EXISTS date_anchor date"
)
RHYTHM = (
    "UPDATE subscription_contract_line line"
    " SET billing_interval_count = contract.billing_interval_count,"
    " billing_interval_unit = contract.billing_interval_unit,"
    " alignment = contract.alignment, billing_day = contract.billing_day,"
    " date_anchor = contract.date_anchor"
    " FROM subscription_contract contract WHERE contract.id = line.contract_id"
    " AND line.billing_interval_unit IS NULL"
)


def migrate(cr, version):
    for statement in (CONTRACT, NO_DEFAULTS, LINE, RHYTHM):
        cr.execute(statement)
