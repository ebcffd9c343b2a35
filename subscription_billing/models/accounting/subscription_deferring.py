from collections import defaultdict

from odoo import api, models

from ...engine.deferral import Method, month_end, plan_entries
from ...engine.money import Rounding, to_decimal

# Lines planned at a time.
BATCH_SIZE = 1000


class SubscriptionDeferring(models.AbstractModel):
    """From invoice lines with a service period to entries of deferred revenue.

    The plan is a difference: what is to be deferred at the end of a month, less what is
    booked. Planning twice yields the same rows; a credit note, a locked month or an
    entry that is late is set right by the next row.
    """

    _name = "subscription.deferring"
    _description = "Deferring Revenue"

    @api.model
    def _cron_defer(self):
        """Plan in each company, and post what is due where the company wants it so."""
        companies = self.env["res.company"].search(
            [("subscription_deferral_policy", "!=", False)]
        )
        for company in companies:
            self._defer(company, company._get_collection_date())

    def _defer(self, company, day):
        """:param date day: today for the company"""
        deferring = self.sudo().with_company(company)
        deferring._plan(company)
        if company.subscription_deferral_is_automatic:
            deferring.env["subscription.billing.run"]._work_once(
                deferring.env["subscription.deferral"],
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "planned"),
                    ("date", "<=", day),
                ],
                lambda part: part._post(),
                lambda part, error: part._note_not_posted(error),
            )

    @api.model
    def action_plan(self):
        """Plan the company of the user anew."""
        self.env["subscription.deferral"].check_access("read")
        self.sudo()._plan(self.env.company)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_deferral_action"
        )

    # ----------------------------------------------------------------------
    # Planning
    # ----------------------------------------------------------------------

    def _plan(self, company):
        """Make the planned rows of a company what they should be."""
        lines = self._find_lines(company)
        stale = self.env["subscription.deferral"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "planned"),
                ("move_line_id", "not in", lines.ids),
            ]
        )
        stale.unlink()
        for start in range(0, len(lines), BATCH_SIZE):
            self._plan_lines(company, lines[start : start + BATCH_SIZE])

    def _find_lines(self, company):
        """Posted lines of revenue that something is deferred of, or still is.

        Those that give back what a charge of another line took are no lines of their
        own: they shorten that one's plan.
        """
        lines = self._find_open_lines(company)
        since = company.subscription_deferral_since
        if company.subscription_deferral_policy and since:
            found = lines.search(
                [
                    ("company_id", "=", company.id),
                    ("parent_state", "=", "posted"),
                    ("display_type", "=", "product"),
                    ("date", ">=", since),
                    ("subscription_date_end", ">=", self._get_horizon(company)),
                    ("account_id.internal_group", "=", "income"),
                ]
            )
            lines |= found.filtered(
                lambda it: it.subscription_date_end > month_end(it.date)
            )
        charges = self.env["subscription.charge"].search(
            [
                ("move_line_id", "in", lines.ids),
                ("credited_charge_id.move_line_id", "!=", False),
            ]
        )
        return (lines - charges.move_line_id).sorted("id")

    def _find_open_lines(self, company):
        """Lines of which posted rows still defer something."""
        rows = self.env["subscription.deferral"]._read_group(
            [("company_id", "=", company.id), ("state", "=", "posted")],
            ["move_line_id"],
            having=[("amount:sum", "!=", 0)],
        )
        ids = [line.id for (line,) in rows]
        return self.env["account.move.line"].browse(ids)

    def _get_horizon(self, company):
        """First day of the oldest month that has no posted row after it."""
        rows = self.env["subscription.deferral"]
        last = rows.search(
            [("company_id", "=", company.id), ("state", "=", "posted")],
            order="date desc",
            limit=1,
        )
        return (last.date or company.subscription_deferral_since).replace(day=1)

    def _plan_lines(self, company, lines):
        rows = self.env["subscription.deferral"]
        existing = rows.search([("move_line_id", "in", lines.ids)])
        posted, planned = defaultdict(dict), {}
        for row in existing:
            if row.state == "posted":
                amount = to_decimal(row.amount)
                posted[row.move_line_id.id][row.date] = amount
            else:
                planned[row.move_line_id.id, row.date] = row
        wanted = self._get_wanted(company, lines, posted)
        for key, row in planned.items():
            amount = wanted.pop(key, None)
            if amount is None:
                row.unlink()
            elif row.amount != amount:
                row.amount = amount
        rows.create(
            [
                {"move_line_id": line_id, "date": day, "amount": amount}
                for (line_id, day), amount in wanted.items()
            ]
        )

    def _get_wanted(self, company, lines, posted):
        """Amounts that are still to be booked, by (line id, month end)."""
        method = Method(company.subscription_deferral_method)
        rounding = Rounding(to_decimal(company.currency_id.rounding))
        locked = company._get_user_fiscal_lock_date(company._get_deferral_journal())
        credits = self._get_credits(lines)
        wanted = {}
        for line in lines:
            entries = plan_entries(
                line._as_prepaid(credits[line.id]),
                posted[line.id],
                method,
                rounding,
                self._get_begin(company, line.date),
                locked,
            )
            for day, amount in entries:
                wanted[line.id, day] = float(amount)
        return wanted

    def _get_begin(self, company, day):
        """No entry of an invoice of a day is made before that day: at the end of the
        fiscal year, or at once."""
        if company.subscription_deferral_policy == "year":
            return company.compute_fiscalyear_dates(day)["date_to"]
        return day

    def _get_credits(self, lines):
        """What later documents gave back of each line: {line id: [(date, amount)]}, in
        the company's currency, net."""
        charges = self.env["subscription.charge"].search(
            [
                ("credited_charge_id.move_line_id", "in", lines.ids),
                ("is_void", "=", False),
                ("move_line_id.parent_state", "=", "posted"),
            ]
        )
        credits = defaultdict(list)
        for line, own in charges.grouped("move_line_id").items():
            whole = sum(own.mapped("amount"))
            for charge in own:
                share = charge.amount / whole if whole else 0
                amount = line.company_currency_id.round(line.balance * share)
                origin = charge.credited_charge_id.move_line_id
                credits[origin.id].append((line.date, to_decimal(amount)))
        return defaultdict(list, {key: sorted(each) for key, each in credits.items()})
