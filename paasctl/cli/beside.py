"""A command of the user's that runs beside one of ours, and that is over when ours is."""

import os
import select
import signal
import subprocess

PATIENCE = 5.0
"""Seconds between SIGTERM and SIGKILL."""
LOOK = 0.02


class Beside:
    """A shell line in a session of its own; what it says goes to a file.

    It is started again when it has ended, as often as `again` is asked.
    """

    def __init__(self, line: str, folder: str, said: str) -> None:
        self._line, self._folder, self.said = line, folder, said
        self._process: subprocess.Popen[bytes] | None = None
        self.codes: list[int] = []

    def again(self) -> None:
        """See to it that it runs, and note how it has ended if it had."""
        if self._process is not None and self._process.poll() is None:
            return
        if self._process is not None:
            self.codes.append(self._process.returncode)
        with open(self.said, "ab") as file:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", self._line],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def end(self) -> None:
        """End everything in its session's group: SIGTERM, and SIGKILL after a while."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is not None:
            self.codes.append(process.returncode)
        for number, seconds in ((signal.SIGTERM, PATIENCE), (signal.SIGKILL, PATIENCE)):
            if not _signal(process.pid, number):
                break
            for _ in range(int(seconds / LOOK)):
                process.poll()  # a dead leader that nobody has waited for is still a member
                if not _signal(process.pid, 0):
                    return
                select.select([], [], [], LOOK)


def _signal(group: int, number: int) -> bool:
    """Send a signal to a group; return whether it still has a member."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
