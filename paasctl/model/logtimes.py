"""Which bytes of a log were written when: its sparse time index, as bytes and as values.

An index is a head (magic, inode of the log) and records of 16 bytes, little-endian: a wall
clock time in milliseconds and the size that the log had then. So the bytes between two sizes
were written between the two times; they are given the later one, which is at most a second
away as long as the log was growing. Times may go backwards, as clocks do; sizes may not.
"""

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

DIRECTORY = "times"
"""Below the logs' own directory, so that writing an index does not look like a log growing."""
HEAD = struct.Struct("<8sQ")
RECORD = struct.Struct("<QQ")
MAGIC = b"pctltim1"
MOST = 65536
"""Records: 1 MiB. When there are more, every second one of the older half is dropped."""


class Damaged(ValueError):
    """An index that says nothing true about its log; the message says why."""


class Moment(NamedTuple):
    """At `at` (milliseconds since 1970) the log had `size` bytes."""

    at: int
    size: int


class Piece(NamedTuple):
    """The bytes from `start` to `end` were written at `at` (milliseconds), or just before."""

    start: int
    end: int
    at: int


def head(inode: int) -> bytes:
    """Return the beginning of an index for the log with that inode."""
    return HEAD.pack(MAGIC, inode)


def record(moment: Moment) -> bytes:
    """Return the bytes of one record."""
    return RECORD.pack(*moment)


def inode_of(data: bytes) -> int:
    """Return the inode in an index's head; Damaged if it is none of ours."""
    if len(data) < HEAD.size:
        raise Damaged("it has no head")
    magic, inode = HEAD.unpack_from(data)
    if magic != MAGIC:
        raise Damaged("it does not begin as one")
    assert isinstance(inode, int)
    return inode


def moments(data: bytes, inode: int, size: int) -> list[Moment]:
    """Return the records of an index that has to fit a log; Damaged if it does not.

    Half a record at the end, which a crash may leave, is no damage: it is not looked at.
    """
    if inode_of(data) != inode:
        raise Damaged("it belongs to an earlier file of that name")
    whole = (len(data) - HEAD.size) // RECORD.size * RECORD.size
    found = [Moment(*pair) for pair in RECORD.iter_unpack(data[HEAD.size : HEAD.size + whole])]
    before = -1
    for moment in found:
        if moment.size <= before:
            raise Damaged("its sizes do not rise")
        before = moment.size
    if before > size:
        raise Damaged("it knows of more bytes than there are")
    return found


def pieces(known: Iterable[Moment], start: int, end: int, last: int) -> list[Piece]:
    """Return the bytes from `start` to `end` as pieces of one time each, in their order.

    What was written after the last record has the time `last`.
    """
    found: list[Piece] = []
    for at, size in (*known, Moment(last, end)):
        stop = min(size, end)
        if stop > start:
            found.append(Piece(start, stop, at))
            start = stop
    return found


def between(found: Iterable[Piece], since: int | None, until: int | None) -> list[Piece]:
    """Return the pieces from `since` to `until`, both included; None is no limit."""
    return [
        piece
        for piece in found
        if (since is None or piece.at >= since) and (until is None or piece.at <= until)
    ]


def older(known: Sequence[Moment], than: int) -> int:
    """Return how many bytes at the beginning were all written before a time."""
    size = 0
    for moment in known:
        if moment.at >= than:
            break
        size = moment.size
    return size


def thinned(data: bytes) -> bytes:
    """Return an index of which the older half has every second record only.

    The bytes of a record that is dropped get the time of the next one.
    """
    count = (len(data) - HEAD.size) // RECORD.size
    half = HEAD.size + count // 2 * RECORD.size
    kept = [
        data[at : at + RECORD.size]
        for at in range(HEAD.size + RECORD.size, half, 2 * RECORD.size)
    ]  # fmt: skip
    return b"".join((data[: HEAD.size], *kept, data[half : HEAD.size + count * RECORD.size]))
