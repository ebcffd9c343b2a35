from collections import defaultdict

from odoo import models
from odoo.fields import Command

from ...engine.money import to_decimal
from ..charges.subscription_charge import LEDGER_KINDS
from ..dates import naive
from ..private_context import once


class SubscriptionInvoiceBuilder(models.AbstractModel):
    """Values of invoices from due charges. Taxes, accounts, fiscal positions, terms
    and currencies are Odoo's, through product and partner (M5). Writes nothing."""

    _name = "subscription.invoice.builder"
    _description = "Subscription Invoice Values"

    def _get_group_key(self, contract):
        """Contracts with the same key may share one invoice."""
        return (
            contract._get_invoice_partner().id,
            contract.partner_id.id,
            contract.currency_id.id,
            contract.applied_fiscal_position_id.id,
            self._get_payment_term(contract).id,
        )

    def _get_payment_term(self, contract):
        partner = contract.partner_id.with_company(contract.company_id)
        return contract.payment_term_id or partner.property_payment_term_id

    @once("product_id", "company_id")
    def _get_income_account(self, line, position):
        """Account by product, category or company, mapped by the fiscal position.

        Not the journal's default, which Odoo would fall back to in silence: revenue
        would land on an account nobody chose for the product.
        """
        template = line.product_id.with_company(line.company_id).product_tmpl_id
        return template.get_product_accounts(fiscal_pos=position)["income"]

    @once("product_id", "company_id")
    def _get_taxes(self, line, position, day):
        """Taxes of the product in the contract's company for a service performed on a
        day, mapped; archived ones too: without them the invoice would go out untaxed.
        """
        product = line.product_id.with_context(active_test=False)
        taxes = product.taxes_id._filter_taxes_by_company(line.company_id)
        changes = line.company_id.sudo().subscription_tax_change_ids
        mapped = position.map_tax(changes._get_taxes_on(taxes, day))
        return changes._get_taxes_on(mapped, day)

    def _prepare_charges(self, contracts, plans, run):
        """Ledger rows of one invoice, in the order of its lines.

        :param contracts: contracts of one invoice
        :param dict plans: contract -> ``engine.charge.Plan``
        :return: list of vals of ``subscription.charge``
        """
        rows = []
        for contract in contracts:
            plan = plans[contract]
            sequence = {line.id: i for i, line in enumerate(contract.line_ids)}
            due = sorted(
                plan.credits + plan.charges,
                key=lambda charge: (charge.period.start, sequence[charge.item_key]),
            )
            rows += [self._prepare_charge(contract, charge, run) for charge in due]
        return rows

    def _prepare_charge(self, contract, due, run):
        return {
            "company_id": contract.company_id.id,
            "contract_id": contract.id,
            "line_id": due.item_key,
            "currency_id": contract.currency_id.id,
            "kind": LEDGER_KINDS[due.kind],
            "revision": due.revision,
            "date_start": due.period.start,
            "date_end": due.period.last_day,
            "whole_date_start": due.whole.start,
            "whole_date_end": due.whole.last_day,
            "date_due": due.due,
            "quantity": float(due.quantity),
            "amount": float(due.amount),
            "amount_list": float(
                due.amount if due.amount_list is None else due.amount_list
            ),
            "amount_full": float(due.priced.amount),
            "explanation": self._prepare_explanation(due),
            "credited_charge_id": due.credits,
            "run_id": run.id,
            **self._prepare_usage(due.usage),
        }

    def _prepare_explanation(self, due):
        """The arithmetic as the ledger keeps it: decimals as text."""
        return {
            "days": due.period.days,
            "whole_days": due.whole.days,
            "billing_start": due.billing_period.start.isoformat(),
            "slices": self.env["subscription.explaining"]._prepare_slices(due.priced),
        }

    def _prepare_usage(self, facts):
        """What was measured, for a charge of usage."""
        if facts is None:
            return {}
        return {
            "usage_from": _as_second(facts.window.start),
            "usage_to": _as_second(facts.window.stop),
            "usage_count": facts.count,
            "usage_first": _as_second(facts.first),
            "usage_last": _as_second(facts.last),
            "quantity_raw": float(facts.raw),
            "quota_free": float(facts.free),
            "quota_unused": float(facts.unused),
        }

    def _prepare_invoice(self, contracts, charges, day, run):
        """Values of one invoice, or of a credit note where credits prevail.

        :param contracts: contracts of one group
        :param list charges: vals of their charges, ``amount`` signed
        :param date day: invoice date
        """
        contract = next(iter(contracts))  # [0] would be read alone
        lines = self.env["subscription.contract.line"].browse(
            [vals["line_id"] for vals in charges]
        )
        position = self._get_position(contract, charges[0])
        sign = self._get_sign(lines, charges, position)
        term = self._get_payment_term(contract)
        references = filter(None, contracts.mapped("customer_reference"))
        new = [it for it in charges if it["kind"] != "credit"] or charges
        vals = {
            "move_type": "out_invoice" if sign > 0 else "out_refund",
            "company_id": contract.company_id.id,
            "journal_id": contract.company_id.subscription_applied_journal_id.id,
            "currency_id": contract.currency_id.id,
            "partner_id": contract._get_invoice_partner().id,
            "partner_shipping_id": contract.partner_id.id,
            "fiscal_position_id": position.id,
            "invoice_payment_term_id": term.id,
            "invoice_date": day,
            # Without a term Odoo would take today, whatever the invoice date.
            **({} if term else {"invoice_date_due": day}),
            # The service is complete on the last day of the last period charged.
            "delivery_date": max(vals["date_end"] for vals in new),
            "invoice_origin": ", ".join(contracts.mapped("name")),
            "ref": ", ".join(dict.fromkeys(references)) or False,
            "invoice_user_id": contract.user_id.id,
            "subscription_run_id": run.id,
            "invoice_line_ids": [
                Command.create(vals)
                for vals in self._prepare_lines(lines, charges, sign, position)
            ],
        }
        if sign < 0:
            largest = min(charges, key=lambda each: each["amount"])
            vals["reversed_entry_id"] = self._get_origin(largest).id
        return vals

    def _prepare_lines(self, lines, charges, sign, position):
        """Values of the lines. Usage that costs nothing is on the document without a
        line of its own, beside another charge, unless the company wants to see it."""
        is_shown = lines.company_id.subscription_shows_zero_usage
        prepared, untold = [], []
        for line, charge in zip(lines, charges, strict=True):
            if charge["amount"] or is_shown or "usage_to" not in charge:
                prepared.append(
                    self._prepare_invoice_line(line, charge, sign, position)
                )
            else:
                untold.append(charge)
        for charge in untold:
            contract = charge["contract_id"]
            mine = [it for it in prepared if it["subscription_contract_id"] == contract]
            commands = (mine or prepared)[-1]["subscription_charge_ids"]
            commands.append(Command.create(charge))
        return prepared

    def _get_sign(self, lines, charges, position):
        """-1 where credits prevail, taxes included: Odoo posts no negative total."""
        total = sum(vals["amount"] for vals in charges)
        if min(vals["amount"] for vals in charges) < 0 < total:
            total = sum(
                self._get_account_and_taxes(line, vals, position)[1].compute_all(
                    vals["amount"], line.currency_id, product=line.product_id
                )["total_included"]
                for line, vals in zip(lines, charges, strict=True)
            )
        return -1 if total < 0 else 1

    def _get_account_and_taxes(self, line, charge, position):
        """A credit corrects what was posted, at its rate and on its account."""
        credited = self.env["subscription.charge"].browse(charge["credited_charge_id"])
        origin = credited.sudo().move_line_id
        if origin:
            return origin.account_id, origin.tax_ids
        taxes = self._get_taxes(line, position, charge["date_end"])
        return self._get_income_account(line, position), taxes

    def _prepare_invoice_line(self, line, charge, sign, position):
        """Values of an invoice line with its charge inside, so that both are written
        together or not at all (X3)."""
        quantity, price_unit = self._get_quantity_and_price(line, charge)
        account, taxes = self._get_account_and_taxes(line, charge, position)
        is_full = charge["amount_full"] == charge["amount"]
        return {
            "product_id": line.product_id.id,
            "name": self.env["subscription.invoice.text"]._get_text(
                line, charge, has_units=is_full and quantity == charge["quantity"]
            ),
            "quantity": quantity,
            "price_unit": sign * price_unit,
            "account_id": account.id,
            "tax_ids": [Command.set(taxes.ids)],
            "subscription_contract_id": line.contract_id.id,
            "subscription_date_start": charge["date_start"],
            "subscription_date_end": charge["date_end"],
            "subscription_charge_ids": [Command.create(charge)],
        }

    def _get_quantity_and_price(self, line, charge):
        """Quantity x price where both are exact, else 1 x amount (M4)."""
        amount, quantity = charge["amount"], charge["quantity"]
        slices = charge["explanation"]["slices"]
        is_full = charge["amount_full"] == amount
        if is_full and len(slices) == 1 and slices[0]["kind"] == "unit" and quantity:
            digits = self.env["decimal.precision"].precision_get("Product Unit")
            price_unit = float(slices[0]["price_unit"])
            exact = to_decimal(quantity) * to_decimal(price_unit) == to_decimal(amount)
            if exact and round(quantity, digits) == quantity:
                return quantity, price_unit
        return 1.0, amount

    # ----------------------------------------------------------------------
    # Documents
    #
    # Which charges come on which document. Credit notes refer to the invoice they
    # correct (C5).
    # ----------------------------------------------------------------------

    def _split(self, contracts, charges, day):
        """What is due by document: as the company wants open periods, and apart where
        what is given back followed another fiscal position, which says on each
        document who owes the tax.

        :param contracts: contracts of one group
        :param list charges: vals of their charges
        :param date day: day of the run
        :return: list of lists of them with something to pay or to give back, and the
            list of all others: nothing to pay needs no document
        """
        parts = defaultdict(list)
        for vals in charges:
            position = self._get_position(contracts[0], vals)
            when = self._get_when(contracts.company_id, min(vals["date_due"], day))
            is_before = position != contracts[0].applied_fiscal_position_id
            parts[when, not is_before, position.id].append(vals)
        documents, nothing = [], []
        for key in sorted(parts):
            if any(vals["amount"] for vals in parts[key]):
                documents += self._split_credits(parts[key])
            else:
                nothing += parts[key]
        return documents, nothing

    def _get_when(self, company, due):
        """What open periods of one document have in common, to be sorted by."""
        policy = company.subscription_open_periods
        return {"due": due, "year": due.year}.get(policy, 0)

    def _get_position(self, contract, vals):
        """The fiscal position of a charge: a correction follows what it corrects."""
        origin = vals["credited_charge_id"] and self._get_origin(vals)
        if origin:
            return origin.fiscal_position_id
        return contract.applied_fiscal_position_id

    def _split_credits(self, charges):
        """What only gives back becomes one credit note per original invoice; with new
        charges in it, it stays one document.

        :param list charges: vals of charges of one group of contracts
        :return: list of lists of them
        """
        if any(vals["amount"] > 0 for vals in charges):
            return [charges]
        by_origin = defaultdict(list)
        for vals in charges:
            by_origin[self._get_origin(vals).id].append(vals)
        # What costs nothing needs no document of its own.
        nothing = [
            origin
            for origin, part in by_origin.items()
            if not any(vals["amount"] for vals in part)
        ]
        free = [vals for origin in nothing for vals in by_origin.pop(origin)]
        parts = list(by_origin.values())
        parts[0] += free
        return parts

    def _get_origin(self, vals):
        """The invoice a credit gives back from."""
        charge = self.env["subscription.charge"].browse(vals["credited_charge_id"])
        return charge.sudo().move_id


def _as_second(instant):
    """An instant as forms show it, to the second."""
    return instant and naive(instant).replace(microsecond=0)
