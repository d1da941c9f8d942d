"""`paasctl ps`: what runs, what does not, and since when; also when no engine is there."""

import sys
import time
from collections.abc import Mapping, Sequence

from paasctl.cli.clock import seconds_of, span
from paasctl.cli.colour import Colour, stdout_colour, width_of
from paasctl.cli.command import Argument, Call, Command
from paasctl.cli.endings import told
from paasctl.cli.exits import Exit
from paasctl.cli.running import place_of, resolve, short_names
from paasctl.cli.snapshot import Snapshot, snapshot
from paasctl.cli.table import Cell, Column, envelope, plain, table
from paasctl.cli.talk import talk
from paasctl.cli.wishes import elsewhere, remembered
from paasctl.model.status import By, Shown, Status

COLUMNS = (
    Column("NAME"),
    Column("KIND", 3),
    Column("STATE"),
    Column("PID", 4, right=True),
    Column("UP", 1, right=True),
    Column("RESTARTS", 5, right=True),
    Column("READY", 6),
    Column("PORT", 7, right=True),
    Column("NEXT/EXIT", 2),
)
COLOURS = {
    Shown.RUNNING: Colour.GOOD,
    Shown.STARTING: Colour.BUSY,
    Shown.STOPPING: Colour.BUSY,
    Shown.BACKING_OFF: Colour.BAD,
    Shown.WAITING: Colour.FAINT,
    Shown.STOPPED: Colour.FAINT,
    Shown.EXITED: Colour.NONE,
}
UP = (Shown.RUNNING, Shown.STARTING, Shown.STOPPING)


def run(call: Call) -> int:
    """Print the rows; 0, or 3 where no engine runs."""
    place = place_of(call)
    seen = snapshot(place)
    names, rows = call.texts("names"), list(seen.rows)
    outside = dict(elsewhere(remembered(place))) if seen.running else {}
    own = [name for name in names if name not in outside]
    if names or call.app is not None:
        chosen = set(resolve(own, rows, call.app)) if own or not names else set()
        rows = [row for row in rows if row.id in chosen]
        outside = {name: outside[name] for name in outside if name in names}
    sys.stdout.write(_written(call, seen, rows, outside))
    if seen.note and not call.quiet:
        talk(f"paasctl: {seen.note}")
    return Exit.DONE if seen.running else Exit.NOT_RUNNING


def _written(call: Call, seen: Snapshot, rows: Sequence[Status], outside: Mapping[str, str]) -> str:
    if call.format == "json":
        public = [_public(row) for row in rows]
        external = [{"name": name, "address": address} for name, address in outside.items()]
        head = {"project": seen.project, "running": seen.running}
        return envelope({**head, "instances": public, "external": external})
    if call.quiet:
        return "".join(f"{row.id}\n" for row in rows if seen.running and row.state in UP)
    now = time.time()
    shown = short_names([row.id for row in seen.rows])
    cells = [_cells(row, shown[row.id], now) for row in rows]
    cells += [_outside(name, address) for name, address in outside.items()]
    if call.format == "plain":
        ids = [row.id for row in rows] + list(outside)
        return plain(
            [
                [identity, *(cell.text for cell in line[1:])]
                for identity, line in zip(ids, cells, strict=True)
            ]
        )
    if not cells:
        return ""
    return table(COLUMNS, cells, width_of(1), stdout_colour(call.color))


def _outside(name: str, address: str) -> list[Cell]:
    """Return the line of a service that runs elsewhere: nobody here knows how it fares."""
    texts = ("service", "external", "-", "-", "-", "-", "-", address)
    return [Cell(name, Colour.STRONG), *map(Cell, texts)]


def _public(row: Status) -> dict[str, object]:
    """Return the row of the JSON contract (decisions 3), `next` included."""
    found = row._asdict()
    del found["fingerprint"]
    return found


def _cells(row: Status, name: str, now: float) -> list[Cell]:
    state = Shown(row.state)
    up = state in UP and row.pid is not None
    since = seconds_of(row.since)
    return [
        Cell(name, Colour.STRONG),
        Cell(row.kind),
        Cell(_word(row), COLOURS[state]),
        Cell(str(row.pid) if row.pid is not None else "-"),
        Cell(span(now - since) if up and since is not None else "-"),
        Cell(str(row.restarts)),
        Cell("yes" if row.ready else "no" if up else "-"),
        Cell("-" if row.port is None else str(row.port)),
        Cell(_outlook(row, now)),
    ]


def _word(row: Status) -> str:
    """Return the word for its state, and what stopped it where that was a shell's program."""
    down = row.state == Shown.STOPPED and row.stopped_by
    return f"{row.state} ({row.stopped_by})" if down else row.state


def _outlook(row: Status, now: float) -> str:
    """Return what comes next, or how it ended; of one that runs, how that before it did.

    An end that we were asked for is no news once it runs again.
    """
    ended = told(row.exit)
    if row.state == Shown.BACKING_OFF and row.next is not None:
        at = seconds_of(row.next)
        soon = f"next try in {span(max(0.0, at - now) + 0.999)}" if at is not None else ""
        return ", ".join(part for part in (soon, ended) if part)
    if row.state == Shown.STOPPING and row.kill_at is not None:
        at = seconds_of(row.kill_at)
        return "" if at is None else f"SIGKILL in {span(max(0.0, at - now) + 0.999)}"
    if row.state in UP and (row.exit or {}).get("by") in (None, By.PAASCTL):
        return ""
    when = seconds_of(str((row.exit or {}).get("at") or ""))
    ago = f"{ended}, {span(now - when)} ago" if ended and when is not None else ended
    return f"last {ago}" if row.state in UP else ago


COMMAND = Command(
    "ps",
    "Show what runs: state, process id, restarts, port. Exit code 3 where nothing runs.",
    run,
    arguments=(Argument("names", "Only these; the short form is enough.", many=True),),
)
