from odoo import models
from odoo.exceptions import UserError


class SubscriptionChange(models.Model):
    """From a draft to the timeline of its contract, and back (C4)."""

    _inherit = "subscription.change"

    def action_apply(self):
        """Apply drafts as of today, each in the zone of its contract."""
        for change in self:
            change._apply(change.contract_id._get_today())
        return {"type": "ir.actions.act_window_close"}

    def action_withdraw(self):
        for change in self:
            change._withdraw(change.contract_id._get_today())

    def _apply(self, today):
        """Write the change into the timeline; all of it or nothing.

        :param date today: today for the contract; effective days may lie before it
        :raise UserError: for what is not allowed, naming a day that would do
        """
        self.ensure_one()
        self._check_applicable()
        self.contract_id._lock_or_refuse()
        day = self._get_effective_date(today)
        change = self.sudo()
        change.date_effective = day
        change._check_day(day)
        change._call("check", day)
        old, new = change._describe()
        change._call("apply", day, today)
        is_due = day <= today
        change.write(
            {
                "state": "applied" if is_due else "scheduled",
                "text_old": old,
                "text_new": new,
                "user_id": self.env.uid,
            }
        )
        if is_due:
            change._call("reach", day)
        self._log("changed" if is_due else "change_scheduled")
        self._settle(day, today)

    def _settle(self, day, today):
        """Check the rules from ``day`` on, and look at what is due now."""
        contract = self.contract_id
        contract._get_applying()._check_component_rules(since=day)
        contract._refresh_next_billing()
        contract._reach(today)

    def _withdraw(self, today):
        """Put the timeline back; only while the day has not come."""
        self.ensure_one()
        self.contract_id.check_access("write")
        self.contract_id._lock_or_refuse()
        if self.state != "scheduled" or self.date_effective <= today:
            raise UserError(
                self.env._(
                    "%s is not scheduled any more and cannot be withdrawn. Make a new "
                    "change instead.",
                    self.display_name,
                )
            )
        change = self.sudo()
        change._check_last()
        change._call("withdraw", self.date_effective)
        change.row_ids._undo()
        change.state = "withdrawn"
        self._log("change_withdrawn")
        self._settle(self.date_effective, today)

    def _check_last(self):
        """A later change was made upon this one."""
        touched = self.row_ids.successor_id
        later = self.row_ids.sudo().search(
            [
                ("line_id", "in", touched.ids),
                ("change_id.state", "in", ("scheduled", "applied")),
            ],
            limit=1,
        )
        if later:
            raise UserError(
                self.env._(
                    "%(later)s of %(day)s builds upon it. Withdraw that first.",
                    later=later.change_id.display_name,
                    day=later.change_id.date_effective,
                )
            )

    def _check_applicable(self):
        self.check_access("write")
        contract = self.contract_id
        contract.check_access("write")
        if self.state != "draft":
            raise UserError(self.env._("%s was applied already.", self.display_name))
        if contract.state == "ended":
            raise UserError(
                self.env._(
                    "Contract %(contract)s ended on %(day)s; it can't be changed any "
                    "more. Make a new contract.",
                    contract=contract.display_name,
                    day=contract.date_end,
                )
            )
        if contract.state == "draft":
            raise UserError(
                self.env._(
                    "Contract %s is a draft: edit it, then activate it.",
                    contract.display_name,
                )
            )

    def _check_day(self, day):
        """Two changes that wait for the same day and touch the same thing contradict
        each other; the first one has to be withdrawn."""
        waiting = self.search(
            [
                ("contract_id", "=", self.contract_id.id),
                ("state", "=", "scheduled"),
                ("date_effective", "=", day),
                ("id", "!=", self.id),
            ]
        )
        for other in waiting:
            if self._contradicts(other):
                raise UserError(
                    self.env._(
                        "Contract %(contract)s: “%(other)s” is scheduled for %(day)s "
                        "already. Withdraw it first, or choose a day after that.",
                        contract=self.contract_id.display_name,
                        other=other.display_name,
                        day=day,
                    )
                )

    def _contradicts(self, other):
        """Whether both cannot begin on the same day."""
        subject = self.line_id.component_id or self.component_id
        others = other.line_id.component_id or other.component_id
        return not subject or not others or subject == others

    def _describe(self):
        """What was and what is to be, as the reader of the log knows it."""
        return self._call("describe") or (False, False)

    def _call(self, verb, *args):
        """Do what the kind of this change does: ``_<verb>_<kind>``, if it has it."""
        method = getattr(self, f"_{verb}_{self.kind}", None)
        return method(*args) if method else None

    def _log(self, event_type):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        self.env["subscription.event"]._log(
            event_type,
            self.contract_id,
            kinds[self.kind],
            date_effective=self.date_effective,
            change_id=self.id,
            value_old=self.text_old,
            value_new=self.text_new,
            reason=self.reason,
        )

    # What the kinds use to write.

    def _go_on(self, line, day, vals, today):
        before = line.date_end
        known = line | line.predecessor_id
        successor = line._go_on(day, vals, today)
        if successor in known:
            return successor  # nothing that could be withdrawn: it counts already
        return self._remember(line, before, successor)

    def _book(self, component, day, vals, today):
        lines = self.env["subscription.contract.line"]
        line = lines._book(self.contract_id, component, day, vals, today)
        return self._remember(lines, False, line)

    def _end_line(self, line, day):
        before = line.date_end
        line._end_on(day)
        return self._remember(line, before, line.browse())

    def _remember(self, line, date_end_before, successor):
        self.row_ids.create(
            {
                "change_id": self.id,
                "line_id": line.id,
                "date_end_before": date_end_before,
                "successor_id": successor.id,
            }
        )
        return successor
