"""`paasctl restart [NAME…]`: stop and start with the manifest as it is now."""

from paasctl.cli.command import Argument, Call, Command, Option, Value
from paasctl.cli.engine import asked, engine_of, rows_of
from paasctl.cli.lastlines import last_lines
from paasctl.cli.outcome import wait_ready
from paasctl.cli.running import place_of, resolve
from paasctl.model.plan import Kind

READY_WITHIN = 75.0
"""Seconds: 15 to stop and 60 to become ready."""
LONG_LIVED = (Kind.WEB, Kind.WORKER)
"""What is restarted without a name: on the platform, services stay up when an app restarts."""


def run(call: Call) -> int:
    """Restart the instances named, or web and workers; wait until each is ready again."""
    place = place_of(call)
    client = engine_of(place)
    rows = rows_of(asked(client, "status"))
    names = call.texts("names")
    ids = resolve(names, rows, call.app)
    if not names:
        ids = [row.id for row in rows if row.id in ids and row.kind in LONG_LIVED]
    from paasctl.cli.deploying import apply_current

    seq = apply_current(call, client, ids)
    logs = {row.id: row.log for row in rows}
    return wait_ready(
        client,
        {row.id: row.pid for row in rows if row.id in ids},
        seq,
        call.number("timeout", READY_WITHIN),
        call.quiet,
        lambda name: last_lines(place, logs[name]),
    )


COMMAND = Command(
    "restart",
    "Restart processes with the manifest and the environment as they are now.",
    run,
    (Option(("--timeout",), "Seconds to wait until ready, 75 unless told.", Value.SECONDS),),
    (Argument("names", "What to restart; web and workers without a name.", many=True),),
)
