"""What is done when somebody takes the state directory away from under a running engine.

`rm -rf .paasctl`, `git clean -fdx` or a cleaner of old files must not cut the engine off from
its commands: it puts back what it needs, and says what is lost. Its processes go on.
"""

import os
import sys
from typing import TYPE_CHECKING

from paasctl.control.address import NAME
from paasctl.model.plan import Plan, plan_text
from paasctl.supervise.planfile import environment
from paasctl.supervise.rundir import claim, prepare, replace

if TYPE_CHECKING:
    from paasctl.supervise.engine import Engine

if sys.platform == "linux":
    from paasctl.supervise.dirwatch import DirectoryWatch

REST = 0.1
"""Seconds without a removal before anything is put back: `rm -r` must not find it filling up."""
TROUBLE = "state directory"


class Mending:
    """Watches one engine's state directory.

    Where nothing tells of a removal (no inotify, or too many watches), it is noticed with the
    next notice, because the journal has no name any more.
    """

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._watch: DirectoryWatch | None = None
        self.at: float | None = None
        self.fd: int | None = None

    def begin(self) -> None:
        """Watch the directory, if the system can."""
        self._rest()
        if sys.platform != "linux":
            return
        try:
            self._watch = DirectoryWatch(self._engine.rundir.path)
        except OSError:  # see the class's docstring
            return
        self.fd = self._watch.fd
        self._engine.kernel.watch(self.fd)

    def _rest(self) -> None:
        if self._watch is not None:
            self._engine.kernel.unwatch(self._watch.fd)
            self._watch.close()
        self._watch = self.fd = None

    def ready(self) -> None:
        """Look what is missing; if we need it, mend it (at `at`) once whoever removes is done."""
        assert self._watch is not None
        if self._watch.missing() & {"", NAME, "lock", "log", "journal.jsonl", "plan.json"}:
            self.at = self._engine.kernel.now() + REST

    def noticed(self) -> None:
        """Called when notices have been written: mend if the journal has lost its name."""
        if self._engine.journal.nameless():
            self.mend()

    def mend(self) -> None:
        """Put back what is missing of what we need; say what was lost."""
        engine = self._engine
        self.at = None
        try:
            lost = self._put_back()
        except OSError as error:
            engine.troubles.begin(
                TROUBLE,
                f"{engine.rundir.path} was removed and cannot be made again ({error}); all "
                f"processes go on; kill {engine.ties.guardian} ends them by the stop rule",
            )
            return
        if lost:
            self.begin()
            said = f"{engine.rundir.path}: {', '.join(lost)} had been removed and are back"
            if "log/" in lost:
                said += "; the logs of what runs now are lost until it is restarted"
            engine.troubles.end(TROUBLE, f"{engine.rundir.path} can be used again")
            engine.say("mended", lost=lost)
            engine.complain(said)

    def _put_back(self) -> list[str]:
        """Return the names of what was missing and is there again; OSError if it cannot be."""
        engine, rundir = self._engine, self._engine.rundir
        logs = os.path.isdir(rundir.log)
        prepare(rundir)
        lost = [] if logs else ["log/"]
        if not self._is_our_lock():
            lock = claim(rundir)
            if lock is None:
                self._yield_to_another()
                return []
            os.dup2(lock, engine.ties.lock, inheritable=False)
            os.close(lock)
            lost.append("lock")
        if not logs:
            self._write_to_a_new_log()
        if not engine.listener.has_name():
            engine.listener.bind_again()
            lost.append(NAME)
        if engine.journal.nameless():
            engine.journal.begin_again()
            lost.append("journal.jsonl")
        if engine.supervisor.cells and not os.path.exists(rundir.plan):
            replace(rundir.plan, plan_text(_whole(engine)))
            lost.append("plan.json")
        return lost

    def _is_our_lock(self) -> bool:
        try:
            return os.path.samestat(
                os.stat(self._engine.rundir.lock), os.fstat(self._engine.ties.lock)
            )
        except FileNotFoundError:
            return False

    def _yield_to_another(self) -> None:
        engine = self._engine
        engine.troubles.begin(
            TROUBLE,
            f"{engine.rundir.path} was removed and belongs to another engine now: "
            "ending everything of this one",
        )
        engine.supervisor.close()

    def _write_to_a_new_log(self) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        log = os.open(self._engine.rundir.engine_log, flags, 0o600)
        for fd in (1, 2):
            os.dup2(log, fd)
        os.close(log)


def _whole(engine: "Engine") -> Plan:
    """Return the plan in force, from what is held of it."""
    specs = (cell.next_spec or cell.spec for cell in engine.supervisor.cells.values())
    return engine.operations.plan(
        tuple(s._replace(env=environment(s), log=os.path.basename(s.log)) for s in specs)
    )
