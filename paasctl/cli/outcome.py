"""Waiting for the engine to do what it has accepted, and saying how it went."""

import select
import time
from collections.abc import Callable, Iterable, Iterator, Mapping

from paasctl.cli.endings import found_of, told, whose
from paasctl.cli.engine import asked
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.talk import say, talk
from paasctl.control.client import Client
from paasctl.model.status import By, Shown, Status

DOWN = (Shown.STOPPED, Shown.EXITED)
LAST_LINES = 5


def notices_for(client: Client, seconds: float | None) -> Iterator[dict[str, object]]:
    """Yield notices after a `watch` until the time is over (Refused 5) or the engine ends."""
    deadline = None if seconds is None else time.monotonic() + seconds
    while True:
        yield from client.pending()
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            raise TimeoutError
        if select.select([client], [], [], left)[0] and not client.receive():
            yield from client.pending()
            return


def wait_down(client: Client, rows: Iterable[Status], seq: int, seconds: float, quiet: bool) -> int:
    """Wait until every one of the instances has no process left; say so for each.

    `seq` is that of the reply which accepted the stop, `rows` their state after it.
    """
    waiting = {row.id for row in rows if row.state not in DOWN}
    for row in rows:
        if row.id not in waiting and not quiet:
            talk(f"{row.id}  ■ stopped")
    asked(client, "watch", since=seq)
    try:
        revived = _until_down(client, waiting, seconds, quiet) if waiting else []
    except TimeoutError:
        raise Refused(
            Exit.TIMED_OUT,
            f"still not down after {seconds:g}s: {', '.join(sorted(waiting))}",
            fix="paasctl kill NAME -s KILL",
        ) from None
    if revived:
        raise Refused(Exit.FAILED, f"started again by somebody else: {', '.join(revived)}")
    return Exit.DONE


def _until_down(client: Client, waiting: set[str], seconds: float, quiet: bool) -> list[str]:
    """Take the ids off `waiting` as they end; return those that were started again at once.

    The engine ends only when nothing is left.
    """
    started = time.monotonic()
    revived: list[str] = []
    for notice in notices_for(client, seconds):
        identity = str(notice.get("id"))
        if identity not in waiting or notice.get("new") not in (*DOWN, Shown.STARTING):
            continue
        waiting.discard(identity)
        if notice.get("new") == Shown.STARTING:
            revived.append(identity)
        elif not quiet:
            talk(f"{identity}  ■ {_how(notice, time.monotonic() - started)}")
        if not waiting:
            break
    return revived


def _how(notice: dict[str, object], seconds: float) -> str:
    ended = found_of(notice) or {}
    if ended.get("signal") == "SIGKILL":
        return f"killed after {seconds:.1f}s ({_whose_kill(ended)})"
    if ended.get("forced"):
        return f"stopped after {seconds:.1f}s (what it had left behind was killed)"
    return f"stopped after {seconds:.1f}s"


def _whose_kill(ended: Mapping[str, object]) -> str:
    return "it did not end by itself" if ended.get("by") == By.PAASCTL else whose(ended)


def wait_ready(
    client: Client,
    before: Mapping[str, int | None],
    seq: int,
    seconds: float,
    quiet: bool,
    tail: Callable[[str], list[str]],
) -> int:
    """Wait until a new process of each instance is ready; Refused (1, 5) if one does not come up.

    `before` has the pids that do not count because they were there before `seq`. A run-once is
    ready when it has ended well. `tail` returns the last lines of an instance.
    """
    waiting = dict(before)
    if not waiting:
        return Exit.DONE
    asked(client, "watch", since=seq)
    failures: list[Refused] = []
    try:
        _until_ready(client, waiting, failures, seconds, quiet, tail)
    except TimeoutError:
        raise Refused(
            Exit.TIMED_OUT,
            f"not ready after {seconds:g}s: {', '.join(waiting)}",
            fix="paasctl ps and paasctl logs show what they do",
        ) from None
    if waiting:
        raise Refused(Exit.FAILED, f"the engine ended before {', '.join(waiting)} was ready")
    for failure in failures[:-1]:
        say(failure)
    if failures:
        raise failures[-1]
    return Exit.DONE


def _until_ready(
    client: Client,
    waiting: dict[str, int | None],
    failures: list[Refused],
    seconds: float,
    quiet: bool,
    tail: Callable[[str], list[str]],
) -> None:
    """Take the ids off `waiting` as they become ready or turn out not to."""
    started = time.monotonic()
    begun: set[str] = set()
    for notice in notices_for(client, seconds):
        identity = str(notice.get("id"))
        if identity not in waiting:
            continue
        if notice.get("pid") not in (None, waiting[identity]):
            begun.add(identity)
        if _failed(notice, identity in begun):
            failures.append(_never_came_up(notice, tail(identity)))
            del waiting[identity]
        elif identity in begun and _came_up(notice):
            del waiting[identity]
            if not quiet:
                talk(f"{identity}  ✓ {_ready(notice, time.monotonic() - started)}")
        if not waiting:
            return


def _came_up(notice: dict[str, object]) -> bool:
    if notice.get("new") == Shown.EXITED:
        return True
    return notice.get("new") == Shown.RUNNING and notice.get("ready") is True


def _failed(notice: dict[str, object], begun: bool) -> bool:
    found = notice.get("exit")
    ended = found if isinstance(found, dict) else {}
    if notice.get("new") == Shown.BACKING_OFF:
        return begun or ended.get("error") is not None
    return begun and notice.get("new") == Shown.EXITED and ended.get("code") != 0


def _ready(notice: dict[str, object], seconds: float) -> str:
    pid = notice.get("pid")
    what = "done" if pid is None else f"ready (pid {pid})"
    return f"{what} after {seconds:.1f}s"


def _never_came_up(notice: dict[str, object], lines: list[str]) -> Refused:
    how = told(found_of(notice)) or "ended"
    said = ("its last lines:", *(f"  {line}" for line in lines)) if lines else ()
    identity = notice.get("id")
    return Refused(
        Exit.FAILED,
        f"{identity} {how} and is not up",
        fix=f"paasctl logs {identity} shows more; it is tried again until paasctl stop {identity}"
        if notice.get("new") == Shown.BACKING_OFF
        else f"paasctl logs {identity} shows more",
        lines=said,
    )
