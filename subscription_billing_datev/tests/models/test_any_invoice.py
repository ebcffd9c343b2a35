from datetime import date, timedelta

from odoo.tests import tagged

from odoo.addons.subscription_billing.tests.engine.strategies import check, st

from ..datev_common import DatevCommon

LINES = st.lists(
    st.tuples(
        st.sampled_from(["8400", "8300", "8200", "8336"]),
        st.integers(-20_000, 20_000).map(lambda cents: cents / 100),
    ),
    min_size=1,
    max_size=6,
)


@tagged("post_install", "-at_install", "datev")
class TestAnyInvoice(DatevCommon):
    """Whatever is invoiced and paid: the file is good, and its sums are the ledger."""

    def setUp(self):
        super().setUp()
        self.business.write(
            {"vat": "FR40303265045", "country_id": self.env.ref("base.fr").id}
        )
        self.taxes = {
            "8400": self.vat_19,
            "8200": self.vat_19,
            "8300": self.vat_7,
            "8336": self.tax("tax_free_eu"),
        }

    def test_sums_are_the_ledger(self):
        days = [date(2026, 10, 1)]

        @check(50, LINES, st.booleans())
        def holds(lines, is_paid):
            days.append(days[-1] + timedelta(days=1))
            if len(days) > 30:
                return
            day = str(days[-1])
            lines = [(code, amount, self.taxes[code]) for code, amount in lines]
            if sum(amount for _code, amount, _tax in lines) <= 0:
                lines.append(("8400", 5000, self.vat_19))
            move = self.sell(*lines, day=day)
            if is_paid and move.amount_residual:
                self.pay(move, day)
            export = self.exported(day, day)
            self.rows(export)  # the validator finds nothing
            off = export.sum_ids.filtered("amount_difference")
            # Two accounts of one rate: DATEV may round the tax of each otherwise.
            for each in off:
                self.assertLessEqual(abs(each.amount_difference), 0.04)
                self.assertTrue({"8400", "8200"} <= {code for code, _a, _t in lines})
            ledger = sum(export.sum_ids.mapped("amount_ledger"))
            self.assertAlmostEqual(ledger, 0)

        self.assertGreater(len(days), 10)
