def migrate(cr, version):
    """Charges of before had no discounts: their amount is the one before discounts."""
    cr.execute(
        "UPDATE subscription_charge SET amount_list = amount WHERE amount_list IS NULL"
    )
