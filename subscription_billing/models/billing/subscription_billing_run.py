import logging
import time

from odoo import api, fields, models

from ..failures import RETRYABLE, isolate
from ..sentences import refusal

_logger = logging.getLogger(__name__)
BATCH_SIZE = 100
# The first batch is small so that a run that is killed early has shown progress.
FIRST_BATCH_SIZE = 20
# Contracts looked at for a batch: so wide that some are left that no other worker has
# locked.
WINDOW = 20 * BATCH_SIZE
# Batches given up to other workers before the run itself gives up.
MAX_CONFLICTS = 20
RUN_STATES = [
    ("draft", "Planned"),
    ("running", "Running"),
    ("interrupted", "Interrupted"),
    ("done", "Done"),
    ("failed", "Done with failures"),
]


class SubscriptionBillingRun(models.Model):
    """One run of the billing: date, scope, progress and results (X5, O1)."""

    _name = "subscription.billing.run"
    _inherit = "subscription.process.lock"
    _description = "Subscription Billing Run"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, default="/", readonly=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date("Billing Date", required=True, readonly=True)
    trigger = fields.Selection(
        [
            ("schedule", "Scheduled"),
            ("manual", "By hand"),
            ("command", "Command line"),
            ("threshold", "Threshold exceeded"),
        ],
        default="manual",
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users", default=lambda self: self.env.user, readonly=True
    )
    state = fields.Selection(RUN_STATES, default="draft", required=True, readonly=True)
    contract_ids = fields.Many2many(
        "subscription.contract", readonly=True, help="Empty = all contracts due."
    )
    contract_count = fields.Integer("Contracts", readonly=True)
    failure_count = fields.Integer("Failures", readonly=True)
    invoice_count = fields.Integer(readonly=True)
    amount_untaxed = fields.Monetary(
        "Net", currency_field="company_currency_id", readonly=True
    )
    amount_total = fields.Monetary(
        "Total", currency_field="company_currency_id", readonly=True
    )
    duration = fields.Float("Duration (s)", readonly=True)
    move_ids = fields.One2many("account.move", "subscription_run_id", "Invoices")
    charge_ids = fields.One2many("subscription.charge", "run_id", "Charges")
    event_ids = fields.One2many("subscription.event", "run_id", "Events")
    failure_ids = fields.One2many(
        "subscription.event",
        "run_id",
        "Failed Contracts",
        domain=[("type", "=", "parked")],
    )
    is_interim = fields.Boolean(
        "Interim", readonly=True, help="Bills the usage of open periods as well."
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                sequence = self.env["ir.sequence"].with_company(company)
                vals["name"] = sequence.next_by_code("subscription.billing.run")
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if any(run.state != "draft" for run in self):
            raise refusal(self.env)._(
                "A billing run that was started stays in the log."
            )

    def action_view_invoices(self):
        action = "account.action_move_out_invoice_type"
        return self._view(action, [("subscription_run_id", "=", self.id)])

    def action_view_failures(self):
        action = "subscription_billing.subscription_contract_action"
        return self._view(action, [("id", "in", self.failure_ids.contract_id.ids)])

    def _view(self, action, domain):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(action)
        return {**action, "domain": domain, "context": {"create": False}}

    @api.model
    def _get_billing_date(self, tz):
        """Today in a time zone. The one place that reads the clock (T3)."""
        now = fields.Datetime.now()  # noqa: TID251 - this is the one place
        return fields.Datetime.context_timestamp(self.with_context(tz=tz), now).date()

    @api.model
    def _cron_bill(self):
        """Bill what is due today, each contract by the calendar of its time zone."""
        contracts = self.env["subscription.contract"]
        for company in self.env["res.company"].search([]):
            latest = self._get_billing_date("Pacific/Kiritimati")  # UTC+14
            # What ends has to be looked at as well, even if nothing is due.
            domain = fields.Domain("company_id", "=", company.id) & (
                fields.Domain(contracts._get_due_domain(latest))
                | fields.Domain(contracts._get_over_domain(latest))
                | fields.Domain(contracts._get_step_domain(latest))
            )
            for (tz,) in contracts._read_group(domain, ["tz"]):
                self._run_for_date(
                    self._get_billing_date(tz), company, tz=tz, trigger="schedule"
                )

    @api.model
    def _run_for_date(self, day, companies, tz=None, trigger="command", scope=()):
        """Bill everything due up to ``day``, committing batch by batch (T7).

        :param date day: billing date, inclusive
        :param companies: ``res.company`` records
        :param str tz: only contracts of this time zone; None for all
        :param str trigger: what started it, for the log
        :param scope: domain on ``subscription.contract``; empty for all
        :return: the runs made, none for a company with nothing due
        """
        self._check_guards()
        running = self.sudo().search([("state", "=", "running")])
        running._get_abandoned().state = "interrupted"
        runs = self.browse()
        contracts = self.env["subscription.contract"]
        for company in companies:
            own = [("company_id", "=", company.id), *scope]
            if tz:
                own.append(("tz", "=", tz))
            self._reach_steps(day, own)
            due = [*contracts._get_due_domain(day), *own]
            if contracts.search_count(due, limit=1):
                run = self.sudo().create(
                    {"company_id": company.id, "date": day, "trigger": trigger}
                )
                run._process_committing(own)
                runs += run
            self._end_contracts(day, own)
        return runs

    def _reach_steps(self, day, scope):
        """What happens to contracts by itself by ``day``, committing batch by batch."""
        contracts = self.env["subscription.contract"]
        self._work_by_day(
            [*scope, *contracts._get_step_domain(day)],
            day,
            lambda part: part._reach(day),
        )

    def _end_contracts(self, day, scope):
        """End the contracts whose last day has passed, committing batch by batch."""
        contracts = self.env["subscription.contract"]
        self._work_by_day(
            [*scope, *contracts._get_over_domain(day)],
            day,
            lambda part: part._end_by_date(day),
        )

    def _work_by_day(self, domain, day, work):
        """Work on the contracts of ``domain``; what fails is parked with its reason."""
        contracts = self.env["subscription.contract"]
        self._work_once(
            contracts, domain, work, lambda part, error: part._park_for(error, day)
        )

    def _work_once(self, records, domain, work, on_failure, limit=BATCH_SIZE):
        """Work once on each record of ``domain``, whatever it says of itself
        afterwards, committing batch by batch (X5).

        :param records: the model
        :param work, on_failure: as in ``isolate``
        :return: False if time was up before the end
        """
        seen = set()

        def claim():
            wanted = [*domain, ("id", "not in", list(seen))]
            found = records.search(wanted, order="id", limit=WINDOW)
            return self._lock(found, domain, limit)

        def work_isolated(batch):
            isolate(self.env, batch, work, on_failure)
            seen.update(batch.ids)

        return self._commit_batches(claim, work_isolated)

    def _check_guards(self):
        """Refuse to bill without the constraints that make it safe (X1)."""
        missing = self.env["subscription.watchdog"]._get_missing_guards()
        if missing:
            raise refusal(self.env)._(
                "Billing refuses to start: the database lacks the guards %(guards)s. "
                "Update the module subscription_billing and read its log.",
                guards=", ".join(missing),
            )

    def _process(self, scope):
        """Work through the due contracts of ``scope`` in the caller's transaction.

        :param list scope: domain on ``subscription.contract``
        """
        self.ensure_one()
        self._check_guards()
        seen = set()
        while batch := self._claim(scope, seen, BATCH_SIZE):
            seen.update(batch.ids)
            self._process_batch(batch)
        self.state = "failed" if self.failure_count else "done"

    def _process_committing(self, scope):
        """The same, with a commit after each batch, so that a run may be killed at
        any moment and any number of runs may work at once (X5)."""
        self.ensure_one()
        seen = set()

        def claim():
            return self._claim(scope, seen, BATCH_SIZE if seen else FIRST_BATCH_SIZE)

        def work(batch):
            self._process_batch(batch)
            seen.update(batch.ids)

        with self._held():
            self.state = "running"
            self.env["ir.cron"]._commit_progress(0)
            if not self._commit_batches(claim, work):
                self.env.ref("subscription_billing.ir_cron_bill")._trigger()
            self.state = "failed" if self.failure_count else "done"
            self.env["ir.cron"]._commit_progress(0)

    def _commit_batches(self, claim, work):
        """Claim a batch, work on it, commit; until nothing is left or time is up.

        A batch that another worker was faster with is rolled back and claimed anew
        from a fresh snapshot.

        :param claim: callable that returns locked records, empty at the end
        :param work: callable that gets them
        :return: False if time was up before the end
        """
        conflicts = 0
        while True:
            try:
                batch = claim()
                if not batch:
                    return True
                work(batch)
                left = self.env["ir.cron"]._commit_progress(len(batch))
            except RETRYABLE as error:
                self.env.cr.rollback()
                conflicts += 1
                if conflicts > MAX_CONFLICTS:
                    raise
                _logger.info("A batch of the billing starts anew: %s", error)
            else:
                conflicts = 0
                if not left:
                    return False

    def _claim(self, scope, seen, limit):
        """Lock the next due contracts that nobody else is billing.

        Where a customer gets one invoice for all contracts, they are claimed together.
        """
        contracts = self.env["subscription.contract"].with_company(self.company_id)
        domain = [*self._get_claim_domain(), *scope, ("id", "not in", list(seen))]
        window = contracts.search(domain, limit=WINDOW, order="partner_id, id")
        due = self._lock(window, domain, limit)
        if due and self.company_id.subscription_billing_group == "partner":
            rest = [*domain, ("partner_id", "=", due[-1:].partner_id.id)]
            due |= self._lock(contracts.search(rest), rest, None)
        return due

    def _get_claim_domain(self):
        """An interim run does not wait for the day a contract is due."""
        contracts = self.env["subscription.contract"]
        if self.is_interim:
            return contracts._get_open_domain(self.date)
        return contracts._get_due_domain(self.date)

    def _lock(self, records, domain, limit):
        """Lock up to ``limit`` records nobody else has locked and that still match:
        another worker may have been there between the search and the lock."""
        return records.try_lock_for_update(limit=limit).filtered_domain(domain)

    def _process_batch(self, contracts):
        started = time.perf_counter()
        moves = self.env["subscription.invoicing"]._bill(contracts, self.date, self)
        failed = contracts.filtered(lambda contract: contract.date_retry)
        self.write(
            {
                "contract_count": self.contract_count + len(contracts),
                "failure_count": self.failure_count + len(failed),
                "invoice_count": self.invoice_count + len(moves),
                "amount_untaxed": self.amount_untaxed
                + sum(moves.mapped("amount_untaxed_signed")),
                "amount_total": self.amount_total
                + sum(moves.mapped("amount_total_signed")),
                "duration": self.duration + time.perf_counter() - started,
            }
        )
