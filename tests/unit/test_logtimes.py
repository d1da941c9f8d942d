"""The time index as values: which bytes were written when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paasctl.model.logtimes import (
    HEAD,
    RECORD,
    Damaged,
    Moment,
    Piece,
    between,
    head,
    moments,
    older,
    pieces,
    record,
    thinned,
)

INODE = 42
KNOWN = [Moment(1000, 10), Moment(2000, 25), Moment(9000, 26)]
STEPS = st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 40)), max_size=40)


def rising(steps: list[tuple[int, int]]) -> list[Moment]:
    """Sizes that rise, at times that may jump back."""
    found, size = [], 0
    for at, grown in steps:
        size += grown
        found.append(Moment(at, size))
    return found


def index(known: list[Moment]) -> bytes:
    return head(INODE) + b"".join(map(record, known))


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        (0, 30, [(0, 10, 1000), (10, 25, 2000), (25, 26, 9000), (26, 30, 9999)]),
        (12, 20, [(12, 20, 2000)]),
        (10, 10, []),
        (26, 26, []),
        (26, 40, [(26, 40, 9999)]),
        (0, 5, [(0, 5, 1000)]),
    ],
)
def test_pieces(start: int, end: int, wanted: list[tuple[int, int, int]]) -> None:
    assert pieces(KNOWN, start, end, 9999) == [Piece(*item) for item in wanted]


@given(STEPS, st.integers(0, 900), st.integers(0, 900))
def test_pieces_are_what_a_byte_by_byte_search_finds(
    steps: list[tuple[int, int]], start: int, length: int
) -> None:
    known, end = rising(steps), start + length
    found = pieces(known, start, end, 7777)
    assert [b for p in found for b in range(p.start, p.end)] == list(range(start, end))
    for piece in found:
        for byte in range(piece.start, piece.end):
            assert piece.at == next((m.at for m in known if m.size > byte), 7777)


@given(STEPS, st.none() | st.integers(0, 5000), st.none() | st.integers(0, 5000))
def test_between_takes_a_piece_whole_or_not(
    steps: list[tuple[int, int]], since: int | None, until: int | None
) -> None:
    found = pieces(rising(steps), 0, 2000, 2500)
    chosen = between(found, since, until)
    low, high = since if since is not None else -1, until if until is not None else 10**9
    assert chosen == [piece for piece in found if low <= piece.at <= high]


@given(STEPS, st.integers(0, 6000))
def test_older_gives_up_only_what_is_older(steps: list[tuple[int, int]], than: int) -> None:
    known = rising(steps)
    gone = older(known, than)
    assert all(piece.at < than for piece in pieces(known, 0, gone, 0))


@given(STEPS)
def test_an_index_is_read_as_it_was_written(steps: list[tuple[int, int]]) -> None:
    known = rising(steps)
    size = known[-1].size if known else 0
    assert moments(index(known), INODE, size) == known
    assert moments(index(known) + b"half", INODE, size + 5) == known


@given(st.binary(max_size=200), st.integers(0, 1000))
def test_any_bytes_are_moments_or_damage(data: bytes, size: int) -> None:
    for text in (data, head(INODE) + data):
        try:
            found = moments(text, INODE, size)
        except Damaged:
            continue
        assert all(moment.size <= size for moment in found)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no head"),
        (b"x" * 64, "does not begin as one"),
        (index(KNOWN).replace(head(INODE), head(7)), "earlier file"),
        (index([Moment(1, 5), Moment(2, 5)]), "do not rise"),
        (index([Moment(1, 500)]), "more bytes than there are"),
    ],
)
def test_damage_is_named(data: bytes, why: str) -> None:
    with pytest.raises(Damaged, match=why):
        moments(data, INODE, 100)


@given(STEPS)
def test_thinning_keeps_the_newer_half_and_never_makes_a_byte_older(
    steps: list[tuple[int, int]],
) -> None:
    known = sorted(rising(steps))
    known = [Moment(at, 10 * (number + 1)) for number, (at, _) in enumerate(known)]
    data = thinned(index(known))
    assert (len(data) - HEAD.size) % RECORD.size == 0
    left = moments(data, INODE, 10**6)
    assert left == [m for m in left if m in known]
    half = len(known) // 2
    assert left[len(left) - (len(known) - half) :] == known[half:]
    assert len(left) == len(known) - half + half // 2
    for before, after in zip(pieces(known, 0, 800, 9999), pieces(left, 0, 800, 9999), strict=False):
        assert after.at >= before.at
