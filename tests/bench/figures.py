"""Figures: what was measured, what it must be, and how both are shown."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

Report = Callable[["Figure"], None]


class Figure(NamedTuple):
    """One thing measured of one peer: median and range, and the limit where there is one."""

    section: str
    what: str
    peer: str
    unit: str
    median: float
    low: float
    high: float
    samples: int
    must: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the median is within the limit; None where there is none."""
        return None if self.must is None else self.median <= self.must


def figure(
    section: str,
    what: str,
    peer: str,
    unit: str,
    samples: Sequence[float],
    must: float | None = None,
) -> Figure:
    """Sum up samples; the limit is paasctl's own, nobody else is held to it."""
    median, low, high = statistics.median(samples), min(samples), max(samples)
    limit = must if peer.startswith("paasctl") else None
    return Figure(section, what, peer, unit, median, low, high, len(samples), limit)


def ratio(
    section: str,
    what: str,
    peer: str,
    samples: Sequence[float],
    units: Sequence[float],
    must: float | None = None,
) -> Figure:
    """Sum up samples as multiples of what the unit cost right before each of them."""
    multiples = [value / unit for value, unit in zip(samples, units, strict=True)]
    return figure(section, what, peer, "x pass", multiples, must)


def shown(value: float) -> str:
    """Return a number with three figures that count. In: 0.01234  Out: 0.0123."""
    if value == 0 or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"


def line_of(one: Figure) -> tuple[str, ...]:
    """Return a figure as the cells of a table."""
    spread = f"({shown(one.low)} to {shown(one.high)}, {one.samples})" if one.samples > 1 else ""
    limit = "" if one.must is None else f"≤ {shown(one.must)}"
    verdict = {None: "", True: "met", False: "NOT MET"}[one.met]
    return (one.what, one.peer, f"{shown(one.median)} {one.unit}", spread, limit, verdict)


HEADINGS = ("figure", "peer", "median", "range, samples", "must", "")


def table(figures: Iterable[Figure]) -> str:
    """Return figures as a table in Markdown, which a terminal shows just as well."""
    return grid(HEADINGS, list(map(line_of, figures)))


def grid(headings: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """Return cells as a table in Markdown, columns aligned."""
    rows = [headings, *body]
    widths = [max(len(row[column]) for row in rows) for column in range(len(headings))]
    rows.insert(1, ["-" * width for width in widths])
    lines = (
        "| " + " | ".join(f"{c:<{w}}" for c, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    )
    return "\n".join(lines)
