from base64 import b64encode

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..usage_common import UsageCommon

BROKEN = ("a\0b", "a\x07", "\x1b[31m", "half \ud800", "\x85", "a\x00", "x" * 20_001)
# Events are looked at by their own intake, row by row; the others are reports.
OWN_CHECKS = {
    "subscription.usage",
    "subscription.contract.import.line",
    "subscription.month.end.line",
    "subscription.usage.import.line",
}
WORDS = "control characters|characters, more than"
HTML = "<b onclick='x()'>Bold</b> & Co."


@tagged("post_install", "-at_install")
class TestTexts(UsageCommon):
    """Texts that no database, invoice or index takes are refused in words; a text is
    shown as text, whatever it says."""

    def get_fields(self):
        for name in self.env.registry:
            model = self.env[name]
            if not name.startswith("subscription.") or model._abstract:
                continue
            if name in OWN_CHECKS or not model.has_access("create"):
                continue
            for field in model._fields.values():
                is_input = field.store and not field.readonly and not field.related
                is_own = "subscription_billing" in field._modules and not field.compute
                if field.type in ("char", "text") and is_input and is_own:
                    yield model, field

    def test_every_text_that_is_entered(self):
        seen = set()
        for model, field in self.get_fields():
            for value in BROKEN:
                seen.add(str(field))
                with (
                    self.subTest(field=str(field), value=value[:10]),
                    self.assertRaisesRegex(UserError, WORDS),
                ):
                    model.new({field.name: value})
        self.assertGreater(len(seen), 35)
        self.assertIn("subscription.contract.customer_reference", seen)

    def test_when_it_is_written(self):
        contract = self.subscribe("2024-01-01")
        for value in BROKEN:
            with self.assertRaises(UserError):
                contract.write({"customer_reference": value})
            with self.assertRaises(UserError):
                self.plan.copy({"name": value, "code": "other"})
        self.assertFalse(contract.customer_reference)

    def test_what_people_write_is_taken(self):
        contract = self.draft("2024-01-01")
        for text in (
            "Größe 5 – »Müller«",
            "日本語",
            "👍🏽",
            "a\u00a0b",
            "عربى",
            "x" * 500,
        ):
            contract.customer_reference = text
            self.assertEqual(contract.customer_reference, text)
        with self.assertRaisesRegex(UserError, "501 characters, more than 500"):
            contract.customer_reference = "x" * 501

    def test_a_file_with_control_characters(self):
        """Neither half imported nor a raw error."""
        self.customer.ref = "C1"
        head = "reference,customer,plan,variant,start\n"
        for name in ("S\0", "S\x07", "S" * 600):
            row = f"{name},C1,cloud,monthly,2024-01-01\n"
            vals = {"file": b64encode((head + row).encode())}
            wizard = self.env["subscription.contract.import"].create(vals)
            with self.subTest(name=name[:3]), self.assertRaises(UserError):
                wizard.action_import()
                raise UserError("\n".join(wizard.line_ids.mapped("message")))

    def test_activities_take_text(self):
        contract = self.subscribe("2024-01-01")
        contract._schedule_billing_activity(HTML)
        contract._schedule_money_activity(HTML)
        for activity in contract.activity_ids:
            self.assertIn("&lt;b onclick", activity.note)
            self.assertNotIn("<b", activity.note)
        self.assertEqual(len(contract.activity_ids), 2)

    def test_reasons_of_another_company(self):
        other = self.setup_other_company()["company"]
        reasons = self.env["subscription.end.reason"]
        theirs = reasons.create({"name": "Theirs", "company_id": other.id})
        shared = reasons.create({"name": "Everybody's"})
        clerk = self._clerk(
            "reasons", "subscription_billing.subscription_billing_group_manager"
        )
        found = reasons.with_user(clerk).search(
            [("name", "in", ("Theirs", shared.name))]
        )
        self.assertEqual(found, shared)
        with self.assertRaises(AccessError):
            theirs.with_user(clerk).name = "Ours"
        contract = self.subscribe("2024-01-01")
        with self.assertRaises(UserError):
            self.env["subscription.change"].create(
                {"contract_id": contract.id, "kind": "end", "end_reason_id": theirs.id}
            )

    def test_the_portal_is_told_no_internal_records(self):
        contract = self.subscribe("2024-01-01")
        self.bill("2024-01-01")
        move = contract.charge_ids.move_id
        portal = new_test_user(
            self.env, login="texts_portal", groups="base.group_portal"
        )
        self.customer.user_ids = portal
        move.message_subscribe(self.customer.ids)
        for record in (move, move.invoice_line_ids):
            mine = record.with_user(portal).sudo(False)
            names = set(mine.fields_get())
            own = {name for name in names if name.startswith("subscription_")}
            self.assertLessEqual(
                own,
                {
                    "subscription_claim_kind",
                    "subscription_date_start",
                    "subscription_date_end",
                },
            )
