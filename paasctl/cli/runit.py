"""The contract of runit's `sv`, without doing anything: its texts, codes and conditions.

Compared with the real program (runit 2.1.2) in tests/system/test_sv.py. A command is a row of the
letters that `sv` sends to runsv; commands in words, and all with `-v`, then wait until what the
letters ask for is so.
"""

from itertools import takewhile
from typing import NamedTuple

from paasctl.model.status import Shown

USAGE = "usage: sv [-v] [-w sec] command service ...\n\n"
USAGE_CODE = 100
NO_SERVICE = "unable to change to service directory: file does not exist"
NOT_RUNNING = "runsv not running"
WAIT = 7.0


class Action(NamedTuple):
    """The letters to send, whether to wait, and whether SIGKILL follows in vain.

    No letters: only say how it stands. `C` sends nothing and waits like `sv check`.
    """

    letters: str
    wait: bool = False
    force: bool = False


WORDS = {
    "start": Action("u", wait=True),
    "stop": Action("d", wait=True),
    "restart": Action("tcu", wait=True),
    "try-restart": Action("tc", wait=True),
    "reload": Action("h", wait=True),
    "force-reload": Action("tc", wait=True, force=True),
    "force-restart": Action("tcu", wait=True, force=True),
    "force-stop": Action("d", wait=True, force=True),
    "shutdown": Action("x", wait=True),
    "force-shutdown": Action("x", wait=True, force=True),
    "check": Action("C", wait=True),
}
LETTERS = {
    **{letter: Action(letter) for letter in "udotkhpcaiq12x"},
    "s": Action(""),
    "e": Action("x"),
    "D": Action("d", wait=True, force=True),
    "T": Action("tc", wait=True, force=True),
    "X": Action("x", wait=True, force=True),
    "E": Action("x", wait=True, force=True),
}
SIGNALS = {
    "t": "TERM", "k": "KILL", "h": "HUP", "p": "STOP", "c": "CONT", "a": "ALRM", "i": "INT",
    "q": "QUIT", "1": "USR1", "2": "USR2",
}  # fmt: skip


def action_of(text: str) -> Action | None:
    """Return what a command means: a word, or by its first letter; None is a usage error."""
    return WORDS.get(text) or LETTERS.get(text[:1])


class Line(NamedTuple):
    """A command line taken apart; `complaint` is what getopt has to say about it."""

    words: tuple[str, ...]
    verbose: bool
    seconds: float
    complaint: str = ""


def parse(argv: list[str], svwait: str | None) -> Line:
    """Take `-v` and `-w sec`, which implies it, off the front; the time is SVWAIT unless told."""
    words, verbose, seconds = list(argv), False, WAIT if svwait is None else _number(svwait)
    while words and words[0].startswith("-") and words[0] != "-":
        cluster = words.pop(0)[1:]
        if cluster == "-":
            break
        while cluster:
            letter, cluster = cluster[0], cluster[1:]
            if letter == "w":
                if not cluster and not words:
                    return Line((), verbose, seconds, "option requires an argument -- w")
                seconds, cluster, verbose = _number(cluster or words.pop(0)), "", True
            elif letter == "v":
                verbose = True
            else:
                return Line((), verbose, seconds, f"illegal option -- {letter}")
    return Line(tuple(words), verbose, seconds)


def _number(text: str) -> float:
    """Return the number that a text begins with; 0 if it begins with none, as runit reads it."""
    return float("".join(takewhile(lambda c: c in "0123456789", text)) or 0)


class Seen(NamedTuple):
    """The instance as the engine sees it; `seconds` is how long it has been so."""

    state: str
    want: str
    pid: int | None
    ready: bool
    seconds: float
    worker: bool
    paused: bool = False
    since: str = ""

    @property
    def runs(self) -> bool:
        """Return whether its process exists."""
        return self.pid is not None and self.state not in (Shown.STOPPED, Shown.BACKING_OFF)

    @property
    def over(self) -> bool:
        """Return whether nothing of it is left, descendants included."""
        return not self.runs and self.state != Shown.STOPPING

    @property
    def checked(self) -> bool:
        """Return what runit's ./check would say: of web it is the readiness, workers have none."""
        return self.worker or self.ready


def status(name: str, seen: Seen) -> str:
    """Return the line of `sv status`. In: a running one  Out: run: app: (pid 4215) 183s."""
    whole = max(0, int(seen.seconds))
    if not seen.runs and seen.over:
        return f"down: {name}: {whole}s, normally up{', want up' if seen.want == 'up' else ''}"
    # The process has ended and some of its descendants have not: runit's word for what comes after.
    head = f"run: {name}: (pid {seen.pid})" if seen.runs else f"finish: {name}:"
    paused = ", paused" if seen.paused else ""
    wants = ", want down" if seen.want != "up" else ""
    return f"{head} {whole}s{paused}{wants}{', got TERM' if seen.state == Shown.STOPPING else ''}"


Asked = tuple[str, dict[str, object]]
"""An operation of the control protocol and its arguments."""


def requests(letters: str, seen: Seen) -> list[Asked]:
    """Return what the letters mean for an instance that stands so.

    A restart is a stop that never kills, after which it is up again: one request, so that nobody
    can be interrupted between the two.
    """
    if letters in ("t", "tc", "tcu") and seen.state != Shown.STOPPING and not seen.paused:
        if not seen.runs:
            return [("up", {})] if letters == "tcu" else []
        back = letters == "tcu" or seen.want == "up"
        return [("restart" if back else "down", {"gentle": True})]
    return [_request(letter) for letter in letters if letter != "C"]


def _request(letter: str) -> Asked:
    if letter in SIGNALS:
        return "signal", {"signal": SIGNALS[letter]}
    if letter in "dx":
        return "down", {"gentle": True, "by": "sv"}
    return ("up", {}) if letter == "u" else ("run", {})


def done(letters: str, now: Seen, before: Seen) -> bool:
    """Return whether what the letters asked for is so."""
    return all(_done(letter, now, before) for letter in letters)


def _done(letter: str, now: Seen, before: Seen) -> bool:
    match letter:
        case "u":
            return now.runs and now.checked
        case "d" | "x":
            return now.over and now.state != Shown.BACKING_OFF
        case "C":
            return not now.runs or now.checked
        case "t" | "k":
            return _again(now, before)
        case "o":
            return now.want != "up" and (now.runs or now.since != before.since)
        case _:
            return True


def _again(now: Seen, before: Seen) -> bool:
    """Return whether another process runs, or none does and none is wanted."""
    if now.over:
        return now.want != "up"
    return now.runs and now.pid != before.pid and now.state != Shown.STOPPING and now.checked
