# Run by Odoo's shell: a chart of accounts for the company every database begins with.
company = env.ref("base.main_company")  # noqa: F821 - the shell's
company.country_id = env.ref("base.us")  # noqa: F821 - the shell's
env["account.chart.template"].try_loading(  # noqa: F821 - the shell's
    "generic_coa", company=company, install_demo=False
)
env.cr.commit()  # noqa: F821 - the shell's
