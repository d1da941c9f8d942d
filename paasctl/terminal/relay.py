"""The other end of a program's terminal: everything goes to the log, visitors see it and type.

Nobody can hold up the program but the disk: a visitor who does not read is told how much it has
missed once it does. The relay ends when the last program in the terminal has closed it.
"""

import errno
import os
import select
import socket
import struct
import sys
from contextlib import suppress

from paasctl.terminal.birth import COLUMNS, ROWS, resize
from paasctl.terminal.wire import Garbled, Incoming, Keys, Size

CHUNK = 64 * 1024
RECENT = 16 * 1024
"""Bytes of the latest output that a new visitor is shown."""
UNREAD = 256 * 1024
"""Bytes that wait for a visitor who does not read; more are counted and dropped."""
UNTYPED = 64 * 1024
"""Bytes that wait for a program that does not read what is typed; more are dropped."""


class Visitor:
    """One connection."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.socket = connection
        self.incoming = Incoming()
        self.outgoing = bytearray()
        self.missed = 0

    def show(self, data: bytes) -> None:
        """Queue output; where too much waits, count it until all that waits has been read."""
        if self.missed or len(self.outgoing) + len(data) > UNREAD:
            self.missed += len(data)
        else:
            self.outgoing += data

    def send(self) -> None:
        """Send what the connection takes; ConnectionError where it is gone."""
        with suppress(BlockingIOError):
            del self.outgoing[: self.socket.send(self.outgoing)]
        if self.missed and not self.outgoing:
            self.outgoing += self.confession()

    def confession(self) -> bytes:
        """Return the line that says how much was dropped, if any was, and count anew."""
        missed, self.missed = self.missed, 0
        text = f"\r\n[paasctl: {missed} bytes of output were not shown: too slow a reader]\r\n"
        return text.encode() if missed else b""


class Relay:
    """Serves one terminal until it is closed; standard output is the log."""

    def __init__(self, master: int, path: str) -> None:
        os.set_blocking(master, False)
        self._master = master
        self._visitors: dict[int, Visitor] = {}
        self._recent = bytearray()
        self._typed = bytearray()
        self._unlogged = 0
        self._size = (ROWS, COLUMNS)
        self._listener = _listen(path)
        self._poll = select.poll()
        self._poll.register(self._listener, select.POLLIN)

    def run(self) -> None:
        """Pass on what comes until the terminal is closed, and then let visitors read the rest."""
        while True:
            self._poll.register(self._master, select.POLLIN | (select.POLLOUT * bool(self._typed)))
            for fd, event in self._poll.poll():
                if fd == self._master:
                    if not self._terminal(event):
                        self._farewell()
                        return
                elif fd == self._listener.fileno():
                    self._welcome()
                elif fd in self._visitors:
                    self._visit(self._visitors[fd], event)

    def _terminal(self, event: int) -> bool:
        """Read what the programs wrote, write what was typed; return whether it is still open."""
        if event & select.POLLOUT:
            with suppress(BlockingIOError):
                del self._typed[: os.write(self._master, self._typed)]
        try:
            data = os.read(self._master, CHUNK)
        except BlockingIOError:
            return True
        except OSError as error:
            if error.errno == errno.EIO:  # Linux: nobody has the other end open any more
                return False
            raise
        if not data:  # other systems say it so
            return False
        self._log(data)
        self._recent += data
        del self._recent[:-RECENT]
        for visitor in list(self._visitors.values()):
            visitor.show(data)
            self._flush(visitor)
        return True

    def _log(self, data: bytes) -> None:
        """Write to the log; a full disk costs output, not the program."""
        if self._unlogged:
            text = f"[paasctl: {self._unlogged} bytes could not be written to this log]\n"
            data = text.encode() + data
        try:
            while data:
                data = data[os.write(1, data) :]
            self._unlogged = 0
        except OSError:  # told by the next line that can be written, and by `df`
            self._unlogged += len(data)

    def _welcome(self) -> None:
        connection, _ = self._listener.accept()
        if not _is_ours(connection):
            connection.close()
            return
        visitor = Visitor(connection)
        self._visitors[connection.fileno()] = visitor
        start = self._recent.find(b"\n") + 1 if len(self._recent) == RECENT else 0
        visitor.show(bytes(self._recent[start:]))
        self._flush(visitor)

    def _visit(self, visitor: Visitor, event: int) -> None:
        if event & (select.POLLIN | select.POLLHUP | select.POLLERR):
            try:
                data = visitor.socket.recv(CHUNK)
                if not data:
                    raise ConnectionResetError
                for message in visitor.incoming.feed(data):
                    self._heed(message)
            except BlockingIOError:
                return
            except (OSError, Garbled):
                self._dismiss(visitor)
                return
        if event & select.POLLOUT:
            self._flush(visitor)

    def _heed(self, message: Keys | Size) -> None:
        if isinstance(message, Size):
            rows, columns = message
            if (rows, columns) == self._size:  # have it redraw: only a change is told
                resize(self._master, rows + 1, columns)
            self._size = (rows, columns)
            resize(self._master, rows, columns)
        elif len(self._typed) + len(message) <= UNTYPED:
            self._typed += message

    def _flush(self, visitor: Visitor) -> None:
        try:
            visitor.send()
        except OSError:  # it has gone
            self._dismiss(visitor)
            return
        events = select.POLLIN | (select.POLLOUT * bool(visitor.outgoing))
        self._poll.register(visitor.socket, events)

    def _dismiss(self, visitor: Visitor) -> None:
        fd = visitor.socket.fileno()
        del self._visitors[fd]
        with suppress(KeyError):  # it was never waited for
            self._poll.unregister(fd)
        visitor.socket.close()

    def _farewell(self) -> None:
        """Give each visitor a second to read the end."""
        self._listener.close()
        for visitor in self._visitors.values():
            visitor.socket.settimeout(1.0)
            with suppress(OSError):
                visitor.socket.sendall(visitor.outgoing + visitor.confession())
            visitor.socket.close()


def _listen(path: str) -> socket.socket:
    """Return a socket that only this user can connect to, in place of what an earlier one left."""
    with suppress(FileNotFoundError):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        listener.bind(path)
    finally:
        os.umask(before)
    listener.listen(8)
    return listener


def _is_ours(connection: socket.socket) -> bool:
    """Return whether the visitor is this user or root, where the system tells."""
    if sys.platform != "linux":
        return True  # the socket's mode has to do
    said = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return struct.unpack("iII", said)[1] in (os.getuid(), 0)
