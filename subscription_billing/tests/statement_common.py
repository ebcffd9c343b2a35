import csv
import io
from decimal import Decimal

from .usage_common import UsageCommon


class StatementCommon(UsageCommon):
    """Verbs for stories about statements."""

    def billed(self, *events, on="2026-02-01", component=None, **vals):
        """The charge of these events of January."""
        components = [component] if component else None
        contract = self.metered(components=components, **vals)
        self.use(contract, *events, meter=(component or self.api).meter_id)
        self.bill(on, contract)
        return self.usage_charges(contract, component)

    def state(self, charge):
        return self.env["subscription.usage.statement"]._of_charge(charge)

    def document(self, charge):
        rendering = self.env["subscription.usage.statement.rendering"]
        return rendering._prepare_document(self.state(charge))

    def read_csv(self, statement):
        """Rows of the file as dicts."""
        file = io.BytesIO()
        self.env["subscription.usage.statement.rendering"]._write_csv(statement, file)
        text = file.getvalue().decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    def assertStated(self, charges):
        """Events come to the quantity and slices to the invoice line, in the file as
        well."""
        for charge in charges:
            rows = self.read_csv(self.state(charge))
            kinds = [row["row"] for row in rows]
            start = kinds.index("quantity") + 1
            total = sum(Decimal(row["amount"]) for row in rows[start:-1])
            self.assertEqual(kinds[-1], "total")
            self.assertEqual(total, Decimal(rows[-1]["amount"]))
            self.assertEqual(float(total), charge.amount)
            self.assertEqual(float(rows[start - 1]["quantity"]), charge.quantity)
            if charge.move_line_id:
                self.assertEqual(float(total), charge.move_line_id.price_subtotal)

    def interim(self, contract, day):
        run = self.env["subscription.billing.run"].sudo()
        run = run.create(
            {"date": day, "company_id": self.company.id, "is_interim": True}
        )
        run._process([("id", "in", contract.ids)])
