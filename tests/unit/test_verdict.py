"""Whose doing an end was, as a table, and the words for it."""

import pytest

from paasctl.cli.endings import how, memory_of, size, told, whose
from paasctl.model.status import By, Death, ExitStatus
from paasctl.supervise.kernel import Found, Sign, Suspicion
from paasctl.supervise.verdict import Ending, suspicion, verdict

KILL = ExitStatus(signal="SIGKILL")
TERM = ExitStatus(signal="SIGTERM")
NONE = Found(Sign.NONE)
LOGGED = Found(Sign.CERTAIN, "kernel log: Out of memory: Killed process 7 (x)")
COUNTED = Found(Sign.COUNTED, "this machine has counted one")


@pytest.mark.parametrize(
    ("status", "ending", "expected"),
    [
        (KILL, Ending(), Suspicion.LEADER),
        (KILL, Ending(why="restart"), Suspicion.LEADER),  # we had sent SIGTERM only
        (KILL, Ending(why="stop", killed=True), Suspicion.NOBODY),
        (KILL, Ending(told="SIGKILL"), Suspicion.NOBODY),
        (KILL, Ending(told="SIGHUP"), Suspicion.LEADER),
        (TERM, Ending(), Suspicion.NOBODY),
        (ExitStatus(code=137), Ending(), Suspicion.CHILD),
        (ExitStatus(code=1), Ending(), Suspicion.NOBODY),
    ],
)
def test_the_system_is_asked_only_upon_a_suspicion(
    status: ExitStatus, ending: Ending, expected: Suspicion
) -> None:
    assert suspicion(status, ending) is expected


@pytest.mark.parametrize(
    ("status", "ending", "found", "by", "why", "forced", "certain"),
    [
        (ExitStatus(code=0), Ending(), Found(), By.ITSELF, "", False, True),
        (ExitStatus(code=1), Ending(), Found(), By.ITSELF, "", False, True),
        (ExitStatus(code=0), Ending("restart"), Found(), By.PAASCTL, "restart", False, True),
        (TERM, Ending("stop"), Found(), By.PAASCTL, "stop", False, True),
        (KILL, Ending("down", killed=True), Found(), By.PAASCTL, "down", True, True),
        (ExitStatus(code=0), Ending("down", killed=True), Found(), By.PAASCTL, "down", True, True),
        (KILL, Ending(told="SIGKILL"), Found(), By.PAASCTL, "signal", False, True),
        (TERM, Ending(told="SIGTERM"), Found(), By.PAASCTL, "signal", False, True),
        (ExitStatus(code=0), Ending(told="SIGTERM", told_at=95.0), Found(),
         By.PAASCTL, "signal", False, False),
        (ExitStatus(code=0), Ending(told="SIGTERM", told_at=50.0), Found(),
         By.ITSELF, "", False, True),
        (ExitStatus(code=0), Ending(told="SIGUSR1", told_at=99.0), Found(),
         By.ITSELF, "", False, True),
        (ExitStatus(signal="SIGSEGV"), Ending(), Found(), By.ITSELF, "", False, True),
        (TERM, Ending(), Found(), By.OTHER, "", False, True),
        (KILL, Ending(), NONE, By.OTHER, "", False, True),
        (KILL, Ending("restart"), NONE, By.OTHER, "", False, True),
        (KILL, Ending(), Found(), By.OTHER, "", False, False),
        (KILL, Ending(), LOGGED, By.KERNEL, "memory", False, True),
        (KILL, Ending("restart"), LOGGED, By.KERNEL, "memory", False, True),
        (KILL, Ending(), COUNTED, By.KERNEL, "memory", False, False),
        (ExitStatus(code=137), Ending(), COUNTED, By.KERNEL, "memory", False, False),
        (ExitStatus(code=137), Ending(), NONE, By.ITSELF, "", False, True),
    ],
)  # fmt: skip
def test_verdict(
    status: ExitStatus, ending: Ending, found: Found, by: By, why: str, forced: bool, certain: bool
) -> None:
    death = verdict(status, ending, found, 100.0, 90.0, None)
    assert (death.by, death.why, death.forced, death.certain) == (by, why, forced, certain)
    assert death.ran == 10.0


@pytest.mark.parametrize(
    ("found", "peak", "expected"),
    [
        (Found(floor=10), None, (None, "")),
        (Found(floor=10), 20, (20, "process")),
        (Found(floor=10), 10, (10, "at-most")),
        (Found(floor=10), 3, (10, "at-most")),
        (Found(floor=10, group_peak=99), 20, (99, "cgroup")),
    ],
)
def test_peak_says_what_it_covers(
    found: Found, peak: int | None, expected: tuple[int | None, str]
) -> None:
    death = verdict(KILL, Ending(), found, 1.0, 0.0, peak)
    assert (death.peak, death.peak_of) == expected


def exit_of(status: ExitStatus, death: Death) -> dict[str, object]:
    return {**status._asdict(), "at": "", **death._asdict()}


@pytest.mark.parametrize(
    ("status", "death", "text"),
    [
        (ExitStatus(code=3), Death(By.ITSELF), "exited 3"),
        (ExitStatus(code=137), Death(By.ITSELF),
         "exited 137: as a shell does when SIGKILL ends its program"),
        (ExitStatus(code=200), Death(By.ITSELF), "exited 200"),
        (ExitStatus(signal="SIGSEGV"), Death(By.ITSELF),
         "killed by SIGSEGV: the program's own fault"),
        (KILL, Death(By.OTHER), "killed by SIGKILL: not by paasctl, nor out of memory"),
        (KILL, Death(By.OTHER, certain=False), "killed by SIGKILL: not by paasctl"),
        (TERM, Death(By.OTHER), "killed by SIGTERM: not by paasctl"),
        (KILL, Death(By.KERNEL, "memory", evidence=LOGGED.evidence),
         "killed by SIGKILL: not by paasctl; kernel log says out of memory"),
        (KILL, Death(By.KERNEL, "memory", evidence="its cgroup counted it"),
         "killed by SIGKILL: not by paasctl; out of memory (its cgroup counted it)"),
        (KILL, Death(By.KERNEL, "memory", certain=False, evidence="e"),
         "killed by SIGKILL: not by paasctl; perhaps out of memory (e)"),
        (ExitStatus(code=137), Death(By.KERNEL, "memory", certain=False, evidence="e"),
         "exited 137: perhaps a program in it was killed, out of memory (e)"),
        (TERM, Death(By.PAASCTL, "restart"), "killed by SIGTERM: restarted"),
        (KILL, Death(By.PAASCTL, "stop", forced=True),
         "killed by SIGKILL: asked to stop, and it did not end on SIGTERM"),
        (KILL, Death(By.PAASCTL, "kill", forced=True), "killed by SIGKILL: paasctl killed it"),
        (ExitStatus(code=0), Death(By.PAASCTL, "signal", certain=False, evidence="e"),
         "exited 0: e"),
    ],
)  # fmt: skip
def test_words(status: ExitStatus, death: Death, text: str) -> None:
    assert told(exit_of(status, death)) == text


def test_words_where_little_is_known() -> None:
    assert told(None) == how(None) == whose(None) == memory_of(None) == ""
    assert told({"code": 1, "signal": None, "error": None, "at": ""}) == "exited 1"
    assert told({"error": "no such program", "by": None}) == "could not start: no such program"


def test_sizes() -> None:
    assert [size(n) for n in (0, 999, 2048, 61234567, 5 * 1024**3)] == [
        *("0B", "999B", "2.0K", "58M", "5.0G")
    ]
    assert memory_of({"peak": 1024**2 * 41, "peak_of": "process"}) == "41M"
    assert memory_of({"peak": 1024**2 * 12, "peak_of": "at-most"}) == "at most 12M"
