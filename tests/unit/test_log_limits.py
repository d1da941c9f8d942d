"""What falls out of a log: the oldest lines, and no byte that is younger than the limits."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paasctl.cli.command import Call
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.wishes import Wish, wish_of
from paasctl.logs.holes import first_data
from paasctl.model.logtimes import DIRECTORY, moments
from paasctl.model.plan import LogLimits
from paasctl.supervise import trim
from paasctl.supervise.timesheets import AGED, Timesheets

DAY = 86400.0
NOW = 1_700_000_000.0
LINE = 100


class Desk:
    def __init__(self, directory: Path, limits: LogLimits, idle: bool = False) -> None:
        self.log = directory / "queue.log"
        self.index = directory / DIRECTORY / "queue.log"
        self.now = NOW
        self.said: list[str] = []
        self.written = b""
        self.sheets = Timesheets(str(directory), lambda: self.now, self.said.append)
        self.sheets.limit(limits, idle)

    def write(self, lines: int, at: float) -> None:
        self.now = at
        first = len(self.written) // LINE
        data = b"".join(b"%099d\n" % number for number in range(first, first + lines))
        with self.log.open("ab") as file:
            file.write(data)
        self.written += data
        os.utime(self.log, (at, at))
        self.sheets.look()

    def start(self) -> int:
        fd = os.open(self.log, os.O_RDONLY)
        try:
            return first_data(fd)
        finally:
            os.close(fd)

    def left(self) -> bytes:
        return self.log.read_bytes()[self.start() :]

    def check(self) -> None:
        """Offsets are what they were, and what is left is the end of what was written."""
        assert self.log.stat().st_size == len(self.written)
        assert self.start() % LINE == 0
        assert self.left() == self.written[self.start() :]
        assert not self.said


SMALL = 1 << 20


def test_a_log_is_cut_back_to_its_size_and_gives_its_blocks_back(tmp_path: Path) -> None:
    desk = Desk(tmp_path, LogLimits(SMALL, 0))
    for second in range(40):
        desk.write(2000, NOW + second)
        desk.check()
        assert len(desk.left()) >= min(SMALL, len(desk.written))
        assert len(desk.left()) <= SMALL * 9 // 8 + 2000 * LINE
    assert desk.log.stat().st_blocks * 512 < 2 * SMALL
    known = moments(desk.index.read_bytes(), desk.log.stat().st_ino, len(desk.written))
    assert known[0].size > desk.start()
    assert len(known) < 15


def test_what_is_too_old_goes_when_something_is_written(tmp_path: Path) -> None:
    desk = Desk(tmp_path, LogLimits(0, 3 * DAY))
    for day in range(6):
        desk.write(1000, NOW + day * DAY)
        desk.check()
    assert desk.start() == 2 * 1000 * LINE  # days 0 and 1; day 2 is exactly three days old


def test_age_is_looked_at_once_an_hour(tmp_path: Path) -> None:
    desk = Desk(tmp_path, LogLimits(0, 60.0))
    desk.write(1000, NOW)
    desk.write(1000, NOW + 120)
    assert desk.start() == 0
    desk.write(1000, NOW + AGED)
    assert desk.start() == 2 * 1000 * LINE


@settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.lists(st.tuples(st.integers(1, 3000), st.floats(0.0, 2 * DAY)), min_size=1, max_size=12),
    st.integers(0, 400_000),
    st.floats(0.0, 5 * DAY),
)
def test_no_byte_younger_than_both_limits_is_lost(
    tmp_path_factory: pytest.TempPathFactory,
    writes: list[tuple[int, float]],
    size: int,
    age: float,
) -> None:
    desk = Desk(tmp_path_factory.mktemp("log"), LogLimits(size, age))
    at, young = NOW, []
    for lines, pause in writes:
        at += pause
        desk.write(lines, at)
        young += [(at, len(desk.written))]
        desk.check()
        kept_by_age = min(
            (before for (when, _), before in zip(young, [0, *(e for _, e in young)], strict=False)
             if not age or when >= at - age), default=len(desk.written),
        )  # fmt: skip
        kept_by_size = len(desk.written) - size if size else 0
        assert desk.start() <= max(kept_by_age, kept_by_size, 0)


def test_what_would_not_free_a_block_stays(tmp_path: Path) -> None:
    desk = Desk(tmp_path, LogLimits(0, 60.0))
    desk.write(10, NOW)
    desk.write(10, NOW + 2 * AGED)
    assert desk.left() == desk.written
    desk.check()


def test_without_limits_everything_stays(tmp_path: Path) -> None:
    desk = Desk(tmp_path, LogLimits(0, 0))
    for year in range(4):
        desk.write(5000, NOW + year * 365 * DAY)
    assert desk.left() == desk.written


def test_a_line_without_end_is_cut_where_it_is(tmp_path: Path) -> None:
    desk = Desk(tmp_path, LogLimits(100_000, 0))
    desk.log.write_bytes(b"x" * 1_000_000)
    desk.sheets.look()
    assert desk.start() == 900_000


def refuse(fd: int, end: int) -> None:
    raise OSError(errno.EOPNOTSUPP, "Operation not supported")


def test_a_file_system_without_holes_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trim, "punch", refuse)
    desk = Desk(tmp_path, LogLimits(100_000, 0))
    for second in range(5):
        desk.write(2000, NOW + second)
    assert desk.log.read_bytes() == desk.written
    assert len(desk.said) == 1
    assert "it is cut back at the next paasctl up" in desk.said[0]


def test_and_there_a_log_is_copied_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path, LogLimits(0, 0))
    for second in range(10):
        desk.write(1000, NOW + second)
    monkeypatch.setattr(trim, "punch", refuse)
    later = Desk(tmp_path, LogLimits(250_000, 0), idle=True)
    assert later.log.read_bytes() == desk.written[-250_000:]
    found = later.log.stat()
    assert found.st_mtime == NOW + 9
    known = moments(later.index.read_bytes(), found.st_ino, found.st_size)
    assert [(m.at, m.size) for m in known] == [
        (int((NOW + 7) * 1000), 50_000),
        (int((NOW + 8) * 1000), 150_000),
        (int((NOW + 9) * 1000), 250_000),
    ]
    later.written = later.log.read_bytes()
    later.write(10, NOW + 20)
    later.check()


@pytest.mark.parametrize(
    ("size", "age", "limits"),
    [
        (None, None, (256 << 20, 30 * DAY)),
        ("1K", "1h30m", (1024, 5400.0)),
        ("512", "10d", (512, 10 * DAY)),
        ("2g", "1w", (2 << 30, 7 * DAY)),
        ("64MiB", "0", (64 << 20, 0.0)),
        ("0", "0", (0, 0.0)),
    ],
)
def test_limits_as_they_are_typed(
    size: str | None, age: str | None, limits: tuple[int, float]
) -> None:
    values = {k: v for k, v in (("log-size", size), ("log-age", age)) if v is not None}
    assert wish_of(Call(values), Wish()).logs == limits


@pytest.mark.parametrize(
    "values", [{"log-size": "much"}, {"log-size": "-1"}, {"log-size": ""}, {"log-age": "old"}]
)
def test_limits_that_are_none(values: dict[str, object]) -> None:
    with pytest.raises(Refused) as refused:
        wish_of(Call(values), Wish())
    assert refused.value.code is Exit.USAGE
    assert refused.value.fix
