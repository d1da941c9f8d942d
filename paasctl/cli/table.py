"""Plain columns that fit the terminal and never wrap, and the JSON envelope of lists."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from paasctl.cli.colour import Colour, harmless, paint

SCHEMA = 1
GAP = "  "
LEAST = 6
"""Characters below which a column is not cut further, only left out."""


class Column(NamedTuple):
    """A column: `rank` says in which order columns are left out (0: never) when space is short."""

    title: str
    rank: int = 0
    right: bool = False


class Cell(NamedTuple):
    """A text and its colour."""

    text: str
    colour: Colour = Colour.NONE


def table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    width: int | None,
    colour: bool = False,
) -> str:
    """Return the lines of a table, header first, none longer than `width` (None: no limit)."""
    texts = [[Cell(harmless(cell.text), cell.colour) for cell in row] for row in rows]
    sizes = [
        max([_size(column.title), *(_size(row[at].text) for row in texts)])
        for at, column in enumerate(columns)
    ]
    shown = _fitting(columns, sizes, width)
    lines = [_line(columns, [Cell(column.title) for column in columns], sizes, shown, False)]
    lines += [_line(columns, row, sizes, shown, colour) for row in texts]
    return "".join(line + "\n" for line in lines)


def _fitting(columns: Sequence[Column], sizes: list[int], width: int | None) -> list[int]:
    """Leave out columns, and then cut the widest, until a line fits; `sizes` is changed."""
    shown = list(range(len(columns)))
    if width is None:
        return shown

    def over() -> int:
        return sum(sizes[at] for at in shown) + len(GAP) * (len(shown) - 1) - width

    last = shown[-1]
    sizes[last] -= max(0, min(over(), sizes[last] - max(LEAST, _size(columns[last].title))))
    for at in sorted(shown, key=lambda at: -columns[at].rank):
        if over() > 0 and columns[at].rank:
            shown.remove(at)
    while over() > 0:
        widest = max(shown, key=lambda at: sizes[at])
        if sizes[widest] <= 1:
            break
        sizes[widest] -= 1
    return shown


def _line(
    columns: Sequence[Column],
    row: Sequence[Cell],
    sizes: Sequence[int],
    shown: Sequence[int],
    colour: bool,
) -> str:
    parts = []
    for at in shown:
        text = _cut(row[at].text, sizes[at])
        space = " " * (sizes[at] - _size(text))
        if columns[at].right:
            parts.append(space + paint(text, row[at].colour, colour))
        else:
            parts.append(paint(text, row[at].colour if text else Colour.NONE, colour) + space)
    return GAP.join(parts).rstrip()


def _size(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(
        0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text
    )


def _cut(text: str, size: int) -> str:
    """Return the text no wider than `size`; what was cut shows as an ellipsis."""
    if _size(text) <= size:
        return text
    while text and _size(text) > size - 1:
        text = text[:-1]
    return text + "…" if size > 0 else ""


def plain(rows: Sequence[Sequence[str]]) -> str:
    """Return one line a row, cells separated by tabs: no header, nothing cut, no colour."""
    return "".join("\t".join(harmless(cell) for cell in row) + "\n" for row in rows)


def envelope(content: Mapping[str, object]) -> str:
    """Return the JSON text of a list, with the version of its shape in front."""
    import json

    return json.dumps({"schema": SCHEMA, **content}, indent=2, ensure_ascii=False) + "\n"
