"""Who may do what: the one table; everything else is refused."""

GROUP = "subscription_billing.subscription_billing_group_"
# Columns of the table: kinds of users, and their groups. The customer is the one all
# records are made for, the stranger is another.
KINDS = {
    "public": "base.group_public",
    "customer": "base.group_portal",
    "stranger": "base.group_portal",
    "employee": "base.group_user",
    "key": f"{GROUP}usage",
    "user": f"{GROUP}user",
    "manager": f"{GROUP}manager",
    "accountant": "account.group_account_invoice",
    "adviser": "account.group_account_manager",
    "reader": "account.group_account_readonly",
}
OPERATIONS = {"c": "create", "r": "read", "w": "write", "d": "unlink"}
# Who may do what with records of the own company. What is not here is refused.
TABLE = """
base.rate              - - - - - - - r crwd -
billing.run            - - - - - r r r r -
billing.wizard         - - - - - - crwd - - -
billing.wizard.line    - - - - - - crwd - - -
bonus                  - - - - - r crwd r r -
change                 - - - - - crwd crwd r r -
change.batch           - - - - - crwd crwd - - -
change.line            - - - - - r r r r -
charge                 - - - - - r r r r -
charge.back            - - - - - - - crwd crwd -
collection.attempt     - - - - - r r r r -
component              - - - - - r crwd r r -
contract               - - - - - crwd crwd r r -
contract.discount      - - - - - r r r r -
contract.import        - - - - - - crwd - - -
contract.import.line   - - - - - - crwd - - -
contract.line          - - - - - crwd crwd r r -
debit.batch            - - - - - - - crwd crwd -
debit.line             - - - - - - - rd rd -
deferral               - - - - - - r r r r
discount               - - - - - r crwd r r -
dunning.case           - - - - - - - rw rw -
dunning.hold           - - - - - - - crw crw -
dunning.level          - - - - - - - r crwd -
dunning.policy         - - - - - - - r crwd -
dunning.promise        - - - - - - - crwd crwd -
dunning.step           - - - - - - - r r -
dunning.step.line      - - - - - - - r r -
end.reason             - - - - - r crwd r r -
event                  - - - - - r r r r -
failure.reason         - - - - - r crwd r crwd -
feature                - - - - - r crwd r r -
feature.grant          - - - - - r crwd r r -
forecast.row           - - - - - crwd crwd crwd crwd -
forecast.wizard        - - - - - crwd crwd crwd crwd -
meter                  - - - - - r crwd r r -
meter.filter           - - - - - r crwd r r -
money.item             - - - - - - - r r -
month.end              - - - - - - - crwd crwd crwd
month.end.line         - - - - - - - crwd crwd crwd
notice                 - - - - - r rw - - -
pause                  - - - - - r r r r -
payment.allocation     - - - - - - - crwd crwd -
payment.allocation.line - - - - - - - crwd crwd -
plan                   - - - - - r crwd r r -
plan.group             - - - - - r crwd r r -
plan.variant           - - - - - r crwd r r -
price                  - - - - - r crwd r r -
price.change           - - - - - r crwd r r -
price.change.line      - - - - - r r r r -
price.tier             - - - - - r crwd r r -
redeem                 - - - - - crwd crwd - - -
return.entry           - - - - - - - r r -
return.file            - - - - - - - crw crw -
return.import          - - - - - - - crwd crwd -
sepa.mandate           - - - - - r r crwd crwd -
tax.change             - - - - - r crwd r crwd -
token.choice           - - - - - - - crwd crwd -
usage                  - - - - - crwd crwd r r -
usage.alert            - - - - - r crwd r r -
usage.import           - - - - - crwd crwd - - -
usage.import.line      - - - - - crwd crwd - - -
usage.key              - - - - - - - - - -
usage.notice           - - - - - r r r r -
"""
# Methods a client may call; all others are private. A new one has to be added here.
METHODS = """
billing.run            action_view_failures action_view_invoices
billing.wizard         action_bill
change                 action_apply action_apply_and_bill action_preview
change                 action_withdraw
change.batch           action_apply action_preview
charge                 action_download_usage_statement action_print_usage_statement
charge.back            action_record
collection.attempt     action_try_again action_view_transaction action_was_not_paid
collection.attempt     action_was_paid
contract               action_activate action_activate_or_ask action_change_prices
contract               action_convert_trial action_record_usage action_retry_billing
contract               action_toggle_hold action_view_attempts action_view_charges
contract               action_view_dunning_cases action_view_events
contract               action_view_invoices action_view_usage
contract               get_entitlements get_status get_usage
contract.discount      action_end
contract.import        action_check action_import
contract.line          action_download_usage_so_far action_print_usage_so_far
debit.batch            action_announce action_back_to_draft action_confirm
debit.batch            action_move action_propose action_send
deferral               action_post
deferring              action_plan
discount               action_view_redemptions
dunning                action_propose
dunning.case           action_add_hold action_allocate action_hand_over
dunning.case           action_take_back action_write_off
dunning.hold           action_lift
dunning.step           action_approve action_print action_send_now action_waive
forecast.wizard        action_forecast
meter                  action_view_usage
money.item             action_open
month.end              action_refresh
month.end.line         action_open
notice                 action_open action_preview
payment.allocation     action_confirm
plan                   action_view_contracts
price.change           action_announce action_announce_again action_apply
price.change           action_preview action_undo action_view_contracts
redeem                 action_redeem
return.entry           action_set_seen
return.import          action_import
sepa.mandate           action_activate action_ask_for_consent action_cancel
sepa.mandate           action_print action_suspend
usage                  action_reverse record_usage
usage.import           action_check action_import
usage.key              action_generate
"""
ARGUMENTS = {
    "get_entitlements": ("x",),
    "get_status": ("x",),
    "get_usage": ("x",),
    "record_usage": ([],),
}
# What a key is for.
OF_A_KEY = {"get_entitlements", "get_status", "get_usage", "record_usage"}
# A check of identity comes first, and is over HTTP alone.
ASKS = {*OF_A_KEY, "action_generate"}
# They read nothing: what they open is a list, a dialog or an address, and there the
# rights count.
OPENS = {
    "action_allocate",
    "action_ask_for_consent",
    "action_download_usage_so_far",
    "action_download_usage_statement",
    "action_open",
    "action_print",
    "action_print_usage_so_far",
    "action_print_usage_statement",
    "action_view_attempts",
    "action_view_charges",
    "action_view_contracts",
    "action_view_events",
    "action_view_invoices",
    "action_view_redemptions",
    "action_view_usage",
}
# Without records: they work for the company of whoever calls.
OF_THE_COMPANY = {"action_plan", "action_propose", "record_usage"}


def rows(text):
    """Model and cells of each line."""
    for line in text.strip().splitlines():
        name, *cells = line.split()
        yield f"subscription.{name}", cells
