"""Which lines of which logs, by time and number, in the order in which they were written."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paasctl.logs.history import Span, Wanted, in_order, open_log, spans
from paasctl.logs.holes import first_data
from paasctl.model.logtimes import DIRECTORY, Moment, head, record
from paasctl.supervise.trim import punch

LAST = 99_000


def make(directory: Path, name: str, writes: list[tuple[int, bytes]], tail: bytes = b"") -> None:
    """A log with an index that knows of all writes but the tail."""
    (directory / DIRECTORY).mkdir(exist_ok=True)
    log = directory / name
    log.write_bytes(b"".join(data for _, data in writes) + tail)
    os.utime(log, (LAST / 1000, LAST / 1000))
    size, records = 0, b""
    for at, data in writes:
        size += len(data)
        records += record(Moment(at, size))
    (directory / DIRECTORY / name).write_bytes(head(log.stat().st_ino) + records)


def shown(directory: Path, wanted: Wanted, *names: str) -> list[tuple[int, bytes]]:
    """The bytes and their times, spans of one time joined."""
    logs = {name: open_log(str(directory), name) for name in names}
    found: list[tuple[int, bytes]] = []
    for span in in_order([spans(name, log, wanted) for name, log in logs.items()]):
        found.append((span.at, os.pread(logs[span.file].fd, span.end - span.start, span.start)))
    for log in logs.values():
        os.close(log.fd)
    return found


WRITES = [(1000, b"one\ntw"), (2000, b"o\n"), (5000, b"three\n"), (9000, b"four\nfi")]


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        (Wanted(), b"one\ntwo\nthree\nfour\nfive\n"),
        (Wanted(since=1001), b"two\nthree\nfour\nfive\n"),
        (Wanted(since=5000), b"three\nfour\nfive\n"),
        (Wanted(since=9001), b"five\n"),
        (Wanted(until=1000), b"one\n"),
        (Wanted(until=2000), b"one\ntwo\n"),
        (Wanted(until=98_000), b"one\ntwo\nthree\nfour\n"),
        (Wanted(since=1001, until=5000), b"two\nthree\n"),
        (Wanted(since=5001, until=8999), b""),
        (Wanted(since=99_001), b""),
        (Wanted(lines=2), b"four\nfive\n"),
        (Wanted(lines=0), b""),
        (Wanted(until=5000, lines=1), b"three\n"),
        (Wanted(lines=2, pattern=re.compile("o")), b"two\nthree\nfour\nfive\n"),
    ],
)
def test_chosen_lines(tmp_path: Path, wanted: Wanted, text: bytes) -> None:
    make(tmp_path, "a.log", WRITES, tail=b"ve\n")
    assert b"".join(data for _, data in shown(tmp_path, wanted, "a.log")) == text


def test_a_clock_that_was_set_back_hides_nothing(tmp_path: Path) -> None:
    make(tmp_path, "a.log", [(5000, b"a\n"), (1000, b"b\n"), (6000, b"c\nd\n")])
    found = shown(tmp_path, Wanted(since=4000), "a.log")
    assert found == [(5000, b"a\n"), (6000, b"c\nd\n")]
    assert shown(tmp_path, Wanted(since=4000, lines=3), "a.log") == found
    assert shown(tmp_path, Wanted(since=4000, lines=2), "a.log") == [(6000, b"c\nd\n")]


def test_several_logs_are_merged_by_time(tmp_path: Path) -> None:
    make(tmp_path, "a.log", [(1000, b"a1\n"), (3000, b"a3\n")])
    make(tmp_path, "b.log", [(2000, b"b2\n"), (4000, b"b4\n")])
    text = b"".join(data for _, data in shown(tmp_path, Wanted(), "a.log", "b.log"))
    assert text == b"a1\nb2\na3\nb4\n"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from([b"x", b"y\n", b"zz\n\n"])), max_size=25),
    st.none() | st.integers(0, 10),
    st.none() | st.integers(0, 10),
    st.none() | st.integers(0, 8),
)
def test_same_as_a_line_by_line_search(
    tmp_path: Path,
    steps: list[tuple[int, bytes]],
    since: int | None,
    until: int | None,
    lines: int | None,
) -> None:
    writes, at = [], 0
    for pause, data in steps:  # neighbours of one time are one record
        at += pause
        if pause == 0 and writes:
            writes[-1] = (at, writes[-1][1] + data)
        else:
            writes.append((at, data))
    make(tmp_path, "a.log", writes)
    low, high = since if since is not None else -1, until if until is not None else 10**9
    times = [when for when, data in writes for _ in data]
    wanted, begin = [], 0
    whole = b"".join(data for _, data in writes)
    for line in re.findall(rb"[^\n]*\n|[^\n]+", whole):
        begin += len(line)
        if low <= times[begin - 1] <= high:
            wanted.append(line)
    if lines is not None:
        wanted = wanted[-lines:] if lines else []
    found = shown(tmp_path, Wanted(since, until, lines), "a.log")
    # A half line before a gap is not finished in the piece that is asked for; a later one ends it.
    assert b"".join(data for _, data in found) == b"".join(wanted)


@pytest.mark.parametrize("damage", ["missing", "garbage", "torn"])
def test_without_a_good_index_all_has_the_time_of_the_last_change(
    tmp_path: Path, damage: str
) -> None:
    make(tmp_path, "a.log", WRITES)
    index = tmp_path / DIRECTORY / "a.log"
    if damage == "missing":
        index.unlink()
    else:
        index.write_bytes(b"\xff" * 64 if damage == "garbage" else index.read_bytes()[:9])
    log = open_log(str(tmp_path), "a.log")
    assert log.trouble
    assert spans("a.log", log, Wanted()) == [Span("a.log", 0, log.size, LAST)]
    os.close(log.fd)


def test_a_hole_is_neither_read_nor_shown(tmp_path: Path) -> None:
    lines = b"".join(b"line %06d\n" % number for number in range(100_000))
    make(tmp_path, "a.log", [(1000, lines)])
    cut = 12 * 70_001  # in the middle of a block
    fd = os.open(tmp_path / "a.log", os.O_RDWR)
    punch(fd, cut)
    assert first_data(fd) == cut
    os.close(fd)
    assert shown(tmp_path, Wanted(), "a.log") == [(1000, lines[cut:])]
    assert shown(tmp_path, Wanted(lines=10**6), "a.log") == [(1000, lines[cut:])]


def test_nuls_in_a_block_that_was_not_freed_are_skipped_too(tmp_path: Path) -> None:
    make(tmp_path, "a.log", [(1000, b"gone\nhere\n")])
    fd = os.open(tmp_path / "a.log", os.O_RDWR)
    punch(fd, 5)
    os.close(fd)
    assert shown(tmp_path, Wanted(), "a.log") == [(1000, b"here\n")]


def test_gigabytes_of_hole_cost_nothing(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    with log.open("wb") as file:
        file.seek(1 << 40)
        file.write(b"the end\n")
    assert b"".join(data for _, data in shown(tmp_path, Wanted(lines=5), "a.log")) == b"the end\n"


@pytest.mark.parametrize("index", [None, b""], ids=["no index", "empty index"])
def test_an_empty_file_has_nothing(tmp_path: Path, index: bytes | None) -> None:
    (tmp_path / "a.log").write_bytes(b"")
    if index is not None:
        (tmp_path / DIRECTORY).mkdir()
        (tmp_path / DIRECTORY / "a.log").write_bytes(index)
    log = open_log(str(tmp_path), "a.log")
    assert (spans("a.log", log, Wanted()), log.trouble) == ([], "")
    os.close(log.fd)
