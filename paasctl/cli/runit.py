"""The contract of runit's `sv`, without doing anything: its texts, codes and conditions.

Compared with the real program (runit 2.1.2): `sv status` prints the state in one line, the
commands in words wait up to 7 seconds and say `ok:` or `timeout:`, single letters do not wait.
"""

from typing import NamedTuple

from paasctl.model.status import Shown

USAGE = "usage: sv [-v] [-w sec] command service ...\n\n"
USAGE_CODE = 100
NO_SERVICE = "unable to change to service directory: file does not exist"
NOT_RUNNING = "runsv not running"
WAIT = 7.0


class Action(NamedTuple):
    """What to ask of the engine, what to wait for, and whether SIGKILL follows in vain.

    `op` is an operation of the control protocol or, with a signal's name, "signal".
    `until` is "down", "up" or "again" (a new process); empty: only say how it stands.
    """

    op: str
    until: str = ""
    wait: bool = False
    force: bool = False
    signal: str = ""


WORDS = {
    "start": Action("up", "up", wait=True),
    "stop": Action("down", "down", wait=True),
    "restart": Action("restart", "again", wait=True),
    "try-restart": Action("restart", "again", wait=True),
    "reload": Action("signal", "up", wait=True, signal="HUP"),
    "force-reload": Action("restart", "again", wait=True, force=True),
    "force-restart": Action("restart", "again", wait=True, force=True),
    "force-stop": Action("down", "down", wait=True, force=True),
    "shutdown": Action("down", "down", wait=True),
    "force-shutdown": Action("down", "down", wait=True, force=True),
    "check": Action("", "as-wanted", wait=True),
}
LETTERS = {
    "s": Action("status"),
    "u": Action("up", "up"),
    "d": Action("down", "down"),
    "o": Action("run", "up"),
    "x": Action("down", "down"),
    "e": Action("down", "down"),
    "t": Action("signal", "again", signal="TERM"),
    "k": Action("signal", "again", signal="KILL"),
    "h": Action("signal", "up", signal="HUP"),
    "p": Action("signal", "up", signal="STOP"),
    "c": Action("signal", "up", signal="CONT"),
    "a": Action("signal", "up", signal="ALRM"),
    "i": Action("signal", "up", signal="INT"),
    "q": Action("signal", "up", signal="QUIT"),
    "1": Action("signal", "up", signal="USR1"),
    "2": Action("signal", "up", signal="USR2"),
    "D": Action("down", "down", wait=True, force=True),
    "T": Action("restart", "again", wait=True, force=True),
    "X": Action("down", "down", wait=True, force=True),
    "E": Action("down", "down", wait=True, force=True),
}


def action_of(text: str) -> Action | None:
    """Return what a command means: a word, or by its first letter; None is a usage error."""
    return WORDS.get(text) or LETTERS.get(text[:1])


class Seen(NamedTuple):
    """The instance as the engine sees it; `seconds` is how long it has been so."""

    state: str
    want: str
    pid: int | None
    ready: bool
    seconds: float
    worker: bool

    @property
    def runs(self) -> bool:
        """Return whether a process exists."""
        return self.pid is not None and self.state not in (Shown.STOPPED, Shown.BACKING_OFF)


def status(name: str, seen: Seen) -> str:
    """Return the line of `sv status`. In: a running one  Out: run: app: (pid 4215) 183s."""
    whole = max(0, int(seen.seconds))
    if seen.runs:
        text = f"run: {name}: (pid {seen.pid}) {whole}s"
        wants = ", want down" if seen.want != "up" else ""
        return text + wants + (", got TERM" if seen.state == Shown.STOPPING else "")
    wants = ", want up" if seen.want == "up" else ""
    return f"down: {name}: {whole}s, normally up{wants}"


def reached(action: Action, seen: Seen, before: Seen) -> bool:
    """Return whether what the command asked for is so."""
    up = seen.runs and (seen.worker or seen.ready) and seen.state != Shown.STOPPING
    match action.until:
        case "down":
            return not seen.runs and seen.state != Shown.BACKING_OFF
        case "up":
            return up
        case "again":
            return up and seen.pid != before.pid
        case "as-wanted":
            return up if seen.want == "up" else not seen.runs
        case _:
            return True


def settled_already(command: str, before: Seen) -> bool:
    """Return whether there is nothing to do: only a running one is tried, reloaded, signalled."""
    return not before.runs and command in ("try-restart", "reload", "force-reload")
