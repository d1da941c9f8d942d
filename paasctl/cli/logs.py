"""`paasctl logs`: what the processes wrote, dead ones too; needs no engine."""

import os
import sys
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from paasctl.cli.colour import stdout_colour
from paasctl.cli.command import Argument, Call, Command, Option, Value
from paasctl.cli.engine import engine_if_running
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.running import Named, Place, place_of, resolve, short_names
from paasctl.cli.snapshot import plan_in_force
from paasctl.cli.talk import talk
from paasctl.control.client import Client
from paasctl.logs.follow import Merged
from paasctl.logs.history import Log, Span, Wanted, in_order, open_log, spans
from paasctl.logs.prefix import Lines, Raw, Shape, prefixed
from paasctl.logs.tail import copy

if TYPE_CHECKING:
    import re

LINES = 100
"""As many as the platform's own command shows (spec 12.2)."""


class Chosen(NamedTuple):
    """The logs to show: file name → name in front of its lines, and how each is shown."""

    names: Mapping[str, str]
    shapes: Mapping[str, Shape]
    wanted: Wanted
    dated: bool


class Left(NamedTuple):
    """A log of a process that the plan does not have any more."""

    id: str
    kind: str = ""
    app: str | None = None


def run(call: Call) -> int:
    """Write the last lines, and with --follow those that come, until nothing runs any more."""
    place = place_of(call)
    chosen = _chosen(call, place)
    client = engine_if_running(place) if call.flag("follow") else None
    positions = _show_past(place, chosen)
    if client is not None:
        _follow(place, chosen, positions, client)
        return Exit.DONE
    for shape in chosen.shapes.values():
        _write(shape.flush())
    if call.flag("follow"):
        raise Refused(
            Exit.NOT_RUNNING, "nothing is running here: no more will come", fix="paasctl up"
        )
    return Exit.DONE


def _chosen(call: Call, place: Place) -> Chosen:
    plan = plan_in_force(place)
    if plan is None:
        raise Refused(
            Exit.NOT_RUNNING, "nothing has been started here yet: no logs", fix="paasctl up"
        )
    files = {spec.id: spec.log for spec in plan.instances}
    known: list[Named] = list(plan.instances)
    if call.texts("names"):
        left = sorted(set(_left(place)) - set(files.values()))
        files.update({file.removesuffix(".log"): file for file in left})
        known += [Left(file.removesuffix(".log")) for file in left]
    ids = resolve(call.texts("names"), known, call.app)
    shown = short_names([item.id for item in known])
    names: dict[str, str] = {}
    for identity in ids:
        names.setdefault(files[identity], shown[identity])
    wanted, dated = _wanted(call), call.flag("timestamps")
    return Chosen(names, _shapes(call, names, wanted), wanted, dated)


def _left(place: Place) -> list[str]:
    try:
        return [name for name in os.listdir(place.file("log")) if name.endswith(".log")]
    except FileNotFoundError:
        return []


def _wanted(call: Call) -> Wanted:
    """Return which lines are asked for; Refused (2) where the options contradict each other."""
    since = until = None
    if call.text("since") or call.text("until"):
        from paasctl.cli.when import moment

        now = time.time()
        since = moment("--since", call.text("since"), now)
        until = moment("--until", call.text("until"), now)
    pattern = _pattern(call.text("grep"))
    whole = (since, until, pattern) != (None, None, None)
    count = call.number("lines", -1)
    if count < 0 and "lines" in call.values:
        raise Refused(Exit.USAGE, "--lines has to be 0 or more")
    if until is not None and call.flag("follow"):
        raise Refused(Exit.USAGE, "--follow shows what comes, --until ends before: take one")
    if call.flag("raw") and call.flag("timestamps"):
        raise Refused(Exit.USAGE, "--raw shows the bytes as they are, --timestamps adds some")
    if since is not None and until is not None and since > until:
        raise Refused(Exit.USAGE, "--since lies after --until: there is nothing between them")
    return Wanted(
        since=None if since is None else int(since * 1000),
        until=None if until is None else int(until * 1000),
        lines=int(count) if count >= 0 else None if whole else LINES,
        pattern=pattern,
    )


def _pattern(text: str | None) -> "re.Pattern[str] | None":
    if text is None:
        return None
    import re

    try:
        return re.compile(text)
    except re.error as error:
        raise Refused(
            Exit.USAGE,
            f"--grep {text}: {error}",
            fix="it is a regular expression; a backslash takes the sign behind it as it is",
        ) from error


def _shapes(call: Call, names: Mapping[str, str], wanted: Wanted) -> Mapping[str, Shape]:
    colour = stdout_colour(call.color)
    shapes: Mapping[str, Shape]
    if call.flag("raw"):
        shapes = {file: Raw() for file in names}
    elif call.flag("no-prefix"):
        shapes = {file: Lines(b"", colour) for file in names}
    else:
        shapes = prefixed(names, colour)
    if wanted.pattern is None:
        return shapes
    from paasctl.logs.grep import Matching

    return {file: Matching(wanted.pattern, shape) for file, shape in shapes.items()}


def _write(data: bytes) -> None:
    """Write all of it: standard output may be a pipe that takes only a part at once."""
    if data:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def _show_past(place: Place, chosen: Chosen) -> dict[str, int]:
    """Write what is wanted of what there is; return how far each file has been read."""
    logs: dict[str, Log] = {}
    positions = dict.fromkeys(chosen.names, 0)
    for file in chosen.names:
        try:
            logs[file] = log = open_log(place.file("log"), file)
        except FileNotFoundError:  # it has not been started yet
            continue
        positions[file] = log.size
        _say_trouble(chosen, file, log)
    found = [spans(file, log, chosen.wanted) for file, log in logs.items()]
    # Bytes as they were written are of use in one piece only.
    raw = any(isinstance(shape, Raw) for shape in chosen.shapes.values())
    ordered = (span for each in found for span in each) if raw else in_order(found)
    for span in ordered if chosen.dated or len(found) > 1 else _joined(ordered):
        shape = chosen.shapes[span.file]
        if chosen.dated:
            shape.dated(stamp(span.at / 1000))
        copy(logs[span.file].fd, span.start, span.end, shape.feed, sys.stdout.buffer.write)
    sys.stdout.buffer.flush()
    for log in logs.values():
        os.close(log.fd)
    return positions


def _say_trouble(chosen: Chosen, file: str, log: Log) -> None:
    wanted = chosen.wanted
    timed = chosen.dated or wanted.since is not None or wanted.until is not None
    if log.trouble and timed:
        last = stamp(log.last / 1000).decode().strip()
        talk(
            f"warning  the time index of {chosen.names[file]} {log.trouble}; "
            f"all its lines count as written at its last change, {last}"
        )


def _joined(found: Iterable[Span]) -> Iterable[Span]:
    """Yield spans of one file with neighbours made one: their times are not asked for."""
    last: Span | None = None
    for span in found:
        if last is not None and last.end == span.start:
            last = last._replace(end=span.end)
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def stamp(at: float | None = None) -> bytes:
    """Return a time, or now, as it stands in front of lines: to a second, in UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ ", time.gmtime(at)).encode()


def _follow(place: Place, chosen: Chosen, positions: Mapping[str, int], client: Client) -> None:
    """Write what comes until the engine has ended; nothing is missed in between.

    BrokenPipeError as soon as nobody reads any more, also while nothing comes: `| head -1` ends.
    """
    import select

    merged = Merged(
        place.file("log"),
        chosen.names,
        _write,
        positions,
        chosen.shapes,
        stamp=stamp if chosen.dated else None,
    )
    ready = select.poll()
    ready.register(merged.fileno(), select.POLLIN)
    ready.register(client.fileno(), select.POLLIN)
    reader = sys.stdout.fileno()
    ready.register(reader, 0)  # its end alone: POLLERR of a pipe, POLLHUP of a terminal
    merged.pump()
    while True:
        found = [fd for fd, _ in ready.poll()]
        if reader in found:
            raise BrokenPipeError
        if merged.fileno() in found:
            merged.pump()
        if client.fileno() in found and not client.receive():
            break
    merged.flush()
    merged.close()


COMMAND = Command(
    "logs",
    "Show what the processes wrote.",
    run,
    (
        Option(("--follow", "-f"), "Go on showing what comes, until nothing runs."),
        Option(
            ("--lines", "-n"),
            f"How many of the last lines of each: {LINES}, or all with --since, --until or --grep.",
            Value.INTEGER,
        ),
        Option(
            ("--since",),
            "Only lines from then on: 10m ago, at 14:30, 2026-02-01T08:00.",
            Value.TEXT,
            metavar="T",
        ),
        Option(("--until",), "Only lines up to then.", Value.TEXT, metavar="T"),
        Option(("--timestamps", "-t"), "With the time in front of each line, true to a second."),
        Option(
            ("--grep", "-g"),
            "Only lines in which the regular expression finds something.",
            Value.TEXT,
            metavar="RE",
        ),
        Option(("--no-prefix",), "Without the process's name in front of each line."),
        Option(("--raw",), "The bytes as they were written, control characters too."),
    ),
    (Argument("names", "Only these; the short form is enough.", many=True),),
)
