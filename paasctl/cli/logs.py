"""`paasctl logs`: what the processes wrote, dead ones too; needs no engine."""

import os
import sys
from collections.abc import Mapping
from typing import NamedTuple

from paasctl.cli.colour import stdout_colour
from paasctl.cli.command import Argument, Call, Command, Option, Value
from paasctl.cli.engine import engine_if_running
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.running import Place, place_of, resolve, short_names
from paasctl.cli.snapshot import plan_in_force
from paasctl.control.client import Client
from paasctl.logs.follow import Merged
from paasctl.logs.prefix import Lines, Raw, Shape, prefixed
from paasctl.logs.tail import copy, start_of_last_lines

LINES = 100
"""As many as the platform's own command shows (spec 12.2)."""


class Chosen(NamedTuple):
    """The logs to show: file name → name in front of its lines, and how each is shown."""

    names: Mapping[str, str]
    shapes: Mapping[str, Shape]


def run(call: Call) -> int:
    """Write the last lines, and with --follow those that come, until nothing runs any more."""
    place = place_of(call)
    chosen = _chosen(call, place)
    client = engine_if_running(place) if call.flag("follow") else None
    positions = _show_last(place, chosen, int(call.number("lines", LINES)))
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
    ids = set(resolve(call.texts("names"), plan.instances, call.app))
    shown = short_names([spec.id for spec in plan.instances])
    names: dict[str, str] = {}
    for spec in plan.instances:
        if spec.id in ids:
            names.setdefault(spec.log, shown[spec.id])
    colour = stdout_colour(call.color)
    if call.flag("raw"):
        return Chosen(names, {file: Raw() for file in names})
    if call.flag("no-prefix"):
        return Chosen(names, {file: Lines(b"", colour) for file in names})
    return Chosen(names, prefixed(names, colour))


def _write(data: bytes) -> None:
    """Write all of it: standard output may be a pipe that takes only a part at once."""
    if data:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def _show_last(place: Place, chosen: Chosen, count: int) -> dict[str, int]:
    """Write the last lines of each file; return how far each has been read."""
    positions: dict[str, int] = {}
    for file, shape in chosen.shapes.items():
        try:
            fd = os.open(place.file("log", file), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:  # it has not been started yet
            positions[file] = 0
            continue
        end = positions[file] = os.fstat(fd).st_size
        copy(fd, start_of_last_lines(fd, count, end), end, shape.feed, _write)
        os.close(fd)
    return positions


def _follow(place: Place, chosen: Chosen, positions: Mapping[str, int], client: Client) -> None:
    """Write what comes until the engine has ended; nothing is missed in between."""
    import select

    merged = Merged(place.file("log"), chosen.names, _write, positions, chosen.shapes)
    ready = select.poll()
    ready.register(merged.fileno(), select.POLLIN)
    ready.register(client.fileno(), select.POLLIN)
    merged.pump()
    while True:
        found = [fd for fd, _ in ready.poll()]
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
        Option(("--lines", "-n"), f"How many lines of each, {LINES} unless told.", Value.INTEGER),
        Option(("--no-prefix",), "Without the process's name in front of each line."),
        Option(("--raw",), "The bytes as they were written, control characters too."),
    ),
    (Argument("names", "Only these; the short form is enough.", many=True),),
)
