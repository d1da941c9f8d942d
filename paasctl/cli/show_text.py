"""The portrait of `paasctl show`, for people and as JSON."""

import shlex
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from paasctl.cli.clock import seconds_of, span
from paasctl.cli.colour import Colour, harmless, paint, stdout_colour, width_of
from paasctl.cli.command import Call
from paasctl.cli.endings import how, memory_of, size, told, whose
from paasctl.cli.ps import COLOURS
from paasctl.cli.table import Cell, Column, envelope, plain, table
from paasctl.model.status import By, Shown

if TYPE_CHECKING:  # each of the two modules knows the other
    from paasctl.cli.history import Notice
    from paasctl.cli.show import Portrait
    from paasctl.cli.trees import Member

TREE = (
    Column("PID", right=True),
    Column("CPU", 2, right=True),
    Column("MEM", 1, right=True),
    Column("THREADS", 4, right=True),
    Column("FILES", 3, right=True),
    Column("COMMAND"),
)
ENDS = (
    Column("ENDED", 1),
    Column("AFTER", right=True),
    Column("MEM", 2, right=True),
    Column("HOW"),
    Column("WHOSE DOING"),
)


def as_json(project: str, found: "Portrait") -> str:
    """Return the contract: the row of `ps`, and what else there is to know."""
    row = found.row._asdict()
    del row["fingerprint"]
    spec = found.spec
    instance = {
        **row,
        "log": found.log,
        "command": list(spec.command),
        "enclosure": list(spec.enclosure),
        "cwd": spec.cwd,
        "env": found.env,
        "mounts": [binding._asdict() for binding in found.mounts],
        "listen": spec.listen,
        "stop_signal": spec.stop_signal,
        "grace": spec.grace,
        "once": spec.once,
        "waits_for": found.waits_for or None,
        "processes": [member._asdict() for member in found.processes],
        "exits": found.ends,
        "lines": found.lines,
        "last_words": found.last_words,
    }
    return envelope({"project": project, "running": found.running, "instance": instance})


def as_text(call: Call, found: "Portrait") -> str:
    """Return a page: facts, processes, environment, ends, last lines; empty parts are left out."""
    colour = stdout_colour(call.color)
    if call.format == "plain":
        return plain([(name, value) for name, value in _facts(found)])
    parts = [_head(found, colour), _rows(_facts(found))]
    if found.processes:
        cells = [_member(member) for member in found.processes]
        parts.append(table(TREE, cells, width_of(1), colour))
    if found.ends:
        cells = [_end(end) for end in reversed(found.ends)]
        parts.append(_title("ends, the last one first", colour) + table(ENDS, cells, width_of(1)))
    shown = "" if call.flag("reveal") else ", secrets hidden (--reveal)"
    parts.append(_title(f"environment{shown}", colour) + _environment(found, width_of(1)))
    for title, lines in _excerpts(found):
        parts.append(_title(title, colour) + "".join(f"  {line}\n" for line in lines))
    return "\n".join(parts)


def _excerpts(found: "Portrait") -> Iterator[tuple[str, list[str]]]:
    """Yield parts of the log: what the last process had to say if nobody asked it to end."""
    unasked = (found.row.exit or {}).get("by") not in (None, By.PAASCTL)
    if unasked and found.last_words and found.last_words != found.lines:
        yield "last lines before its last end", found.last_words
    if found.lines:
        yield "last lines", found.lines


def _title(text: str, colour: bool) -> str:
    return paint(text, Colour.STRONG, colour) + "\n"


def _head(found: "Portrait", colour: bool) -> str:
    row = found.row
    state = Shown(row.state)
    of = f"{row.kind} of {row.app}" if row.app and row.app != row.id else row.kind
    name = paint(row.name, Colour.STRONG, colour)
    return f"{name}  {of}  {paint(state.value, COLOURS[state], colour)}\n"


def _environment(found: "Portrait", width: int | None) -> str:
    """Return a line for each variable, cut to the terminal."""
    lines = [f"  {name}={harmless(value)}" for name, value in sorted(found.env.items())]
    if width is not None:
        lines = [line if len(line) <= width else line[: width - 1] + "…" for line in lines]
    return "".join(line + "\n" for line in lines)


def _rows(facts: Iterable[tuple[str, str]]) -> str:
    return "".join(f"  {name:<12} {value}\n" for name, value in facts)


def _facts(found: "Portrait") -> Iterator[tuple[str, str]]:
    row, spec = found.row, found.spec
    yield "id", row.id
    if row.pid is not None:
        since = seconds_of(row.since)
        up = "" if since is None else f", up {span(time.time() - since)}"
        yield "pid", f"{row.pid}{up}, {'ready' if row.ready else 'not ready'}"
    yield "want", row.want
    if found.waits_for:
        yield "waits for", found.waits_for
    yield "restarts", str(row.restarts)
    if row.exit:
        yield "last end", f"{told(row.exit)} ({_ago(row.exit)})"
    yield "command", harmless(shlex.join(spec.command))
    yield "directory", spec.cwd
    if row.port is not None:
        yield "port", str(row.port)
    for mount in found.mounts:
        yield "mount", f"{mount.path}  ←  {mount.store}"
    yield "stop", f"signal {spec.stop_signal}, SIGKILL after {spec.grace:g}s"
    yield "log", found.log


def _member(member: "Member") -> Sequence[Cell]:
    branch = "  " * (member.depth - 1) + "└ " if member.depth else ""
    return (
        Cell(str(member.pid)),
        Cell(f"{member.cpu:.1f}s"),
        Cell(size(member.memory)),
        Cell(str(member.threads)),
        Cell("-" if member.files is None else str(member.files)),
        Cell(branch + member.command),
    )


def _end(end: "Notice") -> Sequence[Cell]:
    ran = end.get("ran")
    return (
        Cell(_ago(end)),
        Cell(span(ran) if isinstance(ran, float) and ran >= 10 else _short(ran)),
        Cell(memory_of(end).replace("at most ", "<") or "-"),
        Cell(how(end)),
        Cell(whose(end)),
    )


def _short(ran: object) -> str:
    return f"{ran:.1f}s" if isinstance(ran, float) else "-"


def _ago(end: "Notice") -> str:
    at = seconds_of(str(end.get("at") or ""))
    return "-" if at is None else f"{span(time.time() - at)} ago"
