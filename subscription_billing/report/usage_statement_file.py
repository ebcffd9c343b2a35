import json

from odoo import models

from ..engine.local_time import get_zone
from ..formats.usage_statement_csv import StatementWriter


class SubscriptionUsageStatementRendering(models.AbstractModel):
    """A usage statement as a file with all its events."""

    _inherit = "subscription.usage.statement.rendering"

    def _write_csv(self, statement, stream):
        """Write all events and the arithmetic; see ``formats.usage_statement_csv``.

        :param stream: binary file
        """
        lang = statement.line.contract_id.partner_id.lang or self.env.lang
        env = self.with_context(lang=lang).env
        zone, code = get_zone(statement.window.zone), statement.meter.code
        writer = StatementWriter(stream)
        if statement.opening is not None:
            start = statement.window.time.start.astimezone(zone)
            writer.write_opening(
                start, code, statement.opening, env._("Level at the start")
            )
        documents = {None: ""}
        for instant, quantity, key, properties, charge_id, level in self._read_events(
            statement
        ):
            if charge_id not in documents:
                documents |= self._get_documents([charge_id])
            text = json.dumps(properties, ensure_ascii=False) if properties else ""
            local, document = instant.astimezone(zone), documents[charge_id]
            writer.write_event(local, code, quantity, key, text, level, document)
        self._write_sums(env, statement, writer)
        writer.close()

    def _write_sums(self, env, statement, writer):
        measured = self._get_measures(env, statement)[0][0]
        writer.write_quantity("measured", statement.raw, measured)
        writer.write_quantity("quantity", statement.quantity, env._("Priced Quantity"))
        explaining = self.env["subscription.explaining"]
        rest = statement.amount
        for part in statement.slices:
            what = explaining._get_slice_cells(env, part, statement.line.currency_id)[0]
            rest -= writer.write_slice(part, what)
        if rest:
            writer.write_amount("rounding", rest, env._("Rounding"))
        currency = statement.line.currency_id.name
        writer.write_amount("total", statement.amount, f"{env._('Total')} {currency}")
