"""A blocking connection to a server on this machine, with reads of an exact length."""

import socket
from collections.abc import Mapping

from paasctl.model.json import Json
from paasctl.probes.refused import NotYetError

ANSWER_WITHIN = 5.0
"""Seconds that a server may take to answer; then it is asked anew."""


def word(parameters: Mapping[str, Json], name: str) -> str:
    """Return a parameter as text, "" where there is none."""
    value = parameters.get(name)
    return "" if value is None else str(value)


class Connection:
    """Bytes to and from a server; OSError when it cannot be reached or hangs up."""

    def __init__(self, parameters: Mapping[str, Json]) -> None:
        path = word(parameters, "socket")
        self._socket = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        self._socket.settimeout(ANSWER_WITHIN)
        try:
            address = path or ("127.0.0.1", int(word(parameters, "port")))
            self._socket.connect(address)
        except OSError:
            self._socket.close()
            raise

    def __enter__(self) -> "Connection":
        """Return itself; closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Send all of `data`."""
        self._socket.sendall(data)

    def read(self, length: int) -> bytes:
        """Return exactly `length` bytes."""
        parts = bytearray()
        while len(parts) < length:
            part = self._socket.recv(length - len(parts))
            if not part:
                raise NotYetError("the server hung up")
            parts += part
        return bytes(parts)

    def rest(self) -> bytes:
        """Return everything until the server hangs up."""
        parts = bytearray()
        while part := self._socket.recv(65536):
            parts += part
        return bytes(parts)

    def line(self) -> bytes:
        """Return the bytes up to the next CR LF, without it."""
        parts = bytearray()
        while not parts.endswith(b"\r\n"):
            parts += self.read(1)
        return bytes(parts[:-2])
