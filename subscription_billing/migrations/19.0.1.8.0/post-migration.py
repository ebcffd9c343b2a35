"""Price changes that were made before there was a choice start on their day for all."""


def migrate(cr, version):
    cr.execute("UPDATE subscription_price_change SET starts = 'date'")
