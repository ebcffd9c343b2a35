from decimal import Decimal

from odoo.tests import tagged

from ..statement_common import StatementCommon


@tagged("post_install", "-at_install", "usage")
class TestStatementOfLevels(StatementCommon):
    """Where values live on or are weighed by time, the statement shows the level the
    period begins with, so that the reader can follow."""

    def component(self, code, aggregation, **vals):
        meter = self._meter(code, aggregation=aggregation, unit_name="GB", **vals)
        component = self._metered(code, code.capitalize(), meter)
        self._price(component, 1.0, model="per_unit")
        return component

    def story(self, component, *events, on="2026-03-01"):
        """The charges of January and February of these events."""
        contract = self.metered(components=[component])
        self.use(contract, *events, meter=component.meter_id)
        self.bill(on, contract)
        charges = self.usage_charges(contract, component)
        self.assertEqual(len(charges), 2)
        return charges

    def storage(self):
        """100 GB from the middle of January on, 40 of them gone in mid February."""
        storage = self.component(
            *("storage", "weighted"), is_carry_over=True, allow_negative=True
        )
        return self.story(
            storage,
            ("2026-01-16 12:00:00", 100),
            ("2026-02-15 00:00:00", -40),
        )

    def test_weighted_storage_lives_on(self):
        january, february = self.storage()
        self.assertEqual((january.quantity, february.quantity), (50.0, 80.0))
        self.assertEqual(self.state(january).opening, 0)
        self.assertEqual(self.state(february).opening, Decimal(100))
        rows = self.read_csv(self.state(february))
        self.assertEqual(
            [(row["row"], row["level"]) for row in rows[:2]],
            [("opening", "100"), ("event", "60")],
        )
        self.assertEqual(rows[0]["instant"], "2026-02-01T00:00:00+01:00")
        self.assertStated(january + february)

    def test_level_on_paper(self):
        document = self.document(self.storage()[-1])
        titles = [title for title, _is_number in document["columns"]]
        self.assertEqual(titles, ["Time", "Quantity", "Level", "Key", "Properties"])
        self.assertEqual(
            [row[1:3] for row in document["rows"]], [["", "100"], ["-40", "60"]]
        )
        self.assertEqual(document["rows"][0][0], "Level at the start")
        self.assertEqual(document["measures"], [("Level, weighted by time", "80 GB")])

    def test_levels_of_every_aggregation(self):
        # (aggregation, carried over, level before February, quantity of February)
        cases = [
            ("sum", True, 30, 35.0),
            ("sum", False, None, 5.0),
            ("max", True, 20, 20.0),
            ("last", True, 20, 5.0),
            ("count", False, None, 1.0),
            ("prorated_sum", True, 30, 32.5),
            ("prorated_sum", False, 0, 2.5),
            ("weighted", False, 0, 2.5),
        ]
        for n, (aggregation, carried, opening, quantity) in enumerate(cases):
            with self.subTest(aggregation=aggregation, carried=carried):
                component = self.component(f"m{n}", aggregation, is_carry_over=carried)
                february = self.story(
                    component,
                    ("2026-01-10 00:00:00", 10),
                    ("2026-01-20 00:00:00", 20),
                    ("2026-02-15 00:00:00", 5),
                )[-1]
                self.assertEqual(february.quantity, quantity)
                self.assertEqual(self.state(february).opening, opening)
                self.assertStated(february)

    def test_seats_that_stay(self):
        """Different values: those that were not removed are there at the start."""
        for n, aggregation in enumerate(("unique", "prorated_unique")):
            component = self.component(
                f"u{n}", aggregation, unique_property="user", is_carry_over=True
            )
            february = self.story(
                component,
                ("2026-01-10 00:00:00", 1, {"user": "ada"}),
                ("2026-01-11 00:00:00", 1, {"user": "bob"}),
                ("2026-01-12 00:00:00", -1, {"user": "ada"}),
                ("2026-01-13 00:00:00", 1, {"user": "cyd"}),
                ("2026-02-15 00:00:00", 1, {"user": "ada"}),
            )[-1]
            self.assertEqual(self.state(february).opening, 2)
            self.assertStated(february)

    def test_late_event_changes_the_level_of_what_follows(self):
        """X4: the statement of February stays what was billed; the late one shows the
        level as it is known by now."""
        storage = self.component("storage", "weighted", is_carry_over=True)
        january, february = self.story(storage, ("2026-01-01 00:00:00", 10))
        contract = january.contract_id
        self.use(contract, ("2026-01-01 00:00:00", 5), meter=storage.meter_id)
        self.bill("2026-04-01", contract)
        charges = self.usage_charges(contract, storage)
        late = charges.filtered(lambda row: row.kind == "late")
        self.assertEqual(late.mapped("amount"), [5.0, 5.0])
        self.assertEqual(self.state(february).opening, 10)
        self.assertEqual(self.state(late[-1]).opening, 15)
        self.assertStated(charges)

    def test_many_events_are_grouped_by_day(self):
        """More than 500 events are days on paper, and all of them in the file."""
        # (aggregation, quantity of the 600th event, what the first day comes to)
        cases = [
            ("sum", "360"),
            ("count", "360"),
            ("max", "1"),
            ("last", "1"),
            ("unique", "7"),
            ("weighted", "360"),
        ]
        for aggregation, figure in cases:
            with self.subTest(aggregation=aggregation):
                unique = {"unique_property": "user"} if aggregation == "unique" else {}
                component = self.component(f"many_{aggregation}", aggregation, **unique)
                charge = self._bill_many(component)
                document = self.document(charge)
                self.assertTrue(document["is_by_day"])
                days = document["rows"][aggregation == "weighted" :]
                self.assertEqual([row[1] for row in days], ["360", "240"])
                self.assertEqual(days[0][2], figure)
                rows = self.read_csv(self.state(charge))
                self.assertEqual([row["row"] for row in rows].count("event"), 600)
                self.assertStated(charge)

    def _bill_many(self, component):
        """600 events, one every four minutes from midnight on the 10th, local time."""
        contract = self.metered(components=[component])
        self.env.flush_all()
        self.env.cr.execute(
            "INSERT INTO subscription_usage (company_id, contract_id, meter_id, key,"
            " quantity, source, instant, properties)"
            " SELECT %s, %s, %s, 'many-' || %s || n, 1, 'api',"
            " timestamp '2026-01-09 23:00' + n * interval '4 minutes',"
            " jsonb_build_object('user', n %% 7) FROM generate_series(0, 599) n",
            (
                self.company.id,
                contract.id,
                component.meter_id.id,
                component.meter_id.code,
            ),
        )
        self.bill("2026-02-01", contract)
        return self.usage_charges(contract, component)
