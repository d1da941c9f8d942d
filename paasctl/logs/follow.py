"""Several growing log files as one stream of whole, prefixed lines.

The processes write their files themselves; this only reads. A slow terminal therefore holds
nobody up: what was not read yet lies on the disk.
"""

import os
from collections.abc import Callable, Mapping

from paasctl.logs.holes import first_data, next_data
from paasctl.logs.prefix import Shape, prefixed
from paasctl.logs.watch import REST, Watch, watch

CHUNK = 256 * 1024
TURN = 8
"""Chunks of one file in a turn, so that a flood does not keep the others from being shown."""
KEPT_OPEN = 200
"""Files kept open; with more of them each is opened when it has grown (ulimit -n is 1024)."""


class _Source:
    """One log file and how far it has been read; survives truncation and replacement.

    `missed` counts bytes that were given back before they could be read.
    """

    def __init__(self, path: str, position: int | None, shape: Shape, keep: bool) -> None:
        self.shape = shape
        self._path = path
        self._keep = keep
        self._fd: int | None = None
        self._inode = 0
        self._position = 0
        self.missed = 0
        self._start(position)

    def _start(self, position: int | None) -> None:
        """Begin at a position or at the end; a file that is not there yet at its beginning."""
        if self._open() and self._fd is not None:
            self._position = os.fstat(self._fd).st_size if position is None else position
            self._rest()

    def _open(self) -> bool:
        """Open the file that has the name now; a new one is read from its beginning."""
        if self._fd is not None:
            return True
        try:
            self._fd = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        inode = os.fstat(self._fd).st_ino
        if inode != self._inode:
            self._inode, self._position = inode, first_data(self._fd)
        return True

    def _rest(self) -> None:
        if not self._keep:
            self.close()

    def close(self) -> None:
        """Close the file; reading opens it again."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _replaced(self) -> bool:
        try:
            return os.stat(self._path).st_ino != self._inode
        except FileNotFoundError:
            return False

    def read(self) -> bytes:
        """Return the next chunk, nothing at the end of the file."""
        if not self._open() or self._fd is None:
            return b""
        if os.fstat(self._fd).st_size < self._position:
            self._position = 0
        data = os.pread(self._fd, CHUNK, self._position)
        if b"\0" in data:
            data = self._without_hole(self._fd, data)
        if not data and self._replaced():
            self.close()
            return self.read() if self._open() else b""
        self._position += len(data)
        return data

    def _without_hole(self, fd: int, data: bytes) -> bytes:
        """Return what was read, or what lies behind the hole that has come over it.

        Lines are given back while a slow terminal is far behind: what it misses is counted.
        """
        if next_data(fd, self._position) == self._position:
            return data  # the program itself has written NULs
        behind = max(first_data(fd), next_data(fd, self._position))
        self.missed += behind - self._position
        self._position = behind
        return os.pread(fd, CHUNK, behind)

    def _confessed(self) -> bytes:
        """Return the line that says what is not shown, and begin to count anew."""
        missed, self.missed = self.missed, 0
        text = f"[paasctl: {missed} bytes fell out of the log's limits before they were shown]"
        return self.shape.notice(text.encode())

    def pump(self, write: Callable[[bytes], object]) -> tuple[bool, bool]:
        """Write what is new; return whether there was any, and whether there is more."""
        for turn in range(TURN):
            data = self.read()
            if not data:
                self._rest()
                return turn > 0, False
            if self.missed:
                write(self._confessed())
            shown = self.shape.feed(data)
            if shown:
                write(shown)
        self._rest()
        return True, True


class Merged:
    """The logs named in `names` (file name → shown name) of a directory, as they grow.

    Each is read from `positions[file name]`, or else from its present end; a file that appears
    later from its beginning. `stamp` gives the time to put in front of lines. `write` receives
    whole lines. Use: register `fileno()` with a selector, call `pump()` once and whenever it is
    readable, `flush()` when no more will come.
    """

    def __init__(
        self,
        log_dir: str,
        names: Mapping[str, str],
        write: Callable[[bytes], object],
        positions: Mapping[str, int] | None = None,
        shapes: Mapping[str, Shape] | None = None,
        colour: bool = False,
        stamp: Callable[[], bytes] | None = None,
    ) -> None:
        shapes = prefixed(names, colour) if shapes is None else shapes
        positions = positions or {}
        keep = len(names) <= KEPT_OPEN
        self._log_dir = log_dir
        self._write = write
        self._stamp = stamp
        self._watch: Watch | None = None
        self._due: set[str] = set(names)
        self._sources = {
            file: _Source(os.path.join(log_dir, file), positions.get(file), shapes[file], keep)
            for file in names
        }

    def fileno(self) -> int:
        """Return the descriptor to wait for; FileNotFoundError without a log directory."""
        if self._watch is None:
            self._watch = watch(self._log_dir)
        return self._watch.fileno()

    def pump(self) -> bool:
        """Write what is new; return whether there is more to be read at once."""
        if self._watch is not None:
            changed = self._watch.changed()
            self._due.update(self._sources if changed is None else changed)
        due, self._due = self._due, set()
        wrote = False
        now = self._stamp() if self._stamp is not None else None
        for file, source in self._sources.items():
            if file in due:
                if now is not None:
                    source.shape.dated(now)
                some, more = source.pump(self._write)
                wrote = wrote or some
                if more:
                    self._due.add(file)
        if self._watch is not None:
            if wrote:
                self._watch.rest(0 if self._due else REST)
            else:
                self._watch.listen()
        return bool(self._due)

    def flush(self) -> None:
        """Write everything that is there, the half lines too; for when no more will come."""
        self._due.update(self._sources)
        while self.pump():
            pass
        for source in self._sources.values():
            held = source.shape.flush()
            if held:
                self._write(held)

    def close(self) -> None:
        """Give all descriptors back."""
        for source in self._sources.values():
            source.close()
        if self._watch is not None:
            self._watch.close()
            self._watch = None
