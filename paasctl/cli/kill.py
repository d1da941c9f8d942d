"""`paasctl kill NAME… -s SIG`: one signal to the leaders, and nothing else."""

from paasctl.cli.command import Argument, Call, Command, Option, Value
from paasctl.cli.engine import asked, engine_of, rows_of
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.running import place_of, resolve
from paasctl.model.status import Status


def run(call: Call) -> int:
    """Send the signal; Refused (1) where an instance has no process to receive it."""
    name = signal_name(call.text("signal") or "KILL")
    client = engine_of(place_of(call))
    rows = rows_of(asked(client, "status"))
    ids = resolve(call.texts("names"), rows, call.app)
    _demand_process(rows, ids)
    told = asked(client, "signal", targets=ids, signal=name).get("accepted")
    missed = [identity for identity in ids if not isinstance(told, list) or identity not in told]
    if missed:
        raise Refused(Exit.FAILED, f"could not be signalled: {', '.join(missed)} (just ended?)")
    return Exit.DONE


def _demand_process(rows: list[Status], ids: list[str]) -> None:
    dead = [row.id for row in rows if row.id in ids and row.pid is None]
    if dead:
        verb = "has" if len(dead) == 1 else "have"
        raise Refused(
            Exit.FAILED, f"{', '.join(dead)} {verb} no process", fix=f"paasctl start {dead[0]}"
        )


def signal_name(text: str) -> str:
    """Return the name of a signal given as "HUP", "SIGHUP", "hup" or "1"; Refused (2)."""
    from signal import Signals

    try:
        if text.isdecimal():
            return Signals(int(text)).name
        upper = text.upper()
        return Signals[upper if upper.startswith("SIG") else f"SIG{upper}"].name
    except (KeyError, ValueError):
        raise Refused(
            Exit.USAGE, f"there is no signal {text!r}", fix="kill -l lists them"
        ) from None


COMMAND = Command(
    "kill",
    "Send a signal to processes; what they do about it is theirs, and they are restarted.",
    run,
    (
        Option(
            ("--signal", "-s"),
            "Which: HUP, SIGHUP or 1; KILL unless told.",
            Value.TEXT,
            metavar="SIG",
        ),
    ),
    (Argument("names", "Whose processes.", many=True, required=True),),
)
