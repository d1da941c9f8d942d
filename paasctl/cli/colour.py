"""The one place that decides about colour and applies it, and that tames foreign text.

What other programs wrote (an error text, a file name) may hold control characters; in our own
views they are shown, never obeyed.
"""

import os
import sys
from collections.abc import Mapping
from enum import StrEnum


class Colour(StrEnum):
    """The colours that mean something here, as SGR parameters."""

    NONE = ""
    GOOD = "32"
    BAD = "31"
    BUSY = "33"
    FAINT = "2"
    STRONG = "1"


def wanted(
    descriptor: int, choice: bool | None = None, environ: Mapping[str, str] = os.environ
) -> bool:
    """Return whether to write colours to a descriptor.

    `--no-color` wins over FORCE_COLOR, which wins over NO_COLOR, TERM=dumb and the question
    whether a terminal is there (no-color.org, force-color.org: an empty value is no value).
    """
    if choice is not None:
        return choice
    force = environ.get("FORCE_COLOR", "")
    if force:
        return force != "0"
    if environ.get("NO_COLOR") or environ.get("TERM") == "dumb":
        return False
    return os.isatty(descriptor)


def paint(text: str, colour: Colour, on: bool) -> str:
    """Return the text in a colour, or as it is where colours are off."""
    return f"\x1b[{colour.value}m{text}\x1b[0m" if on and colour.value else text


_SHOWN = {code: chr(0x2400 + code) for code in range(32)}
_SHOWN[0x7F] = "\u2421"
_SHOWN.update(dict.fromkeys(range(0x80, 0xA0), "\ufffd"))
_SHOWN.update(dict.fromkeys((0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), " "))


def harmless(text: str) -> str:
    """Return the text with control characters made visible (In: ESC  Out: ␛), in one line."""
    return text if text.isascii() and text.isprintable() else text.translate(_SHOWN)


def width_of(descriptor: int, environ: Mapping[str, str] = os.environ) -> int | None:
    """Return the columns of the terminal (COLUMNS wins); None where there is no terminal."""
    asked = environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked) > 0 and os.isatty(descriptor):
        return int(asked)
    try:
        return os.get_terminal_size(descriptor).columns or None
    except OSError:  # a pipe or a file: no width to adapt to
        return None


def stdout_colour(choice: bool | None) -> bool:
    """Return whether standard output gets colours; for verbs that have nothing else to ask."""
    return wanted(sys.stdout.fileno(), choice)
