from odoo import models

from ..sentences import refusal


class SubscriptionChangeKind(models.AbstractModel):
    """What one kind of change does. Each kind is a service of its own, named
    ``subscription.change.kind.<kind>``; ``change`` is always one change of that kind,
    and ``day`` the first day of what is new."""

    _name = "subscription.change.kind"
    _description = "Kind of Change"
    # Whether it is about lines: made later for an earlier day, it reaches what came
    # after it.
    _is_of_lines = False
    _is_end = False

    def _is_offered(self, contract):
        """Whether the dialog offers it for a contract as it stands today."""
        return not self._is_of_lines or bool(self._get_offered_lines(contract))

    def _get_offered_lines(self, contract):
        """Lines with fees per period it may be about: those that are not over."""
        today = contract._get_today()
        return contract.line_ids.filtered(
            lambda line: line._is_recurring()
            and line._as_validity()
            and (not line.date_end or line.date_end >= today)
        )

    def _get_offered_components(self, contract):
        """Components it may be about."""
        return contract.plan_id.component_ids.browse()

    def _get_offered_variants(self, contract):
        """Variants it may lead to."""
        return contract.variant_id.browse()

    def _get_default_timing(self, change):
        """When it counts if nobody says so: one of ``TIMINGS``."""
        return change.timing or "now"

    def _get_effective_date(self, change, today):
        """First day of what is new.

        :param date today: today for the contract
        :raise UserError: naming a day that would do
        """
        return change._get_timed_date(today)

    def _check(self, change, day):
        """Refuse what is not possible.

        :raise UserError: naming the contract and what would do
        """

    def _describe(self, change):
        """What was and what is to be, as the reader of the log knows it: two texts,
        False for nothing. Called before it is applied."""
        return False, False

    def _apply(self, change, day, today):
        """Write it into the timeline of the contract."""

    def _reach(self, change, day):
        """Write what is true of the contract from now on; the day has come."""
        header = self._prepare_header(change)
        if header:
            change.contract_id._get_applying().write(header)

    def _take_back(self, change):
        """Put back what ``_apply`` wrote, apart from lines; the day has not come."""

    def _withdraw(self, change):
        """What else there is to do when it is taken back for good."""

    def _prepare_header(self, change):
        """What is true of the contract itself from the first day on, as values."""
        return {}

    def _get_since(self, change, today):
        """Rank of the first change that is derived anew when this one comes or goes."""
        return change._get_rank()

    def _reaches(self, change, other):
        """Whether another change, in force since a later day, is made upon this one:
        it touches the same line, or all lines there are."""
        if not self._is_of_lines or not other.row_ids:
            return False
        lines = other.row_ids.line_id | other.row_ids.successor_id
        touched = lines & change.line_id._get_chain()
        return bool(touched) or not other._get_kind()._is_of_lines

    def _get_event_type(self, change, event_type):
        """Type of the event: in force, scheduled, withdrawn or lapsed."""
        return event_type

    def _get_message(self, change):
        """What the log calls it."""
        return dict(change._fields["kind"]._description_selection(self.env))[
            change.kind
        ]

    # ------------------------------------------------------------------
    # Checks that several kinds make
    # ------------------------------------------------------------------

    def _check_line(self, change, day):
        """The line must be booked on the day, as itself or as what continues it."""
        contract, line = change.contract_id, change.line_id
        if not line or line.contract_id != contract:
            raise refusal(self.env)._(
                "Contract %s: choose one of its lines.", contract.display_name
            )
        if not change._get_line():
            line = line._get_chain().filtered(lambda it: it._as_validity())[-1:] or line
            raise refusal(self.env)._(
                "Contract %(contract)s: %(line)s is booked from %(start)s to "
                "%(end)s. Choose a day within, or the line of %(day)s.",
                contract=contract.display_name,
                line=line.name,
                start=line.date_start,
                end=line.date_end or "…",
                day=day,
            )

    def _check_nothing_later(self, change, day):
        """What was agreed for later days was agreed for the old plan."""
        later = change.contract_id.line_ids.filtered(
            lambda line: line.date_start > day
            and (not line.date_end or line.date_end >= line.date_start)
        )
        if later:
            raise refusal(self.env)._(
                "Contract %(contract)s: %(line)s begins later, on %(start)s. "
                "Choose that day or a later one, or withdraw that change first.",
                contract=change.contract_id.display_name,
                line=later[0].name,
                start=max(later.mapped("date_start")),
            )
