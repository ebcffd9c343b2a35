import json
import unittest
from base64 import b64encode

from psycopg2.errors import NotNullViolation

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ...controllers.usage_api import SCOPE
from ..engine.strategies import HAS_HYPOTHESIS, NEEDED, check, st
from ..formats.test_usage_any_input import GOOD, HEADER, json_values
from ..usage_intake_common import GROUP_USAGE, UsageIntakeCommon

ROUTE = "/subscription/usage"
EXAMPLES = 10_000
# Dialogs, and what of them a client fills in.
DIALOGS = (
    "subscription.billing.wizard",
    "subscription.change",
    "subscription.change.batch",
    "subscription.forecast.wizard",
    "subscription.price.change",
    "subscription.redeem",
)
DAYS = ("2024-01-15", "0001-01-01", "9999-12-31", "2026-02-30", "", "\0", "x" * 9000)
NUMBERS = (0, -1, 1, 2**31, 10**30, 1e300, float("nan"), float("inf"), "7", "\0", None)
TEXTS = ("", "a", "\0", "\ud800", "\u202e", "=1+1", "x" * 9000, "<b>", 7, None)


def values_of(field, env):
    """A strategy: what a client may send for a field, good or not."""
    if field.type in ("date", "datetime"):
        return st.sampled_from(DAYS) | st.dates().map(str)
    if field.type in ("integer", "float", "monetary"):
        return st.sampled_from(NUMBERS) | st.floats() | st.integers()
    if field.type == "boolean":
        return st.booleans()
    if field.type == "selection":
        # Odoo itself answers with a ValueError to what is none of them.
        return st.sampled_from(field.get_values(env))
    return st.sampled_from(TEXTS) | st.text(max_size=20)


@unittest.skipUnless(HAS_HYPOTHESIS, NEEDED)
@tagged("post_install", "-at_install", "usage", "changes")
class TestAnyCall(UsageIntakeCommon, HttpCase):
    """Whatever is sent is taken, or refused in words; never half, never with an error
    of the machine."""

    @mute_logger("odoo.http")
    def test_any_body_of_the_route(self):
        robot = self._clerk("any_robot", GROUP_USAGE)
        keys = self.env["res.users.apikeys"].with_user(robot).sudo()
        headers = {"Authorization": f"Bearer {keys._generate(SCOPE, 'x', None)}"}
        self.env.flush_all()
        good = {**GOOD, "contract": self.contract.name, "meter": "calls"}
        event = st.dictionaries(st.sampled_from([*good]), json_values())
        event = event.map(lambda odd: {**good, **odd})
        body = (
            st.lists(event, max_size=3).map(lambda it: json.dumps({"events": it}))
            | json_values().map(json.dumps)
            | st.binary(max_size=40)
        )
        created = []

        @check(EXAMPLES, body, part=40)
        def holds(data):
            answer = self.url_open(ROUTE, data=data, headers=headers, method="POST")
            self.assertIn(answer.status_code, (200, 400, 413), (data, answer.text))
            said = answer.json()
            created.append(said.get("created", 0))
            self.assertTrue(said.get("error") or "results" in said, data)

        self.env.invalidate_all()
        stored = self.env["subscription.usage"].search_count(
            [("contract_id", "=", self.contract.id)]
        )
        self.assertEqual(stored, sum(created))

    def attempt(self, what, act):
        """Do it in a savepoint that is rolled back; only words may come back."""
        try:
            with self.env.cr.savepoint() as savepoint:
                act()
                self.env.flush_all()
                savepoint.rollback()
        except UserError as error:
            self.assertTrue(str(error).strip(), what)
        except NotNullViolation as error:
            # A required field is empty: Odoo puts that into words for a client.
            self.assertIn("null value", str(error))
        self.env.invalidate_all()

    @mute_logger("odoo.sql_db")
    def test_any_value_in_any_field_of_a_dialog(self):
        base = {
            "subscription.change": {"contract_id": self.contract.id, "kind": "pause"},
            "subscription.redeem": {"contract_id": self.contract.id},
            "subscription.price.change": {"date": "2026-05-01"},
        }
        fields = [
            (self.env[name], field)
            for name in DIALOGS
            for field in self.env[name]._fields.values()
            if field.store and not field.readonly and not field.relational
        ]
        self.assertGreater(len(fields), 40)
        odd = st.sampled_from(fields).flatmap(
            lambda pair: st.tuples(st.just(pair), values_of(pair[1], self.env))
        )

        @check(EXAMPLES, odd, part=200)
        def holds(example):
            (model, field), value = example
            vals = {**base.get(model._name, {}), field.name: value}
            self.attempt((str(field), value), lambda: model.create(vals))

    @mute_logger("odoo.sql_db")
    def test_any_file_of_an_import(self):
        line = st.lists(st.sampled_from(TEXTS[:8]) | st.text(max_size=9), max_size=7)
        head = st.just(HEADER) | st.just(
            ["reference", "customer", "plan", "variant", "start"]
        )
        table = st.tuples(head, st.lists(line, max_size=3)).map(
            lambda it: "\n".join(",".join(map(str, row)) for row in (it[0], *it[1]))
        )
        content = table.map(lambda it: it.encode("utf-8", "surrogatepass"))
        models = st.sampled_from(("contract", "usage", "return"))

        @check(EXAMPLES, models, content | st.binary(max_size=60), part=60)
        def holds(model, data):
            wizards = self.env[f"subscription.{model}.import"]
            vals = {"file": b64encode(data), "filename": "x.csv"}
            self.attempt((model, data), lambda: wizards.create(vals).action_import())
