from odoo import fields, models


class SubscriptionContract(models.Model):
    """What happens to a contract by itself when a day is reached: its trial is over, a
    pause begins or ends, a change that was scheduled comes into force. The timeline
    knows all of it already; only what is true *today* moves, so billing is right even
    if the steps are late."""

    _inherit = "subscription.contract"

    date_next_step = fields.Date(
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="When something happens to the contract by itself.",
    )

    def _get_step_dates(self):
        """Days on which something is still to happen, past ones too.

        :return: list of dates; each is gone when its step was taken
        """
        self.ensure_one()
        return []

    def _take_steps(self, day):
        """Do what ``day`` has reached; nothing if it was done before.

        :param date day: today for these contracts
        """
        return

    def _refresh_next_step(self):
        for contract in self:
            open_ = contract.state not in ("draft", "ended")
            day = min(contract._get_step_dates(), default=False) if open_ else False
            if contract.date_next_step != day:
                contract.sudo().date_next_step = day

    def _reach(self, day):
        """Take the steps of ``day``, and note the next ones."""
        self._take_steps(day)
        self._refresh_next_step()

    def _get_step_domain(self, day):
        """Contracts something happens to by ``day``."""
        return [("date_next_step", "<=", day)]
