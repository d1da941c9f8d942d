"""A gate before which the writers wait, so that only writing is measured."""

import errno
import os
import time

from tests.bench.bed import Failed, pause


class Gate:
    """A named pipe that each of `writers` shells reads one line from before it goes on."""

    def __init__(self, base: str, writers: int) -> None:
        self._path = os.path.join(base, "gate")
        self._ready = os.path.join(base, "ready")
        self._writers = writers
        self._fd = -1

    def __enter__(self) -> "Gate":
        os.mkfifo(self._path)
        os.mkdir(self._ready)
        return self

    def __exit__(self, *_: object) -> None:
        if self._fd >= 0:
            os.close(self._fd)
        os.unlink(self._path)
        for name in os.listdir(self._ready):
            os.unlink(os.path.join(self._ready, name))
        os.rmdir(self._ready)

    def writer(self, text: str) -> str:
        """Return the shell commands: wait at the gate, then write a file out."""
        return f": > {self._ready}/$$; read gate < {self._path}; cat {text}; "

    def await_writers(self, seconds: float) -> None:
        """Wait until all writers are at the gate; Failed if they do not come."""
        deadline = time.monotonic() + seconds
        while len(os.listdir(self._ready)) < self._writers or not self._opened():
            if time.monotonic() > deadline:
                raise Failed(f"{len(os.listdir(self._ready))} of {self._writers} writers came")
            pause(0.02)

    def _opened(self) -> bool:
        if self._fd < 0:
            try:
                self._fd = os.open(self._path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                if error.errno != errno.ENXIO:  # nobody has opened it for reading yet
                    raise
        return self._fd >= 0

    def open(self) -> None:
        """Let all of them go: an empty line for each."""
        os.write(self._fd, b"\n" * self._writers)
