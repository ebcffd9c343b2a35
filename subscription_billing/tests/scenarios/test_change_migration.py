from odoo.modules.module import get_module_path, load_script
from odoo.tests import tagged

from ..replay_common import ReplayCommon

SCRIPT = "migrations/19.0.1.3.0/post-migration.py"
# What 19.0.1.2.0 kept of scheduled changes and prices, out of what is kept now.
OLD_SHAPE = (
    "ALTER TABLE subscription_change ADD COLUMN ended_by_id integer",
    "ALTER TABLE subscription_price_change_line"
    " ADD COLUMN successor_id integer, ADD COLUMN date_end_before date",
    "UPDATE subscription_price_change_line line"
    " SET successor_id = row.successor_id, date_end_before = row.date_end_before"
    " FROM subscription_change change, subscription_change_line row"
    " WHERE change.price_change_line_id = line.id AND row.change_id = change.id",
    "DELETE FROM subscription_change WHERE price_change_line_id IS NOT NULL",
    "UPDATE subscription_change SET agreed = NULL",
)
# The journal was in the order in which changes were entered: all of them continued the
# line that ran then, and ended where the change entered before began.
OLD_JOURNAL = (
    "UPDATE subscription_change_line SET line_id = %(line)s"
    " WHERE change_id = %(first)s",
    "UPDATE subscription_change_line SET date_end_before = %(end)s"
    " WHERE change_id = %(second)s",
)


@tagged("post_install", "-at_install", "changes", "price_changes")
class TestChangeMigration(ReplayCommon):
    """C4: what was scheduled and announced by 19.0.1.2.0 is an intent afterwards."""

    def setUp(self):
        super().setUp()
        self.contract = self.sell(self.phone)
        self.advance("2024-01-01", self.contract)

    def downgrade(self, *statements, **values):
        self.env.flush_all()
        for statement in (*OLD_SHAPE, *statements):
            self.env.cr.execute(statement, values)
        self.env.invalidate_all()

    def migrate(self):
        path = f"{get_module_path('subscription_billing')}/{SCRIPT}"
        load_script(path, "post_migration").migrate(self.env.cr, "19.0.1.2.0")
        self.env.flush_all()
        self.env.invalidate_all()

    def forecast(self):
        rows = self.env["subscription.forecast"]._get_rows(
            self.contract, self.day("2024-01-20"), self.day("2024-12-31")
        )
        names = ("line_id", "date", "date_start", "date_end", "quantity", "amount")
        return sorted([str(row[name]) for name in names] for row in rows)

    def assert_migrated(self, *statements, **values):
        """The forecast is the same before and after; returns the changes."""
        self.downgrade(*statements, **values)
        before = self.forecast()
        self.migrate()
        self.assertEqual(self.forecast(), before)
        return self.contract.change_ids.sorted("id")

    def test_c4_changes_entered_against_the_order_of_their_days(self):
        line = self.first_line(self.contract, self.seats)
        first = self.set_seats(self.contract, 4, "2024-05-01", "2024-01-10")
        second = self.set_price(self.contract, self.FEE, "2024-03-01", "2024-01-11")
        self.assert_migrated(
            *OLD_JOURNAL,
            line=line.id,
            first=first.id,
            second=second.id,
            end="2024-04-30",
        )
        self.set_seats(self.contract, 3, "2024-02-01", "2024-01-20")
        self.advance_to(self.contract, "2024-05-01")
        self.assertEqual(list(self.months(self.contract).values()), [8, 10, 7, 7, 8])
        self.assertHealthy()

    def test_c4_an_announced_price(self):
        announced = self.announce(
            self.contract, "2024-04-01", "2024-01-10", component_ids=self.seats.ids
        )
        (change,) = self.assert_migrated()
        self.assertEqual((change.kind, change.state), ("price", "scheduled"))
        self.assertEqual(change.price_change_id, announced)
        self.set_seats(self.contract, 6, "2024-03-01", "2024-01-20")
        self.advance_to(self.contract, "2024-04-01")
        self.assertEqual(list(self.months(self.contract).values()), [8, 8, 16, 28])
        self.assertEqual(announced.state, "done")

    def test_c6_a_plan_keeps_its_prices(self):
        self.upgrade(self.contract, "2024-03-01", "2024-01-10")
        self.assert_migrated()
        later = {"model": "per_unit", "date_start": "2024-02-01"}
        self._price(self.pro_seats, 99 * self.FEE, **later)
        self.set_seats(self.contract, 5, "2024-02-01", "2024-01-20")
        self.advance_to(self.contract, "2024-03-01")
        self.assertEqual(list(self.months(self.contract).values()), [8, 14, 30])

    def test_c4_what_an_end_had_withdrawn(self):
        step = self.set_seats(self.contract, 6, "2024-05-01", "2024-01-10")
        end = self.end(self.contract, "2024-03-31", "2024-01-11")
        step.sudo().state = "withdrawn"
        step.sudo().row_ids._drop_spares()
        ended = (
            "UPDATE subscription_change SET ended_by_id = %(end)s WHERE id = %(step)s"
        )
        self.assert_migrated(ended, end=end.id, step=step.id)
        self.assertEqual(step.state, "lapsed")
        self.take_end_back(self.contract, "2024-01-20")
        self.assertEqual(step.state, "scheduled")
        self.advance_to(self.contract, "2024-05-01")
        self.assertEqual(self.months(self.contract)["2024-05"], 16)
