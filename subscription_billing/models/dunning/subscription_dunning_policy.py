from odoo import SUPERUSER_ID, api, fields, models

from ...engine.escalation import Level
from ...engine.money import to_decimal
from ..numbers import Number
from ..sentences import invalid
from ..texts import Label

BOOKINGS = [("charged", "When it is charged"), ("paid", "When it is paid")]


class SubscriptionDunningPolicy(models.Model):
    """What happens when nobody pays: levels, one after the other (P3)."""

    _name = "subscription.dunning.policy"
    _description = "Dunning Policy"
    _order = "name, id"
    _check_company_auto = True

    name = Label(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty = for all companies."
    )
    level_ids = fields.One2many(
        "subscription.dunning.level", "policy_id", "Levels", copy=True
    )
    interest_start = fields.Selection(
        [
            ("due", "The day after the due date"),
            ("default", "The day after the debtor is in default"),
        ],
        "Interest From",
        default="due",
        required=True,
        help="The due date counts where a calendar date was agreed (§ 286 II BGB). "
        "Else a level that says so puts the debtor in default, and 30 days do for a "
        "business (§ 286 III BGB).",
    )
    points_business = Number(
        "Businesses",
        digits=(6, 2),
        default=9.0,
        help="Percentage points above the base rate (§ 288 II BGB).",
    )
    points_consumer = Number(
        "Consumers",
        digits=(6, 2),
        default=5.0,
        help="Percentage points above the base rate (§ 288 I BGB).",
    )
    booking_business = fields.Selection(
        BOOKINGS,
        "Claims against Businesses",
        default="charged",
        required=True,
        help="When fees and interest become journal entries.",
    )
    booking_consumer = fields.Selection(
        BOOKINGS, "Claims against Consumers", default="paid", required=True
    )
    warning = fields.Text(compute="_compute_warning")

    _points_positive = models.Constraint(
        "CHECK (points_business >= 0 AND points_consumer >= 0)",
        "Percentage points of interest must not be negative.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        policies._check_levels()
        return policies

    @api.constrains("level_ids")
    def _check_levels(self):
        # Data files bring the levels after their policy.
        is_loading = self.env.uid == SUPERUSER_ID and self.env.context.get(
            "install_mode"
        )
        for policy in self:
            if not policy.level_ids and not is_loading:
                raise invalid(self.env)._(
                    "%s has no levels. Add at least one.", policy.name
                )
            policy._check_order()

    def _check_order(self):
        """What ends a contract comes after what pauses it; nothing after the hand-over
        to others."""
        ended = handed_over = False
        for level in self._get_levels():
            if level.pauses_contracts and (ended or level.ends_contracts):
                raise invalid(self.env)._(
                    "%(policy)s: level “%(level)s” pauses contracts that were "
                    "ended before. Pause first, end later.",
                    policy=self.name,
                    level=level.name,
                )
            if handed_over:
                raise invalid(self.env)._(
                    "%(policy)s: level “%(level)s” comes after the debtor was "
                    "handed over. Nothing may.",
                    policy=self.name,
                    level=level.name,
                )
            ended = ended or level.ends_contracts
            handed_over = level.hands_over

    @api.depends(
        "level_ids.days",
        "level_ids.retries",
        "level_ids.pauses_contracts",
        "level_ids.ends_contracts",
    )
    def _compute_warning(self):
        for policy in self:
            policy.warning = policy._get_warning()

    def _get_warning(self):
        stopped = False
        for level in self._get_levels():
            if stopped and level.retries:
                return self.env._(
                    "Level “%s” charges a card or debits an account although the "
                    "contracts were paused or ended before.",
                    level.name,
                )
            stopped = stopped or level.pauses_contracts or level.ends_contracts
        return False

    def _get_levels(self):
        """In the order in which they are reached."""
        self.ensure_one()
        return self.level_ids.sorted("days")

    def _as_levels(self, convert):
        """For the engine.

        :param convert: callable that turns an amount of the company into the currency
            of what is open
        """
        return [
            Level(level.days, to_decimal(convert(level.minimum)))
            for level in self._get_levels()
        ]

    def _is_booked_at_once(self, debtor):
        """Whether claims against a debtor are journal entries as soon as charged."""
        self.ensure_one()
        name = "booking_business" if debtor.is_company else "booking_consumer"
        return self[name] == "charged"
