"""`paasctl top`: what each process tree uses, live on a terminal, once elsewhere."""

import select
import signal
import sys
import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from paasctl.cli.colour import Colour, stdout_colour, width_of
from paasctl.cli.command import Argument, Call, Command, Option, Value
from paasctl.cli.endings import size
from paasctl.cli.engine import asked, engine_of, rows_of
from paasctl.cli.exits import Exit
from paasctl.cli.ps import COLOURS
from paasctl.cli.running import Place, place_of, resolve
from paasctl.cli.table import Cell, Column, envelope, plain, table
from paasctl.cli.trees import Member, trees
from paasctl.control.client import Client
from paasctl.model.status import Shown, Status

INTERVAL = 2.0
"""Seconds between two looks on a terminal."""
MOMENT = 0.5
"""Seconds between the two looks that one answer takes: CPU is used over time."""
CLEAR, HOME = "\x1b[?1049h\x1b[?25l", "\x1b[H"
LEAVE = "\x1b[?25h\x1b[?1049l"
TO_END_OF_LINE, TO_END = "\x1b[K", "\x1b[J"
COLUMNS = (
    Column("NAME"),
    Column("KIND", 4),
    Column("STATE", 3),
    Column("PID", 2, right=True),
    Column("PROCS", 5, right=True),
    Column("THREADS", 6, right=True),
    Column("FILES", 7, right=True),
    Column("CPU", right=True),
    Column("TIME", 1, right=True),
    Column("MEM", right=True),
)


class Use(NamedTuple):
    """What a tree of processes uses: `cpu` percent of one processor, `seconds` in all."""

    processes: int
    threads: int
    files: int | None
    cpu: float
    seconds: float
    memory: int


Uses = list[tuple[Status, Use]]


class Look(NamedTuple):
    """All trees at one moment."""

    at: float
    trees: Mapping[str, list[Member]]


def run(call: Call) -> int:
    """Show the uses; Refused (3) where no engine runs, (4) for a name that nothing has."""
    place = place_of(call)
    client = engine_of(place)
    rows = _rows(call, client)
    live = sys.stdout.isatty() and call.format == "table" and not call.flag("once")
    before = _look(place, rows)
    if not live:
        select.select([], [], [], call.number("interval", MOMENT))
        rows = _rows(call, client)
        sys.stdout.write(_written(call, _uses(rows, before, _look(place, rows))))
        return Exit.DONE
    return _watch(call, place, client, before)


def _watch(call: Call, place: Place, client: Client, before: Look) -> int:
    """Redraw until Ctrl-C or the end of the engine; the terminal is left as it was."""
    seconds = max(0.1, call.number("interval", INTERVAL))
    wait = min(seconds, MOMENT)
    signal.signal(signal.SIGTERM, _end)
    sys.stdout.write(CLEAR)
    try:
        while not select.select([client], [], [], wait)[0]:
            rows = _rows(call, client)
            now = _look(place, rows)
            text = _written(call, _uses(rows, before, now))
            lines = "".join(line + TO_END_OF_LINE + "\n" for line in text.splitlines())
            sys.stdout.write(HOME + lines + TO_END)
            sys.stdout.flush()
            before, wait = now, seconds
    finally:
        sys.stdout.write(LEAVE)
        sys.stdout.flush()
    return Exit.NOT_RUNNING


def _end(number: int, frame: object) -> None:
    raise SystemExit(int(Exit.TERMINATED))  # by way of what gives the terminal back


def _rows(call: Call, client: Client) -> list[Status]:
    rows = rows_of(asked(client, "status"))
    chosen = set(resolve(call.texts("names"), rows, call.app))
    return [row for row in rows if row.id in chosen]


def _look(place: Place, rows: Iterable[Status]) -> Look:
    return Look(time.monotonic(), trees(place, rows))


def _uses(rows: Iterable[Status], before: Look, now: Look) -> Uses:
    """Return what each instance uses; a process that was not there before counts from zero."""
    spent = {m.pid: m.cpu for members in before.trees.values() for m in members}
    passed = max(0.001, now.at - before.at)
    return [(row, _use(now.trees.get(row.id, []), spent, passed)) for row in rows]


def _use(members: list[Member], spent: Mapping[int, float], passed: float) -> Use:
    used = sum(max(0.0, member.cpu - spent.get(member.pid, 0.0)) for member in members)
    return Use(
        processes=len(members),
        threads=sum(member.threads for member in members),
        files=_sum(member.files for member in members),
        cpu=round(100 * used / passed, 1),
        seconds=round(sum(member.cpu for member in members), 2),
        memory=sum(member.memory for member in members),
    )


def _sum(counts: Iterable[int | None]) -> int | None:
    """Return the sum; None if one of them is not known."""
    whole = 0
    for count in counts:
        if count is None:
            return None
        whole += count
    return whole


def _written(call: Call, uses: Uses) -> str:
    if call.format == "json":
        return envelope({"instances": [_public(row, use) for row, use in uses]})
    cells = [_cells(row, use) for row, use in uses]
    if call.format == "plain":
        pairs = zip(uses, cells, strict=True)
        return plain([[row.id, *(cell.text for cell in line[1:])] for (row, _), line in pairs])
    total = [Cell("all"), Cell(""), Cell(""), Cell(""), *_figures(_all(use for _, use in uses))]
    return table(COLUMNS, [*cells, total], width_of(1), stdout_colour(call.color))


def _all(uses: Iterable[Use]) -> Use:
    uses = list(uses)
    return Use(
        processes=sum(use.processes for use in uses),
        threads=sum(use.threads for use in uses),
        files=_sum(use.files for use in uses),
        cpu=sum(use.cpu for use in uses),
        seconds=sum(use.seconds for use in uses),
        memory=sum(use.memory for use in uses),
    )


def _public(row: Status, use: Use) -> dict[str, object]:
    kept = {"id": row.id, "name": row.name, "kind": row.kind, "state": row.state, "pid": row.pid}
    return {**kept, **use._asdict()}


def _cells(row: Status, use: Use) -> list[Cell]:
    state = Shown(row.state)
    head = [
        Cell(row.name, Colour.STRONG),
        Cell(row.kind),
        Cell(state.value, COLOURS[state]),
        Cell("-" if row.pid is None else str(row.pid)),
    ]
    return head + (_figures(use) if use.processes else [Cell("-")] * len(Use._fields))


def _figures(use: Use) -> list[Cell]:
    return [
        Cell(str(use.processes)),
        Cell(str(use.threads)),
        Cell("-" if use.files is None else str(use.files)),
        Cell(f"{use.cpu:.1f}%"),
        Cell(f"{use.seconds:.1f}s"),
        Cell(size(use.memory)),
    ]


COMMAND = Command(
    "top",
    "Show CPU, memory, threads and open files of each process tree.",
    run,
    (
        Option(("--once", "-n"), "Print once and end, also on a terminal."),
        Option(
            ("--interval",),
            "Seconds between two looks: 2 on a terminal, else 0.5.",
            Value.SECONDS,
            metavar="S",
        ),
    ),
    (Argument("names", "Only these; the short form is enough.", many=True),),
)
