"""A small line chart as SVG: text in the colour of the page, so that it is legible on
light and dark, and nothing in it that runs or loads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 440, 250
LEFT, RIGHT, TOP, BOTTOM = 74, 30, 14, 46
LINE = "#1f9ba8"
MARK = "#e07a1f"
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: its title, its greatest value, and how a number on it is written."""

    title: str
    stop: float
    write: Callable[[float], str] = str

    def ticks(self) -> list[float]:
        """Round numbers from zero up to the greatest value, about five.

        >>> Axis("", 23).ticks()
        [0.0, 5.0, 10.0, 15.0, 20.0]
        """
        raw = self.stop / 5
        power = 10 ** floor(log10(raw))
        step = power * next(n for n in (1, 2, 2.5, 5, 10) if n * power >= raw * 0.999)
        # Written anew from the number of steps: 3 x 0.1 is not 0.3.
        count = floor(self.stop / step + 1e-9)
        digits = max(0, 2 - floor(log10(step)))
        return [round(float(n * step), digits) for n in range(count + 1)]


def nice_stop(value: float) -> float:
    """The least round number that is no smaller, to end an axis at.

    >>> nice_stop(0), nice_stop(43.2), nice_stop(0.12)
    (1.0, 43.5, 0.12)
    """
    if value <= 0:
        return 1.0
    step = 10 ** floor(log10(value)) / 20
    return round(ceil(value / step - 1e-9) * step, 12)


def render(points: Sequence[Point], mark: Point, x: Axis, y: Axis, title: str) -> str:
    """Return the ``<svg>`` of the line through `points` with a dot at `mark`.

    `title` is what a screen reader says of it. All texts are escaped.
    """
    line = " ".join(_place(point, x, y) for point in points)
    dot_x, dot_y = _place(mark, x, y).split(",")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' role="img" aria-label="{escape(title)}" style="width:100%;'
        'max-width:32rem;font-size:11px;overflow:visible" fill="currentColor">',
        *(_x_tick(tick, x, y) for tick in x.ticks()),
        *(_y_tick(tick, x, y) for tick in y.ticks()),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x.title),
        _text(12, (TOP + HEIGHT - BOTTOM) / 2, y.title, turned=True),
        f'<line x1="{dot_x}" y1="{dot_y}" x2="{dot_x}" y2="{HEIGHT - BOTTOM}"'
        f' stroke="{MARK}" stroke-dasharray="3 3"/>',
        f'<polyline points="{line}" fill="none" stroke="{LINE}" stroke-width="2"'
        ' stroke-linejoin="round"/>',
        f'<circle cx="{dot_x}" cy="{dot_y}" r="4" fill="{MARK}"/>',
        "</svg>",
    ]
    return "".join(parts)


def _place(point: Point, x: Axis, y: Axis) -> str:
    across = LEFT + point[0] / x.stop * (WIDTH - LEFT - RIGHT)
    down = HEIGHT - BOTTOM - point[1] / y.stop * (HEIGHT - TOP - BOTTOM)
    return f"{across:.1f},{down:.1f}"


def _x_tick(value: float, x: Axis, y: Axis) -> str:
    across, down = _place((value, 0), x, y).split(",")
    return _text(across, HEIGHT - BOTTOM + 16, x.write(value)) + (
        f'<line x1="{across}" y1="{down}" x2="{across}" y2="{float(down) + 4}"'
        ' stroke="currentColor"/>'
    )


def _y_tick(value: float, x: Axis, y: Axis) -> str:
    _across, down = _place((0, value), x, y).split(",")
    opacity = "0.15" if value else "0.8"
    return _text(LEFT - 6, float(down) + 4, y.write(value), anchor="end") + (
        f'<line x1="{LEFT}" y1="{down}" x2="{WIDTH - RIGHT}" y2="{down}"'
        f' stroke="currentColor" stroke-opacity="{opacity}"/>'
    )


def _text(x: object, y: object, text: str, anchor: str = "middle", turned=False) -> str:
    turn = f' transform="rotate(-90 {x} {y})"' if turned else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{turn}>{escape(text)}</text>'
