"""How the front door brings guardian and engine to life: by forking its own lean self.

Starting an interpreter and loading these modules again would cost more than everything that
the engine does at its start. Whoever calls this has not loaded yaml, typer or their like yet.
"""

import _socket  # socket itself loads selectors and enum: 3 ms
import gc
import os
import signal
import sys

from paasctl.supervise.rundir import RunDir

UMASK = 0o022
"""What processes start with, as on the platform: nothing of the caller's shell is inherited."""


def launch(rundir: RunDir, lock: int) -> int:
    """Fork guardian and engine; return a descriptor that gives a byte once they listen.

    It gives end of file instead where they could not start; the engine's log says why. The caller
    keeps it open until it has said what is to run: when it is closed before that, because the
    caller was killed, say, the engine ends.
    `lock` is the descriptor that `rundir.claim` gave; the caller closes its own copy.
    """
    read, ready = (end.detach() for end in _socket.socketpair())
    sys.stdout.flush()
    sys.stderr.flush()
    gc.freeze()  # the collector must not touch, and so copy, the pages that are shared from here
    if os.fork() != 0:
        gc.unfreeze()
        os.close(ready)
        return read
    code = 70
    try:
        os.setsid()
        _leave_the_terminal(rundir, (lock, ready))
        from paasctl.supervise.guardian import guard

        code = guard(rundir, ready, lock)
    except BaseException:  # nothing may return into the front door's code
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _leave_the_terminal(rundir: RunDir, keep: tuple[int, int]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    os.umask(UMASK)
    null = os.open(os.devnull, os.O_RDWR)
    log = os.open(rundir.engine_log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(null, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    low, high = sorted(keep)
    os.closerange(3, low)
    os.closerange(low + 1, high)
    os.closerange(high + 1, 65536 if high < 65536 else high + 1)
    os.chdir("/")
