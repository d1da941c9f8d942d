"""`paasctl wait NAME… --for ready|healthy|exit`: block until it is so, for scripts and CI."""

import select
import time
from collections.abc import Iterable

from paasctl.cli.clock import seconds_of
from paasctl.cli.command import Argument, Call, Command, Option, Value
from paasctl.cli.endings import found_of, told
from paasctl.cli.engine import asked, engine_of, number, rows_of
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.running import place_of, resolve
from paasctl.cli.talk import talk
from paasctl.control.client import Client
from paasctl.model.status import Shown, Status
from paasctl.supervise.backoff import HEALTHY

FOR = ("ready", "healthy", "exit")
Seen = dict[str, object]
"""A row, or a notice with `state` added to it."""


def run(call: Call) -> int:
    """Return 0 when it is so of every instance named; Refused (5) when it is too late.

    `ready` is what `paasctl ps` says; `healthy` is ready for ten seconds, after which earlier
    crashes are forgotten. `exit` means that its process has ended, for whatever reason, since
    the question was asked; an instance that is down already counts. Refused (1) for what cannot
    become so by itself: it is stopped, or a run-once that has failed.
    """
    client = engine_of(place_of(call))
    reply = asked(client, "status")
    rows = rows_of(reply)
    ids = resolve(call.texts("names"), rows, call.app)
    waiting = Waiting(call.text("for") or "ready", ids)
    waiting.begin(row for row in rows if row.id in ids)
    asked(client, "watch", since=number(reply, "seq"))
    seconds = call.number("timeout", 0.0) if "timeout" in call.values else None
    _follow(client, waiting, seconds)
    if not call.quiet:
        talk(*waiting.ends)
    return Exit.DONE


class Waiting:
    """Who is still waited for. `ends` says how each has ended, for `exit`."""

    def __init__(self, goal: str, ids: Iterable[str]) -> None:
        self._goal = goal
        self._left = set(ids)
        self._due: dict[str, float] = {}  # healthy at this monotonic time if nothing comes between
        self.ends: list[str] = []

    def begin(self, rows: Iterable[Status]) -> None:
        """Take in how things stand."""
        for row in rows:
            since = seconds_of(row.since)
            age = 0.0 if since is None else max(0.0, time.time() - since)
            self.see(row.id, row._asdict(), age)

    def see(self, identity: str, seen: Seen, age: float = 0.0) -> None:
        """Take in one row or notice; `age` are seconds for which it has been so."""
        if identity not in self._left:
            return
        if self._goal == "exit":
            if _ended(seen):
                self._left.discard(identity)
                self.ends.append(f"{identity}  {told(found_of(seen)) or 'is down'}")
            return
        if not _ready(seen):
            self._due.pop(identity, None)
            _demand_hope(identity, seen)
            return
        lasting = HEALTHY if self._goal == "healthy" and seen.get("ready") else 0.0
        self._due.setdefault(identity, time.monotonic() + lasting - age)

    def left(self) -> list[str]:
        """Return who is still waited for."""
        now = time.monotonic()
        self._left -= {identity for identity, due in self._due.items() if due <= now}
        return sorted(self._left)

    def next(self) -> float | None:
        """Return the monotonic time at which somebody may turn out to be healthy."""
        return min((self._due[i] for i in self._left if i in self._due), default=None)

    def outlived(self) -> None:
        """The engine has ended, so everything has; Refused (1) unless that was waited for."""
        if self._goal != "exit":
            names = ", ".join(self.left())
            raise Refused(Exit.FAILED, f"the engine ended before {names} was {self._goal}")


def _follow(client: Client, waiting: Waiting, seconds: float | None) -> None:
    """Return once nobody is waited for any more; Refused (5) after the seconds."""
    end = None if seconds is None else time.monotonic() + seconds
    while True:
        for notice in client.pending():
            waiting.see(str(notice.get("id")), {**notice, "state": notice.get("new")})
        names, now = waiting.left(), time.monotonic()
        if not names:
            return
        if end is not None and now >= end:
            raise Refused(Exit.TIMED_OUT, f"not so after {seconds or 0:g}s: {', '.join(names)}")
        soonest = min((at for at in (end, waiting.next()) if at is not None), default=None)
        left = None if soonest is None else max(0.0, soonest - now)
        if select.select([client], [], [], left)[0] and not client.receive():
            waiting.outlived()
            return


def _ready(seen: Seen) -> bool:
    ended_well = seen.get("state") == Shown.EXITED and _code(seen) == 0
    return bool(seen.get("ready")) or ended_well


def _ended(seen: Seen) -> bool:
    gone = (Shown.STOPPED, Shown.EXITED, Shown.BACKING_OFF)
    return seen.get("state") in gone or seen.get("event") == "exited"


def _demand_hope(identity: str, seen: Seen) -> None:
    """Refuse (1) to wait for ever."""
    if seen.get("state") == Shown.STOPPED:
        fix = f"paasctl start {identity}"
        raise Refused(Exit.FAILED, f"{identity} is stopped and stays so", fix=fix)
    if seen.get("state") == Shown.EXITED:
        raise Refused(
            Exit.FAILED, f"{identity} has failed: {told(found_of(seen))}",
            fix=f"paasctl show {identity}",
        )  # fmt: skip


def _code(seen: Seen) -> object:
    return (found_of(seen) or {}).get("code")


COMMAND = Command(
    "wait",
    "Wait until processes are ready, or have ended.",
    run,
    (
        Option(
            ("--for",),
            "What to wait for; ready unless told. Healthy is ready for ten seconds.",
            Value.TEXT,
            choices=FOR,
        ),
        Option(("--timeout", "-t"), "Seconds; exit code 5 when they are over.", Value.SECONDS),
    ),
    (Argument("names", "Whose.", many=True, required=True),),
)
