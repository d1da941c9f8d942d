"""`paasctl wait NAME… --for ready|exit`: block until it is so, for scripts and CI."""

from collections.abc import Callable, Iterable

from paasctl.cli.command import Argument, Call, Command, Option, Value
from paasctl.cli.engine import asked, engine_of, number, rows_of
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.outcome import notices_for
from paasctl.cli.running import place_of, resolve
from paasctl.model.status import Shown

FOR = ("ready", "exit")


def run(call: Call) -> int:
    """Return 0 when every instance named is ready or has ended; Refused (5) when it is too late.

    `--for exit` means that its process has ended, for whatever reason, since the question was
    asked; an instance that is down already counts.
    """
    client = engine_of(place_of(call))
    reply = asked(client, "status")
    rows = rows_of(reply)
    ids = resolve(call.texts("names"), rows, call.app)
    reached = _ready if call.text("for") != "exit" else _ended
    states = {row.id: row._asdict() for row in rows}
    waiting = {identity for identity in ids if not reached(states[identity])}
    asked(client, "watch", since=number(reply, "seq"))
    seconds = call.number("timeout", 0.0) if "timeout" in call.values else None
    try:
        _until(waiting, reached, notices_for(client, seconds) if waiting else ())
    except TimeoutError:
        raise Refused(
            Exit.TIMED_OUT, f"not so after {seconds or 0:g}s: {', '.join(sorted(waiting))}"
        ) from None
    if waiting and reached is _ready:
        raise Refused(
            Exit.FAILED, f"the engine ended before {', '.join(sorted(waiting))} was ready"
        )
    return Exit.DONE


def _until(
    waiting: set[str],
    reached: Callable[[dict[str, object]], bool],
    notices: Iterable[dict[str, object]],
) -> None:
    for notice in notices:
        if reached({**notice, "state": notice.get("new")}):
            waiting.discard(str(notice.get("id")))
        if not waiting:
            return


def _ready(seen: dict[str, object]) -> bool:
    ended_well = seen.get("state") == Shown.EXITED and _code(seen) == 0
    return bool(seen.get("ready")) or ended_well


def _ended(seen: dict[str, object]) -> bool:
    gone = (Shown.STOPPED, Shown.EXITED, Shown.BACKING_OFF)
    return seen.get("state") in gone or seen.get("event") == "exited"


def _code(seen: dict[str, object]) -> object:
    found = seen.get("exit")
    return found.get("code") if isinstance(found, dict) else None


COMMAND = Command(
    "wait",
    "Wait until processes are ready, or have ended.",
    run,
    (
        Option(("--for",), "What to wait for; ready unless told.", Value.TEXT, choices=FOR),
        Option(("--timeout", "-t"), "Seconds; exit code 5 when they are over.", Value.SECONDS),
    ),
    (Argument("names", "Whose.", many=True, required=True),),
)
