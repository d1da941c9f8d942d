"""`paasctl stop NAME…`: end processes and keep them ended until somebody starts them."""

from paasctl.cli.command import Argument, Call, Command, Option, Value
from paasctl.cli.engine import asked, engine_of, number, rows_of
from paasctl.cli.outcome import wait_down
from paasctl.cli.running import place_of, resolve
from paasctl.model.plan import GRACE

AFTER_KILL = 10.0
"""Seconds that SIGKILL may need: a process in the middle of disk access dies late."""


def run(call: Call) -> int:
    """Stop the instances named and return when none of their processes is left."""
    client = engine_of(place_of(call))
    ids = resolve(call.texts("names"), rows_of(asked(client, "status")), call.app)
    grace = call.number("timeout", GRACE)
    wanted = {"timeout": grace} if "timeout" in call.values else {}
    seq = number(asked(client, "down", targets=ids, **wanted), "seq")
    rows = rows_of(asked(client, "status", targets=ids))
    return wait_down(client, rows, seq, grace + AFTER_KILL, call.quiet)


COMMAND = Command(
    "stop",
    "Stop processes: SIGTERM, and SIGKILL after the time; they stay stopped until started.",
    run,
    (Option(("--timeout", "-t"), "Seconds until SIGKILL, 15 unless told.", Value.SECONDS),),
    (Argument("names", "What to stop.", many=True, required=True),),
)
