"""One table of everything: a row for each figure, a column for each peer, ready to be pasted."""

from collections.abc import Iterable

from tests.bench.figures import Figure, grid, shown

FIRST = ("figure", "must")


def side_by_side(figures: Iterable[Figure]) -> str:
    """Return the medians of all figures; an asterisk marks a limit that is not met.

    Figures of nobody (the unit) are left out: they are in their sections' tables.
    """
    mine = [one for one in figures if one.peer]
    peers = list(dict.fromkeys(one.peer for one in mine))
    cells: dict[tuple[str, str], dict[str, str]] = {}
    limits: dict[tuple[str, str], dict[str, None]] = {}
    for one in mine:
        row = (f"{one.section}: {one.what}", one.unit)
        missed = " *" if one.met is False else ""
        cells.setdefault(row, {})[one.peer] = f"{shown(one.median)}{missed}"
        if one.must is not None:
            limits.setdefault(row, {})[shown(one.must)] = None
    rows = [
        (
            ", ".join(filter(None, row)),
            " or ".join(limits.get(row, ())),
            *(found.get(peer, "") for peer in peers),
        )
        for row, found in cells.items()
    ]
    return grid((*FIRST, *peers), rows)
