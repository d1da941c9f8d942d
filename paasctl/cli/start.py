"""`paasctl start NAME…`: start what was stopped, and wait until it is ready."""

from paasctl.cli.command import Argument, Call, Command, Option, Value
from paasctl.cli.engine import asked, engine_of, number, rows_of
from paasctl.cli.lastlines import last_lines
from paasctl.cli.outcome import wait_ready
from paasctl.cli.running import place_of, resolve
from paasctl.cli.talk import talk
from paasctl.model.status import Shown

READY_WITHIN = 60.0
"""Seconds after which nobody believes any more that it will become ready."""


def run(call: Call) -> int:
    """Start the instances named; Refused (1) if one does not come up, (5) if it takes long."""
    place = place_of(call)
    client = engine_of(place)
    rows = rows_of(asked(client, "status"))
    ids = resolve(call.texts("names"), rows, call.app)
    up = [row.id for row in rows if row.id in ids and row.state == Shown.RUNNING and row.ready]
    if not call.quiet:
        talk(*(f"{identity}  ✓ is running" for identity in up))
    targets = [identity for identity in ids if identity not in up]
    if not targets:
        return 0
    before = number(asked(client, "status"), "seq")
    asked(client, "up", targets=targets)
    seconds = call.number("timeout", READY_WITHIN)
    logs = {row.id: row.log for row in rows}
    return wait_ready(
        client,
        dict.fromkeys(targets),
        before,
        seconds,
        call.quiet,
        lambda name: last_lines(place, logs[name]),
    )


COMMAND = Command(
    "start",
    "Start processes that were stopped; wait until they are ready.",
    run,
    (Option(("--timeout",), "Seconds to wait, 60 unless told.", Value.SECONDS),),
    (Argument("names", "What to start.", many=True, required=True),),
)
