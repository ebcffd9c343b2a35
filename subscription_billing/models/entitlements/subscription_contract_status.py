from odoo import api, fields, models


class SubscriptionContract(models.Model):
    """Where a contract stands today, for the sold service: may it be used, until when,
    what comes next."""

    _inherit = "subscription.contract"

    @api.model
    @api.readonly
    def get_status(self, reference):
        """State, dates, what is overdue and what is scheduled (public).

        :param str reference: the contract's reference, in the current company
        :return: dict as of today in the contract's time zone, see docs/api.rst
        :raise UserError: for an unknown contract
        """
        contract = self._find_for_answer(reference)
        return contract._prepare_status_answer(contract._get_asked_day(None))

    def _prepare_status_answer(self, day):
        """The answer as of a day; state and scheduled changes are those of now."""
        self.ensure_one()
        overdue = self._get_overdue_items(day)
        amount = sum(overdue.mapped("amount_residual_currency"))
        return {
            **self._prepare_standing_answer(day),
            "date_start": _as_text(self.date_start),
            "date_end": _as_text(self.date_end),
            "trial_end": _as_text(self.date_trial_end),
            "next_invoice_date": _as_text(self.date_next_billing),
            "on_hold": self.is_on_hold,
            "currency": self.currency_id.name,
            "amount_overdue": self.currency_id.round(amount),
            "blocked": self._is_blocked(day, overdue),
            "changes": self._prepare_changes_answer(),
            "transferred_to": self.successor_id.name or None,
        }

    def _prepare_changes_answer(self):
        """The changes that are scheduled, the next one first."""
        scheduled = self.change_ids.filtered(lambda it: it.state == "scheduled")
        return [
            {
                "kind": change.kind,
                "date": _as_text(change.date_effective),
                "old": change.text_old or None,
                "new": change.text_new or None,
            }
            for change in scheduled.sorted(lambda it: (it.date_effective, it.id))
        ]

    def _get_overdue_items(self, day):
        """Open items of posted invoices the contract is on that were due before a day;
        an invoice for several contracts is overdue for each of them.

        :param date day: today for the contract
        """
        self.ensure_one()
        return (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("move_id", "in", self.sudo().charge_ids.move_id.ids),
                    ("move_id.move_type", "=", "out_invoice"),
                    ("parent_state", "=", "posted"),
                    ("account_type", "=", "asset_receivable"),
                    ("reconciled", "=", False),
                    ("date_maturity", "<", day),
                ]
            )
        )

    def _is_blocked(self, day, overdue):
        """Whether the sold service is to be refused: an item is overdue for as many
        days as the company bears.

        :param date day: today for the contract
        :param overdue: as ``_get_overdue_items``
        """
        days = self.company_id.subscription_block_days
        if not days or not overdue:
            return False
        return (day - min(overdue.mapped("date_maturity"))).days >= days


class ResCompany(models.Model):
    _inherit = "res.company"

    subscription_block_days = fields.Integer(
        "Block After",
        help="Contracts with an invoice that is overdue for as many days are told to "
        "be blocked. 0 = never.",
    )
    _subscription_block_days_positive = models.Constraint(
        "CHECK (subscription_block_days >= 0)",
        "Days after which contracts are blocked must not be negative.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    subscription_block_days = fields.Integer(
        related="company_id.subscription_block_days", readonly=False
    )


def _as_text(day):
    return fields.Date.to_string(day) if day else None
