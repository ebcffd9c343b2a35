from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

CONTRACT_STATES = [
    ("draft", "Draft"),
    ("trial", "Trial"),
    ("active", "Active"),
    ("paused", "Paused"),
    ("ended", "Ended"),
]
# The one table of allowed moves (C1).
TRANSITIONS = {
    "draft": ("trial", "active"),
    "trial": ("active", "ended"),
    "active": ("paused", "ended"),
    "paused": ("active", "ended"),
    "ended": (),
}
# Written by the methods that guard and log the change, never by a client.
GUARDED_FIELDS = {
    "state",
    "is_on_hold",
    "date_next_billing",
    "date_next_step",
    "end_method",
    "end_reason_id",
    "cancelled_at",
    "is_annulled",
    "is_trial_over_told",
    "is_trial_end_told",
    "date_renewal_told",
    "billing_error",
    "billing_failures",
    "date_retry",
}


class SubscriptionLifecycleMixin(models.AbstractModel):
    """States of a contract, the guarded way between them, and the log of each move."""

    _name = "subscription.lifecycle.mixin"
    _description = "Subscription Life Cycle"

    state = fields.Selection(
        CONTRACT_STATES,
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    event_ids = fields.One2many("subscription.event", "contract_id")

    @api.model_create_multi
    def create(self, vals_list):
        contracts = super().create(vals_list)
        # Looked at afterwards: a default of the context is no value of the caller's.
        for contract in contracts:
            set_ = {name for name in GUARDED_FIELDS if contract[name]}
            contract._check_unguarded(
                set_ - {"state"} if contract.state == "draft" else set_
            )
        return contracts

    def write(self, vals):
        self._check_unguarded(GUARDED_FIELDS & vals.keys())
        if "date_end" in vals:
            self._check_end_open(fields.Date.to_date(vals["date_end"]))
        return super().write(vals)

    def _check_unguarded(self, names):
        """C1: ``readonly`` only holds for forms; this holds for every client."""
        if names and not self.env.su:
            raise AccessError(
                self.env._(
                    "%s of a contract cannot be written directly. Use its buttons.",
                    ", ".join(sorted(names)),
                )
            )

    def _check_end_open(self, day):
        """An ended contract does not come back to life by its end date."""
        for contract in self:
            if contract.state == "ended" and contract.date_end != (day or False):
                raise UserError(
                    self.env._(
                        "Contract %s has ended; its end date stays.",
                        contract.display_name,
                    )
                )

    def action_activate(self):
        """Draft to active: from now on the contract is billed."""
        # C6: a pricelist is asked when it is sold, not when the draft was written.
        self.line_ids._compute_agreed_steps()
        for contract in self:
            contract._check_ready()
        self._set_active(self.env._("Activated"))
        self._refresh_next_billing()

    def _set_active(self, reason):
        self._update_state("active", reason)

    def _set_ended(self, reason):
        self._update_state("ended", reason)

    def _update_state(self, target, reason):
        """Move to ``target``; the only place that writes ``state``.

        :param str target: one of ``CONTRACT_STATES``
        :param str reason: why, for the process log
        :raise UserError: where ``TRANSITIONS`` does not allow it
        """
        self.check_access("write")
        labels = dict(self._fields["state"]._description_selection(self.env))
        for contract in self:
            if target not in TRANSITIONS[contract.state]:
                raise UserError(
                    self.env._(
                        "Contract %(contract)s is %(state)s and cannot become "
                        "%(target)s.",
                        contract=contract.display_name,
                        state=labels[contract.state],
                        target=labels[target],
                    )
                )
        log = self.env["subscription.event"]
        for state, contracts in self.grouped("state").items():
            log._log("state", contracts, reason, state_from=state, state_to=target)
            contracts.sudo().state = target

    def _check_ready(self):
        """Everything a contract needs before it may be billed.

        :raise UserError: naming the contract and what is missing
        """
        self.ensure_one()
        if not self.line_ids:
            raise UserError(
                self.env._(
                    "Contract %(contract)s has no lines. Add at least one component "
                    "of the plan %(plan)s.",
                    contract=self.display_name,
                    plan=self.plan_id.display_name,
                )
            )
        for line in self.line_ids:
            if not line.price_id and not line.has_price_override:
                raise UserError(line._get_missing_price_message())

    def _set_end(self, day, reason):
        """Let the contract end on ``day`` (inclusive), or run on with ``False``."""
        self.ensure_one()
        if self.state in ("draft", "ended"):
            raise UserError(
                self.env._(
                    "Contract %(contract)s is not running, so it cannot be ended.",
                    contract=self.display_name,
                )
            )
        self.check_access("write")
        before = self._get_value_text("date_end")
        self._get_applying().date_end = day
        self.env["subscription.event"]._log(
            "end_set" if day else "end_removed",
            self,
            reason,
            date_effective=day,
            value_old=before,
            value_new=self._get_value_text("date_end"),
        )

    def _get_over_domain(self, day):
        """Contracts whose last day lies before ``day`` and that have not ended yet."""
        return [("state", "not in", ("draft", "ended")), ("date_end", "<", day)]
