from odoo import api, fields, models

from ..catalogue.subscription_recurrence_mixin import BILLING_MODES, PRORATIONS
from ..dates import Day, as_last, as_stop
from ..numbers import BigCount, Count, Number
from ..sentences import invalid, refusal, said
from ..texts import Label

# What a billed line says must stay true; a change is a new line from its date on.
BILLED_FIELDS = {
    "contract_id",
    "component_id",
    "quantity",
    "date_start",
    "price_id",
    "has_price_override",
    "price_override",
    "fee_interval_count",
    "fee_interval_unit",
    "billing_mode",
    "proration",
}
# Where the periods of a line come from; each is the contract's on the day it is booked.
RHYTHM_FIELDS = (
    "billing_interval_count",
    "billing_interval_unit",
    "alignment",
    "billing_day",
    "date_anchor",
)
BOOKED = {"store": True, "precompute": True, "required": False, "default": None}
# A change of these touches every day of a line, one of its end only those after it.
RULED_FIELDS = {"component_id", "contract_id", "quantity", "date_start", "date_end"}
# Computed when a line is booked; a successor goes on with what was agreed (C6).
AGREED_FIELDS = (
    "price_id",
    "agreed_steps",
    "fee_interval_count",
    "fee_interval_unit",
    "billing_mode",
    "proration",
    *RHYTHM_FIELDS,
)


# What the charges of a line were made for.
BILLED_TERMS = {*BILLED_FIELDS, *AGREED_FIELDS}


class SubscriptionContractLine(models.Model):
    """One booked component: what, how much, at which price, from when to when."""

    _name = "subscription.contract.line"
    _description = "Subscription Contract Line"
    _inherit = ["subscription.timeline.mixin", "subscription.recurrence.mixin"]
    _order = "contract_id, sequence, id"
    _check_company_auto = True

    contract_id = fields.Many2one(
        "subscription.contract", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    state = fields.Selection(related="contract_id.state")
    sequence = BigCount(default=10)
    component_id = fields.Many2one(
        "subscription.component",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    product_id = fields.Many2one(related="component_id.product_id", store=True)
    kind = fields.Selection(related="component_id.kind", store=True)
    name = Label(
        compute="_compute_from_component",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    quantity = Number(
        compute="_compute_from_component",
        store=True,
        readonly=False,
        precompute=True,
        digits="Product Unit",
    )
    date_start = Day(
        compute="_compute_date_start", store=True, readonly=False, precompute=True
    )
    date_end = Day(help="Last day, inclusive; empty = as long as the contract.")
    charge_ids = fields.One2many("subscription.charge", "line_id")
    # Rhythm.
    fee_interval_count = Count(compute="_compute_rhythm", **BOOKED)
    fee_interval_unit = fields.Selection(compute="_compute_rhythm", **BOOKED)
    billing_mode = fields.Selection(BILLING_MODES, compute="_compute_rhythm", **BOOKED)
    billing_interval_count = Count(compute="_compute_rhythm", **BOOKED)
    billing_interval_unit = fields.Selection(compute="_compute_rhythm", **BOOKED)
    alignment = fields.Selection(compute="_compute_rhythm", **BOOKED)
    billing_day = Count(compute="_compute_rhythm", **BOOKED)
    date_anchor = fields.Date(compute="_compute_rhythm", store=True, precompute=True)
    proration = fields.Selection(
        PRORATIONS, compute="_compute_rhythm", store=True, precompute=True
    )
    # Lines that go on.
    predecessor_id = fields.Many2one(
        "subscription.contract.line",
        "Continues",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The line that was booked before, at the old price.",
    )
    successor_ids = fields.One2many(
        "subscription.contract.line", "predecessor_id", "Continued By", copy=False
    )
    is_upcoming = fields.Boolean(
        readonly=True,
        copy=False,
        help="Its price is announced and not yet in force; until then the line it "
        "continues counts.",
    )
    _upcoming = models.Index("(company_id, date_start) WHERE is_upcoming")

    @api.depends("component_id")
    def _compute_from_component(self):
        for line in self:
            component = line.component_id
            lang = line.contract_id.partner_id.lang or self.env.lang
            line.name = component.with_context(lang=lang).name
            line.quantity = line.quantity or component.default_quantity

    @api.depends("contract_id.date_start")
    def _compute_date_start(self):
        for line in self:
            contract = line.contract_id
            if contract.state == "draft":
                line.date_start = contract.date_start
            elif not line.date_start:
                # Not back to the start: that would bill all past periods.
                line.date_start = contract.date_next_billing or contract.date_start

    @api.onchange("has_price_override")
    def _onchange_has_price_override(self):
        if self.has_price_override and not self.price_override:
            self.price_override = self.price_id.amount

    @api.constrains("date_start", "date_end")
    def _check_dates(self):
        if self._is_applying():
            return  # a price may be replaced from its very first day: it never was
        for line in self:
            if line.date_end and line.date_start and line.date_end < line.date_start:
                raise invalid(self.env)._(
                    "%(contract)s, %(line)s: the end %(end)s lies before the "
                    "start %(start)s.",
                    contract=line.contract_id.display_name,
                    line=line.name,
                    end=line.date_end,
                    start=line.date_start,
                )

    @api.constrains("quantity", "price_override")
    def _check_amounts(self):
        for line in self:
            if line.quantity < 0 or line.price_override < 0:
                raise invalid(self.env)._(
                    "%(contract)s, %(line)s: quantity and price must not be negative.",
                    contract=line.contract_id.display_name,
                    line=line.name,
                )

    @api.constrains("component_id", "contract_id")
    def _check_component_of_plan(self):
        if self._is_applying():
            return  # a change to another plan may lie ahead
        for line in self:
            if line.component_id.plan_id != line.contract_id.plan_id:
                raise invalid(self.env)._(
                    "%(contract)s: %(component)s is not part of the plan %(plan)s.",
                    contract=line.contract_id.display_name,
                    component=line.component_id,
                    plan=line.contract_id.plan_id,
                )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._follow_up("line_added", lambda it: it._("Booked"), "date_start")
        lines._check_rules(lines.component_id, lines._get_first_day())
        return lines

    def _get_full_name(self):
        return f"{self.contract_id.display_name}: {self.name}"

    def _get_open_fields(self):
        return {
            **super()._get_open_fields(),
            "name": "Text of invoices to come; logged",
            "sequence": "Order on the form and on invoices",
            "date_end": "Ends it; logged",
        }

    def write(self, vals):
        if vals.keys() & BILLED_FIELDS:
            self._check_not_billed()
        self._check_agreed(vals)
        if "name" in vals:
            self._log_renamed(vals["name"])
        if not RULED_FIELDS & vals.keys():
            return super().write(vals)
        is_end = RULED_FIELDS & vals.keys() == {"date_end"}
        contracts, components = self.contract_id, self.component_id
        before = self._get_first_day(is_end)
        result = super().write(vals)
        if "date_end" in vals:
            self._follow_up(
                "line_ended", lambda it: it._("End date changed"), "date_end"
            )
        days = [day for day in (before, self._get_first_day(is_end)) if day]
        self._check_rules(
            components | self.component_id, min(days, default=None), contracts
        )
        return result

    def _log_renamed(self, name):
        for line in self:
            if line.state != "draft" and line.name != name and not self._is_applying():
                self.env["subscription.event"]._log(
                    "changed",
                    line.contract_id,
                    said(self.env)._("Text of a line edited"),
                    value_old=line.name,
                    value_new=name,
                )

    def _check_not_ended(self):
        for contract in self.contract_id:
            if contract.state == "ended":
                raise refusal(self.env)._(
                    "Contract %s has ended; nothing can be booked any more.",
                    contract.display_name,
                )

    def _follow_up(self, event_type, tell, date_field):
        """Log what happened to lines of running contracts and look what is due now.

        :param tell: callable(``said``) that says what happened, for the log
        """
        if self._is_applying():
            return  # which logs what it does, and looks once for all of them
        verb = tell(said(self.env))
        self._check_not_ended()
        running = self.filtered(lambda line: line.contract_id.state != "draft")
        for line in running:
            self.env["subscription.event"]._log(
                event_type,
                line.contract_id,
                verb.followed_by(line.name),
                date_effective=line[date_field],
            )
        running.contract_id._follow_edit()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        self._check_not_billed()

    def _check_not_billed(self):
        charge = (
            self.env["subscription.charge"]
            .sudo()
            .search([("line_id", "in", self.ids), ("is_void", "=", False)], limit=1)
        )
        if charge:
            raise refusal(self.env)._(
                "%(contract)s: %(line)s has been billed (%(period)s) and keeps its "
                "terms. End it and add a new line from the day of the change.",
                contract=charge.contract_id.display_name,
                line=charge.line_id.name,
                period=charge._get_period_name(),
            )

    # ----------------------------------------------------------------------
    # Rhythm
    #
    # A line keeps the rhythm it was booked with. Where a contract goes on in another
    # rhythm, its lines go on as new ones, and what was billed keeps its periods (T1).
    # ----------------------------------------------------------------------

    @api.depends(
        "component_id",
        "contract_id.fee_interval_count",
        "contract_id.fee_interval_unit",
        "contract_id.billing_interval_count",
        "contract_id.billing_interval_unit",
        "contract_id.billing_mode",
        "contract_id.alignment",
        "contract_id.billing_day",
        "contract_id.date_anchor",
    )
    def _compute_rhythm(self):
        for line in self:
            contract = line.contract_id
            if contract.state != "draft" and line.billing_interval_unit:
                continue  # T1: periods stay where they were
            line.update(line._prepare_rhythm(contract))

    def _prepare_rhythm(self, source):
        """Rhythm of this line's component beside that of ``source``, a contract or a
        variant."""
        component, own = self.component_id, self.component_id.has_own_interval
        vals = {name: source[name] for name in RHYTHM_FIELDS if name in source._fields}
        return {
            **vals,
            "fee_interval_count": (
                component.interval_count if own else source.fee_interval_count
            ),
            "fee_interval_unit": (
                component.interval_unit if own else source.fee_interval_unit
            ),
            "billing_mode": (
                "arrears"
                if component.kind == "metered"
                else component.billing_mode or source.billing_mode
            ),
            "proration": component.proration,
        }

    # ----------------------------------------------------------------------
    # Rules of components
    #
    # Changes of a running contract's lines keep the rules of their components.
    # ----------------------------------------------------------------------

    def unlink(self):
        contracts, components = self.contract_id, self.component_id
        since = self._get_first_day()
        self._follow_up("line_ended", lambda it: it._("Removed"), "date_start")
        result = super().unlink()
        self.browse()._check_rules(components, since, contracts)
        return result

    def _get_first_day(self, is_end=False):
        """First day these lines are valid, or the first one they no longer are."""
        if is_end:
            days = [as_stop(line.date_end) for line in self if line.date_end]
        else:
            days = [line.date_start for line in self if line.date_start]
        return min(days, default=None)

    def _check_rules(self, components, since, contracts=None):
        if self._is_applying():
            return  # ends lines and goes on with the same at another price
        running = (self.contract_id | (contracts or self.contract_id)).filtered(
            lambda contract: contract.state not in ("draft", "ended")
        )
        rules = self.env["subscription.component.rules"]
        rules._check(running, components, since)

    # ----------------------------------------------------------------------
    # Lines that go on
    #
    # Lines that go on under a new price: the old one ends the day before, the new one
    # names it. What was billed by the old one stays as it is (C6).
    # ----------------------------------------------------------------------

    def _prepare_copy(self, day):
        """Values for a contract that is made of this one and starts on a day. It ends
        where that lies ahead, and not where another line continues it."""
        has_end = self.date_end and self.date_end >= day and not self.successor_ids
        (vals,) = self.copy_data({"date_end": has_end and self.date_end})
        return {
            name: vals[name] for name in vals.keys() - {"contract_id", "date_start"}
        }

    def _get_interval_text(self):
        """One interval as "month" or "3 months", in the language of ``env``."""
        self.ensure_one()
        units = {
            "day": (self.env._("day"), self.env._("days")),
            "week": (self.env._("week"), self.env._("weeks")),
            "month": (self.env._("month"), self.env._("months")),
            "quarter": (self.env._("quarter"), self.env._("quarters")),
            "half_year": (self.env._("half-year"), self.env._("half-years")),
            "year": (self.env._("year"), self.env._("years")),
        }
        one, many = units[self.fee_interval_unit]
        count = self.fee_interval_count
        return one if count == 1 else f"{count} {many}"

    # ----------------------------------------------------------------------
    # Writing the timeline
    #
    # The three ways the timeline of a contract is written: a line goes on under other
    # terms, a component is booked, a line ends. Planner and ledger do the rest (X2).
    # ----------------------------------------------------------------------

    def _prepare_agreed(self):
        """What was agreed for this line, as values to write."""
        self.ensure_one()
        return self._convert_to_write({name: self[name] for name in AGREED_FIELDS})

    def _get_chain(self):
        """The lines of one thing that is booked: the first one and all that continue
        it, whatever became of quantity, price and plan."""
        first = self._get_first()
        return self.contract_id.line_ids.filtered(
            lambda line: line._get_first() == first
        )

    def _get_first(self):
        line = self
        while line.predecessor_id:
            line = line.predecessor_id
        return line

    def _go_on(self, day, vals, today, spare=None):
        """Let the line go on under other terms.

        :param date day: first day of the new terms
        :param dict vals: what is new; all else stays as it was agreed
        :param date today: a successor that starts later is marked as upcoming
        :param spare: a line of before to be used again, see ``_write_anew``
        :return: the successor; the line itself where it only begins on ``day``; the
            one before where both are the same then
        """
        self.ensure_one()
        line = self._get_applying()
        before = line.date_end
        if line._begins_on(day):
            line.write(line._get_news(vals))
            return line if day > today else line._merge()
        line._end_on(day)  # first: two lines must not claim the same usage (X4)
        successor = line._write_anew(
            spare,
            {
                **line.copy_data()[0],
                **line._prepare_agreed(),
                **vals,
                "date_start": day,
                "date_end": before,
                "predecessor_id": line.id,
                "is_upcoming": day > today,
            },
        )
        (line.successor_ids - successor).predecessor_id = successor
        return successor

    def _write_anew(self, spare, vals):
        """A line of these values: ``spare`` where it may be rewritten, else a new one.

        :param spare: a line that never was valid, or None; one that was billed keeps
            what it was billed for
        """
        if spare:
            news = spare._get_news(vals)
            if not spare.charge_ids or not news.keys() & BILLED_TERMS:
                spare._get_applying().write(news)
                return spare
        line = self._get_applying().create(vals)
        # Odoo computes some of them anew when a line is created.
        line.write(line._get_news(vals))
        return line

    def _get_news(self, vals):
        """Those of the values that are another than the line's."""
        self.ensure_one()

        def as_cached(name, value):
            return self._fields[name].convert_to_cache(value, self)

        return {
            name: value
            for name, value in vals.items()
            if as_cached(name, value) != as_cached(name, self[name])
        }

    def _begins_on(self, day):
        """Whether nothing of the line has been billed and it only begins."""
        return self.date_start == day and not self.charge_ids

    def _merge(self):
        """Change and change back on the same day leave nothing behind (M3)."""
        before = self.predecessor_id
        names = (*AGREED_FIELDS, "component_id", "quantity", "price_override")
        is_same = before and all(before[name] == self[name] for name in names)
        if not is_same or as_stop(before.date_end) != self.date_start:
            return self
        before.date_end = self.date_end
        self.successor_ids.predecessor_id = before
        self.unlink()
        return before

    def _book(self, contract, component, day, vals, today, spare=None):
        """Book a component from ``day`` on.

        :param dict vals: all that is agreed of it: quantity, price, rhythm
        :param spare: as in ``_go_on``
        :return: the line
        """
        return self._write_anew(
            spare,
            {
                "contract_id": contract.id,
                "component_id": component.id,
                "date_start": day,
                "date_end": False,
                "predecessor_id": False,
                "is_upcoming": day > today,
                **vals,
            },
        )

    def _end_on(self, stop):
        """Let lines end the day before ``stop``; before their start: never valid."""
        self._get_applying().date_end = as_last(stop)
