import json
from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError


class SubscriptionPriceChangeLine(models.Model):
    """Giving contract lines their new prices, and taking them back."""

    _inherit = "subscription.price.change.line"

    def _apply(self, today):
        """End the lines the day before and go on with new ones (X2): credits and new
        charges follow by themselves.

        :param date today: lines that start later are marked as announced
        """
        self.check_access("read")
        rows = self.sudo()
        rows._create_prices()
        following = rows.filtered(lambda row: row.method == "follow")
        for day, group in following.grouped("date_effective").items():
            lines = group.line_id._get_applying()
            lines.date_end = fields.Date.subtract(day, days=1)
        successors = rows.line_id._get_applying().create(
            [row._prepare_successor(today) for row in following]
        )
        for row, successor in zip(following, successors, strict=True):
            # A change of earlier days comes between a line and what followed it.
            (row.line_id.successor_ids - successor).predecessor_id = successor
            row.successor_id = successor
        following._write_agreed()
        for row in rows - following:
            row.line_id._get_applying().write(row._prepare_new_terms())
        rows._log("price_changed", lambda row: row.date_effective)
        rows.contract_id._refresh_next_billing()

    def _create_prices(self):
        """One changed copy per sold price, however many contracts have it."""
        derived = self.filtered(
            lambda row: not row.price_override_new and not row.price_new_id
        )
        prices = derived.price_old_id
        change = self.change_id
        created = prices.create([change._prepare_derived(price) for price in prices])
        by_old = dict(zip(prices, created, strict=True))
        for row in derived:
            row.price_new_id = by_old[row.price_old_id]

    def _prepare_new_terms(self):
        self.ensure_one()
        if self.price_override_new:
            return {
                "has_price_override": True,
                "price_override": self.price_override_new,
            }
        return {"price_id": self.price_new_id.id, "agreed_steps": self.steps_new}

    def _prepare_successor(self, today):
        """Values of the line that goes on: the same but for price and start."""
        self.ensure_one()
        return {
            **self.line_id._get_applying().copy_data()[0],
            "date_start": self.date_effective,
            "date_end": self.date_end_before,
            "predecessor_id": self.line_id.id,
            "is_upcoming": self.date_effective > today,
            **self._prepare_new_terms(),
        }

    def _write_agreed(self):
        """Price, rhythm and proration of the successors, which Odoo computes anew when
        they are created; one write for all that agree in them."""
        by_vals = defaultdict(self.browse)
        for row in self:
            by_vals[json.dumps(row._prepare_agreed(), default=str)] += row
        for vals, rows in by_vals.items():
            rows.successor_id._get_applying().write(json.loads(vals))

    def _prepare_agreed(self):
        self.ensure_one()
        return {**self.line_id._prepare_agreed(), **self._prepare_new_terms()}

    def _undo(self):
        """Put the lines back as they were; what was decided since then stays."""
        rows = self.sudo()
        rows._check_undoable()
        ends = defaultdict(rows.line_id.browse)
        for row in rows.filtered("successor_id"):
            ends[row.successor_id.date_end] += row.line_id
        rows.successor_id._get_applying().unlink()
        for day, lines in ends.items():
            lines._get_applying().date_end = day
        for row in rows.filtered(lambda row: row.method == "replace"):
            row.line_id._get_applying().write(row._prepare_old_terms())
        rows._log("price_change_undone", lambda row: row.date_effective)
        rows.contract_id._refresh_next_billing()
        rows.change_id._unlink_derived()

    def _prepare_old_terms(self):
        self.ensure_one()
        return {
            "price_id": self.price_old_id.id,
            "agreed_steps": self.steps_old,
            "price_override": self.price_override_old,
        }

    def _check_undoable(self):
        """Billed, changed again or edited: then it is no longer ours to take back."""
        touched = (
            self.successor_id
            + self.filtered(lambda row: row.method == "replace").line_id
        )
        charge = self.env["subscription.charge"].search(
            [("line_id", "in", touched.ids)], limit=1
        )
        if charge:
            raise UserError(
                self.env._(
                    "Contract %(contract)s was billed at the new price (%(period)s), "
                    "so the change cannot be undone. Make a new change.",
                    contract=charge.contract_id.display_name,
                    period=charge._get_period_name(),
                )
            )
        later = (
            self.search(
                [("line_id", "in", touched.ids), ("change_id.state", "=", "applied")]
            ).change_id
            - self.change_id
        )
        if later:
            raise UserError(
                self.env._("Undo price change %s first: it came later.", later[0].name)
            )
        self._check_unedited()

    def _check_unedited(self):
        for row in self:
            now = row.successor_id
            if now and now.quantity != row.line_id.quantity:
                raise UserError(
                    self.env._(
                        "Contract %(contract)s: the quantity of %(line)s was changed "
                        "for the time after the price change. Set it back first.",
                        contract=row.contract_id.display_name,
                        line=now.name,
                    )
                )
