"""The indexes of real files: grown, replaced, damaged, thinned."""

import os
from pathlib import Path

import pytest

from paasctl.model import logtimes
from paasctl.model.logtimes import DIRECTORY, HEAD, RECORD, Moment, moments
from paasctl.supervise import timesheets
from paasctl.supervise.timesheets import Timesheets

NOW = 1_700_000_000.0


class Desk:
    """A log directory, its indexes, and a clock that stands."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.now = NOW
        self.said: list[str] = []
        self.sheets = self.anew()

    def anew(self) -> Timesheets:
        self.sheets = Timesheets(str(self.directory), lambda: self.now, self.said.append)
        return self.sheets

    @property
    def log(self) -> Path:
        return self.directory / "queue.log"

    @property
    def index(self) -> Path:
        return self.directory / DIRECTORY / "queue.log"

    def write(self, data: bytes, at: float) -> bool:
        """Write at a time and look."""
        with self.log.open("ab") as file:
            file.write(data)
        os.utime(self.log, (at, at))
        self.now = max(self.now, at)
        return self.sheets.look()

    def known(self) -> list[Moment]:
        found = self.log.stat()
        return moments(self.index.read_bytes(), found.st_ino, found.st_size)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_each_growth_is_a_record(desk: Desk) -> None:
    assert desk.write(b"one\n", NOW)
    assert not desk.sheets.look()
    assert desk.write(b"two\n", NOW + 1.5)
    assert desk.known() == [Moment(int(NOW * 1000), 4), Moment(int(NOW * 1000) + 1500, 8)]
    assert desk.index.stat().st_mode & 0o777 == 0o600
    assert not desk.said


def test_a_log_that_was_empty_at_first(desk: Desk) -> None:
    assert not desk.write(b"", NOW)
    assert desk.write(b"one\n", NOW + 1)
    assert desk.write(b"two\n", NOW + 2)
    assert [moment.size for moment in desk.known()] == [4, 8]
    assert not desk.said


def test_an_empty_log_has_no_index_and_is_no_reason_to_trust_an_old_one(desk: Desk) -> None:
    desk.write(b"one and more\n", NOW)
    os.rename(desk.log, desk.directory / "old")
    desk.anew()
    desk.write(b"", NOW + 1)
    desk.write(b"longer than what was there before\n", NOW + 2)
    assert desk.known() == [Moment(int(NOW * 1000) + 2000, 34)]
    (desk.directory / "quiet.log").write_bytes(b"")
    desk.sheets.look()
    assert not (desk.directory / DIRECTORY / "quiet.log").exists()


def test_an_index_that_somebody_removes_begins_anew(desk: Desk) -> None:
    desk.write(b"one\n", NOW)
    desk.index.unlink()
    desk.write(b"two\n", NOW + 1)
    assert [moment.size for moment in desk.known()] == [8]


def test_a_new_engine_goes_on_with_it(desk: Desk) -> None:
    desk.write(b"one\n", NOW)
    desk.anew()
    assert not desk.sheets.look()
    desk.write(b"two\n", NOW + 60)
    assert [moment.size for moment in desk.known()] == [4, 8]


def test_a_stamp_from_the_future_counts_as_now(desk: Desk) -> None:
    desk.write(b"one\n", NOW)
    with desk.log.open("ab") as file:
        file.write(b"two\n")
    os.utime(desk.log, (NOW + 9e6, NOW + 9e6))
    desk.sheets.look()
    assert desk.known()[-1] == Moment(int(NOW * 1000), 8)


@pytest.mark.parametrize("known", [True, False], ids=["same engine", "next engine"])
@pytest.mark.parametrize("how", ["truncated", "replaced"])
def test_another_file_of_that_name_has_an_index_of_its_own(
    desk: Desk, how: str, known: bool
) -> None:
    desk.write(b"one and more\n", NOW)
    if how == "truncated":
        os.truncate(desk.log, 0)
    else:
        os.rename(desk.log, desk.directory / "old")
    if not known:
        desk.anew()
    desk.write(b"two\n", NOW + 5)
    assert desk.known() == [Moment(int(NOW * 1000) + 5000, 4)]


def test_half_a_record_is_cut_off_by_the_next(desk: Desk) -> None:
    desk.write(b"one\n", NOW)
    with desk.index.open("ab") as file:
        file.write(b"torn")
    desk.anew()
    desk.write(b"two\n", NOW + 1)
    assert [moment.size for moment in desk.known()] == [4, 8]


def test_a_damaged_index_begins_anew_and_says_so(desk: Desk) -> None:
    desk.write(b"one\n", NOW)
    desk.index.write_bytes(b"\xff" * 48)
    desk.anew()
    assert desk.write(b"two\n", NOW + 1)
    assert desk.known() == [Moment(int(NOW * 1000) + 1000, 8)]
    assert desk.said == ["the time index of queue.log begins anew: it does not begin as one"]


def test_what_cannot_be_written_is_said_and_tried_again(desk: Desk) -> None:
    desk.index.mkdir(parents=True)
    assert not desk.write(b"one\n", NOW)
    assert desk.said == ["the time index of queue.log: Is a directory"]
    desk.index.rmdir()
    assert desk.sheets.look()


def test_an_index_has_a_largest_size(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timesheets, "MOST", 16)
    for second in range(200):
        desk.write(b"x\n", NOW + second)
        assert desk.index.stat().st_size <= HEAD.size + 18 * RECORD.size
    known = desk.known()
    assert known[-1].size == 400
    assert [m.at - int(NOW * 1000) for m in known[-6:]] == [1000 * s for s in range(194, 200)]


def test_without_logs_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    assert not Timesheets(str(tmp_path / "none"), lambda: NOW, print).look()


def test_one_mebibyte_is_the_limit() -> None:
    assert logtimes.MOST * RECORD.size == 1024 * 1024
