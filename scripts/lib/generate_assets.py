# Fed to `odoo shell`: makes the JavaScript and CSS bundles of the template database,
# which would otherwise cost the first page of each copy more than a minute.
LAZY_BUNDLES = ("web.assets_backend_lazy", "web.chartjs_lib", "web_tour.interactive")

qweb = env["ir.qweb"]  # noqa: F821 (given by the shell)
qweb._pregenerate_assets_bundles()
for bundle in LAZY_BUNDLES:
    assets = qweb._get_asset_bundle(bundle)
    assets.js()
    assets.css()
qweb.env.cr.commit()
