import json
from unittest.mock import patch

from psycopg2.pool import PoolError

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ...controllers import usage_api
from ..usage_intake_common import GROUP_USAGE, NOW, UsageIntakeCommon

ROUTE = "/subscription/usage"
# What an integration must not see; and no model of ours at all.
SECRET = ("account.move", "res.partner", "res.users", "product.product", "mail.message")


@tagged("post_install", "-at_install", "usage")
class TestUsageHttp(UsageIntakeCommon, HttpCase):
    """O3: what a key of an integration opens, and what it does not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.robot = cls._clerk("usage_robot", GROUP_USAGE)
        cls.clerk = cls._clerk(
            "usage_reader", "subscription_billing.subscription_billing_group_user"
        )

    def _key(self, user, scope=usage_api.SCOPE):
        keys = self.env["res.users.apikeys"].with_user(user).sudo()
        return keys._generate(scope, "test", None)

    def _send(self, key, body, **headers):
        if key:
            headers["Authorization"] = f"Bearer {key}"
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        self.env.flush_all()
        return self.url_open(ROUTE, data=data, headers=headers, method="POST")

    def _json2(self, key, model, method, **params):
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self.env.flush_all()
        return self.url_open(
            f"/json/2/{model}/{method}", data=json.dumps(params), headers=headers
        )

    def test_a_scoped_key_records(self):
        key = self._key(self.robot)
        answer = self._send(key, {"events": [self.event(), self.event(), "x"]})
        self.assertEqual(answer.status_code, 200)
        body = answer.json()
        self.assertEqual(
            (body["created"], body["duplicate"], body["rejected"]), (1, 1, 1)
        )
        self.assertEqual(self.stored("k1").create_uid, self.robot)
        self.assertEqual(self.stored("k1").source, "api")

    def test_a_lost_answer_is_asked_for_again(self):
        key, body = self._key(self.robot), {"events": [self.event()]}
        self._send(key, body)
        self.assertEqual(self._send(key, body).json()["duplicate"], 1)
        self.assertEqual(len(self.stored("k1")), 1)

    def full(self):
        """All connections are taken, from the first one of the request on."""
        return patch.object(self.registry, "cursor", side_effect=PoolError("is full"))

    @mute_logger("odoo.http")
    def test_while_all_connections_are_taken_it_is_to_be_sent_again(self):
        key, body = self._key(self.robot), {"events": [self.event()]}
        many = {"events": [self.event(f"many{number}") for number in range(500)]}
        with self.full():
            answers = [self._send(key, sent) for sent in (body, many, "{", "")]
            headers = {"Authorization": f"Bearer {key}"}
            answers.append(self.url_open(ROUTE, headers=headers))
        for refused in answers:
            self.assertEqual(refused.status_code, 503)
            self.assertGreater(int(refused.headers["Retry-After"]), 0)
            self.assertIn("Send it again", refused.json()["error"])
        self.assertFalse(self.stored("k1"))
        self.assertEqual(self._send(key, body).json()["created"], 1)
        self.assertEqual(len(self.stored("k1")), 1)

    @mute_logger("odoo.http")
    def test_other_routes_answer_as_odoo_does(self):
        with self.full():
            answer = self.url_open("/web/login")
        self.assertEqual(answer.status_code, 500)

    def test_answers_hold_any_character_that_was_sent(self):
        """Text outside of ASCII, and half a character that no UTF-8 can write."""
        key = self._key(self.robot)
        events = [self.event("schl\u00fcssel \U0001f600"), self.event("\ud800")]
        answer = self._send(key, {"events": events})
        self.assertEqual(answer.status_code, 200, answer.text)
        keys = [row["key"] for row in answer.json()["results"]]
        self.assertEqual(keys, ["schl\u00fcssel \U0001f600", "?"])
        path = ("subscription.usage", "record_usage")
        answer = self._json2(self._key(self.robot, None), *path, events=events)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual([row["key"] for row in answer.json()["results"]], keys)

    def test_status_of_what_cannot_be_a_contract(self):
        headers = {"Authorization": f"Bearer {self._key(self.robot)}"}
        for query in (
            "contract=a%00b",
            f"contract={self.contract.name}&date=9999-12-31",
        ):
            answer = self.url_open(f"{ROUTE}?{query}", headers=headers)
            self.assertEqual(answer.status_code, 400, query)

    def test_keys_that_are_refused(self):
        good = self._key(self.robot)
        expired = self.env["res.users.apikeys"].with_user(self.robot).sudo()
        expired = expired._generate(usage_api.SCOPE, "old", "2020-01-01")
        table = {
            None: 401,
            "x": 401,
            "x" * 40: 401,
            good[:-1] + ("0" if good[-1] != "0" else "1"): 401,
            expired: 401,
            self._key(self.robot, "rpc"): 401,
            self._key(self.robot, None): 403,
            self._key(self.env.ref("base.user_admin"), None): 403,
            self._key(self._clerk("usage_none", "base.group_user")): 403,
        }
        for key, status in table.items():
            answer = self._send(key, {"events": [self.event()]})
            self.assertEqual(answer.status_code, status, key)
            self.assertTrue(answer.json()["error"])
            self.assertEqual("WWW-Authenticate" in answer.headers, status == 401)
        for header in ("", "Basic eDp4", f"Bearer{good}", f"Bearer {good} x"):
            answer = self._send(None, {"events": []}, Authorization=header)
            self.assertEqual(answer.status_code, 401, header)
        self.robot.active = False
        self.assertEqual(self._send(good, {"events": []}).status_code, 401)
        self.assertFalse(self.stored("k1"))

    def test_bodies_that_are_refused(self):
        key = self._key(self.robot)
        table = (
            *("", "x", "[", b"\xff\xfe", "[" * 100_000, "[]", '"events"', "{}"),
            *({"events": {}}, {"events": None}, {"events": [], "company": 1}),
            {"events": [{}] * 10_001},
        )
        for body in table:
            answer = self._send(key, body)
            self.assertEqual(answer.status_code, 400, str(body)[:50])
            self.assertTrue(answer.json()["error"])
        with patch.object(usage_api, "MAX_BYTES", 100):
            answer = self._send(key, {"events": [self.event()]})
        self.assertEqual(answer.status_code, 413)
        chunked = iter([json.dumps({"events": [self.event()]}).encode()])
        headers = {"Authorization": f"Bearer {key}"}
        answer = self.url_open(ROUTE, data=chunked, headers=headers, method="POST")
        self.assertEqual(answer.status_code, 411)
        self.assertFalse(self.stored("k1"))

    def test_values_json_knows_and_numbers_do_not(self):
        body = json.dumps({"events": [self.event(quantity=0)]})
        for number in ("NaN", "Infinity", "-Infinity", "1e300", "1e999"):
            text = body.replace('"quantity": 0', f'"quantity": {number}')
            answer = self._send(self._key(self.robot), text).json()
            self.assertEqual(answer["rejected"], 1, number)
            self.assertIn("quantity", answer["results"][0]["reason"])

    def test_the_status_is_read_with_the_same_key(self):
        key = self._key(self.robot)
        self._send(key, {"events": [self.event(quantity=1500)]})
        headers = {"Authorization": f"Bearer {key}"}
        url = f"{ROUTE}?contract={self.contract.name}&date=2026-03-31"
        answer = self.url_open(url, headers=headers)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(answer.json()["contract"], self.contract.name)
        self.assertEqual(answer.json()["meters"][0]["quantity"], 1500)
        for query in ("contract=SUB0", "", f"contract={self.contract.name}&date=x"):
            answer = self.url_open(f"{ROUTE}?{query}", headers=headers)
            self.assertEqual(answer.status_code, 400, query)
        self.assertEqual(self.url_open(url).status_code, 401)

    def test_o3_a_scoped_key_opens_nothing_else(self):
        key = self._key(self.robot)
        for model in ("subscription.usage", "res.partner", "subscription.contract"):
            answer = self._json2(key, model, "search_read", domain=[])
            self.assertEqual(answer.status_code, 401, model)
        answer = self._json2(key, "subscription.usage", "record_usage", events=[])
        self.assertEqual(answer.status_code, 401)

    @mute_logger("odoo.http")
    def test_json_2_records_and_reads_the_status_and_nothing_else(self):
        key = self._key(self.robot, None)
        answer = self._json2(
            key, "subscription.usage", "record_usage", events=[self.event()]
        )
        self.assertEqual((answer.status_code, answer.json()["created"]), (200, 1))
        answer = self._json2(
            key,
            "subscription.contract",
            "get_usage",
            reference=self.contract.name,
            date="2026-03-31",
        )
        self.assertEqual(answer.status_code, 200, answer.text)
        ours = [name for name in self.registry if name.startswith("subscription.")]
        for model in (*ours, *SECRET):
            answer = self._json2(key, model, "search_read", domain=[], fields=["id"])
            self.assertIn(answer.status_code, (403, 404, 422), model)
        for method, params in (
            ("create", {"vals_list": [{"key": "x"}]}),
            ("write", {"ids": self.stored("k1").ids, "vals": {"quantity": 1}}),
            ("unlink", {"ids": self.stored("k1").ids}),
            ("action_reverse", {"ids": self.stored("k1").ids}),
        ):
            answer = self._json2(key, "subscription.usage", method, **params)
            self.assertEqual(answer.status_code, 403, method)

    @mute_logger("odoo.http")
    def test_json_2_without_the_right(self):
        key = self._key(self._clerk("usage_employee", "base.group_user"), None)
        answer = self._json2(
            key, "subscription.usage", "record_usage", events=[self.event()]
        )
        self.assertEqual(answer.status_code, 403)
        self.assertIn("may not record", answer.json()["message"])
        self.assertFalse(self.stored("k1"))

    @mute_logger("odoo.http")
    def test_json_2_refuses_private_methods_and_too_many_events(self):
        key = self._key(self.robot, None)
        for method in ("_record_events", "_insert_rows", "_check_events"):
            answer = self._json2(key, "subscription.usage", method, events=[])
            self.assertIn(answer.status_code, (403, 404, 422), method)
        events = [{}] * 10_001
        answer = self._json2(key, "subscription.usage", "record_usage", events=events)
        self.assertEqual(answer.status_code, 422)
        self.assertIn("10001", answer.json()["message"])

    def test_no_model_of_ours_and_no_person_is_open_to_an_integration(self):
        """All models of the database, not only those somebody thought of."""
        opened = {
            (name, operation)
            for name, model in self.env(user=self.robot).items()
            for operation in ("read", "write", "create", "unlink")
            if not model._abstract and model.has_access(operation)
        }
        writable = {name for name, operation in opened if operation != "read"}
        self.assertFalse([name for name in writable if not name.startswith("base_")])
        prefixes = ("subscription.", "account.", "payment.", "mail.", "product.")
        found = [name for name, _op in opened if name.startswith(prefixes)]
        self.assertFalse(set(found) | (set(SECRET) & {name for name, _op in opened}))

    def test_keys_are_made_by_administrators_for_who_may_record(self):
        wizard = self.env["subscription.usage.key"]
        admin = self._clerk("usage_admin", "base.group_system")
        with self.assertRaises(AccessError):
            wizard.with_user(self.clerk).create({"name": "x"})
        wizard = wizard.with_user(admin)
        for_none = wizard.create({"name": "x", "user_id": admin.id})
        with self.assertRaisesRegex(UserError, "may not record usage"):
            for_none._generate()
        made = wizard.create({"name": "Cloud", "user_id": self.robot.id})
        key = made._generate()
        self.assertEqual(self._send(key, {"events": []}).status_code, 200)
        stored = self.robot.sudo().api_key_ids
        self.assertEqual((stored.scope, stored.name), (usage_api.SCOPE, "Cloud"))
        self.assertEqual((stored.expiration_date - NOW).days, 365)
        self.assertNotIn(key, str(made.read()))
        self.assertEqual(made._show(key)["context"]["default_key"], key)

    def test_a_key_without_a_user_makes_one_with_this_one_right(self):
        wizard = self.env["subscription.usage.key"].create({"name": "Shop"})
        key = wizard._generate()
        user = self.env["res.users"].search([("login", "=", "usage: Shop")])
        self.assertEqual(user.group_ids, self.env.ref(GROUP_USAGE))
        self.assertEqual(user.all_group_ids, user.group_ids)
        answer = self._send(key, {"events": [self.event()]})
        self.assertEqual(answer.json()["created"], 1)

    def test_a_key_is_made_after_the_password_was_asked_for(self):
        wizard = self.env["subscription.usage.key"].create({"name": "x"})
        with self.assertRaisesRegex(UserError, "over HTTP"):
            wizard.action_generate()
