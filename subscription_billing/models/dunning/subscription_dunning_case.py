from odoo import api, fields, models
from odoo.tools import format_date

from ..failures import explain
from ..sentences import refusal, said

CASE_STATES = [
    ("open", "Open"),
    ("handed_over", "Handed Over"),
    ("closed", "Closed"),
]
# What only dunning itself writes.


class SubscriptionDunningCase(models.Model):
    """What one debtor owes in one currency, and how far dunning has come."""

    _name = "subscription.dunning.case"
    _inherit = ["mail.thread", "mail.activity.mixin", "subscription.guard.mixin"]
    _description = "Dunning Case"
    _order = "id desc"
    _rec_name = "partner_id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    policy_id = fields.Many2one(
        "subscription.dunning.policy",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    state = fields.Selection(
        CASE_STATES, default="open", required=True, readonly=True, index=True
    )
    date_open = fields.Date("Since", readonly=True)
    date_closed = fields.Date("Closed On", readonly=True)
    step_ids = fields.One2many("subscription.dunning.step", "case_id", "Steps")
    level_id = fields.Many2one(
        "subscription.dunning.level",
        "Dunning Level",
        compute="_compute_level_id",
        store=True,
        ondelete="restrict",
    )
    paused_contract_ids = fields.Many2many(
        "subscription.contract",
        string="Paused Contracts",
        readonly=True,
        help="Paused by dunning; they go on when the debtor has paid.",
    )
    open_line_ids = fields.Many2many(
        "account.move.line", string="Open Items", compute="_compute_open_line_ids"
    )
    amount_open = fields.Monetary("Open", compute="_compute_open_line_ids")
    hold_ids = fields.Many2many(
        "subscription.dunning.hold", string="Holds", compute="_compute_hold_ids"
    )

    _one_open = models.UniqueIndex(
        "(company_id, partner_id, currency_id, policy_id) WHERE state <> 'closed'",
        "This debtor has an open case already.",
    )

    @api.depends("step_ids.state", "step_ids.level_id")
    def _compute_level_id(self):
        for case in self:
            done = case.step_ids.filtered(lambda it: it.state == "done")
            case.level_id = done.level_id.sorted("days")[-1:]

    def _compute_open_line_ids(self):
        for case in self:
            lines = case._find_open_lines()
            case.open_line_ids = lines
            case.amount_open = sum(lines.mapped("amount_residual_currency"))

    def _find_open_lines(self):
        """All that is open of the debtor in the currency, credits too."""
        self.ensure_one()
        return self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("amount_residual_currency", "!=", 0),
                ("currency_id", "=", self.currency_id.id),
                ("partner_id.commercial_partner_id", "=", self.partner_id.id),
            ],
            order="date_maturity, id",
        )

    def _find_unbooked(self):
        """Letters whose fees and interest are booked when they are paid."""
        self.ensure_one()
        return self.step_ids.filtered(
            lambda it: it.state == "done" and not it.is_waived and not it.claim_move_ids
        )

    def _compute_hold_ids(self):
        for case in self:
            case.hold_ids = self.env["subscription.dunning.hold"].search(
                [
                    ("company_id", "=", case.company_id.id),
                    ("commercial_partner_id", "=", case.partner_id.id),
                    ("state", "=", "active"),
                ]
            )

    # ----------------------------------------------------------------------
    # The end of a case
    # ----------------------------------------------------------------------

    def _look_at(self, day):
        """Close those that are paid or credited, and lift what they have paused (P3).

        :param date day: today for the company
        """
        for case in self:
            lines = case.step_ids.filtered(lambda it: it.state == "done").line_ids
            items = lines.move_line_id
            principal = items.filtered(
                lambda it: not it.move_id.subscription_claim_kind
            )
            if not lines or all(it._is_done_with() for it in principal or items):
                case._close(day)

    def _close(self, day):
        waiting = self.step_ids.filtered(lambda it: it.state in ("proposed", "failed"))
        if not self.level_id:
            # Nothing was sent: nothing has happened.
            if not waiting and not self.step_ids:
                self.unlink()
            return
        waiting._drop(said(self.env)._("Paid meanwhile."))
        self.sudo().write({"state": "closed", "date_closed": day})
        self.activity_unlink(["subscription_billing.mail_activity_type_dunning"])
        self._lift_pauses(day)

    def _lift_pauses(self, day):
        """What dunning has paused goes on, unless another case holds it."""
        others = self.search(
            [
                ("id", "not in", self.ids),
                ("state", "!=", "closed"),
                ("paused_contract_ids", "in", self.paused_contract_ids.ids),
            ]
        ).paused_contract_ids
        paused = self.paused_contract_ids - others
        for contract in paused.filtered(lambda it: it.state == "paused"):
            self.env["subscription.change"].sudo().create(
                {
                    "contract_id": contract.id,
                    "kind": "resume",
                    "timing": "now",
                    "reason_told": said(self.env)._("What was overdue is paid."),
                }
            )._apply(day)

    def _note_not_looked_at(self, error):
        self._ask_staff(explain(self.env, error, f"Dunning case {self.id}"))

    def _ask_staff(self, message):
        """One open activity per case."""
        kind = "subscription_billing.mail_activity_type_dunning"
        for case in self:
            if not case.activity_search([kind]):
                case.activity_schedule(
                    kind,
                    note=said(self.env).html(message),
                    user_id=case._get_responsible().id,
                )

    def _get_responsible(self):
        """Who is responsible for the debtor's contracts, else for billing."""
        self.ensure_one()
        contracts = self.env["subscription.contract"].search(
            [
                ("commercial_partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
            ],
            order="id",
            limit=1,
        )
        return contracts._get_responsible() if contracts else self.env.user

    # ----------------------------------------------------------------------
    # Buttons
    # ----------------------------------------------------------------------

    def action_add_hold(self):
        """Enter why the debtor is not dunned for a while."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_dunning_hold_action_new"
        )
        action["context"] = {
            "default_partner_id": self.partner_id.id,
            "default_company_id": self.company_id.id,
        }
        return action

    def action_take_back(self):
        """The debtor was handed over by mistake, or is back: dunning may go on."""
        self.check_access("write")
        if any(case.state != "handed_over" for case in self):
            raise refusal(self.env)._("Only what was handed over is taken back.")
        self.sudo().state = "open"

    def action_hand_over(self):
        """Make the files with all that is open, and dun no more."""
        self.check_access("write")
        for case in self.sudo():
            if not case.level_id:
                raise refusal(self.env)._(
                    "%s was not dunned yet. Send a letter first.",
                    case.partner_id.display_name,
                )
            case._hand_over(case.company_id._get_collection_date())

    def _hand_over(self, day):
        self.ensure_one()
        letters = self.env["subscription.dunning.letter"]
        for name, content in letters._make_hand_over(self, day):
            self.message_post(
                body=self.env._(
                    "Handed over on %s with all that is open.",
                    format_date(self.env, day),
                ),
                attachments=[(name, content)],
            )
        self.sudo().state = "handed_over"

    def action_write_off(self):
        """Write off all open invoices of the debtors."""
        self.check_access("write")
        for case in self:
            moves = case._find_open_lines().move_id.filtered(
                lambda it: it.move_type == "out_invoice"
            )
            if not moves:
                raise refusal(self.env)._(
                    "%s owes no invoice.", case.partner_id.display_name
                )
            moves._write_off(case.company_id._get_collection_date())

    def action_allocate(self):
        """Set a payment without designation against what is open (§ 367 BGB)."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_payment_allocation_action"
        )
        action["context"] = {"default_case_id": self.id}
        return action
