from lxml import html

from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ...models.contracts.subscription_contract import STORY_LENGTH
from ...models.contracts.subscription_event import (
    EVENT_TYPES,
    LOOKS,
    TOPIC_OF_TYPE,
    TOPICS,
)
from ..common import SubscriptionCommon

GROUP = "subscription_billing.subscription_billing_group_"


@tagged("post_install", "-at_install", "contracts")
class TestEventStory(SubscriptionCommon):
    """O1: the log of a contract as a story, newest first, month by month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.log = cls.env["subscription.event"]
        cls.user = cls._user("story_user", f"{GROUP}user")
        cls.accountant = cls._user("story_account", "account.group_account_invoice")

    @classmethod
    def _user(cls, login, groups):
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            tz="Europe/Berlin",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def tell(self, contract, user=None):
        """The story as an element; the contract is read anew."""
        self.env.invalidate_all()
        story = contract.with_user(user or self.env.user).story_html
        return html.fromstring(str(story))

    @staticmethod
    def _texts(story, path):
        return [" ".join(node.text_content().split()) for node in story.iterfind(path)]

    def _record_on(self, moment, contract, kind="changed", message="Seats", **vals):
        """An event that was written down at ``moment`` (UTC)."""
        event = self.log._log(kind, contract, message, **vals)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE subscription_event SET create_date = %s WHERE id = %s",
            (moment, event.id),
        )
        return event

    def test_o1_newest_first_and_month_by_month(self):
        contract = self.draft("2024-01-01")
        self._move_created(contract, "2024-01-05 10:00:00")
        self._record_on("2024-01-05 11:00:00", contract, message="First")
        self._record_on("2024-02-29 10:00:00", contract, message="Second")
        self._record_on("2024-03-01 10:00:00", contract, message="Third")
        story = self.tell(contract, self.user)
        self.assertEqual(
            self._texts(story, ".//h5"),
            ["March 2024", "February 2024", "January 2024"],
        )
        rows = self._texts(story, ".//li")
        heads = [row.split(" Changed")[0].split(" Created")[0] for row in rows]
        self.assertEqual(
            heads,
            ["Fri 1 Third", "Thu 29 Second", "Fri 5 First", "Contract created"],
        )

    def _move_created(self, contract, moment):
        self.env.cr.execute(
            "UPDATE subscription_event SET create_date = %s WHERE contract_id = %s",
            (moment, contract.id),
        )

    def test_o1_the_day_is_the_readers(self):
        contract = self.draft("2024-01-01")
        self._move_created(contract, "2024-01-31 23:30:00")
        story = self.tell(contract, self.user)
        self.assertEqual(self._texts(story, ".//h5"), ["February 2024"])
        self.assertIn("12:30", self._texts(story, ".//li")[0])

    def test_o1_a_row_says_what_who_when_and_why(self):
        contract = self.subscribe("2024-01-01").with_user(self.user)
        contract.env["subscription.event"]._log(
            "changed",
            contract,
            "Seats",
            value_old="5",
            value_new="8",
            reason="Two colleagues more",
            date_effective=self.day("2024-03-15"),
        )
        text = self._texts(self.tell(contract), ".//li")[0]
        for part in ("Seats", "5", "8", "Two colleagues more", "03/15/2024", "Changed"):
            self.assertIn(part, text)
        self.assertIn(self.user.name, text)

    def test_o1_what_odoo_does_is_automatic(self):
        contract = self.subscribe("2024-01-01")
        root = self.env.ref("base.user_root")
        self.log.with_user(root)._log("renewed", contract, "Goes on for a year")
        text = self._texts(self.tell(contract), ".//li")[0]
        self.assertIn("automatically", text)
        self.assertNotIn(root.name, text)

    def test_o1_states_are_told_by_their_names(self):
        text = self._texts(self.tell(self.subscribe("2024-01-01")), ".//li")[0]
        self.assertIn("Draft Active", text)

    def test_o1_no_text_becomes_markup(self):
        contract = self.subscribe("2024-01-01")
        bad = "<script>alert(1)</script>"
        facts = dict.fromkeys(("value_old", "value_new", "reason"), bad)
        self.log._log("changed", contract, bad, **facts)
        story = self.tell(contract)
        self.assertFalse(story.findall(".//script"))
        self.assertEqual(story.text_content().count(bad), 4)

    def test_o1_the_invoice_is_a_link_for_those_who_may_open_it(self):
        contract = self.subscribe("2024-01-01")
        move = self.bill("2024-01-01").move_ids
        addresses = {
            user: [link.get("href") for link in self.tell(contract, user).iter("a")]
            for user in (self.accountant, self.user)
        }
        self.assertEqual(addresses[self.accountant], [f"/odoo/account.move/{move.id}"])
        self.assertEqual(addresses[self.user], [])
        self.assertIn(move.name, self.tell(contract, self.user).text_content())

    def test_o1_the_story_is_short_and_the_list_is_complete(self):
        contract = self.subscribe("2024-01-01")
        self.assertNotIn("Older events", self.tell(contract).text_content())
        for number in range(STORY_LENGTH):
            self.log._log("changed", contract, f"Step {number}")
        story = self.tell(contract)
        self.assertEqual(len(story.findall(".//li")), STORY_LENGTH)
        self.assertIn("Older events", story.text_content())
        action = contract.action_view_events()
        found = self.log.search(action["domain"])
        self.assertEqual(found, contract.event_ids)
        self.assertEqual(len(found), STORY_LENGTH + 2)

    def test_o1_a_story_is_of_one_contract(self):
        contract, other = self.subscribe("2024-01-01"), self.subscribe("2024-01-01")
        self.log._log("changed", other, "Of the other one")
        both = contract | other
        self.env.invalidate_all()
        stories = [str(it.story_html) for it in both]
        self.assertNotIn("Of the other one", stories[0])
        self.assertIn("Of the other one", stories[1])

    def test_o1_a_new_contract_has_no_story_yet(self):
        new = self.env["subscription.contract"].new({})
        self.assertIn("Nothing has happened yet", str(new.story_html))

    def test_x5_longer_stories_are_not_more_queries(self):
        counts = []
        for length in (3, 30):
            contract = self.subscribe("2024-01-01")
            for _number in range(length):
                self.bill("2024-01-01", contract)
                self.log._log("renewed", contract, "Goes on")
            self.tell(contract, self.accountant)
            before = self.env.cr.sql_log_count
            self.tell(contract, self.accountant)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)

    def test_every_event_has_a_look(self):
        types, topics = dict(EVENT_TYPES), dict(TOPICS)
        self.assertLessEqual(topics.keys(), LOOKS.keys())
        self.assertLessEqual(LOOKS.keys(), {*types, *topics})
        contract, log = self.subscribe("2024-01-01"), self.env["subscription.event"]
        for kind in types:
            with self.subTest(kind=kind):
                row = log._log(kind, contract, "Planted")._get_story_row({})
                topic = TOPIC_OF_TYPE.get(kind, "life")
                look = LOOKS[kind] if kind in LOOKS else LOOKS[topic]
                self.assertEqual((row["icon"], row["color"]), look)
                self.assertEqual(row["type"], types[kind])

    def test_the_form_tells_the_story(self):
        contract = self.subscribe("2024-01-01")
        for user in (self.user, self.accountant):
            form = Form(contract.with_user(user))
            self.assertIn("Contract created", str(form.story_html))

    def test_o1_german_readers_read_german_months(self):
        self.env["res.lang"]._activate_lang("de_DE")
        contract = self.draft("2024-03-01")
        self._move_created(contract, "2024-03-05 10:00:00")
        story = self.tell(contract.with_context(lang="de_DE"))
        self.assertEqual(self._texts(story, ".//h5"), ["März 2024"])
