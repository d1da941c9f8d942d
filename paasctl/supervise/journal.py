"""The history of state changes: one JSON object a line, appended, one writer.

It is at once what `paasctl events` shows, what `paasctl ps` shows when no engine runs, and how a
new engine learns that the last one did not end properly. A line that a crash has cut short is
skipped by readers and closed by the next writer.
"""

import json
import os

LARGE = 4 * 1024 * 1024
"""Bytes after which the next engine starts a new file; one old file is kept."""
PENDING = 10_000
"""Notices that are kept while they cannot be written; the oldest are given up beyond that."""
REACH = 1024 * 1024
"""Bytes of history that a client gets which joins late."""

Notice = dict[str, object]
_encode = json.JSONEncoder(separators=(",", ":")).encode


class Journal:
    """The writer. What cannot be written (a full disk) is kept for the next attempt."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._pending: list[bytes] = []
        last = last_notice(path)
        self.seq = _seq_of(last)
        self.clean = last is None or last.get("event") == "closed"
        self._file = self._open()

    def _open(self) -> int:
        if os.path.exists(self._path) and os.path.getsize(self._path) > LARGE:
            os.replace(self._path, f"{self._path}.1")
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        fd = os.open(self._path, flags, 0o600)
        if os.fstat(fd).st_size and not _ends_line(self._path):
            os.write(fd, b"\n")
        return fd

    def nameless(self) -> bool:
        """Return whether somebody has removed the file that we write to."""
        return os.fstat(self._file).st_nlink == 0

    def begin_again(self) -> None:
        """Write to a new file of our name."""
        file = self._open()
        os.dup2(file, self._file, inheritable=False)
        os.close(file)

    def note(self, notice: Notice) -> Notice:
        """Number a notice and keep it for `flush`."""
        self.seq += 1
        numbered = {"seq": self.seq, **notice}
        self._keep(_encode(numbered).encode() + b"\n")
        return numbered

    def _keep(self, line: bytes) -> None:
        """Keep a line for `flush`; if the disk is full for long, not all of them."""
        self._pending.append(line)
        if len(self._pending) > PENDING:
            del self._pending[1 : PENDING // 2]  # the first may be half written

    def flush(self) -> str | None:
        """Write what is pending; return the reason where that did not work."""
        if not self._pending:
            return None
        data = b"".join(self._pending)
        try:
            written = os.write(self._file, data)
        except OSError as error:
            return f"{self._path}: {error.strerror}"
        self._pending = [data[written:]] if written < len(data) else []
        return None

    def since(self, seq: int) -> list[Notice]:
        """Return the notices that are younger than `seq`, as far back as `REACH` goes."""
        if seq >= self.seq:
            return []
        self.flush()
        with open(self._path, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - REACH))
            lines = (file.read() + b"".join(self._pending)).split(b"\n")
        return [notice for notice in map(_notice, lines) if notice and _seq_of(notice) > seq]


def _seq_of(notice: Notice | None) -> int:
    seq = notice.get("seq") if notice else 0
    return seq if isinstance(seq, int) else 0


def _ends_line(path: str) -> bool:
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"


def last_notice(path: str) -> Notice | None:
    """Return the last complete notice of a journal, or None."""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.path.getsize(path) - 65536))
            lines = file.read().split(b"\n")
    except FileNotFoundError:
        return None
    return next(filter(None, map(_notice, reversed(lines))), None)


def _notice(line: bytes) -> Notice | None:
    """Return the notice in a line; None for one that was cut short, or is our first half line."""
    try:
        notice = json.loads(line)
    except ValueError:
        return None
    return notice if isinstance(notice, dict) else None
