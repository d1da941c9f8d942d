"""The command line in a terminal of its own, as a person has it."""

import os
import pty
import select
import sys
import threading
from pathlib import Path

from tests.running import REPOSITORY, eventually

MAIN = "import sys; from paasctl.cli.app import main; main()"
ONE_AT_A_TIME = threading.Lock()
PERSONAL = ("PAASCTL", "PLATFORM")


class Terminal:
    """`paasctl WORDS…` in a session with a terminal whose other end is ours."""

    def __init__(self, root: Path, *words: str, **environ: str) -> None:
        self.root = root
        self.state = str(root / ".paasctl")
        self.said = b""
        self._status: int | None = None
        env = {k: v for k, v in os.environ.items() if not k.startswith(PERSONAL)}
        env.update(environ, PYTHONPATH=str(REPOSITORY))
        with ONE_AT_A_TIME:  # a terminal must not be inherited by another one's child
            self.pid, self.terminal = pty.fork()
            if self.pid != 0:
                os.set_inheritable(self.terminal, False)
        if self.pid == 0:
            os.chdir(root)
            os.execve(sys.executable, [sys.executable, "-c", MAIN, *words], env)

    def read(self) -> bool:
        """Take in what the terminal shows; false so that `eventually` goes on."""
        while self.terminal >= 0 and select.select([self.terminal], [], [], 0)[0]:
            try:
                data = os.read(self.terminal, 65536)
            except OSError:
                break
            if not data:
                break
            self.said += data
        return False

    def until_said(self, text: str, seconds: float = 60.0, times: int = 1) -> None:
        try:
            eventually(
                lambda: self.read() or self.said.count(text.encode()) >= times, text, seconds
            )
        except AssertionError as error:
            raise AssertionError(f"{error}; it says {self.said!r}") from error

    def press(self, keys: bytes) -> None:
        os.write(self.terminal, keys)

    def close(self) -> None:
        if self.terminal >= 0:
            os.close(self.terminal)
            self.terminal = -1

    def code(self) -> int | None:
        """The exit code of the command, or None while it runs."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = None if pid == 0 else status
        return None if self._status is None else os.waitstatus_to_exitcode(self._status)

    def ended(self, seconds: float = 60.0) -> int:
        """Wait for the end of the command; its exit code."""
        eventually(lambda: self.read() or self.code() is not None, "the command ends", seconds)
        code = self.code()
        assert code is not None
        return code
