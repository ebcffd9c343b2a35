from odoo.tests import tagged

from ..threshold_common import ThresholdCommon


@tagged("post_install", "-at_install", "usage")
class TestUsagePieces(ThresholdCommon):
    """A period billed in pieces, in any order, ends at what it costs as a whole, and
    each event is in exactly one piece (X2, X3, X4)."""

    def setUp(self):
        super().setUp()
        self.company.subscription_invoice_policy = "draft"

    def contract_with_threshold(self, **vals):
        return self.metered(threshold_amount=5.0, **vals)

    def total(self, contract):
        return round(sum(self.usage_charges(contract).mapped("amount")), 2)

    def assertEachEventOnce(self, contract):
        """Every event is billed, and each charge says how many are its own."""
        usage = self.env["subscription.usage"].search(
            [("contract_id", "=", contract.id)]
        )
        charges = self.usage_charges(contract)
        self.assertEqual(usage.charge_id, charges.filtered("usage_count"))
        for charge in charges:
            self.assertEqual(len(charge.usage_ids), charge.usage_count)
        self.assertEqual(sum(charges.mapped("usage_count")), len(usage))
        self.assertSlicesAddUp(charges)
        self.assertHealthy()

    def three_pieces(self):
        """10,500 calls in three pieces: 500 + 500 free, 9,000 at 0.01, 500 at 0.005."""
        contract = self.contract_with_threshold()
        self.use(contract, ("2026-01-05 10:00:00", 2000))
        self.exceed("2026-01-10")
        self.use(contract, ("2026-01-15 10:00:00", 7000))
        self.exceed("2026-01-20")
        self.use(contract, ("2026-01-25 10:00:00", 1500))
        self.bill("2026-02-01", contract)
        return contract

    def test_three_pieces_are_the_whole(self):
        contract = self.three_pieces()
        self.assertEqual(
            self.amounts(contract),
            [
                ("fee", "2026-01-01", "2026-01-09", 10.0),
                ("fee", "2026-01-10", "2026-01-19", 70.0),
                ("fee", "2026-01-20", "2026-01-31", 12.5),
            ],
        )
        self.assertEachEventOnce(contract)

    def test_each_piece_deleted_and_billed_again(self):
        """X3: whichever piece is opened again, the sum and the events are the same."""
        for piece in range(3):
            with self.subTest(piece=piece):
                contract = self.three_pieces()
                self.usage_charges(contract)[piece].move_id.unlink()
                self.bill("2026-02-01", contract)
                self.assertEqual(self.total(contract), 92.5)
                self.assertEachEventOnce(contract)

    def test_two_pieces_opened_and_billed_in_one_run(self):
        """Each of two pieces of one run takes the events of its own days."""
        contract = self.three_pieces()
        charges = self.usage_charges(contract)
        first, last = charges[0].move_id, charges[2].move_id
        last.unlink()
        first.unlink()
        self.bill("2026-02-01", contract)
        self.assertEqual(self.total(contract), 92.5)
        self.assertEqual(
            self.usage_charges(contract)
            .sorted("date_start")
            .mapped(lambda row: row.usage_ids.mapped("quantity")),
            [[2000.0], [7000.0], [1500.0]],
        )
        self.assertEachEventOnce(contract)

    def test_all_pieces_opened_become_one(self):
        contract = self.three_pieces()
        for charge in self.usage_charges(contract).sorted("id", reverse=True):
            charge.move_id.unlink()
        self.bill("2026-02-01", contract)
        self.assertEqual(
            self.amounts(contract), [("fee", "2026-01-01", "2026-01-31", 92.5)]
        )
        self.assertEachEventOnce(contract)

    def test_event_of_a_billed_piece_comes_with_the_next_one(self):
        """X4: late within an open period is no late charge: the rest takes it."""
        contract = self.contract_with_threshold()
        self.use(contract, ("2026-01-05 10:00:00", 2000))
        self.exceed("2026-01-10")
        self.use(contract, ("2026-01-06 10:00:00", 1000))
        self.bill("2026-02-01", contract)
        self.assertEqual(
            self.amounts(contract),
            [
                ("fee", "2026-01-01", "2026-01-09", 10.0),
                ("fee", "2026-01-10", "2026-01-31", 10.0),
            ],
        )
        self.assertEachEventOnce(contract)

    def test_late_event_after_all_pieces(self):
        contract = self.three_pieces()
        self.use(contract, ("2026-01-07 10:00:00", 1000))
        self.bill("2026-03-01", contract)
        late = self.usage_charges(contract).filtered(lambda row: row.kind == "late")
        self.assertEqual(late.amount, 5.0)
        self.assertEqual(self.total(contract), 97.5)
        self.assertEachEventOnce(contract)

    def test_reversal_of_all_usage_gives_all_back(self):
        """A counter-event takes the sum of a period down to nothing, not below."""
        self.calls.allow_negative = True
        contract = self.three_pieces()
        self.use(contract, ("2026-01-07 10:00:00", -10500))
        self.bill("2026-03-01", contract)
        self.assertEqual(self.total(contract), 0.0)
        self.assertEachEventOnce(contract)

    def test_piece_of_a_discounted_contract(self):
        """Half off: each piece is half of what it was, and so is the whole."""
        discount = self.env["subscription.discount"].create(
            {"name": "Half", "kind": "percent", "percent": 50, "duration": "forever"}
        )
        contract = self.contract_with_threshold()
        contract._redeem(discount, self.day("2026-01-01"))
        self.use(contract, ("2026-01-05 10:00:00", 3000))
        self.exceed("2026-01-10")
        self.use(contract, ("2026-01-15 10:00:00", 2000))
        self.bill("2026-02-01", contract)
        rows = self.usage_charges(contract)
        self.assertEqual(rows.mapped("amount_list"), [20.0, 20.0])
        self.assertEqual(rows.mapped("amount"), [10.0, 10.0])
        self.assertHealthy()

    def test_minimum_comes_with_the_last_piece(self):
        self.api_price.amount_minimum = 50.0
        contract = self.contract_with_threshold()
        self.use(contract, ("2026-01-05 10:00:00", 2000))
        self.exceed("2026-01-10")
        self.bill("2026-02-01", contract)
        self.assertEqual(self.usage_charges(contract).mapped("amount"), [10.0, 40.0])
        self.assertSlicesAddUp(self.usage_charges(contract))

    def test_maximum_holds_for_all_pieces_together(self):
        self.api_price.amount_maximum = 30.0
        contract = self.contract_with_threshold()
        self.use(contract, ("2026-01-05 10:00:00", 3000))
        self.exceed("2026-01-10")
        self.use(contract, ("2026-01-15 10:00:00", 9000))
        self.bill("2026-02-01", contract)
        self.assertEqual(self.usage_charges(contract).mapped("amount"), [20.0, 10.0])

    def test_second_run_finds_nothing(self):
        """X2: neither the interim nor the regular run bills anything twice."""
        contract = self.three_pieces()
        before = self.amounts(contract)
        self.exceed("2026-02-01")
        self.bill("2026-02-01", contract)
        self.assertEqual(self.amounts(contract), before)
