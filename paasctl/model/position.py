"""Where something stands in a file that the user wrote."""

from typing import NamedTuple

KeyPath = tuple[str | int, ...]
"""A place inside a document, as keys and list indexes; never a dotted string."""


class Position(NamedTuple):
    """A place in a source file; line and column count from 1, columns in code points."""

    file: str
    line: int
    column: int
