from datetime import date

from odoo import models
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tools.misc import format_date

from ...formats import contract_csv
from ..sentences import refusal


class SubscriptionContractImporting(models.AbstractModel):
    """From rows of text to contracts: look everything up, report what is wrong with
    each row, then create all contracts or none."""

    _name = "subscription.contract.importing"
    _description = "Subscription Contract Importing"

    def _check_rows(self, rows, company):
        """Resolve what each row names; collect all that is wrong with it.

        :param list rows: dicts as ``contract_csv.read`` returns them, plus lists
            ``errors`` and ``warnings``
        :param company: ``res.company`` of the contracts
        :return: the rows; those without errors carry the records they name
        """
        catalogue = self._get_catalogue(rows, company)
        seen = {}
        for row in rows:
            for problem in self._check_row(row, catalogue, seen):
                row["errors"].append(problem)
            row["warnings"] += self._get_warnings(row)
        return rows

    def _get_catalogue(self, rows, company):
        """Everything the rows may refer to, one search per model."""
        allowed = [("company_id", "in", (False, company.id))]
        names = [row["reference"] for row in rows]
        # The company's own plan after the shared one, so that it wins.
        plans = self.env["subscription.plan"].search(
            [*allowed, ("code", "!=", False)], order="company_id DESC NULLS FIRST"
        )
        partners = self.env["res.partner"].search(
            [*allowed, ("ref", "in", [row["customer"] for row in rows])]
        )
        contracts = self.env["subscription.contract"].search(
            [("company_id", "=", company.id), ("name", "in", names)]
        )
        currencies = self.env["res.currency"].search([])
        return {
            "plans": {plan.code: plan for plan in plans},
            "partners": partners.grouped("ref"),
            "contracts": set(contracts.mapped("name")),
            "currencies": {currency.name: currency for currency in currencies},
        }

    def _check_row(self, row, catalogue, seen):
        for name in contract_csv.REQUIRED:
            if not row[name]:
                yield self.env._(
                    "Row %(row)s: %(name)s is empty.", row=row["row"], name=name
                )
        reference = row["reference"]
        if reference in catalogue["contracts"]:
            yield self.env._(
                "Row %(row)s: contract %(name)s exists already.",
                row=row["row"],
                name=reference,
            )
        if reference and reference in seen:
            yield self.env._(
                "Row %(row)s: reference %(name)s stands in row %(first)s already.",
                row=row["row"],
                name=reference,
                first=seen[reference],
            )
        seen.setdefault(reference, row["row"])
        yield from self._resolve_partner(row, catalogue)
        yield from self._resolve_variant(row, catalogue)
        yield from self._resolve_dates(row)
        yield from self._resolve_currency(row, catalogue)
        yield from self._resolve_quantities(row)

    def _get_warnings(self, row):
        """What may be meant, and mostly is not."""
        end, billed = row.get("end_date"), row.get("billed_until_date")
        if end and billed and billed >= end:
            yield self.env._(
                "Row %(row)s: the contract ends on %(end)s and is billed until "
                "%(billed)s. Nothing of it will be billed here.",
                row=row["row"],
                end=format_date(self.env, end),
                billed=format_date(self.env, billed),
            )

    def _resolve_partner(self, row, catalogue):
        partners = catalogue["partners"].get(row["customer"])
        if not row["customer"]:
            return
        if not partners:
            yield self.env._(
                "Row %(row)s: there is no customer with the reference %(ref)s.",
                row=row["row"],
                ref=row["customer"],
            )
        elif len(partners) > 1:
            yield self.env._(
                "Row %(row)s: %(count)s customers have the reference %(ref)s.",
                row=row["row"],
                count=len(partners),
                ref=row["customer"],
            )
        else:
            row["partner"] = partners

    def _resolve_variant(self, row, catalogue):
        if not row["plan"] or not row["variant"]:
            return
        plan = catalogue["plans"].get(row["plan"])
        if not plan:
            yield self.env._(
                "Row %(row)s: there is no plan with the code %(code)s.",
                row=row["row"],
                code=row["plan"],
            )
            return
        variant = plan.variant_ids.filtered(lambda v: v.code == row["variant"])
        if not variant:
            yield self.env._(
                "Row %(row)s: plan %(plan)s has no variant with the code %(code)s.",
                row=row["row"],
                plan=plan.name,
                code=row["variant"],
            )
            return
        row["variant_record"] = variant

    def _resolve_dates(self, row):
        for name in ("start", "end", "billed_until"):
            if not row[name]:
                continue
            try:
                row[f"{name}_date"] = date.fromisoformat(row[name])
            except ValueError:
                yield self.env._(
                    "Row %(row)s: %(value)s in column %(name)s is no date. Write "
                    "YYYY-MM-DD.",
                    row=row["row"],
                    value=row[name],
                    name=name,
                )
        start, end = row.get("start_date"), row.get("end_date")
        if start and end and end < start:
            yield self.env._(
                "Row %(row)s: the end %(end)s lies before the start %(start)s.",
                row=row["row"],
                end=format_date(self.env, end),
                start=format_date(self.env, start),
            )
        billed = row.get("billed_until_date")
        if start and billed and billed < start:
            yield self.env._(
                "Row %(row)s: billed until %(day)s lies before the start %(start)s. "
                "Leave it empty if nothing was billed yet.",
                row=row["row"],
                day=format_date(self.env, billed),
                start=format_date(self.env, start),
            )

    def _resolve_currency(self, row, catalogue):
        if not row["currency"]:
            return
        currency = catalogue["currencies"].get(row["currency"])
        if not currency:
            yield self.env._(
                "Row %(row)s: %(name)s is no active currency.",
                row=row["row"],
                name=row["currency"],
            )
        row["currency_record"] = currency

    def _resolve_quantities(self, row):
        """``seats=5@3.50 support=1`` -> quantity and own price by component."""
        row["booked"] = {}
        variant = row.get("variant_record")
        if not variant:
            return
        try:
            quantities = contract_csv.parse_quantities(row["quantities"])
        except ValueError as error:
            yield self.env._(
                "Row %(row)s: %(part)s is no quantity. Write code=number, or "
                "code=number@price for an own price.",
                row=row["row"],
                part=error.args[0],
            )
            return
        components = {c.code: c for c in variant.plan_id.component_ids if c.code}
        for code, numbers in quantities.items():
            if code in components:
                row["booked"][components[code]] = numbers
            else:
                yield self.env._(
                    "Row %(row)s: plan %(plan)s has no component with the code "
                    "%(code)s.",
                    row=row["row"],
                    plan=variant.plan_id.name,
                    code=code,
                )

    def _create_contracts(self, rows, company):
        """All contracts in one go; an error names the row and undoes everything."""
        model = self.env["subscription.contract"].with_company(company)
        try:
            return model.create([self._prepare_contract(row, company) for row in rows])
        except ValidationError as error:
            raise refusal(self.env)._(
                "Nothing was imported. %s", error.args[0]
            ) from error

    def _prepare_contract(self, row, company):
        variant = row["variant_record"]
        booked = {
            component: (component.default_quantity, None)
            for component in variant.plan_id.component_ids
            if component.is_required
        }
        booked.update(row["booked"])
        vals = {
            "name": row["reference"],
            "company_id": company.id,
            "partner_id": row["partner"].id,
            "variant_id": variant.id,
            "date_start": row["start_date"],
            "date_end": row.get("end_date", False),
            "date_billed_until": row.get("billed_until_date", False),
            "customer_reference": row["customer_reference"],
            "line_ids": [
                Command.create(self._prepare_line(component, *numbers))
                for component, numbers in booked.items()
            ],
        }
        if row.get("currency_record"):
            vals["currency_id"] = row["currency_record"].id
        return vals

    def _prepare_line(self, component, quantity, price):
        own = {"has_price_override": True, "price_override": price}
        return {
            "component_id": component.id,
            "quantity": quantity,
            **(own if price is not None else {}),
        }
