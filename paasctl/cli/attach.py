"""`paasctl attach NAME`: the terminal of a process that was given one by `up --tty NAME`."""

import os
import socket
import sys

from paasctl.cli.command import Argument, Call, Command, Option, Value
from paasctl.cli.endings import Found, found_of, how
from paasctl.cli.engine import asked, engine_of
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.outcome import notices_for
from paasctl.cli.running import place_of, resolve_one
from paasctl.cli.snapshot import plan_in_force
from paasctl.cli.talk import talk
from paasctl.control.client import Client
from paasctl.model.plan import InstanceSpec
from paasctl.terminal.keys import DEFAULT, sequence

PATIENCE = 5.0
"""Seconds to wait for the engine to say how a process ended whose terminal has closed."""
ENDINGS = ("exited", "leader-exited", "layer-exited")


def run(call: Call) -> int:
    """Connect until the program ends, whose exit code is returned, or the visitor leaves (0)."""
    detach = _keys(call.text("detach-keys") or DEFAULT)
    place = place_of(call)
    client = engine_of(place)
    plan = plan_in_force(place)
    instances = plan.instances if plan else ()
    name = str(call.values["name"])
    wanted = resolve_one(name, instances, call.app)
    spec = next(spec for spec in instances if spec.id == wanted)
    asked(client, "watch")
    relay = _relay(spec)
    from paasctl.cli.visit import End, Visit

    typing = not call.flag("no-stdin")
    if not call.quiet and typing and os.isatty(0):
        talk(f"attached to {spec.name}; {call.text('detach-keys') or DEFAULT} leaves it running")
    end = Visit(relay, detach, typing).run()
    relay.close()
    if end is End.OVER:
        return _over(client, spec)
    if not call.quiet and os.isatty(2):
        sys.stderr.write("\n")
        talk(f"{spec.name} goes on; paasctl attach {name} comes back to it")
    codes = {End.LEFT: Exit.DONE, End.INTERRUPTED: Exit.INTERRUPTED}
    return codes.get(end, Exit.TERMINATED)


def _keys(text: str) -> bytes:
    try:
        return sequence(text)
    except ValueError as error:
        raise Refused(
            Exit.USAGE,
            f"--detach-keys {text}: {error}",
            fix=f"write them like {DEFAULT} or ctrl-],q",
        ) from error


def _relay(spec: InstanceSpec) -> socket.socket:
    """Return a connection to the relay; Refused (1) without a terminal, (3) if nothing runs."""
    if spec.terminal is None:
        raise Refused(
            Exit.FAILED,
            f"{spec.name} has no terminal: it writes to its log and reads nothing",
            fix=f"paasctl up --tty {spec.name} gives it one",
            lines=(
                f"paasctl logs -f {spec.name} shows what it writes,",
                f"paasctl exec {spec.name} -- COMMAND runs something beside it",
            ),
        )
    relay = socket.socket(socket.AF_UNIX)
    try:
        relay.connect(spec.terminal.socket)
    except (FileNotFoundError, ConnectionRefusedError) as error:
        relay.close()
        raise Refused(
            Exit.NOT_RUNNING, f"{spec.name} is not running now", fix="paasctl ps says why"
        ) from error
    return relay


def _over(client: Client, spec: InstanceSpec) -> int:
    """Say how the process ended; return its exit code as a shell would have it."""
    try:
        for notice in notices_for(client, PATIENCE):
            found = found_of(notice)
            if notice["id"] == spec.id and notice["event"] in ENDINGS and found:
                talk(f"{spec.name} {how(found)}")
                return _code(found)
    except TimeoutError:
        talk(f"{spec.name} has closed its terminal and runs on without one")
        return Exit.DONE
    talk("everything has been stopped")
    return Exit.DONE


def _code(found: Found) -> int:
    import signal

    if isinstance(found.get("code"), int):
        return int(str(found["code"]))
    number = getattr(signal, str(found.get("signal")), None)
    return 128 + int(number) if number else int(Exit.FAILED)


COMMAND = Command(
    "attach",
    "Connect to the terminal of a process that was started with up --tty.",
    run,
    (
        Option(
            ("--detach-keys",),
            f"Keys that leave and let it run on: {DEFAULT} unless told.",
            Value.TEXT,
            metavar="KEYS",
        ),
        Option(("--no-stdin",), "Only look; pass no keys on."),
    ),
    (Argument("name", "Whose terminal; the short form is enough.", required=True),),
)
