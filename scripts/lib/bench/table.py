"""The table of a benchmark: what was measured, against what, and whether it will do."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """One line of the table, from the figures of several rounds.

    With `theirs`, what counts is the ratio ours / theirs of each round, its median:
    the machine's mood hits both sides of a round alike. Without, our figure counts.
    `least` and `most` are the target; a row without one only informs.

    >>> row = Row("intake", "events/s", [40, 30], [60, 90], least=1 / 3)
    >>> row.value, row.verdict
    (0.5, 'ok')
    >>> Row("memory", "MiB", [301.0], most=300).verdict
    'NOT OK'
    """

    what: str
    unit: str
    ours: Sequence[float]
    theirs: Sequence[float] = ()
    least: float | None = None
    most: float | None = None

    @property
    def value(self) -> float:
        """What is held against the target."""
        if not self.theirs:
            return median(self.ours)
        pairs = zip(self.ours, self.theirs, strict=True)
        return median(ours / theirs for ours, theirs in pairs)

    @property
    def is_met(self) -> bool:
        """Whether the target is reached; true without one."""
        least_met = self.least is None or self.value >= self.least
        return least_met and (self.most is None or self.value <= self.most)

    @property
    def verdict(self) -> str:
        """What the last column says."""
        if self.least is None and self.most is None:
            return ""
        return "ok" if self.is_met else "NOT OK"

    @property
    def target(self) -> str:
        """The target in words."""
        if self.least is not None:
            return f">= {figure(self.least)}"
        return f"<= {figure(self.most)}" if self.most is not None else ""

    @property
    def cells(self) -> tuple[str, ...]:
        """The line as text."""
        return (
            self.what,
            figure(median(self.ours)),
            figure(median(self.theirs)) if self.theirs else "",
            self.unit,
            f"{self.value:.2f}" if self.theirs else "",
            self.target,
            self.verdict,
        )


HEADER = ("what", "ours", "theirs", "unit", "ratio", "target", "")


def figure(number: float) -> str:
    """Return a number with the digits worth reading.

    >>> figure(31234.5), figure(0.33333), figure(2), figure(9.87)
    ('31,234', '0.33', '2', '9.87')
    """
    if abs(number) >= 100 or number == int(number):
        return f"{number:,.0f}"
    return f"{number:.2f}"


def render(rows: Sequence[Row]) -> str:
    """Return the table as text, figures to the right.

    >>> print(render([Row("a", "s", [1.5], [1.0], most=3)]))
    what  ours  theirs  unit  ratio  target
    a     1.50       1  s      1.50    <= 3  ok
    """
    lines = [HEADER, *(row.cells for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if n in (0, 3, 6) else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def interleave(
    rounds: int, contestants: Mapping[str, Callable[[int], float | None]]
) -> dict[str, list[float]]:
    """Let the contestants work in turns, in the other order every second round.

    Each gets the number of the round. The figure is what it returns, or the seconds
    it took when it returns nothing.

    >>> interleave(2, {"a": lambda round_: round_ + 1.0, "b": lambda round_: 5.0})
    {'a': [1.0, 2.0], 'b': [5.0, 5.0]}
    """
    figures = {name: [] for name in contestants}
    for number in range(rounds):
        order = list(contestants.items())
        for name, work in order[:: -1 if number % 2 else 1]:
            started = time.perf_counter()
            result = work(number)
            seconds = time.perf_counter() - started
            figures[name].append(seconds if result is None else result)
    return figures


def per_second(count: int, seconds: Sequence[float]) -> list[float]:
    """Return how many a second, of as many in each time.

    >>> per_second(100, [2.0])
    [50.0]
    """
    return [count / each for each in seconds]


def machine() -> str:
    """Return what a reader must know of the machine to judge absolute figures."""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"{len(os.sched_getaffinity(0))} cores, load {load}"


def conclude(rows: Sequence[Row]) -> int:
    """Print the table; return the exit code: 1 when a target is missed."""
    print(f"\n{render(rows)}")
    missed = [row.what for row in rows if not row.is_met]
    for what in missed:
        print(f"target missed: {what}")
    return 1 if missed else 0
