from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools.misc import format_date

from ..common import SubscriptionCommon

METHODS = ("Whatever the customer has given us", "Transfer by the customer")


@tagged("post_install", "-at_install", "contracts")
class TestEventWatching(SubscriptionCommon):
    """O1: what is edited without a method leaves an event with both values."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls.env["subscription.contract"].create(
            {
                "name": "C-1",
                "partner_id": cls.customer.id,
                "variant_id": cls.monthly.id,
                "date_start": "2024-01-01",
            }
        )
        cls.contract.action_activate()
        cls.clerk = new_test_user(
            cls.env,
            login="watch_clerk",
            name="Clara Clerk",
            groups="subscription_billing.subscription_billing_group_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.term = cls.env["account.payment.term"].create({"name": "14 days"})
        cls.position = cls.env["account.fiscal.position"].create({"name": "Abroad"})
        cls.buyer = cls._customer("Byron AG")
        cls.policy = cls.env["subscription.dunning.policy"].search([], limit=1)

    def _new_events(self, vals, contract=None, user=None):
        contract = contract or self.contract
        before = contract.event_ids
        contract.with_user(user or self.env.user).write(vals)
        contract.invalidate_recordset(["event_ids"])
        return contract.event_ids - before

    def test_o1_every_watched_field_is_logged_with_both_values(self):
        concluded = format_date(self.env, self.contract.date_concluded)
        table = [
            ("name", "C-2", "C-1", "C-2"),
            ("partner_id", self.buyer.id, "Ada GmbH", "Byron AG"),
            ("user_id", self.clerk.id, self.env.user.name, "Clara Clerk"),
            ("user_id", False, "Clara Clerk", False),
            ("customer_reference", "PO 7", False, "PO 7"),
            ("payment_term_id", self.term.id, False, "14 days"),
            ("fiscal_position_id", self.position.id, False, "Abroad"),
            ("date_end", "2024-06-30", False, "06/30/2024"),
            ("date_end", "2024-07-31", "06/30/2024", "07/31/2024"),
            ("date_end", False, "07/31/2024", False),
            ("collection_method", "transfer", *METHODS),
            ("dunning_policy_id", self.policy.id, False, self.policy.name),
            ("threshold_amount", 50, False, "50.0"),
            ("date_concluded", "2023-12-20", concluded, "12/20/2023"),
            ("is_early_start_requested", True, False, "Yes"),
        ]
        opened = self.contract._get_open_fields()
        self.assertEqual({row[0] for row in table}, set(opened))
        self.assertTrue(all(opened.values()))
        for name, value, old, new in table:
            with self.subTest(field=name, value=value):
                event = self._new_events({name: value})
                self.assertRecordValues(event, [{"value_old": old, "value_new": new}])

    def test_o1_an_end_by_call_is_an_end_in_the_log(self):
        for day, kind in (("2024-06-30", "end_set"), (False, "end_removed")):
            event = self._new_events({"date_end": day}, user=self.clerk)
            self.assertRecordValues(
                event,
                [
                    {
                        "type": kind,
                        "topic": "life",
                        "user_id": self.clerk.id,
                        "date_effective": day and self.day(day),
                    }
                ],
            )

    def test_o1_an_end_by_its_method_is_logged_once(self):
        before = self.contract.event_ids
        self.contract.with_user(self.clerk)._set_end(self.day("2024-06-30"), "Moved")
        events = self.contract.event_ids - before
        expected = {
            "type": "end_set",
            "message": "Moved",
            "value_old": False,
            "value_new": "06/30/2024",
            "user_id": self.clerk.id,
        }
        self.assertRecordValues(events, [expected])

    def test_o1_what_stays_the_same_is_no_event(self):
        same = {
            "name": "C-1",
            "partner_id": self.customer.id,
            "customer_reference": "",
            "payment_term_id": False,
            "date_end": False,
        }
        self.assertFalse(self._new_events(same))

    def test_o1_several_fields_of_several_contracts(self):
        contracts = self.contract | self.subscribe("2024-02-01")
        contracts.event_ids.invalidate_recordset()
        before = contracts.event_ids
        contracts.write({"customer_reference": "PO", "user_id": self.clerk.id})
        contracts.invalidate_recordset(["event_ids"])
        events = contracts.event_ids - before
        self.assertEqual(len(events), 4)
        self.assertEqual(set(events.mapped("type")), {"changed"})
        self.assertEqual(events.contract_id, contracts)

    def test_o1_a_context_does_not_silence_the_log(self):
        """Only a change, which writes as superuser, logs by itself."""
        contract = self.contract.with_context(subscription_applying=True)
        events = self._new_events({"customer_reference": "PO"}, contract, self.clerk)
        self.assertEqual(events.user_id, self.clerk)
        before = self.contract.event_ids
        self.contract._get_applying().customer_reference = "PO 2"
        self.contract.invalidate_recordset(["event_ids"])
        self.assertEqual(self.contract.event_ids, before)

    def test_o1_a_refused_edit_leaves_no_event(self):
        contract = self.contract
        contract._set_end(self.day("2024-01-31"), "Moved")
        contract._set_ended("Over")
        count = len(contract.event_ids)
        with self.assertRaisesRegex(UserError, "its end date stays"):
            contract.date_end = "2024-12-31"
        employee = new_test_user(self.env, login="watch_employee")
        with self.assertRaises(AccessError):
            contract.with_user(employee).write({"customer_reference": "PO"})
        with self.assertRaises(AccessError):
            contract.with_user(employee)._set_end(False, "Stays")
        contract.invalidate_recordset(["event_ids"])
        self.assertEqual(len(contract.event_ids), count)

    def test_x5_other_fields_are_not_looked_at(self):
        """Only those that are open leave an event, each its own."""
        before = self.contract.event_ids
        self.contract._get_applying().tz = "Asia/Tokyo"
        self.assertEqual(self.contract.event_ids, before)
        self.contract.sudo().write({"customer_reference": "PO", "billing_failures": 0})
        event = self.contract.event_ids - before
        self.assertRecordValues(event, [{"type": "changed", "value_new": "PO"}])

    def test_x5_many_contracts_are_logged_in_one_insert(self):
        few = self.contract | self.subscribe("2024-02-01")
        many = few.browse(
            [self.subscribe("2024-02-01").id for _number in range(8)],
        )
        counts = []
        for contracts in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            contracts.write({"payment_term_id": self.term.id})
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)

    def test_the_values_are_written_as_the_reader_reads_them(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.clerk.lang = "de_DE"
        contract = self.contract.with_user(self.clerk).with_context(lang="de_DE")
        contract.date_end = "2024-06-30"
        self.assertLastEvent(contract, value_new="30.06.2024")
        self.assertLastEvent(self.contract, value_new="06/30/2024")
