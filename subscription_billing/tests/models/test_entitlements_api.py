import json
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..entitlement_common import EntitlementCommon
from ..usage_intake_common import GROUP_USAGE, GROUP_USER, UsageIntakeCommon


@tagged("post_install", "-at_install", "entitlements")
class TestEntitlementsApi(EntitlementCommon, UsageIntakeCommon, HttpCase):
    """C7: ``get_entitlements`` as the sold service asks for it. The contract of 2026
    has API calls, of which 1,500 may be made in a month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.limit = cls._feature("calls", meter_id=cls.calls.id, unit_name="calls")
        cls._grant(cls.plan, cls.limit, 1500)

    def setUp(self):
        super().setUp()
        self.use(
            self.contract,
            ("2026-01-31 23:59:59", 300),
            ("2026-02-01 00:00:00", 600),
            ("2026-02-10 12:00:00", 1000),
        )

    def figures(self, day, contract=None, code="calls"):
        answer = self.ask(contract or self.contract, day)["features"][code]
        return tuple(answer[name] for name in ("limit", "used", "remaining"))

    def count(self, contract, day):
        """Queries of an answer that finds nothing in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.ask(contract, day)
        return self.env.cr.sql_log_count - before

    def test_the_whole_answer(self):
        (self.projects | self.users | self.storage).active = False
        answer = {
            "contract": self.contract.name,
            "date": "2026-02-05",
            "state": "active",
            "phase": "active",
            "plan": {"code": "cloud", "name": "Cloud"},
            "variant": {"code": "monthly", "name": "Monthly"},
            "features": {
                "calls": {
                    "name": "Calls",
                    "kind": "limit",
                    "granted": True,
                    "limit": 1500.0,
                    "used": 600.0,
                    "remaining": 900.0,
                    "unit": "calls",
                },
                "sso": {
                    "name": "Sso",
                    "kind": "on_off",
                    "granted": True,
                    "limit": None,
                    "used": None,
                    "remaining": None,
                    "unit": None,
                },
            },
        }
        self.assertEqual(self.ask(self.contract, "2026-02-05"), answer)
        self.assertEqual(json.loads(json.dumps(answer)), answer)

    def test_t3_usage_of_the_period_around_the_day(self):
        """Never less than nothing is left."""
        for day, used, left in (
            ("2026-01-30", 0.0, 1500.0),
            ("2026-01-31", 300.0, 1200.0),
            ("2026-02-01", 600.0, 900.0),
            ("2026-02-28", 1600.0, 0.0),
            ("2026-03-01", 0.0, 1500.0),
        ):
            with self.subTest(day=day):
                self.assertEqual(self.figures(day), (1500.0, used, left))

    def test_usage_of_an_unlimited_feature(self):
        self.limit.grant_ids.is_unlimited = True
        self.assertEqual(self.figures("2026-02-05"), (None, 600.0, None))

    def test_usage_of_several_lines_counts_together(self):
        """Calls of the region eu are sold by another component; one limit for both."""
        rule = {"property": "region", "operator": "in", "values": "eu"}
        region = self._metered("eu", "EU calls", self.calls, filter_ids=[(0, 0, rule)])
        self._price(region, 1.0, model="per_unit")
        contract = self.metered(components=[self.api, region])
        for region_name, quantity in (("eu", 7), ("us", 30)):
            properties = {"region": region_name}
            self.use(contract, ("2026-02-02 12:00:00", quantity, properties))
        self.assertEqual(self.figures("2026-02-05", contract)[1], 37.0)

    def test_c7_usage_grants_without_a_quantity(self):
        """Nobody books a number of calls."""
        self._grant(self.api, self.storage, 5)
        line = self.contract.line_ids.filtered(lambda it: it.kind == "metered")
        line.sudo().quantity = 0.0
        self.assertEqual(self.granted(self.contract, "2026-02-05")["storage"], 15.0)

    def test_without_a_metered_line_nothing_is_measured(self):
        contract = self.subscribe("2026-01-01")
        self.assertEqual(self.figures("2026-02-05", contract), (1500.0, None, None))

    def test_nothing_is_measured_where_nothing_may_be_used(self):
        self.contract._set_end(self.day("2026-02-03"), "Test")
        self.assertEqual(self.figures("2026-02-05"), (0.0, None, None))

    def test_dates_as_text_or_date_or_none(self):
        answer = self.ask(self.contract, "2026-02-10")
        self.assertEqual(self.ask(self.contract, date(2026, 2, 10)), answer)
        runs = self.env["subscription.billing.run"]
        today = str(runs._get_billing_date(self.contract.tz))
        for nothing in (None, False, ""):
            self.assertEqual(self.ask(self.contract, nothing)["date"], today)

    def test_wrong_dates(self):
        for wrong in ("2026-02-30", "10.02.2026", "soon", 20260210, ["2026-02-10"]):
            with (
                self.subTest(wrong=wrong),
                self.assertRaisesRegex(UserError, "is no date. Write it as 2026-12-31"),
            ):
                self.ask(self.contract, wrong)

    def test_unknown_contracts(self):
        contracts = self.env["subscription.contract"]
        for wrong in ("nothing", "", "%", None, 7, "a\0b", self.contract.name + " "):
            with self.subTest(wrong=wrong):
                for ask in (contracts.get_entitlements, contracts.get_status):
                    with self.assertRaisesRegex(UserError, "There is no contract"):
                        ask(wrong)

    def test_o2_names_in_the_language_of_the_client_or_the_customer(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.sso.with_context(lang="de_DE").name = "Einmalanmeldung"
        contracts = self.env["subscription.contract"]

        def name(**context):
            asked = contracts.with_context(**context)
            answer = asked.get_entitlements(self.contract.name, "2026-02-05")
            return answer["features"]["sso"]["name"]

        self.assertEqual(name(lang=None), "Sso")
        self.contract.partner_id.lang = "de_DE"
        self.assertEqual(name(lang=None), "Einmalanmeldung")
        self.assertEqual(name(lang="en_US"), "Sso")

    def _sell_theirs(self, company):
        """A contract of another company, by the same reference."""
        env = self.env(context={"allowed_company_ids": company.ids})
        product = env["product.product"].create({"name": "Theirs"})
        vals = {"name": "Theirs", "code": "cloud", "company_id": company.id}
        plan = env["subscription.plan"].create(vals)
        variant = env["subscription.plan.variant"].create(
            {"plan_id": plan.id, "name": "M", "currency_id": company.currency_id.id}
        )
        component = env["subscription.component"].create(
            {"plan_id": plan.id, "name": "Base", "product_id": product.id}
        )
        self._price(component, 1.0, currency_id=company.currency_id.id)
        contract = env["subscription.contract"].create(
            {
                "name": self.contract.name,
                "partner_id": self._customer("Their customer").id,
                "variant_id": variant.id,
                "company_id": company.id,
                "date_start": "2026-01-01",
            }
        )
        contract.action_activate()
        return contract

    def test_o2_two_companies_with_the_same_reference(self):
        """Each answers with its own features and those all companies share."""
        other = self.setup_other_company()["company"]
        self.env.user.company_ids += other
        shared = self._feature("shared", "on_off", company_id=False)
        theirs = self._sell_theirs(other)
        mobile = self._feature("mobile", "on_off", company_id=other.id)
        for feature in (shared, mobile):
            self._grant(theirs.plan_id, feature)
        answer = self.ask(theirs, "2026-02-05")
        self.assertEqual(answer["plan"]["name"], "Theirs")
        features = {code: each["granted"] for code, each in answer["features"].items()}
        self.assertEqual(features, {"mobile": True, "shared": True})
        ours = self.ask(self.contract, "2026-02-05")
        self.assertFalse(ours["features"]["shared"]["granted"])
        self.assertNotIn("mobile", ours["features"])

    def test_who_may_ask(self):
        for group, is_allowed in (
            (GROUP_USAGE, True),
            (GROUP_USER, True),
            ("base.group_user", False),
            ("base.group_portal", False),
        ):
            user = self._clerk(f"ask_{group}", group)
            contracts = self.env["subscription.contract"].with_user(user)
            name = self.contract.name
            with self.subTest(group=group):
                if is_allowed:
                    answer = contracts.get_entitlements(name, "2026-02-05")
                    self.assertEqual(answer["features"]["calls"]["used"], 600.0)
                    self.assertEqual(contracts.get_status(name)["state"], "active")
                    continue
                for ask in (contracts.get_entitlements, contracts.get_status):
                    with self.assertRaises(AccessError):
                        ask(name)

    def test_json_2(self):
        """With the key of an integration, in a read-only transaction."""
        keys = self.env["res.users.apikeys"]
        key = keys.with_user(self._clerk("robot", GROUP_USAGE)).sudo()
        key = key._generate(None, "test", None)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self.env.flush_all()
        for method, params in (
            ("get_entitlements", {"date": "2026-02-05"}),
            ("get_status", {}),
        ):
            params["reference"] = self.contract.name
            answer = self.url_open(
                f"/json/2/subscription.contract/{method}",
                data=json.dumps(params),
                headers=headers,
            )
            self.assertEqual(answer.status_code, 200, answer.text)
            asked = getattr(self.env["subscription.contract"], method)(**params)
            self.assertEqual(answer.json(), asked)

    def test_asking_writes_nothing(self):
        self.env.flush_all()
        self.env.cr.execute("SET TRANSACTION READ ONLY")
        self.ask(self.contract, "2026-02-05")
        self.env["subscription.contract"].get_status(self.contract.name)

    def test_more_features_and_lines_are_not_more_queries(self):
        """X5: what is granted is read for all features at once."""
        few = self.count(self.contract, "2026-02-05")
        components = {self.api: 1.0, self.seats: 2.0}
        for number in range(8):
            feature = self._feature(f"more{number}", unit_name="x")
            extra = self._component(f"c{number}", f"Extra {number}", kind="on_off")
            self._price(extra, 1.0)
            for source in (self.plan, self.monthly, extra):
                self._grant(source, feature, 1)
            components[extra] = 1.0
        many = self.subscribe("2026-01-01", quantities=components)
        self.assertLessEqual(self.count(many, "2026-02-05"), few + 1)
