"""`paasctl services --types`: every type that a manifest may name, and what it is here."""

import sys
from typing import NamedTuple

from paasctl.cli.colour import Colour, stdout_colour, width_of
from paasctl.cli.command import Call
from paasctl.cli.exits import Exit
from paasctl.cli.table import Cell, Column, envelope, plain, table
from paasctl.model.service import Missing
from paasctl.services.external import example
from paasctl.services.registry import DIRECTORY_TYPES, service_type
from paasctl.services.shapes import SHAPES

COLUMNS = (Column("TYPE"), Column("GRADE"), Column("RUNS"), Column("OR GIVEN BY", 1))


class Row(NamedTuple):
    """One type: `grade` is what it has here without further ado, "missing" where an installation
    would give it, "external" where only a URL does. `ways` are the ways to have it (another).
    """

    type: str
    grade: str
    runs: str
    ways: tuple[str, ...]


def show(call: Call) -> int:
    """Print all types; a missing one is no failure here."""
    rows = [_row(name) for name in SHAPES]
    if call.format == "json":
        sys.stdout.write(envelope({"types": [row._asdict() for row in rows]}))
    elif call.quiet:
        sys.stdout.write("".join(f"{row.type}\n" for row in rows))
    elif call.format == "plain":
        sys.stdout.write(plain([[row.type, row.grade, row.runs, *row.ways] for row in rows]))
    else:
        cells = [_cells(row) for row in rows]
        sys.stdout.write(table(COLUMNS, cells, width_of(1), stdout_colour(call.color)))
    return Exit.DONE


def _row(name: str) -> Row:
    title = SHAPES[name].title
    if name in DIRECTORY_TYPES:
        return Row(name, "native", title, ())
    elsewhere = f"--service NAME={example(name)}"
    kind = service_type(name)
    if kind is None:
        return Row(name, "external", "-", (elsewhere,))
    found = kind.find("")
    if isinstance(found, Missing):
        return Row(name, "missing", "-", (*found.hints, elsewhere))
    version, _, product = found.version.partition("-")
    return Row(name, found.grade.value, f"{product or title} {version}", (elsewhere,))


def _cells(row: Row) -> list[Cell]:
    colour = Colour.BAD if row.grade == "missing" else Colour.NONE
    return [
        Cell(row.type, Colour.STRONG),
        Cell(row.grade, colour),
        Cell(row.runs),
        Cell(row.ways[0] if row.ways else "-"),
    ]
