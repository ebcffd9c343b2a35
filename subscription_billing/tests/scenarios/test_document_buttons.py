from odoo.exceptions import UserError
from odoo.tests import tagged

from ..change_common import ChangeCommon

TODAY = "2024-01-20"
REVERSALS = ("credit_note", "part", "replace")
# What Odoo's form offers on a document, by state.
OFFERED = {
    "draft": ("post", "cancel", "delete", "duplicate"),
    "posted": ("draft", "duplicate", *REVERSALS),
    "paid": ("draft", "duplicate", *REVERSALS),
    "cancelled": ("draft", "delete", "duplicate"),
}
GIVES_BACK = "does not owe"
REPLACED = "was replaced by"
# Cells that are refused, by kind of document, state and button; all others work.
REFUSED = {
    **{
        (kind, state, button): GIVES_BACK
        for kind in ("credit", "mixed", "refund")
        for state in ("posted", "paid")
        for button in ("credit_note", "part")
    },
    **{
        (kind, state, button): REPLACED
        for kind in ("replaced", "reversal")
        for state in ("posted", "paid")
        for button in ("draft", *REVERSALS)
    },
    ("replacement", "draft", "delete"): "takes the place of",
    ("replacement", "cancelled", "delete"): "takes the place of",
}
# What has a credit note elsewhere stays in force.
CREDITED = {("credited", "draft", button) for button in ("cancel", "delete")}


@tagged("post_install", "-at_install", "billing", "charges")
class TestDocumentButtons(ChangeCommon):
    """X1, X3: whatever button Odoo offers on a document, ledger and documents stay
    equal, or it is refused with what to do instead."""

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2024-01-01", quantities={self.seats: 4})
        self.advance("2024-01-01")
        self.invoice = self.contract.charge_ids.move_id
        self.duplicates = self.env["account.move"]
        self.cells = 0

    # ----------------------------------------------------------------------
    # Kinds of documents
    # ----------------------------------------------------------------------

    def get_invoice(self):
        return self.invoice

    def get_credit(self):
        """The run gives back a month that is cut short."""
        self.contract._set_end(self.day("2024-01-15"), "Moved")
        return self.bill("2024-01-16").move_ids

    def get_mixed(self):
        """More seats in the middle of the month: old ones back, new ones charged."""
        line = self.line(self.contract, self.seats, "2024-01-15")
        self.change(
            self.contract, "quantity", "2024-01-11", line_id=line.id, quantity=6
        )
        return self.bill("2024-01-16").move_ids

    def get_refund(self):
        note = self.invoice._reverse_moves([{"invoice_date": "2024-01-05"}])
        note.invoice_line_ids[0].price_unit = 10.0
        note.action_post()
        return note

    def get_credited(self):
        """An invoice with an automatic credit."""
        self.get_credit()
        return self.invoice

    def get_replacement(self):
        new = self.press_replace(self.invoice)
        new.action_post()
        return new

    def get_replaced(self):
        self.get_replacement()
        return self.invoice

    def get_reversal(self):
        self.get_replacement()
        return self.invoice.reversal_move_ids

    # ----------------------------------------------------------------------
    # States and buttons
    # ----------------------------------------------------------------------

    def bring_to(self, move, state):
        if state in ("draft", "cancelled"):
            move.button_draft()
        if state == "cancelled":
            move.button_cancel()
        if state == "paid" and move.amount_residual:
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({})._create_payments()

    def press(self, button, move):
        getattr(self, f"press_{button}")(move)
        self.env.flush_all()

    def press_post(self, move):
        move.action_post()

    def press_draft(self, move):
        move.button_draft()

    def press_cancel(self, move):
        move.button_cancel()

    def press_delete(self, move):
        move.unlink()

    def press_duplicate(self, move):
        self.duplicates |= move.copy({"invoice_date": TODAY})

    def reverse(self, move):
        wizards = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        return wizards.create({"journal_id": move.journal_id.id, "date": TODAY})

    def press_credit_note(self, move):
        wizard = self.reverse(move)
        wizard.refund_moves()
        wizard.new_move_ids.action_post()

    def press_part(self, move):
        wizard = self.reverse(move)
        wizard.refund_moves()
        wizard.new_move_ids.invoice_line_ids[0].price_unit /= 2
        wizard.new_move_ids.action_post()

    def press_replace(self, move):
        wizard = self.reverse(move)
        wizard.modify_moves()
        return wizard.new_move_ids

    # ----------------------------------------------------------------------
    # The table
    # ----------------------------------------------------------------------

    def assert_equal_sums(self):
        """Documents of the customer, ledger and watchdog; and again after a run."""
        for day in (TODAY, "2024-01-21"):
            moves = self.env["account.move"].search(
                [
                    ("partner_id", "=", self.customer.id),
                    ("state", "!=", "cancel"),
                    ("move_type", "in", ("out_invoice", "out_refund")),
                    ("id", "not in", self.duplicates.ids),
                ]
            )
            live = self.contract.charge_ids.filtered(lambda it: not it.is_void)
            documents = -sum(moves.invoice_line_ids.mapped("balance"))
            self.assertAlmostEqual(documents, sum(live.mapped("amount")), 2)
            self.bill(day)
        self.assertFalse(self.contract.billing_error)
        self.assertEqual(
            self.env["subscription.watchdog"]._get_findings(
                self.company, self.day("2024-01-21")
            ),
            [],
        )

    def try_cell(self, kind, state, button):
        move = getattr(self, f"get_{kind}")()
        try:
            self.bring_to(move, state)
        except UserError as error:
            self.assertIn("was replaced by", str(error))
            return
        self.cells += 1
        refusal = REFUSED.get((kind, state, button))
        if (kind, state, button) in CREDITED:
            refusal = "was credited on"
        if refusal:
            with self.refused(refusal):
                self.press(button, move)
        else:
            self.press(button, move)
        self.env.invalidate_all()
        self.assert_equal_sums()

    def try_all(self, *kinds):
        for kind in kinds:
            for state, buttons in OFFERED.items():
                if (kind, state) == ("credited", "cancelled"):
                    continue
                for button in buttons:
                    with self.subTest(kind=kind, state=state, button=button):
                        with self.env.cr.savepoint() as savepoint:
                            self.try_cell(kind, state, button)
                            savepoint.rollback()
                        self.env.invalidate_all()

    def test_x3_buttons_on_an_invoice(self):
        self.try_all("invoice", "credited")
        self.assertGreaterEqual(self.cells, 31)

    def test_x3_buttons_on_credit_notes(self):
        self.try_all("credit", "refund")
        self.assertEqual(self.cells, 34)

    def test_x3_buttons_on_a_mixed_invoice(self):
        self.try_all("mixed")
        self.assertEqual(self.cells, 17)

    def test_x3_buttons_on_what_was_replaced(self):
        self.try_all("replaced", "reversal", "replacement")
        self.assertGreaterEqual(self.cells, 37)
