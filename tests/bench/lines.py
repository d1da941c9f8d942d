"""Numbered lines to be written, and whether what was shown has all of them, in one piece."""

import os
import re
from typing import NamedTuple

LENGTH = 100
_FILLING = b"x" * (LENGTH - 12)
_WHOLE = re.compile(rb"(p\d{4})\S*\s+\| (\d{10}) x{%d}$" % len(_FILLING))


class Count(NamedTuple):
    """Lines found whole and in order, and lines of which something is missing or foreign."""

    whole: int
    torn: int


def write_lines(directory: str, number: int) -> str:
    """Return the path of a file with so many numbered lines of 100 bytes."""
    path = os.path.join(directory, f"lines-{number}")
    if not os.path.exists(path):
        with open(path, "wb") as file:
            file.writelines(b"%010d %s\n" % (each, _FILLING) for each in range(number))
    return path


def count(path: str) -> Count:
    """Count the numbered lines in a stream of prefixed ones; other lines are talk."""
    whole = torn = 0
    expected: dict[bytes, int] = {}
    with open(path, "rb") as file:
        for line in file:
            found = _WHOLE.search(line)
            if found is None:
                torn += b"xxx" in line
                continue
            name, number = found[1], int(found[2])
            whole += number == expected.get(name, 0)
            expected[name] = number + 1
    return Count(whole, torn)
