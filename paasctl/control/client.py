"""The blocking client of the control socket, for the front door."""

import _socket as socket  # socket itself loads selectors and enum: 3 ms at every command
import errno
from collections.abc import Iterator

from paasctl.control.address import at_socket
from paasctl.control.protocol import VERSION, Declined, Lines, decode, encode

__all__ = ["Client", "Declined", "EngineLost", "connect"]


class EngineLost(Exception):
    """The engine closed the connection before it had answered."""


class Client:
    """One connection. Notices that arrive while a reply is awaited are kept for `notices`."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._lines = Lines()
        self._number = 0
        self._inbox: list[dict[str, object]] = []

    def fileno(self) -> int:
        """Return the descriptor, for a selector."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def ask(self, op: str, **arguments: object) -> dict[str, object]:
        """Send a request and return its reply.

        Raises Declined where the engine refuses (also without a number: then it has not even
        read the request), EngineLost where it goes away meanwhile.
        """
        self._number += 1
        sent = self._send({"v": VERSION, "id": self._number, "op": op, **arguments})
        while True:
            for position, message in enumerate(self._inbox):
                if message.get("id") in (self._number, None) and "ok" in message:
                    del self._inbox[position]
                    return _checked(message)
            if not self.receive() or not sent:
                raise EngineLost(op)

    def notices(self) -> Iterator[dict[str, object]]:
        """Yield notices as they come, after `ask("watch")`; ends when the engine does."""
        while True:
            yield from self.pending()
            if not self.receive():
                return

    def pending(self) -> list[dict[str, object]]:
        """Return the notices that have been received and not been handed out."""
        inbox, self._inbox = self._inbox, []
        found = [message["notice"] for message in inbox if "notice" in message]
        return [notice for notice in found if isinstance(notice, dict)]

    def receive(self) -> bool:
        """Block for some bytes and take them in; False when the engine has closed."""
        try:
            data = self._socket.recv(65536)
        except ConnectionResetError:
            return False
        self._inbox += [decode(line) for line in self._lines.feed(data)]
        return bool(data)

    def _send(self, message: dict[str, object]) -> bool:
        """Send a message; False where it has hung up, perhaps not without a word."""
        try:
            self._socket.sendall(encode(message))
        except (BrokenPipeError, ConnectionResetError):
            while self.receive():
                pass
            return False
        return True


def _checked(message: dict[str, object]) -> dict[str, object]:
    if message["ok"] is True:
        return message
    error = message["error"]
    assert isinstance(error, dict)
    raise Declined(error["code"], error["message"], tuple(error["near"]))


def connect(state_dir: str) -> Client | None:
    """Return a connection to the project's engine, or None where none listens."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        at_socket(state_dir, connection.connect)
    except OSError as error:
        connection.close()
        if error.errno in (errno.ENOENT, errno.ECONNREFUSED, errno.ENOTDIR):
            return None
        raise
    return Client(connection)
