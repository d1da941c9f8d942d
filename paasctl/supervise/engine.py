"""The engine: one process, one loop, from its first breath to its last."""

import gc
import os
import signal
import sys
from collections.abc import Callable

from paasctl.control.address import make_private, socket_path
from paasctl.control.listener import Connection, Listener
from paasctl.model.plan import GRACE, Stamp
from paasctl.supervise import leftovers
from paasctl.supervise.journal import Journal, Notice
from paasctl.supervise.kernel import Ended, Kernel, Probed, Ready, Signalled
from paasctl.supervise.operations import Operations
from paasctl.supervise.rundir import RunDir, replace
from paasctl.supervise.supervisor import Supervisor


def run(rundir: RunDir, life: int, ready: int) -> None:
    """Serve until everything has been ended.

    `life` is the read end of a pipe whose other end the guardian holds: when that closes, the
    guardian is gone and so do we. A byte is written to `ready` once the socket listens.
    """
    Engine(rundir, life).serve(ready)


class Engine:
    """Wires kernel, supervisor, journal and control socket together."""

    def __init__(self, rundir: RunDir, life: int) -> None:
        self._rundir = rundir
        self._life = life
        self._notices: list[Notice] = []
        self._complained = ""
        self.kernel = new_kernel()
        self.journal = Journal(rundir.journal)
        self.supervisor = Supervisor(self.kernel, self._note, _record, self.complain)
        operations = Operations(self.supervisor, self.kernel, self.journal, rundir)
        if not self.journal.clean:
            self._clear_leftovers()
        path = socket_path(rundir.path)
        if os.path.dirname(path) != rundir.path:
            make_private(os.path.dirname(path))
        self.listener = Listener(
            path, self.kernel.watch, self.kernel.unwatch, operations.handle, self._lost
        )

    def serve(self, ready: int) -> None:
        """Run the loop."""
        self.kernel.watch(self._life)
        self._say("started")
        os.write(ready, b"1")
        os.close(ready)
        gc.freeze()  # without a collection first, which would touch and so copy every page
        while not self.supervisor.finished():
            self._turn()
        self._end_strays()
        self._say("closed")
        self._publish()
        self.listener.close()

    def complain(self, text: str) -> None:
        """Write a line to the engine's own log, unless it is the same as the last one."""
        if text != self._complained:
            self._complained = text
            sys.stderr.write(f"{self.kernel.stamp()} {text}\n")
            sys.stderr.flush()

    def _turn(self) -> None:
        for occurrence in self.kernel.wait(self.supervisor.next_deadline()):
            self._safely(self._take, occurrence)
        self._safely(self.supervisor.fire)
        self._safely(self.supervisor.advance)
        self._safely(self._publish)

    def _safely(self, part: Callable[..., None], *arguments: object) -> None:
        """Run a part of the turn: one bug of ours must not end 999 healthy children."""
        try:
            part(*arguments)
        except Exception:
            import traceback

            self.complain(f"bug, please report it: {traceback.format_exc()}")

    def _take(self, occurrence: Ended | Probed | Ready | Signalled) -> None:
        match occurrence:
            case Ended() | Probed():
                self.supervisor.observe(occurrence)
            case Ready(fd, writing):
                if fd == self._life:
                    self._orphaned()
                elif self.listener.owns(fd):
                    self.listener.ready(fd, writing)
            case Signalled(signal.SIGQUIT):
                self._dump()
            case Signalled():
                self.supervisor.close()

    def _orphaned(self) -> None:
        self.kernel.unwatch(self._life)
        self.complain("the guardian is gone: stopping everything")
        self.supervisor.close()

    def _lost(self, connection: Connection) -> None:
        if connection.owner:
            self.supervisor.close()

    def _note(self, notice: Notice) -> None:
        self._notices.append(self.journal.note(notice))

    def _say(self, event: str, **more: object) -> None:
        at = self.kernel.stamp()
        self._note(
            {"at": at, "id": "", "event": event, "old": None, "new": None, "exit": None, **more}
        )

    def _publish(self) -> None:
        trouble = self.journal.flush()
        if trouble:
            self.complain(trouble)
        notices, self._notices = self._notices, []
        self.listener.broadcast(notices)

    def _clear_leftovers(self) -> None:
        found = leftovers.end(self._rundir.path, GRACE)
        if found:
            pids = " ".join(f"{item.instance}({item.pid})" for item in found)
            self.complain(f"ended what an earlier run had left behind: {pids}")
            self._say("leftovers", instances=[item.instance for item in found])

    def _end_strays(self) -> None:
        if sys.platform == "linux":
            from paasctl.supervise.sweep import sweep

            sweep(GRACE, lambda seconds: self.kernel.wait(self.kernel.now() + seconds))

    def _dump(self) -> None:
        lines = [repr(row) for row in self.supervisor.rows()]
        lines.append("modules " + " ".join(sorted(sys.modules)))
        sys.stderr.write(f"{self.kernel.stamp()} state\n" + "\n".join(lines) + "\n")
        sys.stderr.flush()


def new_kernel() -> Kernel:
    """Return the kernel edge of this system."""
    if sys.platform == "linux":
        from paasctl.supervise.linux import LinuxKernel

        return LinuxKernel()
    else:  # noqa: RET505 -- the type checker follows sys.platform, not early returns
        from paasctl.supervise.posix import PosixKernel

        return PosixKernel()


def _record(stamp: Stamp) -> None:
    os.makedirs(os.path.dirname(stamp.path), exist_ok=True)
    replace(stamp.path, stamp.text)
