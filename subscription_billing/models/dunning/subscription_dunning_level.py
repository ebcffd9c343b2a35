from string import Formatter

from odoo import api, fields, models

from ..numbers import Amount, Count
from ..sentences import invalid, refusal
from ..texts import Label, Words

CHANNELS = [
    ("none", "Nothing"),
    ("mail", "E-mail"),
    ("letter", "Letter"),
    ("both", "E-mail and Letter"),
]
# What texts may name, in braces.
PLACEHOLDERS = (
    "name",
    "company",
    "amount",
    "deadline",
    "date",
    "level",
)
TEXTS = ("subject", "text_above", "text_below")


class SubscriptionDunningLevel(models.Model):
    """One level of a policy: when it is reached and what it does."""

    _name = "subscription.dunning.level"
    _description = "Dunning Level"
    _order = "policy_id, days, id"

    policy_id = fields.Many2one(
        "subscription.dunning.policy", required=True, index=True, ondelete="cascade"
    )
    name = Label(required=True, translate=True)
    number = fields.Integer(compute="_compute_number")
    days = Count(
        "Days Overdue",
        required=True,
        help="After so many days; as long after the level before as the days differ.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    minimum = Amount(
        "From", help="What reaches the level must be as much; in company currency."
    )
    channel = fields.Selection(CHANNELS, "Sends", default="mail", required=True)
    template_id = fields.Many2one(
        "mail.template",
        "E-mail",
        domain=[("model", "=", "subscription.dunning.step")],
        help="Empty = an e-mail with the texts of this level.",
    )
    subject = Label(translate=True)
    text_above = Words(
        "Text above the Table",
        translate=True,
        help="May name {name}, {company}, {amount}, {deadline}, {date}, {level}.",
    )
    text_below = Words("Text below the Table", translate=True)
    payment_days = Count("Days to Pay", default=7, help="Deadline the letter gives.")
    fee_business = Amount("Fee for Businesses")
    fee_consumer = Amount(
        "Fee for Consumers",
        help="Only what a reminder really costs, such as print and postage (BGH VIII "
        "ZR 95/18); nothing by default.",
    )
    flat_fee = Amount(
        "Flat Fee per Claim",
        help="Once per invoice, never from consumers; 40 EUR in the EU (§ 288 V BGB).",
    )
    charges_interest = fields.Boolean()
    creates_default = fields.Boolean(
        "Puts in Default", help="The debtor is in default from the next day on."
    )
    retries = fields.Boolean(
        "Collects Again",
        help="A saved card is charged, or an account debited, once more.",
    )
    asks_user = fields.Boolean("Activity", help="Somebody gets something to do.")
    note = Label("What to Do", translate=True)
    pauses_contracts = fields.Boolean()
    ends_contracts = fields.Boolean(help="By term and notice, as a cancellation does.")
    hands_over = fields.Boolean(
        help="Makes files with all that is open, for a collection agency or a court.",
    )

    _days_unique = models.Constraint(
        "UNIQUE (policy_id, days)",
        "Two levels of a policy have the same days: one has to come after the other.",
    )
    _amounts_positive = models.Constraint(
        "CHECK (days >= 0 AND payment_days >= 0 AND fee_business >= 0 "
        "AND fee_consumer >= 0 AND flat_fee >= 0 AND minimum >= 0)",
        "Days and amounts of a level must not be negative.",
    )

    @api.depends("policy_id.level_ids.days")
    def _compute_number(self):
        for level in self:
            days = level.policy_id.level_ids.mapped("days")
            level.number = 1 + sum(it < level.days for it in days)

    @api.depends("policy_id.company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for level in self:
            company = level.policy_id.company_id or self.env.company
            level.currency_id = company.currency_id

    @api.constrains("days", "pauses_contracts", "ends_contracts", "hands_over")
    def _check_policy(self):
        self.policy_id._check_levels()

    @api.constrains(*TEXTS)
    def _check_texts(self):
        for level in self:
            for name in TEXTS:
                level._check_text(level[name] or "")

    def _check_text(self, text):
        try:
            named = [name for _text, name, *_rest in Formatter().parse(text) if name]
            empty = "{}" in text
        except ValueError:
            named, empty = [], True
        wrong = [name for name in named if name not in PLACEHOLDERS]
        if wrong or empty:
            raise invalid(self.env)._(
                "Level “%(level)s”: its text names %(wrong)s. It may name "
                "%(known)s, each in braces.",
                level=self.name,
                wrong=", ".join(wrong) or "{}",
                known=", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.env["subscription.dunning.step"].sudo()
        for step in used.search([("level_id", "in", self.ids)], limit=1):
            raise refusal(self.env)._(
                "Level “%s” stands in letters that were sent or proposed. Make a "
                "new policy without it, and choose that one.",
                step.level_id.name,
            )

    def _get_text(self, name, facts):
        """A text of the level with what it names filled in.

        :param dict facts: text by placeholder
        """
        self.ensure_one()
        return (self[name] or "").format_map(facts)

    def _get_fee(self, debtor):
        """In company currency."""
        self.ensure_one()
        return self.fee_business if debtor.is_company else self.fee_consumer

    def _sends_letter(self):
        return self.channel in ("letter", "both")

    def _sends_mail(self):
        return self.channel in ("mail", "both")
