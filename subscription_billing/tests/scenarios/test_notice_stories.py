from freezegun import freeze_time

from odoo.tests import tagged

from ..notice_common import NoticeCommon


@tagged("post_install", "-at_install", "notices")
class TestNoticeStories(NoticeCommon):
    """Each e-mail once through the story that leads to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.yearly = cls._variant(
            "yearly",
            first_term_count=1,
            first_term_unit="year",
            later_term_count=1,
            later_term_unit="year",
            notice_first_count=1,
            notice_later_count=1,
        )
        cls.tried = cls._variant("tried", trial_count=14, trial_unit="day")

    def test_an_order_is_confirmed(self):
        contract = self.subscribe("2024-01-15", self.yearly, {self.seats: 3})
        self.assertMails(contract, "order_confirmed")
        self.assertTold(
            contract,
            plan="Cloud",
            variant="Yearly",
            term="1 year",
            notice="1 month",
            total_now="",
            day="01/15/2024",
            cancel_by="12/14/2024",
            end="",
            next_invoice="01/15/2024",
            price="$ 45.00 / month",
            line="Seats | 3 | $ 15.00 | month",
            after_trial="",
        )
        mail = self.mails(contract)
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertFalse(mail.auto_delete)
        self.assertIn(mail.mail_message_id, contract.message_ids)

    def test_what_is_charged_once_is_told_with_the_order(self):
        contract = self.subscribe("2024-01-15", quantities={self.setup: 1})
        self.assertTold(
            contract, price="$ 30.00 / month", line="Setup | 1 | $ 99.00 | once"
        )

    def test_the_trial_of_an_order(self):
        contract = self.subscribe("2024-01-18", self.tried)
        self.assertTold(
            contract,
            day="01/18/2024",
            trial_end="01/31/2024",
            after_trial="After the trial the contract goes on as a paid contract.",
            price="$ 30.00 / month",
        )

    def test_the_trial_ends_soon(self):
        contract = self.subscribe("2024-01-18", self.tried)
        self.advance("2024-01-27")
        self.assertMails(contract, "order_confirmed")
        self.advance("2024-01-28")
        self.assertMails(contract, "order_confirmed", "trial_ending")
        self.assertTold(contract, day="01/31/2024", price="$ 30.00 / month")
        for day in ("2024-01-29", "2024-02-01", "2024-02-02"):
            self.advance(day)
        self.assertEqual(contract.state, "active")
        self.assertMails(contract, "order_confirmed", "trial_ending")

    def test_the_trial_waits_for_a_way_of_payment(self):
        self.tried.trial_end_policy = "wait"
        contract = self.subscribe("2024-01-18", self.tried)
        for day in ("2024-01-28", "2024-02-01", "2024-02-02"):
            self.advance(day)
        contract._take_steps(self.day("2024-02-03"))
        self.assertMails(contract, "order_confirmed", "trial_ending", "trial_over")
        self.assertTold(contract, day="01/31/2024")

    def test_a_trial_nobody_looked_at_in_time(self):
        """It does not end soon any more."""
        self.tried.trial_end_policy = "wait"
        contract = self.subscribe("2024-01-18", self.tried)
        self.advance("2024-02-05")
        self.assertMails(contract, "order_confirmed", "trial_over")

    def test_the_trial_was_all(self):
        self.tried.trial_end_policy = "end"
        contract = self.subscribe("2024-01-18", self.tried)
        self.advance("2024-01-28")
        self.assertTold(contract, after_trial="The contract ends with the trial.")
        self.advance("2024-02-01")
        self.assertMails(contract, "order_confirmed", "trial_ending", "trial_over")

    def test_a_trial_that_is_cancelled_is_not_called_over(self):
        for policy in ("continue", "wait", "end"):
            with self.subTest(policy=policy):
                self.tried.trial_end_policy = policy
                contract = self.subscribe("2024-01-18", self.tried)
                self.end(contract, "2024-01-20")
                self.assertTold(
                    contract, after_trial="The contract ends with the trial."
                )
                self.advance("2024-01-28")
                self.advance("2024-02-01")
                self.assertMails(
                    contract, "order_confirmed", "cancellation_confirmed", "ended"
                )

    def test_a_change_is_confirmed(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 3})
        line = self.line(contract, self.seats, "2024-01-01")
        self.change(contract, "quantity", "2024-02-01", line_id=line.id, quantity=5)
        self.assertMails(contract, "order_confirmed", "change_confirmed")
        self.assertTold(
            contract,
            day="02/01/2024",
            what="Change a quantity: Seats: 3.00 → Seats: 5.00",
            line="Seats | 5 | $ 25.00 | month",
            price="$ 55.00 / month",
        )

    def test_what_a_change_costs_at_once(self):
        """M3: 4 of 29 days of 15 back, the same days of 25 due; with all of March."""
        contract = self.subscribe("2024-02-01", quantities={self.seats: 3})
        self.advance("2024-02-01")
        line = self.line(contract, self.seats, "2024-02-26")
        self.change(contract, "quantity", "2024-02-26", line_id=line.id, quantity=5)
        self.assertTold(contract, total_now="$ 1.38", taxes="Prices are before taxes.")

    def test_what_an_end_gives_back_at_once(self):
        contract = self.subscribe("2024-02-01")
        self.advance("2024-02-01")
        self.end(contract, "2024-02-09", end_method="annulment")
        self.assertTold(contract, total_now="$ -30.00")

    def test_a_scheduled_change_is_told_once(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 3})
        line = self.line(contract, self.seats, "2024-01-01")
        vals = {"line_id": line.id, "quantity": 5}
        self.change(contract, "quantity", "2024-03-01", "2024-01-10", **vals)
        self.assertTold(
            contract, day="03/01/2024", price="$ 55.00 / month", total_now=""
        )
        self.advance("2024-03-01")
        self.assertMails(contract, "order_confirmed", "change_confirmed")

    def test_a_withdrawn_change_is_told(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 3})
        line = self.line(contract, self.seats, "2024-01-01")
        vals = {"line_id": line.id, "quantity": 5}
        change = self.change(contract, "quantity", "2024-03-01", "2024-01-10", **vals)
        change._withdraw(self.day("2024-01-20"))
        self.assertMails(contract, "order_confirmed", *["change_confirmed"] * 2)
        self.assertTold(
            contract,
            day="03/01/2024",
            what="Does not take place: Change a quantity: Seats: 3.00 → Seats: 5.00",
        )

    def test_a_pause_and_what_follows(self):
        contract = self.subscribe("2024-01-01")
        self.change(
            contract, "pause", "2024-03-01", "2024-02-01", date_until="2024-03-31"
        )
        self.assertTold(contract, day="03/01/2024", end="03/31/2024")
        self.advance("2024-03-01")
        self.assertMails(contract, "order_confirmed", "paused")
        self.advance("2024-04-01")
        self.advance("2024-04-02")
        self.assertMails(contract, "order_confirmed", "paused", "resumed")
        self.assertTold(contract, day="04/01/2024")

    def test_a_pause_that_is_ended(self):
        """Told when it is said, not once more when the day is reached."""
        contract = self.subscribe("2024-01-01")
        self.change(contract, "pause", "2024-03-01")
        self.change(contract, "resume", "2024-05-01", "2024-04-10")
        self.assertTold(contract, day="05/01/2024")
        self.advance("2024-05-01")
        self.assertMails(contract, "order_confirmed", "paused", "resumed")

    def test_a_pause_that_is_ended_at_once(self):
        contract = self.subscribe("2024-01-01")
        self.change(contract, "pause", "2024-03-01")
        self.change(contract, "resume", "2024-03-20")
        self.assertMails(contract, "order_confirmed", "paused", "resumed")

    @freeze_time("2024-03-05 23:30:00")
    def test_a_cancellation_is_confirmed_with_its_time(self):
        """Received after midnight in Berlin."""
        contract = self.subscribe("2024-01-01", self.yearly)
        self.end(contract, "2024-03-06", cancelled_at="2024-03-05 23:30:00")
        self.assertMails(contract, "order_confirmed", "cancellation_confirmed")
        self.assertTold(
            contract,
            day="12/31/2024",
            end="12/31/2024",
            kind="By term and notice",
            reason=self.reason.name,
            cancel_by="",
        )
        self.assertIn("12:30:00", self.mails(contract)[-1].body_html)

    def test_the_end_is_told(self):
        contract = self.subscribe("2024-01-01")
        self.end(
            contract, "2024-03-06", end_method="extraordinary", date_last="2024-03-31"
        )
        self.advance("2024-04-01")
        self.advance("2024-04-02")
        self.assertMails(contract, "order_confirmed", "cancellation_confirmed", "ended")
        self.assertTold(contract, day="03/31/2024")

    def test_an_annulled_contract_did_not_end(self):
        contract = self.subscribe("2024-01-01")
        self.end(contract, "2024-03-06", end_method="annulment")
        self.advance("2024-03-07")
        self.assertEqual(contract.state, "ended")
        self.assertMails(contract, "order_confirmed", "cancellation_confirmed")

    def test_an_end_that_is_taken_back(self):
        contract = self.subscribe("2024-01-01")
        self.end(
            contract, "2024-03-06", end_method="extraordinary", date_last="2024-03-31"
        )
        self.change(contract, "undo_end", False, "2024-03-10")
        self.assertEqual(self.mails(contract)[-1].subject, "change_confirmed")
        self.assertTold(contract, end="", what="Take the end back: 03/31/2024")

    def test_a_contract_that_is_taken_over(self):
        """The old customer reads of the change, the new one what he has now."""
        new = self._customer("Bert GmbH", email="bert@example.com", is_company=True)
        contract = self.subscribe("2024-01-01")
        self.change(contract, "transfer", "2024-03-01", partner_new_id=new.id)
        self.assertEqual(self.mails(contract)[-1].recipient_ids, self.customer)
        self.assertMails(contract.successor_id, "order_confirmed")
        self.assertEqual(self.mails(contract.successor_id).recipient_ids, new)
        self.assertTold(contract.successor_id, day="03/01/2024")

    def test_the_log_says_what_was_sent(self):
        contract = self.subscribe("2024-01-01")
        self.assertLastEvent(
            contract,
            type="notice_sent",
            topic="mail",
            notice_code="order_confirmed",
            message="Order confirmation",
        )
