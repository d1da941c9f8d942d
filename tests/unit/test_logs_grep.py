"""Only the lines that match, however they come in."""

import os
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paasctl.logs import grep
from paasctl.logs.grep import Matching, matches, matching_lines
from paasctl.logs.prefix import Lines, Raw

PATTERN = re.compile("b+c|^$")
TEXT = st.lists(st.sampled_from([b"a", b"b", b"c", b"\n", b"\r\n", b"\x1b[31m"]), max_size=60).map(
    b"".join
)


def lines_of(data: bytes) -> list[bytes]:
    parts = data.split(b"\n")
    last = parts.pop()
    return [part + b"\n" for part in parts] + ([last] if last else [])


def wanted(data: bytes) -> list[bytes]:
    return [line for line in lines_of(data) if matches(PATTERN, line.removesuffix(b"\n"))]


@given(TEXT, st.lists(st.integers(0, 80), max_size=6))
def test_chunks_do_not_matter(data: bytes, cuts: list[int]) -> None:
    shape = Matching(PATTERN, Raw())
    edges = [0, *sorted(cuts), len(data)]
    shown = b"".join(shape.feed(data[a:b]) for a, b in pairwise(edges))
    assert shown + shape.flush() == b"".join(wanted(data))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXT, st.integers(1, 30))
def test_offsets_are_those_of_the_matching_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, chunk: int
) -> None:
    monkeypatch.setattr(grep, "CHUNK", chunk)
    (tmp_path / "log").write_bytes(data)
    fd = os.open(tmp_path / "log", os.O_RDONLY)
    try:
        found = list(matching_lines(fd, 0, len(data), PATTERN))
    finally:
        os.close(fd)
    assert [data[at:].split(b"\n")[0] for at in found] == [
        line.removesuffix(b"\n") for line in wanted(data)
    ]
    assert all(at == 0 or data[at - 1 : at] == b"\n" for at in found)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"\x1b[31mERR\x1b[0mOR", True),
        ("Köln ERROR".encode(), True),
        (b"\xff ERROR", True),
        (b"error", False),
    ],
)
def test_colours_and_broken_text_do_not_hide_a_match(line: bytes, found: bool) -> None:
    assert matches(re.compile("ERROR"), line) is found


def test_an_overlong_line_is_judged_by_its_start_and_never_held() -> None:
    shape = Matching(re.compile("yes"), Lines(b"p| "))
    good = shape.feed(b"yes " + b"x" * 500_000) + shape.feed(b"y" * 500_000 + b"\nno\n")
    assert (
        good.replace(b"p| ", b"").replace(b"\n", b"") == b"yes " + b"x" * 500_000 + b"y" * 500_000
    )
    assert shape.feed(b"no " + b"x" * 500_000) == b""
    assert shape.feed(b"yes\nyes\n") == b"p| yes\n"  # the first is the bad line's end


def test_times_and_notices_pass_through() -> None:
    shape = Matching(re.compile("yes"), Lines(b"p| "))
    shape.dated(b"12:00 ")
    assert shape.feed(b"yes\nno\n") == b"12:00 p| yes\n"
    assert shape.notice(b"[dropped]") == b"12:00 p| [dropped]\n"
