from odoo import models

from ...formats import contract_csv


class SubscriptionContractImporting(models.AbstractModel):
    """Discounts that contracts bring along from another system."""

    _inherit = "subscription.contract.importing"

    def _get_catalogue(self, rows, company):
        discounts = self.env["subscription.discount"].with_context(active_test=False)
        found = discounts.search(
            [("company_id", "=", company.id), ("code", "!=", False)]
        )
        catalogue = super()._get_catalogue(rows, company)
        by_code = {discount.code: discount for discount in found}
        return {**catalogue, "discounts": by_code, "company": company}

    def _check_row(self, row, catalogue, seen):
        yield from super()._check_row(row, catalogue, seen)
        yield from self._resolve_discounts(row, catalogue)

    def _resolve_discounts(self, row, catalogue):
        """``WELCOME=2 PARTNER`` -> what is left of each discount."""
        row["redeemed"] = {}
        if not row["discounts"]:
            return
        try:
            left = contract_csv.parse_discounts(row["discounts"])
        except ValueError as error:
            yield self.env._(
                "Row %(row)s: %(part)s is no discount. Write its code, or code=number "
                "for the billing periods that are left.",
                row=row["row"],
                part=error.args[0],
            )
            return
        for text, periods in left.items():
            code = self.env["subscription.discount"]._get_clean_code(text)
            discount = catalogue["discounts"].get(code)
            problem = self._get_discount_problem(discount, periods, row, catalogue)
            if problem:
                yield self.env._(
                    "Row %(row)s: discount %(code)s: %(problem)s",
                    row=row["row"],
                    code=text,
                    problem=problem,
                )
            else:
                row["redeemed"][discount] = periods

    def _get_discount_problem(self, discount, periods, row, catalogue):
        if not discount:
            return self.env._("there is none with this code.")
        if discount in row["redeemed"]:
            return self.env._("it stands there twice.")
        most = {"once": 1, "periods": discount.period_count}.get(discount.duration)
        if periods and not most:
            return self.env._("it has no number of periods. Leave the number out.")
        if periods and periods > most:
            return self.env._("it is for %s periods at most.", most)
        if row["errors"]:
            return None  # nothing to compare it with
        vals = self._prepare_contract(row, catalogue["company"])
        contract = self.env["subscription.contract"].new(vals)
        return discount._get_misfit(contract)

    def _create_contracts(self, rows, company):
        contracts = super()._create_contracts(rows, company)
        for contract, row in zip(contracts, rows, strict=True):
            for discount, periods in row["redeemed"].items():
                contract._bring_along(discount, periods)
        return contracts
