from lxml import etree

from odoo.tests import BaseCase, tagged

from ...formats import line_chart
from ...formats.line_chart import Axis, nice_stop


@tagged("post_install", "-at_install")
class TestLineChart(BaseCase):
    """A chart is well-formed, in its frame, labelled, and cannot carry markup."""

    def _render(self, points=((0, 0), (10, 50)), mark=(5, 25), title="Price"):
        stops = (nice_stop(max(values)) for values in zip(*points, strict=True))
        axes = [Axis(name, stop) for name, stop in zip("xy", stops, strict=True)]
        return etree.fromstring(line_chart.render(points, mark, *axes, title))

    def _coordinates(self, svg):
        line = svg.find("{*}polyline").get("points")
        return [tuple(map(float, pair.split(","))) for pair in line.split()]

    def test_the_line_goes_from_corner_to_corner(self):
        coordinates = self._coordinates(self._render())
        self.assertEqual(coordinates[0], (74.0, 204.0))
        self.assertEqual(coordinates[-1], (410.0, 14.0))

    def test_the_dot_lies_where_the_mark_is(self):
        dot = self._render().find("{*}circle")
        self.assertEqual((dot.get("cx"), dot.get("cy")), ("242.0", "109.0"))

    def test_axes_have_titles_and_round_numbers(self):
        texts = [text.text for text in self._render().iterfind("{*}text")]
        self.assertIn("x", texts)
        self.assertIn("y", texts)
        self.assertIn("10.0", texts)
        self.assertIn("50.0", texts)

    def test_ticks_are_round_and_lie_on_the_axis(self):
        for stop in (1e-9, 0.07, 0.3, 1, 9, 123.4, 1e6, 9.9e14):
            ticks = Axis("", stop).ticks()
            with self.subTest(stop=stop):
                self.assertEqual(ticks[0], 0)
                self.assertLessEqual(ticks[-1], stop)
                self.assertTrue(3 <= len(ticks) <= 7, ticks)
                self.assertEqual(sorted(set(ticks)), ticks)

    def test_an_axis_ends_at_or_behind_its_greatest_value(self):
        for value in (1e-9, 0.12, 3, 99.99, 100.01, 1e15):
            with self.subTest(value=value):
                self.assertTrue(value <= nice_stop(value) * (1 + 1e-9))
                self.assertLessEqual(nice_stop(value), value * 1.06)

    def test_nothing_costs_nothing(self):
        svg = self._render(points=((0, 0), (0, 0)), mark=(0, 0))
        self.assertEqual(set(self._coordinates(svg)), {(74.0, 204.0)})

    def test_texts_are_escaped(self):
        svg = self._render(title='"><script>alert(1)</script>')
        self.assertIsNone(svg.find(".//{*}script"))
        self.assertEqual(svg.get("aria-label"), '"><script>alert(1)</script>')
