"""The time indexes of all logs of a project, and what falls out of them with age.

Who writes a log writes it alone; this looks at sizes. One look is one `stat` a log, and a record
of 16 bytes for each that has grown. All times come from the file system's own stamp of the last
write, so a busy engine does not make them less true.
"""

import os
from collections.abc import Callable

from paasctl.model.logtimes import (
    DIRECTORY,
    HEAD,
    MOST,
    RECORD,
    Damaged,
    Moment,
    head,
    inode_of,
    moments,
    older,
    record,
    thinned,
)
from paasctl.model.plan import LogLimits
from paasctl.supervise.rundir import make_directory
from paasctl.supervise.trim import Trimmer

AGED = 3600.0
"""Seconds between two looks for what has become too old, while anything is written."""


class Timesheets:
    """All indexes; `clock` gives the wall clock in seconds, `complain` takes sentences."""

    def __init__(
        self, log_dir: str, clock: Callable[[], float], complain: Callable[[str], None]
    ) -> None:
        self.limits = LogLimits()
        self._log_dir = log_dir
        self._directory = os.path.join(log_dir, DIRECTORY)
        self._clock = clock
        self._complain = complain
        self._known: dict[str, tuple[int, int]] = {}  # log: inode and size at the last look
        self._trimmer = Trimmer(complain)
        self._aged = 0.0

    def limit(self, limits: LogLimits, idle: bool) -> None:
        """Keep to these limits from now on; `idle` says that nothing can be writing now.

        Nothing is looked at for it but logs that are over the size already: a start has to be
        quick. What is too old goes when something is written.
        """
        self.limits = limits
        self._aged = 0.0
        if not idle or not limits.size:
            return
        for name, found in self._logs():
            if found.st_size > limits.size:
                self._note(name, found)
                if name in self._known:
                    self._cut(name, self._over(name), written=False)

    def look(self) -> bool:
        """Note how far each log has grown; return whether any has."""
        grown = [
            name for name, found in self._logs() if self._known.get(name) != _identity(found)
            and self._note(name, found)
        ]  # fmt: skip
        if grown:
            self._trim(grown)
        return bool(grown)

    def _logs(self) -> list[tuple[str, os.stat_result]]:
        try:
            with os.scandir(self._log_dir) as entries:
                return [(e.name, e.stat()) for e in entries if e.name.endswith(".log")]
        except FileNotFoundError:  # somebody has removed it, or a log in this moment
            return []

    def _note(self, name: str, found: os.stat_result) -> bool:
        """Add a record for a log that may have grown; return whether it had.

        A log in which nothing has been written needs no index: most of a thousand workers.
        """
        if found.st_size == 0 and name not in self._known:
            self._known[name] = _identity(found)
            return False
        moment = Moment(min(found.st_mtime_ns // 1_000_000, self._now()), found.st_size)
        try:
            fd = self._open(name)
            try:
                grown = self._append(name, fd, moment, found.st_ino)
                self._known[name] = _identity(found)
            finally:
                os.close(fd)
        except OSError as error:  # the next look tries again
            self._complain(f"the time index of {name}: {error.strerror}")
            return False
        return grown

    def _now(self) -> int:
        return int(self._clock() * 1000)

    def _open(self, name: str) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        try:
            return os.open(os.path.join(self._directory, name), flags, 0o600)
        except FileNotFoundError:
            make_directory(self._directory)
            return os.open(os.path.join(self._directory, name), flags, 0o600)

    def _append(self, name: str, fd: int, moment: Moment, inode: int) -> bool:
        length = os.fstat(fd).st_size
        known = self._known.get(name)
        if length >= HEAD.size and known and known[0] == inode and known[1] > 0:
            last: int | None = known[1]
        else:
            last = self._last(name, fd, length, inode)
        if last is None or moment.size < last:  # there is none yet, or it is another file's
            if length:
                os.ftruncate(fd, 0)
            if moment.size == 0:
                return False
            os.write(fd, head(inode) + record(moment))
            return True
        if moment.size == last:
            return False
        torn = (length - HEAD.size) % RECORD.size
        if torn:  # a full disk took only a part
            os.ftruncate(fd, length - torn)
        os.write(fd, record(moment))
        if length > HEAD.size + MOST * RECORD.size:
            self._replace(name, thinned(os.pread(fd, length + RECORD.size, 0)))
        return True

    def _last(self, name: str, fd: int, length: int, inode: int) -> int | None:
        """Return the size in the last record of an index that an earlier engine has left."""
        if length == 0:
            return None
        try:
            if inode_of(os.pread(fd, HEAD.size, 0)) != inode:
                return None
        except Damaged as damage:
            self._complain(f"the time index of {name} begins anew: {damage}")
            return None
        count = (length - HEAD.size) // RECORD.size
        if count == 0:
            return 0
        tail = os.pread(fd, RECORD.size, HEAD.size + (count - 1) * RECORD.size)
        size = RECORD.unpack(tail)[1]
        assert isinstance(size, int)
        return size

    def _replace(self, name: str, data: bytes) -> None:
        path = os.path.join(self._directory, name)
        fd = os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.write(fd, data)
        finally:
            os.close(fd)
        os.replace(f"{path}.new", path)

    # -- what falls out

    def _trim(self, grown: list[str]) -> None:
        """Give back what lies beyond the limits, of the logs that have grown."""
        for name in grown:
            if self.limits.size and self._known[name][1] > self.limits.size:
                self._cut(name, self._over(name))
        now = self._clock()
        if self.limits.age and abs(now - self._aged) >= AGED:
            self._aged = now
            for name in list(self._known):
                self._cut(name, self._too_old(name, int((now - self.limits.age) * 1000)))

    def _too_old(self, name: str, than: int) -> int:
        """Return how many bytes at the beginning are older; 0 if nobody knows."""
        try:
            with open(os.path.join(self._directory, name), "rb") as file:
                start = file.read(HEAD.size + RECORD.size)
                if len(start) < HEAD.size + RECORD.size:
                    return 0
                if RECORD.unpack_from(start, HEAD.size)[0] >= than:
                    return 0
                return older(moments(start + file.read(), *self._known[name]), than)
        except (OSError, Damaged):
            return 0  # `_last` says it, or the next `_note`

    def _over(self, name: str) -> int:
        path = os.path.join(self._log_dir, name)
        return self._trimmer.beyond(path, self._known[name], self.limits.size)

    def _cut(self, name: str, end: int, written: bool = True) -> None:
        """Give back the bytes before `end`, up to a line's beginning, and their records."""
        if end <= 0:
            return
        path = os.path.join(self._log_dir, name)
        try:
            cut = self._trimmer.cut(path, self._known[name], end, written)
            if cut:
                self._forget(name, cut, os.stat(path))
        except (OSError, Damaged) as error:
            self._complain(f"{name} could not be cut back to its limits: {error}")

    def _forget(self, name: str, cut: int, now: os.stat_result) -> None:
        """Drop the records of what is gone; in a file that was copied all sizes are smaller."""
        with open(os.path.join(self._directory, name), "rb") as file:
            known = moments(file.read(), *self._known[name])
        copied = cut if now.st_ino != self._known[name][0] else 0
        left = (m._replace(size=m.size - copied) for m in known if m.size > cut)
        self._replace(name, head(now.st_ino) + b"".join(map(record, left)))
        if copied:
            self._known[name] = _identity(now)


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_ino, found.st_size
