"""`paasctl drill NAME`: does it stop as it should, at any moment, under load?"""

import secrets
import signal
import subprocess
import sys

from paasctl.cli.beside import Beside
from paasctl.cli.command import Argument, Call, Command, Option, Value
from paasctl.cli.drill_report import Report, Round, as_json, as_text
from paasctl.cli.drilling import Drill
from paasctl.cli.endings import how
from paasctl.cli.engine import asked, engine_of, rows_of
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.running import Place, place_of, resolve
from paasctl.cli.talk import talk
from paasctl.model.plan import Kind
from paasctl.model.status import Status

ROUNDS = 10
WINDOW = 2.0
"""Seconds within which, after it is ready, the next restart comes."""
LOAD_LOG = "drill.load.log"


def run(call: Call) -> int:
    """Restart it again and again under load, then check; 1 if something is wrong."""
    place = place_of(call)
    client = engine_of(place)
    rows = _drilled(call, rows_of(asked(client, "status")))
    count = int(call.number("number", ROUNDS))
    if count < 1:
        raise Refused(Exit.USAGE, f"-n {count}: there has to be one restart at least")
    seed = int(call.number("seed", secrets.randbelow(1_000_000)))
    drill = Drill(client, rows, seed, call.number("window", WINDOW))
    signal.signal(signal.SIGTERM, _end)
    load = _load(call, place)
    try:
        rounds = _restarts(call, drill, load, count)
    except KeyboardInterrupt:
        _say(call, "interrupted; the project runs on")
        raise
    finally:
        if load is not None:
            load.end()
    report = Report(
        call.text("name") or "", seed, tuple(rounds), tuple(drill.crashes),
        tuple(load.codes) if load is not None else (), _check(call, place),
    )  # fmt: skip
    sys.stdout.write(as_json(report) if call.format == "json" else as_text(report))
    return Exit.FAILED if report.faults() else Exit.DONE


def _restarts(call: Call, drill: Drill, load: Beside | None, count: int) -> list[Round]:
    rounds: list[Round] = []
    drill.begin()
    for at in range(count):
        if load is not None:
            load.again()
        rounds.append(drill.round())
        _say(call, f"  {at + 1}/{count}  {_line(rounds[-1])}")
    return rounds


def _end(number: int, frame: object) -> None:
    raise SystemExit(int(Exit.TERMINATED))  # by way of what ends the load


def _drilled(call: Call, rows: list[Status]) -> list[Status]:
    """Return who is to be restarted: all copies of a worker; Refused (2, 4)."""
    ids = set(resolve([call.text("name") or ""], rows, call.app))
    chosen = [row for row in rows if row.id in ids]
    hooks = [row.id for row in chosen if row.kind == Kind.HOOK]
    if hooks:
        raise Refused(Exit.USAGE, f"{hooks[0]} runs once, there is nothing to restart")
    down = [row.id for row in chosen if row.want != "up"]
    if down:
        raise Refused(Exit.FAILED, f"{', '.join(down)} is stopped", fix=f"paasctl start {down[0]}")
    return chosen


def _load(call: Call, place: Place) -> Beside | None:
    line = call.text("load")
    if line is None:
        return None
    said = place.file("log", LOAD_LOG)
    _say(call, f"load: {line}   (what it says: {said})")
    return Beside(line, place.root, said)


def _check(call: Call, place: Place) -> int | None:
    """Run the user's check, whose output is the user's too; return its exit code."""
    line = call.text("check")
    if line is None:
        return None
    _say(call, f"check: {line}")
    sys.stdout.flush()
    done = subprocess.run(
        ["/bin/sh", "-c", line], cwd=place.root, stdin=subprocess.DEVNULL, stdout=sys.stderr,
        check=False,
    )  # fmt: skip
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


def _line(item: Round) -> str:
    ready = "not ready again" if item.ready is None else f"ready after {item.ready:.2f}s"
    return f"{item.id}  stopped in {item.stop:.2f}s ({how(item.exit)}), {ready}"


def _say(call: Call, text: str) -> None:
    if not call.quiet:
        talk(text)


COMMAND = Command(
    "drill",
    "Restart a process at random moments under load, and judge how it stops.",
    run,
    (
        Option(("--number", "-n"), f"Restarts, {ROUNDS} unless told.", Value.INTEGER, metavar="N"),
        Option(("--seed",), "Repeat the moments of an earlier drill.", Value.INTEGER, metavar="N"),
        Option(
            ("--window",),
            f"Seconds within which the next one comes, {WINDOW:g} unless told.",
            Value.SECONDS,
            metavar="S",
        ),
        Option(
            ("--load",), "A shell line that gives it work meanwhile.", Value.TEXT, metavar="CMD"
        ),
        Option(
            ("--check",),
            "A shell line that decides, by its exit code, whether all work was done.",
            Value.TEXT,
            metavar="CMD",
        ),
    ),
    (Argument("name", "What to restart.", required=True),),
)
