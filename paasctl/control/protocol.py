"""The control protocol: one JSON object a line, both ways. No input or output here.

Request  {"v": 1, "id": 7, "op": "restart", "targets": ["app--queue"]}
Reply    {"id": 7, "ok": true, …} or {"id": 7, "ok": false, "error": {"code", "message", "near"}}
Notice   {"notice": {"seq": …, "id": …, "event": …}}, after a `watch`

Unknown fields are ignored, an unknown operation and a higher version are refused. Error codes
are the stable part.
"""

import json
from typing import NamedTuple

VERSION = 1
LONGEST = 65536
"""Bytes of one request; more is refused and the connection closed."""


LARGEST = 1e15
"""The largest number in a request: a float holds every whole number up to there."""


class Declined(Exception):
    """A request was refused; `near` holds names that may have been meant."""

    def __init__(self, code: str, message: str, near: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.near = near


class Request(NamedTuple):
    """One request; `arguments` is the whole object."""

    id: int
    op: str
    arguments: dict[str, object]

    def names(self, key: str) -> tuple[str, ...] | None:
        """Return a list of names, or None where there is none; Declined if it is not one."""
        value = self.arguments.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise Declined("bad-request", f'"{key}" must be a list of names')
        return tuple(value)

    def flag(self, key: str) -> bool:
        """Return whether a flag is set."""
        return self.arguments.get(key) is True

    def text(self, key: str) -> str:
        """Return a text; Declined where it is missing."""
        value = self.arguments.get(key)
        if not isinstance(value, str):
            raise Declined("bad-request", f'"{key}" must be a text')
        return value

    def number(self, key: str, default: float) -> float:
        """Return a number, or the default; Declined for one that nobody can wait or count for."""
        value = self.arguments.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return default
        if not abs(value) <= LARGEST:  # nor is NaN
            raise Declined("bad-request", f'"{key}" must be a number up to {LARGEST:g}')
        return value


class Lines:
    """Cuts a byte stream into lines, holding back the unfinished one in `rest`."""

    def __init__(self, longest: int | None = None) -> None:
        self.rest = b""
        self._longest = longest

    def feed(self, data: bytes) -> list[bytes]:
        """Return the lines that `data` completes; Declined if one grows over the limit."""
        *lines, self.rest = (self.rest + data).split(b"\n")
        if self._longest is not None and max(map(len, (*lines, self.rest))) > self._longest:
            raise Declined("too-long", f"a request may have {self._longest} bytes")
        return lines


def encode(message: dict[str, object]) -> bytes:
    """Return a message as one line."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> dict[str, object]:
    """Return the object in a line; Declined if there is none."""
    try:
        message = json.loads(line, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Declined("bad-request", "a request is one JSON object in a line") from error
    if not isinstance(message, dict):
        raise Declined("bad-request", "a request is one JSON object in a line")
    return message


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def request(line: bytes) -> Request:
    """Return the request in a line; Declined if it is none that we understand."""
    message = decode(line)
    version, number, op = message.get("v"), message.get("id"), message.get("op")
    if not isinstance(version, int) or version > VERSION:
        raise Declined("version", f"this engine speaks version {VERSION} of the protocol")
    if not isinstance(number, int) or not isinstance(op, str):
        raise Declined("bad-request", 'a request needs "id" (a number) and "op"')
    return Request(number, op, message)


def refusal(number: int | None, error: Declined) -> dict[str, object]:
    """Return the reply that says no."""
    said = {"code": error.code, "message": error.message, "near": list(error.near)}
    return {"id": number, "ok": False, "error": said}
