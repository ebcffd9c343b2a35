import sys
from datetime import date
from unittest.mock import patch

from odoo.fields import Command
from odoo.orm import environments
from odoo.tests import new_test_user
from odoo.tools.translate import get_translation

from ..models.private_context import Private
from .prepared_companies import PreparedCompanies


def _translate_formatted(module, lang, source, args):
    """Odoo's, and a check that the addon's sentences get no day as it is stored."""
    caller = sys._getframe(2).f_globals.get("__name__", "")
    values = args.values() if isinstance(args, dict) else args
    if "subscription_billing" in caller:
        raw = [value for value in values if isinstance(value, date)]
        assert not raw, f"{source!r} is given {raw}; use format_date"
    return get_translation(module, lang, source, args)


class SubscriptionCommon(PreparedCompanies):
    """Verbs for stories about contracts; makes all the data it needs.

    One plan with a base fee and seats, EUR-independent: the test company's currency.
    Dates are given, never read from the clock.
    """

    # Whether ``subscribe`` confirms orders by e-mail; most stories have no addresses.
    confirms_orders = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(
            patch.object(environments, "get_translation", _translate_formatted)
        )
        cls.company = cls.env.company
        cls.env.user.group_ids += cls.env.ref(
            "subscription_billing.subscription_billing_group_manager"
        )
        cls.product_a.taxes_id = cls.tax_sale_a
        cls.plan = cls.env["subscription.plan"].create(
            {"name": "Cloud", "code": "cloud"}
        )
        cls.base = cls._component("base", "Cloud base fee", kind="base")
        cls.seats = cls._component("seats", "Seats", kind="quantity", is_required=False)
        cls.setup = cls._component("setup", "Setup", kind="setup", is_required=False)
        cls._price(cls.base, 30.0)
        cls._price(cls.seats, 5.0, model="per_unit")
        cls._price(cls.setup, 99.0)
        cls.monthly = cls._variant("monthly")
        cls.customer = cls._customer("Ada GmbH")

    @classmethod
    def _component(cls, code, name, **vals):
        return cls.env["subscription.component"].create(
            {
                "plan_id": cls.plan.id,
                "code": code,
                "name": name,
                "product_id": cls.product_a.id,
                **vals,
            }
        )

    @classmethod
    def _price(cls, component, amount, model="flat", **vals):
        return cls.env["subscription.price"].create(
            {
                "component_id": component.id,
                "currency_id": cls.company.currency_id.id,
                "price_model": model,
                "amount": amount,
                **vals,
            }
        )

    @classmethod
    def _variant(cls, code, **vals):
        return cls.env["subscription.plan.variant"].create(
            {
                "plan_id": cls.plan.id,
                "name": code.capitalize(),
                "code": code,
                "currency_id": cls.company.currency_id.id,
                **vals,
            }
        )

    @classmethod
    def _customer(cls, name, **vals):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "country_id": cls.company.account_fiscal_country_id.id,
                **vals,
            }
        )

    @classmethod
    def _clerk(cls, login, groups, company=None, **vals):
        """A user who works for one company, the test's if none is given."""
        company = company or cls.company
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            **vals,
        )

    def draft(self, on, variant=None, **vals):
        """A draft contract from the day ``on`` (ISO)."""
        return self.env["subscription.contract"].create(
            {
                "partner_id": self.customer.id,
                "variant_id": (variant or self.monthly).id,
                "date_start": on,
                **vals,
            }
        )

    def subscribe(self, on, variant=None, quantities=None, **vals):
        """An active contract; ``quantities`` books components: {component: qty}."""
        booked = {self.base: 1.0, **(quantities or {})}
        vals.setdefault(
            "line_ids",
            [
                Command.create({"component_id": component.id, "quantity": quantity})
                for component, quantity in booked.items()
            ],
        )
        contract = self.draft(on, variant, **vals)
        is_silent = not self.confirms_orders
        contract.with_context(subscription_silent=Private(is_silent)).action_activate()
        return contract

    def plan_for(self, contracts, on):
        """What is due up to ``on`` (ISO): dict contract -> ``engine.charge.Plan``."""
        return self.env["subscription.planning"]._plan(contracts, self.day(on))

    def bill(self, on, contracts=None):
        """Bill everything due up to ``on``, without committing; returns the run."""
        runs = self.env["subscription.billing.run"].sudo()
        run = runs.create({"company_id": self.company.id, "date": on})
        scope = [("company_id", "=", self.company.id)]
        if contracts is not None:
            scope.append(("id", "in", contracts.ids))
        run._process(scope)
        return run.sudo(False)

    def advance(self, on, contracts=None):
        """Let the clock reach ``on`` as the scheduled action does: what happens by
        itself, billing, ends. Returns the run, empty if nothing was due."""
        runs = self.env["subscription.billing.run"].sudo()
        scope = [] if contracts is None else [("id", "in", contracts.ids)]
        crons = type(self.env["ir.cron"])
        # The transaction of a test is not to be committed.
        with patch.object(crons, "_commit_progress", return_value=60.0):
            run = runs._run_for_date(self.day(on), self.company, scope=scope)
        return run.sudo(False)

    def on_day(self, today):
        """What the one method that reads the clock answers meanwhile."""
        runs = type(self.env["subscription.billing.run"])
        day = self.day(today)
        return patch.object(runs, "_get_billing_date", return_value=day)

    def assertCharges(self, contract, expected):
        """Live charges as (kind, from, to, amount), by start and kind."""
        charges = contract.charge_ids.filtered(lambda charge: not charge.is_void)
        actual = sorted(
            (charge.kind, str(charge.date_start), str(charge.date_end), charge.amount)
            for charge in charges
        )
        self.assertEqual(actual, sorted(expected))

    def assertLastEvent(self, contract, **expected):
        events = self.env["subscription.event"].with_context(lang=contract.env.lang)
        event = events.search([("contract_id", "=", contract.id)], limit=1)
        self.assertRecordValues(event, [expected])

    def assertHealthy(self):
        findings = self.env["subscription.watchdog"]._get_findings(self.company)
        self.assertEqual(findings, [])

    @staticmethod
    def day(text):
        return date.fromisoformat(text)
