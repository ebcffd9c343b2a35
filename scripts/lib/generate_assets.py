# Fed to `odoo shell`: makes the JavaScript and CSS bundles of the template database,
# which would otherwise cost the first page of each copy more than a minute.
env["ir.qweb"]._pregenerate_assets_bundles()  # noqa: F821 (given by the shell)
env.cr.commit()  # noqa: F821
