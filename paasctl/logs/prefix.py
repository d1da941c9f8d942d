"""Log bytes made fit for a terminal that several processes share.

Whole lines only, each with its process's name in front; what could move the cursor, change the
title or leave a colour behind is taken out. The usual chunk costs three passes in C: a million
lines of a hundred bytes are to take no more than half a second of CPU.
"""

from collections.abc import Mapping
from typing import Protocol

LONGEST = 64 * 1024
"""Bytes of one line; a longer one is cut into several."""
COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
RESET = b"\x1b[0m"
_CONTROLS = bytes(code for code in (*range(32), 0x7F) if code not in b"\t\n\r")


class Shape(Protocol):
    """Turns chunks of a log into what is shown."""

    def feed(self, chunk: bytes) -> bytes:
        """Return what can be shown now."""

    def flush(self) -> bytes:
        """Return what was held back."""

    def dated(self, text: bytes) -> None:
        """Put a time in front of the lines that end from now on."""

    def notice(self, text: bytes) -> bytes:
        """Return a line of our own among the program's, what was held back before it."""


class Raw:
    """The bytes as they are."""

    def feed(self, chunk: bytes) -> bytes:
        """Return the chunk."""
        return chunk

    def flush(self) -> bytes:
        """Return nothing: nothing is held back."""
        return b""

    def dated(self, text: bytes) -> None:
        """Do nothing: bytes as they are have no time in front."""

    def notice(self, text: bytes) -> bytes:
        """Return the text as a line."""
        return b"\n" + text + b"\n"


class Lines:
    """Whole, harmless lines with a prefix; `colour` keeps the colours that a program writes."""

    def __init__(self, prefix: bytes = b"", colour: bool = False) -> None:
        self._name = prefix
        self._prefix = prefix
        self._colour = colour
        self._held = b""

    def dated(self, text: bytes) -> None:
        """Put a time in front of the lines that end from now on."""
        self._prefix = text + self._name

    def notice(self, text: bytes) -> bytes:
        """Return a line of our own among the program's, what was held back before it."""
        return self.flush() + self._shaped(text + b"\n")

    def feed(self, chunk: bytes) -> bytes:
        """Return the lines that are complete, prefixed; a half line is held back."""
        data = _cut(self._held + chunk if self._held else chunk)
        end = data.rfind(b"\n") + 1
        self._held = data[end:]
        return self._shaped(data[:end]) if end else b""

    def flush(self) -> bytes:
        """Return the half line that was held back, finished; for when no more will come."""
        held, self._held = self._held, b""
        return self._shaped(held + b"\n") if held else b""

    def _shaped(self, data: bytes) -> bytes:
        """Prefix whole lines; `data` ends in a line end."""
        body = harmless(data, self._colour)[:-1]
        if b"\r" in body:
            body = body.replace(b"\r\n", b"\n").removesuffix(b"\r")
            body = body.replace(b"\r", b"\r" + self._prefix)
        if b"\x1b" in body:  # a colour must not reach into the next line's prefix
            import re

            body = re.sub(_UNFINISHED, rb"\g<0>" + RESET, body)
        if self._prefix:
            body = body.replace(b"\n", b"\n" + self._prefix)
        return self._prefix + body + b"\n"


def _cut(data: bytes) -> bytes:
    """Return the data with lines over LONGEST cut into several, no character torn in two.

    Each step looks for the last line end within reach, so a usual chunk takes a handful.
    """
    parts: list[bytes] = []
    start = at = 0
    while len(data) - at > LONGEST:
        found = data.rfind(b"\n", at, at + LONGEST + 1)
        if found >= 0:
            at = found + 1
            continue
        at += LONGEST
        for _ in range(3):
            at -= data[at] & 0xC0 == 0x80
        parts += [data[start:at], b"\n"]
        start = at
    return b"".join((*parts, data[start:])) if parts else data


def harmless(data: bytes, colour: bool) -> bytes:
    """Return whole lines as valid UTF-8 without control characters but tab, CR and LF.

    Colours stay where `colour` is true; other escape sequences are dropped, other control
    characters shown as their pictures (In: NUL  Out: ␀).
    """
    if not data.isascii():
        data = _valid(data)
    if len(data.translate(None, _CONTROLS)) == len(data):
        return data
    import re

    plain = re.sub(rb"\x1b\[[0-9;:]*m", b"", data)
    if len(plain.translate(None, _CONTROLS)) == len(plain):
        return data if colour else plain
    return re.sub(_SEQUENCE, lambda found: _replaced(found[0], colour), data)


_UNFINISHED = rb"(?m)\x1b\[(?!0?m)[0-9;:]*m[^\x1b\n]*$"
"""A line whose last colour is not taken back: all that is left of sequences are colours."""
_SEQUENCE = (
    rb"\x1b\[[0-?]*[ -/]*[@-~]"  # cursor, colours
    rb"|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?"  # titles, links, strings
    rb"|\x1b[ -/]*[0-Z\\^-~]"  # character sets, keypad modes
    rb"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)


def _replaced(sequence: bytes, colour: bool) -> bytes:
    """Return what stands for one escape sequence or control character."""
    if len(sequence) == 1:
        code = sequence[0]
        return chr(0x2421 if code == 0x7F else 0x2400 + code).encode()
    is_colour = sequence.endswith(b"m") and sequence[2:-1].translate(None, b"0123456789;:") == b""
    return sequence if colour and is_colour and sequence[1:2] == b"[" else b""


def _valid(data: bytes) -> bytes:
    """Return valid UTF-8; C1 controls, which some terminals obey, are replaced too."""
    try:
        data.decode()
    except UnicodeDecodeError:
        data = data.decode(errors="replace").encode()
    if b"\xc2" in data:
        import re

        data = re.sub(rb"\xc2[\x80-\x9f]", "\ufffd".encode(), data)
    return data


def prefix_of(name: str, width: int, colour: bool) -> bytes:
    """Return the prefix of a process: its name in a colour that stays the same every day."""
    label = f"{name:<{width}}  |"
    if not colour:
        return f"{label} ".encode()
    from binascii import crc32

    code = COLOURS[crc32(name.encode()) % len(COLOURS)]
    return f"\x1b[{code}m{label}\x1b[0m ".encode()


def prefixed(names: Mapping[str, str], colour: bool) -> dict[str, Shape]:
    """Return a shape for each file; the column is as wide as the longest name shown."""
    width = max(map(len, names.values()), default=0)
    return {file: Lines(prefix_of(name, width, colour), colour) for file, name in names.items()}
