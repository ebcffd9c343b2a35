# Run by Odoo's shell with the code of today, on the contracts of the earlier version.
import sys

today = env["subscription.billing.run"]._get_billing_date("UTC")

contracts = env["subscription.contract"].search([])
show("as it stands", contracts)
in_order = contracts.filtered(lambda it: it.customer_reference == "in order")
for contract in in_order:
    scheduled = contract.change_ids.filtered(lambda it: it.state == "scheduled")
    scheduled._take_back()
    scheduled._derive(today)
show("derived anew", in_order)

findings = [
    finding
    for company in env["res.company"].search([])
    for finding in env["subscription.watchdog"]._get_findings(company)
]
print("\n".join(findings), file=sys.stderr)

changes = contracts.change_ids.filtered(lambda it: it._is_open(today))
for change in changes.sorted(lambda it: it._get_rank(), reverse=True):
    change._withdraw(today)
sold = contracts.exists().filtered("customer_reference")
show("nothing scheduled", sold)
sys.exit(bool(findings))
