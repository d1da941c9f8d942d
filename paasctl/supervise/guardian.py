"""The guardian: parent and subreaper of the engine, so that nothing survives the engine.

If the engine dies, everything below it becomes our child, and we carry out the stop rule. If we
die, the engine sees its life pipe close and ends everything itself.
"""

import os
import select
import signal
import sys
from collections.abc import Callable

from paasctl.model.plan import GRACE
from paasctl.supervise.rundir import RunDir


def guard(rundir: RunDir, ready: int, keep: int) -> int:
    """Fork the engine and wait for its end; return the exit code.

    `ready` is handed to the engine; `keep` is the descriptor of the lock, which both hold.
    """
    life, hold = os.pipe()
    if sys.platform == "linux":
        from paasctl.supervise.linux import become_subreaper, name_process

        become_subreaper()
        name_process("paasctl-guard")
    engine = os.fork()
    if engine == 0:
        os.close(hold)
        return _be_engine(rundir, life, ready)
    os.close(life)
    os.close(ready)
    wake = _listen(engine)
    status = _await(engine)
    if status != 0 and sys.platform == "linux":
        _clean_up(rundir, status, wake)
    return 0 if status == 0 else 1


def _be_engine(rundir: RunDir, life: int, ready: int) -> int:
    if sys.platform == "linux":
        from paasctl.supervise.linux import name_process

        name_process("paasctl-engine")
    from paasctl.supervise.engine import run

    run(rundir, life, ready)
    return 0


def _listen(engine: int) -> int:
    """Pass requests to end on to the engine; return a descriptor that wakes on child exits."""
    wake, write = os.pipe()
    for fd in (wake, write):
        os.set_blocking(fd, False)

    def forward(number: int, frame: object) -> None:
        os.kill(engine, signal.SIGTERM)  # noqa: TID251 -- our child, reaped only by _await

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, forward)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    return wake


def _await(engine: int) -> int:
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == engine:
            return status


def _clean_up(rundir: RunDir, status: int, wake: int) -> None:
    from paasctl.supervise.journal import Journal
    from paasctl.supervise.posix import decode
    from paasctl.supervise.sweep import sweep

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # this is the end already
    reason = str(decode(status))
    killed = sweep(GRACE, _waiter(wake))
    journal = Journal(rundir.journal)
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
    sys.stderr.write(f"{_stamp()} the engine {reason}: ended everything, {killed} by SIGKILL\n")
    sys.stderr.flush()


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
