from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...models.contracts.subscription_event import EVENT_TYPES, TOPIC_OF_TYPE, TOPICS
from ..common import SubscriptionCommon

GROUP = "subscription_billing.subscription_billing_group_"


@tagged("post_install", "-at_install", "contracts")
class TestEvent(SubscriptionCommon):
    """O1: the process log is append-only, for everybody, and readable as a list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company()["company"]
        cls.users = {
            name: cls._clerk(f"event_{name}", groups)
            for name, groups in {
                "user": f"{GROUP}user",
                "manager": f"{GROUP}manager",
                "administrator": f"{GROUP}manager,base.group_system",
                "accountant": "account.group_account_invoice",
                "usage": f"{GROUP}usage",
                "employee": "base.group_user",
                "portal": "base.group_portal",
            }.items()
        }
        cls.log = cls.env["subscription.event"]

    def _forged(self, **vals):
        return {
            "type": "billed",
            "message": "Paid, honestly",
            "company_id": self.company.id,
            **vals,
        }

    def test_o1_an_event_is_not_changed_by_anybody(self):
        event = self.subscribe("2024-01-01").event_ids[:1]
        root = self.env.ref("base.user_root")
        before = event.read(load=None)
        for it in (event.sudo(), event.with_user(root), event.sudo().with_user(root)):
            with self.assertRaisesRegex(UserError, "append-only"):
                it.write({"message": "No"})
            with self.assertRaisesRegex(UserError, "append-only"):
                it.reason = "Because"
            with self.assertRaisesRegex(UserError, "append-only"):
                it.unlink()
            with self.assertRaisesRegex(UserError, "append-only"):
                it.copy({"message": "Twice"})
        self.env.invalidate_all()
        self.assertEqual(event.read(load=None), before)

    def test_o1_nobody_writes_an_event_by_call(self):
        event = self.subscribe("2024-01-01").event_ids[:1]
        for name, user in self.users.items():
            mine = event.with_user(user)
            with self.subTest(user=name):
                for vals in (
                    self._forged(),
                    self._forged(user_id=self.env.ref("base.user_root").id),
                    self._forged(company_id=self.other.id),
                ):
                    with self.assertRaises(AccessError):
                        mine.create(vals)
                with self.assertRaises(UserError):
                    mine.web_save({"message": "No"}, {"message": {}})
                with self.assertRaises(AccessError):
                    mine.unlink()
                with self.assertRaises(UserError):
                    mine.copy()

    def test_o1_events_are_not_imported(self):
        rows = [["billed", "Paid, honestly", self.company.name]]
        log = self.log.with_user(self.users["administrator"])
        before = self.log.search_count([])
        result = log.load(["type", "message", "company_id"], rows)
        self.assertFalse(result["ids"])
        self.assertIn("not allowed", result["messages"][0]["message"])
        self.assertEqual(self.log.search_count([]), before)

    def test_o1_the_log_says_who_did_it_even_as_superuser(self):
        user = self.users["user"]
        contract = self.draft("2024-01-01")
        contract.with_user(user).sudo().action_activate()
        self.assertLastEvent(contract, user_id=user.id, company_id=self.company.id)

    def test_o1_a_logged_event_keeps_old_and_new_value_and_reason(self):
        contract = self.subscribe("2024-01-01")
        facts = {"value_old": "5", "value_new": "8", "reason": "Two colleagues more"}
        self.log._log("changed", contract, "Seats", **facts)
        self.assertLastEvent(contract, type="changed", topic="change", **facts)

    def test_o1_only_who_reads_contracts_reads_the_log(self):
        contract = self.subscribe("2024-01-01")
        for name, user in self.users.items():
            log = self.log.with_user(user)
            reads = name in ("user", "manager", "administrator", "accountant")
            self.assertEqual(log.has_access("read"), reads, name)
            if reads:
                self.assertEqual(
                    log.search([("contract_id", "=", contract.id)]), contract.event_ids
                )
            else:
                with self.assertRaises(AccessError):
                    log.search([])

    def test_every_topic_is_one_and_every_type_with_a_topic_exists(self):
        types, topics = dict(EVENT_TYPES), dict(TOPICS)
        self.assertLessEqual(TOPIC_OF_TYPE.keys(), types.keys())
        self.assertLessEqual(set(TOPIC_OF_TYPE.values()), topics.keys())
        self.assertEqual(len(types), len(EVENT_TYPES))

    def test_topics_group_the_list(self):
        """The filters of the list find what belongs together."""
        contract = self.subscribe("2024-01-01")
        contract.customer_reference = "PO 1"
        self.bill("2024-01-01")
        contract.action_toggle_hold()
        for kind in ("parked", "notice_sent", "usage_alert", "renewed"):
            self.log._log(kind, contract, kind)
        counts = dict(
            self.log._read_group(
                [("contract_id", "=", contract.id)], ["topic"], ["__count"]
            )
        )
        expected = {
            "life": 3,
            "change": 1,
            "billing": 2,
            "failure": 1,
            "mail": 1,
            "usage": 1,
        }
        self.assertEqual(counts, expected)

    def test_the_list_is_counted_by_month_and_type(self):
        contract = self.subscribe("2024-01-01")
        for day in ("2024-01-01", "2024-02-01"):
            self.bill(day)
        groups = self.log._read_group(
            [("contract_id", "=", contract.id), ("type", "=", "billed")],
            ["date_effective:month", "type"],
            ["__count"],
        )
        self.assertEqual(
            [(str(month), count) for month, _type, count in groups],
            [("2024-01-01", 1), ("2024-02-01", 1)],
        )

    def test_the_export_has_columns_a_reader_understands(self):
        contract = self.subscribe("2024-01-01").with_user(self.users["user"])
        self.users["user"].group_ids += self.env.ref("base.group_allow_export")
        contract.customer_reference = "PO 1"
        columns = ["type", "topic", "contract_id", "partner_id", "message"]
        columns += ["value_old", "value_new", "user_id"]
        rows = contract.event_ids[:1].export_data(columns)["datas"]
        expected = ["Changed", "Changes", contract.name, "Ada GmbH"]
        expected += ["Customer Reference edited", "", "PO 1"]
        self.assertEqual(rows, [[*expected, self.users["user"].name]])

    def test_the_filters_of_the_list_find_what_they_say(self):
        view = self.env.ref("subscription_billing.subscription_event_view_search")
        arch = self.log.get_view(view.id, "search")["arch"]
        for _value, label in TOPICS:
            self.assertIn(f'string="{label}"', arch)
        for kind in ("pivot", "graph", "list", "form"):
            self.assertIn(f"<{kind}", self.log.get_view(view_type=kind)["arch"])
