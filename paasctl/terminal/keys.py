"""The keys that end a visit: `ctrl-p,ctrl-q` in the notation of docker attach."""

from typing import NamedTuple

DEFAULT = "ctrl-p,ctrl-q"
_CONTROLS = {chr(code + 0x60): code for code in range(1, 27)} | {
    "@": 0, "[": 27, "\\": 28, "]": 29, "^": 30, "_": 31,
}  # fmt: skip


def sequence(text: str) -> bytes:
    """Return the bytes of a key sequence; ValueError with a sentence if it is none.

    In: ctrl-p,ctrl-q  Out: 0x10 0x11. In: ctrl-],q  Out: 0x1d, q.
    """
    found = b""
    for key in text.split(","):
        name = key.strip()
        if name.lower().startswith("ctrl-") and name[5:].lower() in _CONTROLS:
            found += bytes([_CONTROLS[name[5:].lower()]])
        elif len(name) == 1 and name.isascii() and name.isprintable():
            found += name.encode()
        else:
            raise ValueError(f"{key!r} is no key")
    return found


class Typed(NamedTuple):
    """What goes to the program, and whether the visit ends behind it."""

    data: bytes
    leave: bool


class Detacher:
    """Watches what is typed for the sequence; its beginning is held back until it is clear."""

    def __init__(self, keys: bytes) -> None:
        self._keys = keys
        self._matched = 0

    def feed(self, data: bytes) -> Typed:
        """Return what to pass on of the bytes typed; what follows the sequence is dropped."""
        passed = bytearray()
        for code in data:
            while self._matched and code != self._keys[self._matched]:
                passed += self._shorter()
            if code == self._keys[self._matched]:
                self._matched += 1
                if self._matched == len(self._keys):
                    self._matched = 0
                    return Typed(bytes(passed), leave=True)
            else:
                passed.append(code)
        return Typed(bytes(passed), leave=False)

    def _shorter(self) -> bytes:
        """Give up the longest match for the next shorter one; return what is passed on of it."""
        held = self._keys[: self._matched]
        left = self._matched - 1
        while held[self._matched - left :] != self._keys[:left]:
            left -= 1
        self._matched = left
        return held[: len(held) - left]
