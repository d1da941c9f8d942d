"""What a visitor of a terminal sends to its relay; what comes back is the terminal's bytes.

A message is a letter, the length of what follows as four bytes, and that: `d` and keys, or `w`
and the window's rows and columns as two bytes each.
"""

import struct
from collections.abc import Iterator

_HEAD = struct.Struct("!cI")
_SIZE = struct.Struct("!HH")
LONGEST = 64 * 1024
"""Bytes of one message; a visitor who announces more is sent away."""


class Garbled(ValueError):
    """Bytes that no visitor of ours has sent."""


class Keys(bytes):
    """What was typed."""


class Size(tuple[int, int]):
    """Rows and columns of the visitor's window."""


def keys(data: bytes) -> bytes:
    """Return the message with what was typed, at most LONGEST bytes."""
    return _HEAD.pack(b"d", len(data)) + data


def size(rows: int, columns: int) -> bytes:
    """Return the message with the size of the window."""
    return _HEAD.pack(b"w", _SIZE.size) + _SIZE.pack(min(rows, 65535), min(columns, 65535))


class Incoming:
    """Puts the messages of one visitor together."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> Iterator[Keys | Size]:
        """Yield the messages that are complete; Garbled where it is none of ours."""
        self._held += data
        while len(self._held) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(self._held)
            if kind not in (b"d", b"w") or length > LONGEST:
                raise Garbled(f"a message {kind!r} of {length} bytes")
            if len(self._held) < _HEAD.size + length:
                return
            body = self._held[_HEAD.size : _HEAD.size + length]
            self._held = self._held[_HEAD.size + length :]
            if kind == b"d":
                yield Keys(body)
            elif length == _SIZE.size:
                yield Size(_SIZE.unpack(body))
            else:
                raise Garbled(f"a window size of {length} bytes")
