"""What a terminal gets to see of a log: whole lines, prefixed, harmless."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paasctl.logs import prefix
from paasctl.logs.prefix import LONGEST, Lines, Raw, harmless, prefix_of, prefixed

PIECES = st.lists(
    st.sampled_from(
        [
            *(b"tick", b"\n", b"\r\n", b"\r", b"\t", b"\x1b[31m", b"\x1b[0m", b"\x1b[2J", b"\x00"),
            *(b"\x1b]0;title\x07", b"\x1b", b"\xff", "é".encode(), b"\xc3", b"\xc2\x9b", b"\x7f"),
            *(b"\x1b(B", b"[", b"m", b"\x1bP1$r", b"\x9b31m"),
        ]
    ),
    max_size=30,
).map(b"".join)


def shown(data: bytes, colour: bool = True, prefix: bytes = b"p| ") -> bytes:
    lines = Lines(prefix, colour)
    return lines.feed(data) + lines.flush()


@given(PIECES, st.lists(st.integers(0, 80), max_size=6), st.booleans())
def test_chunks_do_not_matter(data: bytes, cuts: list[int], colour: bool) -> None:
    lines = Lines(b"p| ", colour)
    edges = [0, *sorted(cuts), len(data)]
    parts = b"".join(lines.feed(data[a:b]) for a, b in pairwise(edges))
    assert parts + lines.flush() == shown(data, colour)


@given(PIECES, st.booleans())
def test_lines_are_whole_prefixed_and_harmless(data: bytes, colour: bool) -> None:
    text = shown(data, colour).decode()  # valid UTF-8, or this raises
    assert text == "" or text.endswith("\n")
    assert all(line.startswith("p| ") for line in re.split("[\n\r]", text[:-1]) if text)
    plain = re.sub(r"\x1b\[[0-9;:]*m", "", text)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]", plain)
    if not colour:
        assert plain == text


@given(PIECES)
def test_no_line_is_lost_or_made_up(data: bytes) -> None:
    wanted = data.count(b"\n") + (not data.endswith(b"\n") and data != b"")
    assert shown(data).count(b"\n") == wanted


def test_half_a_line_is_held_back() -> None:
    lines = Lines(b"q| ")
    assert lines.feed(b"one\ntw") == b"q| one\n"
    assert lines.feed(b"o\n") == b"q| two\n"
    assert lines.flush() == b""
    assert lines.feed(b"last") == b""
    assert lines.flush() == b"q| last\n"


def test_endless_line_is_cut_between_characters() -> None:
    lines = Lines(b"")
    text = "é" * LONGEST
    out = lines.feed(b"x" + text.encode()) + lines.flush()
    assert max(map(len, out.split(b"\n"))) <= LONGEST
    assert out.decode().replace("\n", "") == "x" + text


@given(
    st.lists(
        st.tuples(st.sampled_from([b"x", "é".encode(), "€".encode()]), st.integers(0, 250)),
        max_size=8,
    ),
    st.lists(st.integers(0, 1200), max_size=4),
)
def test_long_lines_are_cut_the_same_however_they_come(
    runs: list[tuple[bytes, int]], cuts: list[int]
) -> None:
    data = b"\n".join(piece * number for piece, number in runs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prefix, "LONGEST", 100)
        whole = shown(data, prefix=b"")
        lines = Lines(b"")
        edges = [0, *sorted(cuts), len(data)]
        parts = b"".join(lines.feed(data[a:b]) for a, b in pairwise(edges))
        assert parts + lines.flush() == whole
    assert all(len(line) <= 100 for line in whole.split(b"\n"))
    assert whole.replace(b"\n", b"") == data.replace(b"\n", b"")
    assert "\ufffd".encode() not in whole


@pytest.mark.parametrize(
    ("data", "colour", "out"),
    [
        (b"\x1b[31mred\x1b[0m\n", True, b"\x1b[31mred\x1b[0m\n"),
        (b"\x1b[31mred\x1b[0m\n", False, b"red\n"),
        (b"\x1b[2J\x1b[Hgone\n", True, b"gone\n"),
        (b"\x1b]0;title\x07text\n", True, b"text\n"),
        (b"\x1b]8;;http://x\x1b\\link\n", True, b"link\n"),
        (b"a\x00b\x07\n", True, "a␀b␇\n".encode()),
        (b"caf\xe9\n", True, "caf\ufffd\n".encode()),
        (b"\x1b[31mred\x1b[5A\n", True, b"\x1b[31mred\n"),
        (b"\x1b\n", True, "␛\n".encode()),
    ],
)
def test_harmless(data: bytes, colour: bool, out: bytes) -> None:
    assert harmless(data, colour) == out


def test_colour_does_not_leak_into_the_next_line() -> None:
    assert shown(b"\x1b[31mred\nmore\n") == b"p| \x1b[31mred\x1b[0m\np| more\n"


def test_raw_is_untouched() -> None:
    assert Raw().feed(b"\x1b[2J\xff") == b"\x1b[2J\xff"
    assert Raw().flush() == b""


def test_prefix_column_and_colour() -> None:
    shapes = prefixed({"a.log": "app", "q.log": "queue"}, colour=False)
    assert shapes["a.log"].feed(b"x\n") == b"app    | x\n"
    assert shapes["q.log"].feed(b"x\n") == b"queue  | x\n"
    assert prefix_of("queue", 5, True) == prefix_of("queue", 5, True)
    assert prefix_of("queue", 5, True).endswith(b"queue  |\x1b[0m ")
