"""`paasctl daemon upgrade`: the engine goes on as another program, under the same process id.

Its children stay its children, so no exit code is lost and nothing has to be adopted; its
listening socket and its clients' connections stay open. In order:

1. The new program is tried: a child reads all that it would take over, and says so (or why not).
   The loop goes on meanwhile.
2. All signals are blocked and one more turn taken, so that nothing is under way.
3. Exec. The new program takes over, unblocks, and looks which children have ended meanwhile.
   If it fails before that, it goes back to the old one (`program.BEGIN`).
4. The guardian is asked to do the same.
"""

import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

from paasctl import __version__
from paasctl.control.listener import Connection
from paasctl.control.protocol import Declined, Request
from paasctl.supervise import handover
from paasctl.supervise.operations import Operation
from paasctl.supervise.program import Program, command, own
from paasctl.supervise.resume import FINE

if TYPE_CHECKING:
    from paasctl.supervise.engine import Engine

LONGEST = 4096
"""Bytes of a failed trial's output that are kept."""


class Upgrade:
    """One engine's upgrades, of which at most one is under way.

    `settle` takes a turn of the loop without waiting, `say` writes a notice for everybody.
    """

    def __init__(
        self, engine: "Engine", settle: Callable[[], None], say: Callable[..., None]
    ) -> None:
        self._engine, self._settle, self._say = engine, settle, say
        self._program = own()
        self._heard = b""
        self.fd: int | None = None
        self.due = False

    def operations(self) -> dict[str, Operation]:
        """Return what the control socket may ask of this."""
        return {"engine": self._about, "upgrade": self._asked}

    def _asked(self, connection: Connection, request: Request) -> dict[str, object]:
        """Begin the trial of a program; what comes of it is told by a notice."""
        program = Program(request.text("python"), request.text("root"))
        if not os.path.isabs(program.python) or not os.path.isabs(program.root):
            raise Declined("bad-request", '"python" and "root" must be absolute paths')
        if self.fd is not None or self.due:
            raise Declined("busy", "an upgrade is under way already")
        seq = self._engine.journal.seq
        try:
            self._try(program)
        except (OSError, TypeError) as error:
            raise Declined("no-upgrade", f"{program.python} cannot be tried: {error}") from error
        return {"seq": seq, "version": __version__}

    def _about(self, connection: Connection, request: Request) -> dict[str, object]:
        """Answer which program this is."""
        guardian = self._engine.ties.guardian
        return {
            "version": __version__, "pid": os.getpid(), "guardian": guardian, **own()._asdict(),
        }  # fmt: skip

    def _try(self, program: Program) -> None:
        text = handover.unnamed_file(handover.state(self._engine))
        read, write = os.pipe()
        try:
            os.lseek(text, 0, os.SEEK_SET)
            os.posix_spawn(
                program.python,
                command(program, None, "trial"),
                os.environ,
                file_actions=[(os.POSIX_SPAWN_DUP2, text, 0)]
                + [(os.POSIX_SPAWN_DUP2, write, fd) for fd in (1, 2)],
                setsid=True,
                setsigmask=[],
            )
        except OSError:
            os.close(read)
            raise
        finally:
            os.close(write)
            os.close(text)
        os.set_blocking(read, False)
        self._program, self._heard, self.fd = program, b"", read
        self._engine.kernel.watch(read)

    def ready(self) -> None:
        """Take in what the trial says; at its end it is due, or it is said why not."""
        assert self.fd is not None
        data = os.read(self.fd, LONGEST)
        self._heard = (self._heard + data)[-LONGEST:]
        if data:
            return
        self._engine.kernel.unwatch(self.fd)
        os.close(self.fd)
        self.fd = None
        if self._heard == FINE:
            self.due = True
        else:
            lines = self._heard.decode(errors="replace").split("\n")
            last = next((line for line in reversed(lines) if line.strip()), "it ended at once")
            self.failed(last)

    def failed(self, why: str) -> None:
        """Tell everybody that it goes on as it was."""
        self._engine.complain(f"not upgraded, everything goes on as before: {why}")
        self._say("upgrade-failed", reason=why, version=__version__)

    def go(self) -> None:
        """Become the new program. Between two turns only: nothing may be half done."""
        self.due = False
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        held: set[int] = set()
        try:
            self._settle()
            text = handover.state(self._engine)
            file = handover.unnamed_file(text)
            held = {file, *handover.descriptors(self._engine, text)}
            for fd in held:
                os.set_inheritable(fd, True)
            argv = command(self._program, own(), "engine", str(file))
            os.execve(self._program.python, argv, os.environ)  # noqa: S606 -- ourselves anew
        except (OSError, TypeError) as error:
            for fd in held:
                os.set_inheritable(fd, False)
            self.failed(str(error))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def taken_over(self, since: str, why: str) -> None:
        """Tell everybody that this is the new program (or, with `why`, again the old one)."""
        if why:
            self.failed(why)
            return
        self._engine.complain(f"version {__version__} has taken over from {since}")
        self._say("upgraded", version=__version__, before=since, pid=os.getpid())
        self._ask_guardian()

    def _ask_guardian(self) -> None:
        ties = self._engine.ties
        if os.getppid() != ties.guardian:
            return  # it is gone, and the loop is about to see that
        os.write(ties.life, "\0".join(own()).encode() + b"\n")
        os.kill(ties.guardian, signal.SIGUSR2)  # noqa: TID251 -- our parent: no stranger's pid

    def guardian_says(self, data: bytes) -> None:
        """Take in what became of the guardian's upgrade."""
        text = data.decode(errors="replace").strip()
        version, _, why = text.partition(" ")
        if why:
            self._engine.complain(f"the guardian goes on as version {version}: {why}")
        self._say("guardian-upgrade-failed" if why else "guardian-upgraded", version=version)
