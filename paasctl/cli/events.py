"""`paasctl events`: every change of state, one JSON object a line; needs no engine."""

import json
import sys

from paasctl.cli.command import Call, Command, Option, Value
from paasctl.cli.engine import asked, engine_of
from paasctl.cli.exits import Exit
from paasctl.cli.outcome import notices_for
from paasctl.cli.running import place_of
from paasctl.cli.snapshot import notices


def run(call: Call) -> int:
    """Write the notices after `--since`, and with --follow those that come.

    The journal is read first and the engine asked to go on from its last number, so that none
    is lost or seen twice. Refused (3) for --follow without an engine.
    """
    place = place_of(call)
    since = int(call.number("since", 0))
    client = engine_of(place) if call.flag("follow") else None
    last = since
    if client is None or "since" in call.values:
        for path in (place.file("journal.jsonl.1"), place.file("journal.jsonl")):
            for notice in notices(path):
                last = _shown(notice, last)
    if client is None:
        return Exit.DONE
    asked(client, "watch", **({"since": last} if "since" in call.values else {}))
    for notice in notices_for(client, None):
        last = _shown(notice, last)
        sys.stdout.flush()
    return Exit.DONE


def _shown(notice: dict[str, object], last: int) -> int:
    """Write a notice that is younger than `last`; return the number of the youngest shown."""
    seq = notice.get("seq")
    if not isinstance(seq, int) or seq <= last:
        return last
    sys.stdout.write(json.dumps(notice, separators=(",", ":")) + "\n")
    return seq


COMMAND = Command(
    "events",
    "Write every change of state as one JSON object a line.",
    run,
    (
        Option(("--follow", "-f"), "Write those to come; with --since also those before."),
        Option(("--since",), "Only notices with a higher number.", Value.INTEGER, metavar="SEQ"),
    ),
)
