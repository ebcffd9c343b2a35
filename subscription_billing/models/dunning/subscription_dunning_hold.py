from odoo import api, fields, models

from ..dates import Day
from ..sentences import invalid, refusal
from ..texts import Label

KINDS = [
    ("block", "Blocked"),
    ("dispute", "Disputed"),
    ("promise", "Promise to Pay"),
]


class SubscriptionDunningHold(models.Model):
    """Why a debtor, or one item, is not dunned, and until when (P3)."""

    _name = "subscription.dunning.hold"
    _inherit = ["subscription.guard.mixin"]
    _description = "Dunning Hold"
    _order = "id desc"
    _rec_name = "reason"
    _check_company_auto = True

    kind = fields.Selection(KINDS, default="block", required=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, check_company=True
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", store=True, index=True
    )
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        check_company=True,
        index="btree_not_null",
        domain="[('commercial_partner_id', '=', commercial_partner_id), "
        "('state', '=', 'posted')]",
        help="Empty = all that the debtor owes.",
    )
    date_until = Day("Until", help="Last day; a dispute may have none.")
    reason = Label(required=True)
    promise_ids = fields.One2many(
        "subscription.dunning.promise",
        "hold_id",
        "Instalments",
        help="What was promised for which day.",
    )
    state = fields.Selection(
        [
            ("active", "Holds"),
            ("kept", "Kept"),
            ("broken", "Broken"),
            ("over", "Over"),
        ],
        default="active",
        required=True,
        readonly=True,
        index=True,
    )
    move_line_ids = fields.Many2many(
        "account.move.line", readonly=True, help="What was open when it was promised."
    )
    amount_start = fields.Monetary("Open at the Start", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")

    @api.model_create_multi
    def create(self, vals_list):
        holds = super().create(vals_list)
        holds._check_complete()
        for hold in holds.filtered(lambda it: it.kind == "promise"):
            lines = hold._find_open_lines()
            hold.sudo().write(
                {
                    "move_line_ids": lines.ids,
                    "amount_start": sum(lines.mapped("amount_residual")),
                    "date_until": max(hold.promise_ids.mapped("date")),
                }
            )
        return holds

    def write(self, vals):
        """Who asked for what is on record."""
        if not self.env.su:
            raise refusal(self.env)._(
                "%s stays as it was entered. Lift it, and enter another.",
                ", ".join(self.mapped("display_name")),
            )
        return super().write(vals)

    @api.constrains("kind", "date_until", "move_id", "partner_id", "promise_ids")
    def _check_complete(self):
        for hold in self:
            if hold.kind == "block" and not hold.date_until:
                raise invalid(self.env)._(
                    "%s: until which day is dunning blocked?",
                    hold.partner_id.display_name,
                )
            if hold.kind == "dispute" and not hold.move_id:
                raise invalid(self.env)._(
                    "%s: which invoice is disputed?", hold.partner_id.display_name
                )
            if hold.kind == "promise" and not hold.promise_ids:
                raise invalid(self.env)._(
                    "%s: what was promised for which day?", hold.partner_id.display_name
                )
            owner = hold.move_id.commercial_partner_id
            if owner and owner != hold.commercial_partner_id:
                raise invalid(self.env)._(
                    "%(move)s is not owed by %(debtor)s.",
                    move=hold.move_id.display_name,
                    debtor=hold.partner_id.display_name,
                )

    def _find_open_lines(self):
        self.ensure_one()
        lines = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("balance", ">", 0),
                (
                    "partner_id.commercial_partner_id",
                    "=",
                    self.commercial_partner_id.id,
                ),
            ]
        )
        move = self.move_id
        return lines.filtered(lambda it: it.move_id == move) if move else lines

    def _get_received(self):
        """What was paid or credited since the promise, in company currency."""
        self.ensure_one()
        left = sum(self.move_line_ids.mapped("amount_residual"))
        return self.amount_start - left

    def _look_at(self, day):
        """See what has become of those that hold: over, kept or broken.

        :param date day: today for the company
        """
        for hold in self.sudo().filtered(lambda it: it.state == "active"):
            if hold.kind == "promise":
                hold.state = hold._get_promise_state(day)
            elif hold.date_until and hold.date_until < day:
                hold.state = "over"

    def _get_promise_state(self, day):
        received, currency = self._get_received(), self.currency_id
        due = sum(self.promise_ids.filtered(lambda it: it.date < day).mapped("amount"))
        if currency.compare_amounts(received, due) < 0:
            return "broken"
        total = sum(self.promise_ids.mapped("amount"))
        is_paid = currency.compare_amounts(received, total) >= 0
        return "kept" if is_paid or self.date_until < day else "active"

    def action_lift(self):
        """Dunning goes on from today."""
        self.check_access("write")
        self.sudo().state = "over"
