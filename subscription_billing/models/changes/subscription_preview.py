from odoo import models
from odoo.exceptions import UserError

from ...engine.charge import ChargeKind, Plan
from ..failures import isolate
from ..private_context import PRIVATE, Private, remembering

# Documents shown at most: what is due at once, and the bills after it.
MAX_DOCUMENTS = 3
# Days on which something is due that are looked at for them: what is free for ever has
# no document.
MAX_LOOKS = 24


class _Undo(Exception):
    """Raised to take back what was done only to look at it."""


class SubscriptionPreview(models.AbstractModel):
    """What a change would do, found out by doing it and taking it back: the same code
    writes the timeline, plans what is due and prepares the invoices, so what was
    previewed is what is billed (C4). Taxes are Odoo's, on values (M5)."""

    _name = "subscription.preview"
    _description = "Subscription Preview"

    def _preview(self, changes, today):
        """Facts about contracts before and after, and the documents to come.

        Writes nothing: all of it is done in a savepoint that is rolled back.

        :param changes: drafts of ``subscription.change``, each of another contract
        :param date today: today for the contracts
        :return: dict change -> dict of JSON types: ``before`` and ``after`` (plan, what
            is booked, monthly amount, end, end if cancelled, names of discounts and
            bonuses), ``documents`` and ``instead_of`` (date, type, customer, lines,
            net, tax, total; amounts are negative where money is given back),
            ``scheduled`` (what becomes of each change that is scheduled);
            and dict change -> error of those that are not possible
        """
        looks = changes.with_context(
            subscription_preview=PRIVATE,
            subscription_ledger=Private({}),
            tracking_disable=True,
        )
        self = self.with_env(looks.env)
        refused, after = {}, {}
        before = self._look_before(looks, today, refused)
        try:
            with self.env.cr.savepoint():
                able = looks.filtered(before.get)
                after = self._apply_and_look(able, today, refused)
                raise _Undo
        except _Undo:
            self.env.invalidate_all()
        return {look: before[look] | after[look] for look in after}, refused

    def _look_before(self, changes, today, refused):
        """How their contracts stand without them; before they are applied, so that
        what is read for it is known when they are, and what is refused for its day
        alone costs nothing."""
        days = {}
        for change in changes:
            try:
                day = change.sudo()._get_effective_date(today)
                change.sudo()._check_day(day)
            except UserError as error:
                refused[change] = error
            else:
                days[change] = day
        until = {change.contract_id: day for change, day in days.items()}
        documents, _errors = self._get_documents(until, today)
        return {
            change: {
                "before": self._get_standing(change.contract_id, today, day),
                # What cannot be billed as it is may be mended by the change.
                "instead_of": documents.get(change.contract_id, []),
            }
            for change, day in days.items()
        }

    def _apply_and_look(self, changes, today, refused):
        """Apply what can be applied and look at it; the errors of the others are added
        to ``refused``."""
        contracts = changes.contract_id
        waiting = {
            it: it.sudo().change_ids.filtered(lambda it: it._is_open(today))
            for it in contracts
        }
        was = {other: other.state for some in waiting.values() for other in some}
        before = {it: it.successor_ids for it in contracts}
        isolate(
            self.env,
            changes,
            lambda some: some._apply(today),
            lambda one, error: refused.update({one: error}),
        )
        changes = changes.filtered(lambda it: it not in refused)
        heirs = {it: it.successor_ids - before[it] for it in changes.contract_id}
        until = {}
        for change in changes:
            contract = change.contract_id
            until |= dict.fromkeys((contract, *heirs[contract]), change.date_effective)
        documents, errors = self._get_documents(until, today)
        for change in changes:
            mine = (change.contract_id, *heirs[change.contract_id])
            for contract in filter(errors.get, mine):
                refused[change] = errors[contract]
        return {
            change: self._look(change, today, documents, waiting, was, heirs)
            for change in changes
            if change not in refused
        }

    def _look(self, change, today, documents, waiting, was, heirs):
        contract = change.contract_id
        mine = [it for each in (contract, *heirs[contract]) for it in documents[each]]
        return {
            "effective": str(change.date_effective),
            "after": self._get_standing(contract, today, change.date_effective),
            "documents": sorted(mine, key=lambda each: each["date"]),
            "scheduled": [
                self._get_outcome(other, was[other], heirs[contract])
                for other in waiting[contract]
            ],
        }

    def _get_standing(self, contract, today, day):
        """What a reader compares before and after a change, as JSON types; what it
        costs per month on ``day``, or after its trial."""
        end, cancelled = contract.date_end, contract._get_earliest_end(today)
        current = contract._get_fee_lines_on(day)
        paid = max(day, contract._get_paid_start())
        return {
            "plan": contract._get_variant_on(day).display_name,
            "items": [
                [line.component_id.name, line.kind != "metered" and line.quantity]
                for line in current
            ],
            "monthly": contract._get_monthly_on(paid),
            "end": str(end) if end else False,
            "end_if_cancelled": str(end or cancelled),
            "reductions": contract._get_reductions_on(day, current),
        }

    def _get_outcome(self, change, was, heirs):
        """What becomes of a scheduled change, as JSON types; it may go along with a
        transfer."""
        is_handed_over = heirs.change_ids.filtered(
            lambda it: it.state == "scheduled"
            and it.kind == change.kind
            and it.date_effective == change.date_effective
        )
        return {
            "name": change._get_kind()._get_message(change),
            "date": str(change.date_effective),
            "was": was,
            "state": "handed_over" if is_handed_over else change.state,
            "old": change.text_old,
            "new": change.text_new,
            "reason": change.lapse_reason,
        }

    # ----------------------------------------------------------------------
    # Documents to come
    # ----------------------------------------------------------------------

    def _get_documents(self, until, today):
        """The bills of today and after it, up to the first one from a day on.

        :param dict until: contract -> that day
        :return: dict contract -> list of documents, and dict contract -> error of those
            that cannot be billed
        """
        self = remembering(self)
        documents, errors = {}, {}
        horizons = {contract: max(today, day) for contract, day in until.items()}
        for _look in range(MAX_LOOKS):
            if not horizons:
                break
            contracts = self.env["subscription.contract"].union(*horizons).sudo()
            planned = self.env["subscription.planning"]._plan(contracts, horizons)
            following = {}
            for contract, horizon in horizons.items():
                plan = planned[contract.sudo()]
                try:
                    found, horizon = self._look_ahead(
                        contract.sudo(), plan, horizon, today
                    )
                except UserError as error:
                    errors[contract] = error
                    continue
                documents[contract] = found
                late = any(doc["date"] >= str(until[contract]) for doc in found)
                if horizon and not late:
                    following[contract] = horizon
            horizons = following
        documents = {
            contract: self._cut(found, str(until[contract]))
            for contract, found in documents.items()
            if contract not in errors
        }
        return documents, errors

    def _look_ahead(self, contract, plan, horizon, today):
        """Documents up to a day, and the day up to which to look next, False for
        never."""
        days = dict(self._split_by_day(contract, plan, today))
        # A credit may wait for a later day, with whatever else is due on it.
        later = [day for day in days if day > horizon]
        if plan.next_due:
            later.append(plan.next_due)
        documents = [
            document
            for day, part in days.items()
            if day <= horizon
            for document in self._prepare_documents(contract, part, day)
        ]
        is_enough = len(documents) >= MAX_DOCUMENTS
        return documents, not is_enough and min(later, default=False)

    def _cut(self, documents, until):
        """Up to the first document from a day on."""
        late = [doc["date"] for doc in documents if doc["date"] >= until]
        last = min(late, default="9999")
        return [doc for doc in documents if doc["date"] <= last][:MAX_DOCUMENTS]

    def _split_by_day(self, contract, plan, today):
        """Days with what is billed on them, as ``engine.charge.Plan``."""
        by_day = {}
        for due, day in self.env["subscription.planning"]._get_dated(
            contract, plan, today
        ):
            by_day.setdefault(day, []).append(due)
        for day in sorted(by_day):
            credits_ = [due for due in by_day[day] if due.kind == ChargeKind.CREDIT]
            charges = [due for due in by_day[day] if due.kind != ChargeKind.CREDIT]
            yield day, Plan(charges=tuple(charges), credits=tuple(credits_))

    def _prepare_documents(self, contract, plan, day):
        """The documents of one day, as JSON types."""
        service = self.with_company(contract.company_id).sudo()
        builder = service.env["subscription.invoice.builder"]
        run = service.env["subscription.billing.run"]
        service.env["subscription.invoicing"]._check_plan(contract, plan, day)
        charges = builder._prepare_charges(contract, {contract: plan}, run)
        documents, _nothing = builder._split(contract, charges, day)
        return [
            service._as_document(
                contract, builder._prepare_invoice(contract, part, day, run), day
            )
            for part in documents
        ]

    def _as_document(self, contract, invoice, day):
        """A document of the values of an invoice, with Odoo's taxes."""
        is_refund = invoice["move_type"] == "out_refund"
        sign = -1 if is_refund else 1
        taxes, company = self.env["account.tax"], contract.company_id
        partner = self.env["res.partner"].browse(invoice["partner_id"])
        currency = contract.currency_id
        lines = [
            taxes._prepare_base_line_for_taxes_computation(
                None,
                currency_id=currency,
                product_id=taxes.env["product.product"].browse(vals["product_id"]),
                tax_ids=taxes.browse(vals["tax_ids"][0][2]),
                partner_id=partner,
                price_unit=vals["price_unit"],
                quantity=vals["quantity"],
                is_refund=is_refund,
                name=vals["name"],
            )
            for _command, _id, vals in invoice["invoice_line_ids"]
        ]
        taxes._add_tax_details_in_base_lines(lines, company)
        subtotals = []
        for line in lines:  # each is rounded alone on the invoice
            taxes._round_base_lines_tax_details([line], company)
            subtotals.append(line["tax_details"]["total_excluded_currency"])
        taxes._round_base_lines_tax_details(lines, company)
        totals = taxes._get_tax_totals_summary(lines, currency, company)
        return {
            "date": str(day),
            "type": invoice["move_type"],
            "customer": partner.display_name,
            "lines": [
                {"name": line["name"], "amount": sign * subtotal}
                for line, subtotal in zip(lines, subtotals, strict=True)
            ],
            "net": sign * currency.round(totals["base_amount_currency"]),
            "tax": sign * currency.round(totals["tax_amount_currency"]),
            "total": sign * currency.round(totals["total_amount_currency"]),
        }
