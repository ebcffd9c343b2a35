"""Fields that refuse what no business record can have, in words, at every door."""


class Checked:
    """Ahead of a field class of Odoo; ``_check_value`` raises ValidationError."""

    def convert_to_cache(self, value, record, validate=True):
        self._check_value(value, record.env)
        return super().convert_to_cache(value, record, validate)

    def convert_to_column(self, value, record, values=None, validate=True):
        if validate:  # what is searched for may be anything
            self._check_value(value, record.env)
        return super().convert_to_column(value, record, values, validate)

    def convert_to_column_insert(self, value, record, values=None, validate=True):
        if validate:  # a new amount of money is rounded before it becomes a column
            self._check_value(value, record.env)
        return super().convert_to_column_insert(value, record, values, validate)
