from collections import defaultdict
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Date
from odoo.models import MAGIC_COLUMNS

TRACKED = {"tracking_disable": False, "mail_notrack": False}
OTHER_DAY = Date.to_date("2024-02-01")


class _TakeBack(Exception):
    pass


class EveryFieldMixin:
    """Writes every stored field of records as ``clerk``, and says what came of it."""

    def get_value(self, record, field):
        """Another value than it has, as a client sends it."""
        old = record[field.name]
        if field.type == "many2one":
            others = self.env[field.comodel_name].sudo()
            return others.search([("id", "!=", old.id)], limit=1).id
        if field.type == "many2many":
            others = self.env[field.comodel_name].sudo().search([], limit=2)
            return [Command.set((others - old).ids)]
        if field.type == "selection":
            return next((key for key in field.get_values(self.env) if key != old), old)
        if field.type == "date":
            return (old or OTHER_DAY) + timedelta(days=3)
        if field.type in ("integer", "float", "monetary"):
            return (old or 0) + 1
        return {
            "boolean": not old,
            "datetime": "2024-02-03 10:00:00",
            "json": {"a": 1},
        }.get(field.type, "changed")

    def try_field(self, record, field):
        """What comes of it: refused, kept (nothing is another), logged or silent."""
        value = self.get_value(record, field)
        before = record[field.name]
        told = self.count_told()
        result = "refused"
        try:
            with self.env.cr.savepoint():
                mine = record.with_user(self.clerk)
                mine.with_context(**TRACKED).write({field.name: value})
                self.env.flush_all()
                self.env.cr.precommit.run()  # tracking
                self.env.invalidate_all()
                result = "logged" if self.count_told() > told else "silent"
                if record[field.name] == before:
                    result = "kept"
                raise _TakeBack
        except (_TakeBack, UserError, AccessError):
            self.env.invalidate_all()
        return result

    def try_all(self, records):
        results = defaultdict(set)
        for record in records:
            for name, field in record._fields.items():
                if (
                    field.store
                    and name not in MAGIC_COLUMNS
                    and field.type
                    not in (
                        "one2many",
                        "binary",
                    )
                ):
                    result = self.try_field(record, field)
                    results[result].add((record._name, name))
        return results

    def count_told(self):
        """How much the log of contracts and the chatter say."""
        return sum(
            self.env[name].sudo().search_count([])
            for name in ("subscription.event", "mail.message")
        )
