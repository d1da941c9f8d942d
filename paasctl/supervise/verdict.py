"""Who ended a process: from what was asked for, what was seen, and what the system says. Pure.

Our own doing needs no evidence: we know what we have sent. A SIGKILL that is not ours is the
kernel's if it says so, and somebody else's if it has counted no such kill. In between we say
"perhaps", never more.
"""

from typing import NamedTuple

from paasctl.model.status import By, Death, ExitStatus
from paasctl.supervise.kernel import Found, Sign, Suspicion

OWN_SIGNALS = frozenset(
    {
        *("SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSYS", "SIGTRAP"),
        *("SIGPIPE", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGXCPU", "SIGXFSZ"),
    }
)
"""Signals that a program brings upon itself: a fault, a limit, a reader that has gone."""
ENDING = frozenset({"SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP"})
"""Signals upon which programs exit with a code of their own."""
SOON = 15.0
"""Seconds in which an exit after such a signal is taken for its effect."""
KILLED_BELOW = 128 + 9
"""The exit code of a shell (and of what imitates it) whose program SIGKILL has ended."""


class Ending(NamedTuple):
    """What we have done to a process: `why` asked to end, SIGKILL sent, a signal passed on.

    `told` is the name of the last signal that somebody had us send, `told_at` when.
    """

    why: str = ""
    killed: bool = False
    told: str = ""
    told_at: float = 0.0


NO_ENDING = Ending()


def suspicion(status: ExitStatus, ending: Ending) -> Suspicion:
    """Return whom the kernel may have killed; asking it costs more than all the rest."""
    if ending.killed or ending.told == "SIGKILL":
        return Suspicion.NOBODY
    if status.signal == "SIGKILL":
        return Suspicion.LEADER
    return Suspicion.CHILD if status.code == KILLED_BELOW else Suspicion.NOBODY


def verdict(
    status: ExitStatus, ending: Ending, found: Found, now: float, started: float, peak: int | None
) -> Death:
    """Return what is known of an end at `now`; `peak` is the process's own, in bytes."""
    death = _by_whom(status, ending, found, now)
    most, of = _peak(found, peak)
    return death._replace(
        ran=round(max(0.0, now - started), 3), peak=most, peak_of=of, log_end=found.log_end
    )


def _by_whom(status: ExitStatus, ending: Ending, found: Found, now: float) -> Death:
    if found.sign in (Sign.CERTAIN, Sign.COUNTED):
        certain = found.sign is Sign.CERTAIN
        return Death(By.KERNEL, "memory", certain=certain, evidence=found.evidence)
    if status.signal is None:
        return _own_exit(ending, now)
    if status.signal == ending.told:
        return Death(By.PAASCTL, "signal", evidence=f"paasctl kill sent {ending.told}")
    killed = status.signal == "SIGKILL"
    if ending.killed if killed else ending.why:
        return Death(By.PAASCTL, ending.why, forced=ending.killed)
    if status.signal in OWN_SIGNALS:
        return Death(By.ITSELF)
    return Death(By.OTHER, certain=not killed or found.sign is Sign.NONE)


def _own_exit(ending: Ending, now: float) -> Death:
    if ending.why:
        return Death(By.PAASCTL, ending.why, forced=ending.killed)
    if ending.told in ENDING and now - ending.told_at <= SOON:
        sent = f"paasctl kill had sent {ending.told} {now - ending.told_at:.1f}s before"
        return Death(By.PAASCTL, "signal", certain=False, evidence=sent)
    return Death(By.ITSELF)


def _peak(found: Found, peak: int | None) -> tuple[int | None, str]:
    if found.group_peak is not None:
        return found.group_peak, "cgroup"
    if peak is None:
        return None, ""
    return (peak, "process") if peak > found.floor else (found.floor, "at-most")
