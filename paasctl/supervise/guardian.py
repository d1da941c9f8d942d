"""The guardian: parent and subreaper of the engine, so that nothing survives the engine.

If the engine dies, everything below it becomes our child, and we carry out the stop rule. If we
die, the engine sees its life pipe close and ends everything itself.
"""

import os
import select
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from paasctl import __version__
from paasctl.model.plan import GRACE
from paasctl.supervise.journal import Journal
from paasctl.supervise.posix import decode
from paasctl.supervise.program import Program, command, own
from paasctl.supervise.rundir import RunDir
from paasctl.supervise.ties import Ties
from paasctl.supervise.voice import Voice

if sys.platform == "linux":  # now, as this program's files may be another version's at the end
    from paasctl.supervise.linux import (
        ENGINE_NAME,
        GUARDIAN_NAME,
        become_subreaper,
        name_process,
    )
    from paasctl.supervise.sweep import sweep


def guard(rundir: RunDir, ready: int, lock: int) -> int:
    """Fork the engine and wait for its end; return the exit code.

    `ready` is handed to the engine; `lock` is the descriptor of the lock, which both hold.
    """
    tie, life = (end.detach() for end in socket.socketpair())
    if sys.platform == "linux":
        become_subreaper()
        name_process(GUARDIAN_NAME)
    ties = Ties(life, lock, os.getpid())
    engine = os.fork()
    if engine == 0:
        os.close(tie)
        return _be_engine(rundir, ties, ready)
    os.close(life)
    os.close(ready)
    return Guardian(rundir, engine, tie, lock).watch()


def resumed(rest: Sequence[str], why: str) -> Callable[[], int]:
    """Return what goes on for a guardian of another version; `why` as for `resume.prepare`."""
    rundir, *numbers = rest
    engine, tie, lock = map(int, numbers)
    if sys.platform == "linux":
        name_process(GUARDIAN_NAME)
    guardian = Guardian(RunDir(rundir), engine, tie, lock)

    def go() -> int:
        for fd in (tie, lock):
            os.set_inheritable(fd, False)
        return guardian.watch(lambda: guardian.tell(why))

    return go


class Guardian:
    """Parent of an engine. `tie` is our end of the pair of sockets that binds the two."""

    def __init__(self, rundir: RunDir, engine: int, tie: int, lock: int) -> None:
        self._rundir, self._engine, self._tie, self._lock = rundir, engine, tie, lock

    def watch(self, listening: Callable[[], None] = lambda: None) -> int:
        """Wait for the engine's end and end what it has left; return the exit code.

        `listening` is called once signals are listened to.
        """
        wake = self._listen()
        listening()
        status = self._await()
        if status != 0 and sys.platform == "linux":
            _clean_up(self._rundir, self._engine, status, wake)
        return 0 if status == 0 else 1

    def tell(self, why: str) -> None:
        """Tell the engine which version we are, and why not another."""
        with suppress(BrokenPipeError):  # it is gone: `watch` sees that
            os.write(self._tie, f"{__version__} {why}\n".encode())

    def _listen(self) -> int:
        """Pass requests to end on to the engine; return a descriptor that wakes on child exits."""
        wake, write = os.pipe()
        for fd in (wake, write):
            os.set_blocking(fd, False)

        def forward(number: int, frame: object) -> None:
            os.kill(self._engine, signal.SIGTERM)  # noqa: TID251 -- our child, reaped by _await

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, forward)
        signal.signal(signal.SIGUSR2, lambda number, frame: self._renew())
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signal.valid_signals())
        return wake

    def _await(self) -> int:
        while True:
            pid, status = os.waitpid(-1, 0)
            if pid == self._engine:
                return status

    def _renew(self) -> None:
        """Become the program that the engine names; it runs already, so it can be trusted.

        A child that ends meanwhile stays to be waited for, and signals are blocked until the
        new program listens.
        """
        words = os.read(self._tie, 65536).decode().rstrip("\n").split("\0")
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        program = Program(*words)
        numbers = map(str, (self._engine, self._tie, self._lock))
        try:
            for fd in (self._tie, self._lock):
                os.set_inheritable(fd, True)
            argv = command(program, own(), "guardian", self._rundir.path, *numbers)
            os.execve(program.python, argv, os.environ)  # noqa: S606 -- ourselves anew
        except OSError as error:
            self.tell(f"{program.python}: {error.strerror}")
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _be_engine(rundir: RunDir, ties: Ties, ready: int) -> int:
    if sys.platform == "linux":
        name_process(ENGINE_NAME)
    from paasctl.supervise.engine import run

    run(rundir, ties, ready)
    return 0


def _clean_up(rundir: RunDir, engine: int, status: int, wake: int) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # this is the end already
    reason = f"{decode(status)}{_evidence(engine, status)}"
    killed = sweep(GRACE, _waiter(wake))
    Voice(_stamp).say(f"the engine {reason}: ended everything, {killed} by SIGKILL")
    try:
        journal = Journal(rundir.journal)
    except OSError as error:
        Voice(_stamp).say(f"cannot be told to the journal: {error}")
        return
    journal.note(
        {
            "at": _stamp(),
            "id": "",
            "event": "closed",
            "old": None,
            "new": None,
            "exit": None,
            "reason": f"the engine {reason}",
            "killed": killed,
        }
    )
    journal.flush()


def _evidence(engine: int, status: int) -> str:
    """Return what the kernel log says of the engine's end, if SIGKILL has ended it."""
    if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
        return ""
    from paasctl.supervise.oom import said_lately

    said = said_lately(engine)
    return f" ({said})" if said else ""


def _stamp() -> str:
    import time

    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())


def _waiter(wake: int) -> Callable[[float], object]:
    def wait(seconds: float) -> None:
        select.select([wake], [], [], seconds)
        try:
            os.read(wake, 4096)
        except BlockingIOError:
            return  # the time is over

    return wait
