from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..discount_common import DiscountCommon
from ..usage_intake_common import GROUP_USAGE, GROUP_USER, UsageIntakeCommon

GROUP_MANAGER = "subscription_billing.subscription_billing_group_manager"
# Model -> rights of user, manager and accountant: read, write, create, unlink.
RIGHTS = {
    "subscription.meter": ("r", "rwcu", "r"),
    "subscription.meter.filter": ("r", "rwcu", "r"),
    "subscription.usage": ("rwcu", "rwcu", "r"),
    "subscription.usage.alert": ("r", "rwcu", "r"),
    "subscription.usage.notice": ("r", "r", "r"),
    "subscription.price.tier": ("r", "rwcu", "r"),
    "subscription.price.change": ("r", "rwcu", "r"),
    "subscription.discount": ("r", "rwcu", "r"),
    "subscription.contract.discount": ("r", "r", "r"),
    "subscription.bonus": ("r", "rwcu", "r"),
}


@tagged("post_install", "-at_install", "usage")
class TestUsageCompanies(UsageIntakeCommon, DiscountCommon):
    """O2: two companies with the same meter codes, contract references and event keys,
    one of them in yen, and customers who read German."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.yen = cls.env.ref("base.JPY")
        cls.yen.active = True
        cls.plan.company_id = cls.company
        cls.other_data = cls.setup_other_company()
        cls.other = cls.other_data["company"]
        cls.env.user.company_ids += cls.other
        cls.theirs_env = cls.env(context={"allowed_company_ids": cls.other.ids})
        cls.theirs = cls._sell_theirs()

    def setUp(self):
        super().setUp()
        self.ours = self.metered(name="SAME")

    @classmethod
    def _sell_theirs(cls):
        """100 calls free, then 3.50 yen each."""
        env = cls.theirs_env
        taxes = [Command.set(cls.other_data["default_tax_sale"].ids)]
        product = env["product.product"].create({"name": "API", "taxes_id": taxes})
        vals = {"name": "Calls", "code": "calls", "company_id": cls.other.id}
        meter = env["subscription.meter"].create(vals)
        plan = {"name": "Theirs", "code": "theirs", "company_id": cls.other.id}
        plan = env["subscription.plan"].create(plan)
        vals = {"plan_id": plan.id, "name": "API", "kind": "metered"}
        vals.update(product_id=product.id, meter_id=meter.id, is_required=True)
        component = env["subscription.component"].create(vals)
        vals = {"currency_id": cls.yen.id, "free_quantity": 100}
        cls._price(component, 3.5, model="per_unit", **vals)
        vals = {"plan_id": plan.id, "name": "M", "currency_id": cls.yen.id}
        variant = env["subscription.plan.variant"].create(vals)
        return cls._activate_theirs(env, variant)

    @classmethod
    def _activate_theirs(cls, env, variant):
        contract = env["subscription.contract"].create(
            {
                "name": "SAME",
                "partner_id": cls._customer("Kunde", lang="de_DE").id,
                "variant_id": variant.id,
                "company_id": cls.other.id,
                "date_start": "2026-01-01",
                "tz": "Europe/Berlin",
            }
        )
        contract.action_activate()
        return contract

    def record_both(self, *quantities):
        """The same events, keys and all, to both companies."""
        events = [
            self.event(f"k{n}", contract="SAME", quantity=quantity)
            for n, quantity in enumerate(quantities)
        ]
        answers = self.record(*events), self.record_theirs(*events)
        self.assertEqual([each["created"] for each in answers], [len(events)] * 2)

    def record_theirs(self, *events):
        return self.theirs_env["subscription.usage"].record_usage(list(events))

    def bill_theirs(self, on):
        run = self.env["subscription.billing.run"].sudo()
        run = run.create({"company_id": self.other.id, "date": on})
        run._process([("company_id", "=", self.other.id)])
        return run

    def test_x4_a_key_is_unique_per_company(self):
        self.record_both(1100, 51)
        again = self.event("k0", contract="SAME", quantity=1)
        self.assertEqual(self.record(again)["duplicate"], 1)
        self.assertEqual(self.record_theirs(again)["duplicate"], 1)
        usage = self.usage.search([("key", "=", "k0")])
        self.assertEqual(usage.company_id, self.company + self.other)
        for event in usage:
            self.assertEqual(event.meter_id.company_id, event.company_id)
            self.assertEqual(event.contract_id.company_id, event.company_id)

    def test_get_usage_answers_for_the_current_company(self):
        self.record_both(1100, 51)
        for env, currency, amount in (
            (self.env, self.company.currency_id.name, 1.51),
            (self.theirs_env, "JPY", 3679.0),
        ):
            answer = env["subscription.contract"].get_usage("SAME", "2026-03-31")
            self.assertEqual(answer["currency"], currency)
            self.assertEqual(answer["meters"][0]["quantity"], 1151.0)
            self.assertEqual(answer["meters"][0]["amount"], amount)

    def test_m1_each_charge_in_the_step_of_its_currency(self):
        """51 calls beyond the free ones at 3.50 yen are 178.5, so 179."""
        self.record_both(100, 51)
        self.bill("2026-04-01", self.ours)
        self.bill_theirs("2026-04-01")
        charge = self.theirs.charge_ids.filtered("usage_count")
        self.assertEqual((charge.amount, charge.currency_id), (179.0, self.yen))
        self.assertEqual(charge.move_id.company_id, self.other)
        self.assertEqual(charge.move_id.amount_untaxed, 179.0)
        ours = self.usage_charges(self.ours).filtered("usage_count")
        self.assertEqual(ours.usage_ids.company_id, self.company)
        self.assertSlicesAddUp(charge + ours)
        findings = self.env["subscription.watchdog"]._get_findings
        self.assertEqual(findings(self.company + self.other), [])

    def test_a_run_of_one_company_leaves_the_events_of_the_other(self):
        self.record_both(2000)
        self.bill_theirs("2026-04-01")
        for company, is_billed in ((self.company, False), (self.other, True)):
            usage = self.usage.search([("company_id", "=", company.id)])
            self.assertEqual(bool(usage.charge_id), is_billed)

    def test_other_company_is_unknown(self):
        """Neither a contract nor a line of another company takes events."""
        self.ours.name = "OURS"
        line = self.ours.line_ids.filtered(lambda it: it.kind == "metered")
        for vals in ({"contract": "OURS"}, {"contract": ..., "line": line.id}):
            with self.subTest(vals):
                answer = self.record_theirs(self.event(**vals))
                self.assertEqual(answer["rejected"], 1, answer)
        with self.assertRaisesRegex(UserError, "no contract OURS in"):
            self.theirs_env["subscription.contract"].get_usage("OURS", "2026-03-31")

    def test_o2_no_method_answers_for_a_company_the_caller_does_not_belong_to(self):
        """Whatever companies a client names, and in whatever order."""
        user = new_test_user(
            self.env, "only_ours", GROUP_USAGE, company_id=self.company.id
        )
        foreign = self.other.ids
        for allowed in (
            foreign,
            foreign + self.company.ids,
            self.company.ids + foreign,
        ):
            env = self.env(user=user, context={"allowed_company_ids": allowed})
            contracts = env["subscription.contract"]
            events = [self.event(contract="SAME")]
            for method, args in (
                (contracts.get_usage, ("SAME", "2026-03-31")),
                (contracts.get_entitlements, ("SAME", "2026-03-31")),
                (contracts.get_status, ("SAME",)),
                (env["subscription.usage"].record_usage, (events,)),
            ):
                with (
                    self.subTest(allowed=allowed, method=method.__name__),
                    self.assertRaises(AccessError),
                ):
                    method(*args)
        self.assertFalse(self.usage.search([("contract_id", "=", self.theirs.id)]))

    def test_contract_and_meter_are_of_one_company(self):
        vals = {"contract_id": self.theirs.id, "meter_id": self.calls.id}
        with self.assertRaises(UserError):
            self.usage.create({**vals, "instant": "2026-03-01 12:00:00"})

    def test_o2_texts_in_the_language_of_the_customer(self):
        """Numbers, names and units; German reads 9.000 where English reads 9,000."""
        german = {"lang": "de_DE"}
        self.calls.with_context(**german).unit_name = "Aufrufe"
        self.customer.lang = "de_DE"
        self.use(self.ours, ("2026-03-05 10:00:00", 12_000))
        self.bill("2026-04-01", self.ours)
        text = self.usage_charges(self.ours)[-1].move_line_id.name
        self.assertIn("9.000 Aufrufe × 0,01 = 90,00", text)
        self.assertIn("2.000 Aufrufe × 0,005 = 10,00", text)
        self.assertIn("01.03.2026 – 31.03.2026", text)
        english = self.metered(partner_id=self._customer("Ann", lang="en_US").id)
        self.use(english, ("2026-03-05 10:00:00", 12_000))
        self.bill("2026-04-01", english)
        text = self.usage_charges(english)[-1].move_line_id.name
        self.assertIn("9,000 calls × 0.01 = 90.00", text)

    def test_o2_a_discount_is_of_one_company(self):
        with self.assertRaisesRegex(UserError, "it is offered by"):
            self.redeem(self.theirs, self._discount())

    def our_records(self):
        """One record of our company per model."""
        line = self.ours.line_ids.filtered(lambda it: it.kind == "metered")
        vals = {"meter_id": self.calls.id, "property": "region", "values": "eu"}
        condition = self.env["subscription.meter.filter"].create(vals)
        alert = self.env["subscription.usage.alert"]
        alert = alert.create({"component_id": self.api.id})
        notice = self.env["subscription.usage.notice"].sudo()
        vals = {"date_start": "2026-03-01", "date_end": "2026-03-31"}
        notice = notice.create({"alert_id": alert.id, "line_id": line.id, **vals})
        change = {"date": "2026-05-01", "percent": 5.0}
        change = self.env["subscription.price.change"].create(change)
        discount = self._discount()
        self.redeem(self.ours, discount, on="2026-01-01")
        usage = self.use(self.ours, ("2026-03-05 10:00:00", 1, {"region": "eu"}))
        bonus, tiers = self._bonus("loyalty", percent=5.0), self.api_price.tier_ids
        records = (condition, alert, notice, change, discount, usage, bonus, tiers)
        return (*records, self.calls, self.ours.discount_ids)

    def test_o2_another_company_sees_nothing(self):
        records = self.our_records()
        self.assertEqual({each._name for each in records}, set(RIGHTS))
        ours = self._clerk("ours", GROUP_MANAGER)
        foreign = self._clerk("foreign", GROUP_MANAGER, self.other)
        self.env.flush_all()
        for each in records:
            with self.subTest(model=each._name):
                domain = [("id", "in", each.ids)]
                self.assertEqual(each.with_user(ours).search(domain).ids, each.ids)
                self.assertFalse(each.with_user(foreign).search(domain))
                with self.assertRaises(AccessError):
                    each.with_user(foreign).read(["display_name"])

    def test_rights_by_group(self):
        groups = (GROUP_USER, GROUP_MANAGER, "account.group_account_invoice")
        none = (
            GROUP_USAGE,
            "base.group_user",
            "base.group_portal",
            "base.group_public",
        )
        users = [
            self._clerk(f"rights_{n}", name) for n, name in enumerate((*groups, *none))
        ]
        for model, rights in RIGHTS.items():
            expected = (*rights, *("" for _name in none))
            actual = tuple(self.rights(user, model) for user in users)
            self.assertEqual(actual, expected, model)

    def rights(self, user, model):
        target = self.env[model].with_user(user)
        operations = ("read", "write", "create", "unlink")
        pairs = zip("rwcu", operations, strict=True)
        return "".join(letter for letter, name in pairs if target.has_access(name))
