"""What a visited program has turned on in our terminal, to be turned off when the visit ends."""

import re

_SET = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_HELD = 24
"""Bytes of a chunk's end that may be the beginning of a sequence."""
CURSOR = b"25"
ALWAYS = b"\x1b[0m\x1b>"
"""No colours, the keypad as usual."""
_SELF_MADE = {b"7", CURSOR}
"""On by themselves: wrapping and the cursor are put back on, whatever was done to them."""


class Modes:
    """Watches a terminal's output for DEC private modes (DECSET, xterm's control sequences)."""

    def __init__(self) -> None:
        self._on: dict[bytes, bool] = {}
        self._held = b""

    def feed(self, data: bytes) -> None:
        """Take note of what a chunk of output turns on and off."""
        text = self._held + data
        for numbers, action in _SET.findall(text):
            for number in numbers.split(b";"):
                self._on[number] = action == b"h"
        self._held = text[-_HELD:]

    def undo(self) -> bytes:
        """Return what brings the terminal back to what a shell expects."""
        changed = b""
        for number, on in self._on.items():
            normal = number in _SELF_MADE
            if on is not normal:
                changed += b"\x1b[?" + number + (b"h" if normal else b"l")
        return changed + ALWAYS
