"""`paasctl scale NAME=N…`: more or fewer copies of workers; nothing else is touched."""

from paasctl.cli.command import Argument, Call, Command, Option, Value
from paasctl.cli.engine import asked, engine_of, rows_of
from paasctl.cli.exits import Exit
from paasctl.cli.lastlines import last_lines
from paasctl.cli.outcome import wait_down, wait_ready
from paasctl.cli.running import Place, place_of
from paasctl.cli.scaling import Change, apply_change, change_of
from paasctl.cli.talk import talk
from paasctl.cli.wishes import remember, remembered, scale_of
from paasctl.control.client import Client
from paasctl.model.plan import GRACE

READY_WITHIN = 60.0
"""Seconds that a new copy may take to be ready."""
GONE_WITHIN = GRACE + 5.0
"""Seconds that an old copy may take to end."""


def run(call: Call) -> int:
    """Bring each worker to its number; wait until new copies are ready and old ones gone."""
    place = place_of(call)
    counts = tuple(scale_of(text, text) for text in call.texts("counts"))
    client = engine_of(place)
    wish = remembered(place)._replace(scale=counts)
    change = change_of(place, client, wish)
    if change.added or change.removed:
        seq = apply_change(place, client, wish, change)
        remember(place, wish)
        return _await(call, place, client, change, seq)
    remember(place, wish)
    if not call.quiet:
        talk(*(f"{name}  ✓ is {count} already" for name, count in counts))
    return Exit.DONE


def _await(call: Call, place: Place, client: Client, change: Change, seq: int) -> int:
    rows = rows_of(asked(client, "status"))
    logs = {row.id: row.log for row in rows}
    going = [row for row in rows if row.id in change.removed]
    if not call.quiet:
        left = {row.id for row in going}
        talk(*(f"{name}  ■ stopped" for name in change.removed if name not in left))
    wait_down(client, going, seq, GONE_WITHIN, call.quiet)
    return wait_ready(
        client,
        dict.fromkeys(change.added),
        seq,
        call.number("timeout", READY_WITHIN),
        call.quiet,
        lambda name: last_lines(place, logs[name]),
    )


COMMAND = Command(
    "scale",
    "Run more or fewer copies of workers: scale queue=3.",
    run,
    (Option(("--timeout",), "Seconds to wait until ready, 60 unless told.", Value.SECONDS),),
    (
        Argument(
            "counts", "NAME=N: a worker, and how many of it; 0 is none.", many=True, required=True
        ),
    ),
)
