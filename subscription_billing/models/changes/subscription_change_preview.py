from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date, formatLang

from ...engine.errors import EngineError

# Documents shown at most: what is due at once, and the bills after it.
MAX_DOCUMENTS = 3


class _Undo(Exception):
    """Raised to take back what was done only to look at it."""


class SubscriptionChange(models.Model):
    """What a change would do, found out by doing it and taking it back: the same code
    writes the timeline and the invoices, so what was previewed is what is billed (C4).
    """

    _inherit = "subscription.change"

    preview = fields.Json(readonly=True, copy=False)
    preview_error = fields.Text(readonly=True, copy=False)
    preview_html = fields.Html(compute="_compute_preview_html", sanitize=False)

    def write(self, vals):
        if not vals.keys() & {"preview", "preview_error", "state"}:
            drafts = self.filtered(lambda it: it.state == "draft" and it.preview)
            super(SubscriptionChange, drafts).write({"preview": False})
        return super().write(vals)

    def action_preview(self):
        """Work out what the change would bill, and show it in the same dialog."""
        self.ensure_one()
        self._check_applicable()
        self._update_preview(self.contract_id._get_today())
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _update_preview(self, today):
        try:
            vals = {"preview": self._preview(today), "preview_error": False}
        except (UserError, ValidationError, EngineError) as error:
            vals = {"preview": False, "preview_error": str(error)}
        self.sudo().write(vals)

    def _preview(self, today):
        """Facts about the contract before and after, and the documents to come.

        Writes nothing: all of it is done in a savepoint that is rolled back.

        :param date today: today for the contract
        :return: dict of JSON types: ``before`` and ``after`` (monthly amount, end, end
            if cancelled), ``documents`` and ``instead_of`` (date, type, lines, net,
            tax, total; amounts are negative where money is given back)
        :raise UserError: if the change is not possible
        """
        self.ensure_one()
        preview = {}
        look = self.with_context(subscription_preview=True, tracking_disable=True)
        for is_applied in (False, True):
            try:
                with self.env.cr.savepoint():
                    preview.update(look._do_and_look(today, is_applied))
                    raise _Undo
            except _Undo:
                self.env.invalidate_all()
        return preview

    def _do_and_look(self, today, is_applied):
        contract = self.contract_id
        if not is_applied:
            until = self._get_effective_date(today)
            return {
                "before": contract._get_standing(today),
                "instead_of": contract._look_ahead(today, until),
            }
        self._apply(today)
        after = contract._get_standing(today)
        until = self.date_effective
        return {
            "effective": str(until),
            "after": after,
            "documents": contract._look_ahead(today, until),
        }

    @api.depends("preview", "preview_error")
    @api.depends_context("lang")
    def _compute_preview_html(self):
        for change in self:
            if not change.preview and not change.preview_error:
                change.preview_html = False
                continue
            change.preview_html = self.env["ir.qweb"]._render(
                "subscription_billing.change_preview",
                {
                    "change": change,
                    "preview": change.preview,
                    "money": change._format_money,
                    "day": change._format_day,
                },
            )

    def _format_money(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)

    def _format_day(self, text):
        return format_date(self.env, text) if text else "…"


class SubscriptionContract(models.Model):
    """Looking ahead by billing for real; only for use in a savepoint."""

    _inherit = "subscription.contract"

    def _get_standing(self, today):
        """What a reader compares before and after a change, as JSON types."""
        self.ensure_one()
        end, cancelled = self.date_end, self._get_earliest_end(today)
        current = self.line_ids.filtered(
            lambda line: line._is_recurring() and not line.date_end
        )
        return {
            "plan": self.variant_id.display_name,
            "monthly": sum(line._get_monthly_amount() for line in current),
            "end": str(end) if end else False,
            "end_if_cancelled": str(end or cancelled),
        }

    def _look_ahead(self, today, until):
        """The bills of today and after it, up to the first one from ``until`` on."""
        self.ensure_one()
        documents, day = [], today
        while day and len(documents) < MAX_DOCUMENTS:
            due = self.date_next_billing
            moves = self._bill_to_look(day) if due and due <= day else ()
            documents += [_as_document(move, day) for move in moves]
            if day >= until and moves:
                break
            due = self.date_next_billing
            if not due or due <= day:
                break
            day = due
        return documents[:MAX_DOCUMENTS]

    def _bill_to_look(self, day):
        runs = self.env["subscription.billing.run"].sudo()
        run = runs.create({"name": "…", "company_id": self.company_id.id, "date": day})
        service = self.env["subscription.invoicing"].with_company(self.company_id)
        return service.sudo()._bill_groups([self.sudo()], day, run)


class SubscriptionInvoicing(models.AbstractModel):
    _inherit = "subscription.invoicing"

    def _post_invoices(self, moves):
        """What is only looked at stays a draft and draws no number."""
        if self.env.context.get("subscription_preview"):
            return None
        return super()._post_invoices(moves)


def _as_document(move, day):
    sign = -1 if move.move_type == "out_refund" else 1
    return {
        "date": str(day),
        "type": move.move_type,
        "lines": [
            {"name": line.name, "amount": sign * line.price_subtotal}
            for line in move.invoice_line_ids
        ],
        "net": sign * move.amount_untaxed,
        "tax": sign * move.amount_tax,
        "total": sign * move.amount_total,
    }
