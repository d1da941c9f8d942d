"""The engine: one process, one loop, from its first breath to its last."""

import gc
import os
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Self

from paasctl.control.listener import Connection, Listener, listener_state
from paasctl.control.protocol import Declined, Request
from paasctl.model.plan import GRACE, Stamp
from paasctl.supervise import leftovers
from paasctl.supervise.codec import Decoder
from paasctl.supervise.handover import Taken
from paasctl.supervise.journal import Journal, Notice
from paasctl.supervise.kept import REMAKE, load
from paasctl.supervise.kernel import Ended, Kernel, Probed, Ready, Signalled
from paasctl.supervise.logkeeping import LogKeeping
from paasctl.supervise.mending import Mending
from paasctl.supervise.operations import Operations, reason
from paasctl.supervise.rundir import RunDir, make_directory, replace
from paasctl.supervise.supervisor import Supervisor
from paasctl.supervise.ties import Ties
from paasctl.supervise.upgrade import Upgrade
from paasctl.supervise.voice import Troubles, Voice, bug_report

if sys.platform == "linux":  # now, as this program's files may be another version's at the end
    from paasctl.supervise.sweep import sweep


def run(rundir: RunDir, ties: Ties, ready: int) -> None:
    """Serve until everything has been ended; a byte is written to `ready` once we listen."""
    Engine(rundir, ties).serve(ready)


class Engine:
    """Wires kernel, supervisor, journal and control socket together."""

    def __init__(self, rundir: RunDir, ties: Ties, taken: Taken | None = None) -> None:
        self.rundir = rundir
        self.ties = ties
        self.birth: int | None = None
        self._notices: list[Notice] = []
        self.kernel = new_kernel()
        voice = Voice(self.kernel.stamp)
        self.complain = voice.say
        self.troubles = Troubles(voice.say)
        self.journal = Journal(rundir.journal)
        self.supervisor = Supervisor(self.kernel, self._note, self._record, self.complain)
        self.logs = LogKeeping(rundir.log, self.kernel, self.complain)
        self.operations = Operations(
            self.supervisor, self.kernel, self.journal, rundir, self.logs.limit
        )
        self.operations.troubles = self.troubles.lines
        self.upgrade = Upgrade(self, self._settle, self.say)
        self.mending = Mending(self)
        self.operations.add(self.upgrade.operations())
        held = None
        if taken is not None:
            self._load(taken.data)
            held = listener_state(taken.data["listener"])
            self.logs.limit(self.operations.limits, idle=False)
        self.logs.begin(look=taken is not None or not self.journal.clean)
        if taken is None and not self.journal.clean:
            self._clear_leftovers()
        self.listener = Listener(
            rundir.path, self.kernel.watch, self.kernel.unwatch, self._handle, self._lost,
            self._connections, held,
        )  # fmt: skip

    @classmethod
    def taking_over(cls, taken: Taken) -> Self:
        """Return an engine that knows what another program has handed over."""
        return cls(RunDir(taken.rundir), taken.ties, taken)

    def _load(self, data: Mapping[str, object]) -> None:
        decoder = Decoder(REMAKE)
        load(self.journal, data["journal"], decoder)
        load(self.operations, data["operations"], decoder)
        load(self.kernel, data["kernel"], decoder)
        load(self.supervisor, data["supervisor"], decoder)

    def serve(self, ready: int) -> None:
        """Run the loop, for the first time."""
        self.say("started")
        os.write(ready, b"1")
        self.birth = ready
        self.kernel.watch(ready)
        gc.freeze()  # without a collection first, which would touch and so copy every page
        self._loop()

    def go_on(self, since: str, why: str) -> None:
        """Run the loop where version `since` has left it."""
        self.kernel.resumed()
        self.supervisor.resumed()
        self.upgrade.taken_over(since, why)
        gc.freeze()
        self._loop()

    def _loop(self) -> None:
        self.kernel.watch(self.ties.life)
        self.mending.begin()
        while not self.supervisor.finished():
            self._turn(self._soonest())
            if self.upgrade.due:
                self._safely(self.upgrade.go)
        self._end_strays()
        self._safely(self.logs.end)
        self.say("closed")
        self._publish()
        self.listener.close()

    def _soonest(self) -> float | None:
        times = (self.supervisor.next_deadline(), self.listener.retry_at, self.mending.at)
        return min((at for at in times if at is not None), default=None)

    def _settle(self) -> None:
        """Take a turn without waiting: what has happened is dealt with and told."""
        self._turn(self.kernel.now())

    def _turn(self, deadline: float | None) -> None:
        for occurrence in self.kernel.wait(self.logs.soonest(deadline)):
            self._safely(self._take, occurrence)
        self._safely(self._recover)
        self._safely(self.supervisor.fire)
        self._safely(self.supervisor.advance)
        self._safely(self.logs.tick)
        self._safely(self._publish)

    def _connections(self, text: str) -> None:
        if text:
            self.troubles.begin("connections", text)
        else:
            self.troubles.end("connections", "connections can be taken again")

    def _recover(self) -> None:
        now = self.kernel.now()
        if self.listener.retry_at is not None and self.listener.retry_at <= now:
            self.listener.restore()
        if self.mending.at is not None and self.mending.at <= now:
            self.mending.mend()
        if self.kernel.blind:
            self.troubles.begin("processes", self.kernel.blind)
        else:
            self.troubles.end("processes", "all processes can be seen again")

    def _safely(self, part: Callable[..., None], *arguments: object) -> None:
        """Run a part of the turn: one bug of ours must not end 999 healthy children."""
        try:
            part(*arguments)
        except Exception as bug:
            self.complain(bug_report(bug))

    def _take(self, occurrence: Ended | Probed | Ready | Signalled) -> None:
        match occurrence:
            case Ended() | Probed():
                self.supervisor.observe(occurrence)
            case Ready(fd, writing):
                self._ready(fd, writing)
            case Signalled(signal.SIGQUIT):
                self._dump()
            case Signalled():
                self.supervisor.close()

    def _ready(self, fd: int, writing: bool) -> None:
        if fd == self.ties.life:
            self._tied()
        elif fd == self.birth:
            self._born()
        elif fd == self.upgrade.fd:
            self.upgrade.ready()
        elif fd == self.mending.fd:
            self.mending.ready()
        elif self.logs.owns(fd):
            self.logs.rang()
        elif self.listener.owns(fd):
            self.listener.ready(fd, writing)

    def _tied(self) -> None:
        """The guardian has something to say, or is gone."""
        try:
            said = os.read(self.ties.life, 4096)
        except OSError:  # it was killed with something unread
            said = b""
        if said:
            self.upgrade.guardian_says(said)
            return
        self.kernel.unwatch(self.ties.life)
        self.complain("the guardian is gone: stopping everything")
        self.supervisor.close()

    def _born(self) -> None:
        """The command that has started us has let go; it must have said what is to run."""
        assert self.birth is not None
        self.kernel.unwatch(self.birth)
        os.close(self.birth)
        self.birth = None
        if not self.operations.told and not self.supervisor.closing:
            self.complain("the command that started the engine ended before it said what to run")
            self.supervisor.close()

    def _handle(self, connection: Connection, request: Request) -> dict[str, object]:
        """Answer a request; a bug of ours is an answer too, or the client would wait for ever."""
        try:
            return self.operations.handle(connection, request)
        except Declined:
            raise
        except Exception as bug:
            self.complain(bug_report(bug))
            said = f"{request.op}: {type(bug).__name__} inside the engine; its log says more"
            raise Declined("bug", said) from bug

    def _lost(self, connection: Connection) -> None:
        if connection.owner:
            self.supervisor.close()

    def _note(self, notice: Notice) -> None:
        self._notices.append(self.journal.note(notice))

    def _record(self, stamp: Stamp) -> None:
        try:
            make_directory(os.path.dirname(stamp.path))
            replace(stamp.path, stamp.text)
        except OSError as error:
            self.complain(f"cannot be recorded as done, so it will run again: {reason(error)}")

    def say(self, event: str, **more: object) -> None:
        """Write a notice about the whole, which is nobody's in particular."""
        at = self.kernel.stamp()
        self._note(
            {"at": at, "id": "", "event": event, "old": None, "new": None, "exit": None, **more}
        )

    def _publish(self) -> None:
        trouble = self.journal.flush()
        if trouble:
            self.troubles.begin("journal", f"the journal cannot be written: {trouble}")
        else:
            self.troubles.end("journal", "the journal can be written again")
        if self._notices:
            self.mending.noticed()
        notices, self._notices = self._notices, []
        self.listener.broadcast(notices)

    def _clear_leftovers(self) -> None:
        found = leftovers.end(self.rundir.path, GRACE)
        if found:
            pids = " ".join(f"{item.instance}({item.pid})" for item in found)
            self.complain(f"ended what an earlier run had left behind: {pids}")
            self.say("leftovers", instances=[item.instance for item in found])

    def _end_strays(self) -> None:
        if sys.platform == "linux":
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
