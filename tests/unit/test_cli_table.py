"""Tables fit, colours obey, times read well."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paasctl.cli.clock import seconds_of, span
from paasctl.cli.colour import Colour, harmless, paint, wanted
from paasctl.cli.table import Cell, Column, envelope, plain, table

COLUMNS = (Column("NAME"), Column("PID", 2, right=True), Column("WHY", 1), Column("LAST"))


@given(
    st.lists(st.lists(st.text(max_size=12), min_size=4, max_size=4), max_size=5),
    st.integers(4, 60),
)
def test_never_wraps(rows: list[list[str]], width: int) -> None:
    text = table(COLUMNS, [[Cell(cell) for cell in row] for row in rows], width)
    lines = text.splitlines()
    assert len(lines) == len(rows) + 1
    wide = sum(len(line) for line in lines if line.isascii() and len(line) > max(width, 10))
    assert wide == 0


def test_columns_leave_in_the_order_of_their_rank() -> None:
    row = [Cell("queue"), Cell("4215"), Cell("because"), Cell("exited 1")]
    assert table(COLUMNS, [row], None) == (
        "NAME    PID  WHY      LAST\nqueue  4215  because  exited 1\n"
    )
    assert table(COLUMNS, [row], 22).splitlines()[0] == "NAME   WHY      LAST"
    assert table(COLUMNS, [row], 15).splitlines()[0] == "NAME   LAST"
    assert table(COLUMNS, [row], 13).splitlines()[1] == "queue  exite…"


def test_colour_does_not_change_the_layout() -> None:
    row = [Cell("a", Colour.GOOD), Cell("1"), Cell(""), Cell("")]
    assert table(COLUMNS, [row], None, colour=True).splitlines()[1].startswith("\x1b[32ma\x1b[0m ")


def test_foreign_text_cannot_break_a_line() -> None:
    assert "\x1b" not in table(COLUMNS, [[Cell("\x1b[2J\n")] * 4], None)
    assert plain([["a\tb\n", "c"]]) == "a␉b␊\tc\n"
    assert harmless("ok é") == "ok é"


def test_envelope() -> None:
    assert json.loads(envelope({"instances": []})) == {"schema": 1, "instances": []}


@pytest.mark.parametrize(
    ("choice", "environ", "on"),
    [
        (None, {}, False),
        (None, {"FORCE_COLOR": "1"}, True),
        (None, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, True),
        (None, {"FORCE_COLOR": "0"}, False),
        (False, {"FORCE_COLOR": "1"}, False),
        (True, {"NO_COLOR": "1"}, True),
    ],
)
def test_colour_wanted(choice: bool | None, environ: dict[str, str], on: bool) -> None:
    with open("/dev/null") as nothing:
        assert wanted(nothing.fileno(), choice, environ) is on


def test_terminal_decides() -> None:
    import pty

    leader, follower = pty.openpty()
    assert wanted(follower, None, {})
    assert not wanted(follower, None, {"NO_COLOR": "1"})
    assert wanted(follower, None, {"NO_COLOR": ""})
    assert not wanted(follower, None, {"TERM": "dumb"})
    assert paint("x", Colour.BAD, True) == "\x1b[31mx\x1b[0m"
    assert paint("x", Colour.BAD, False) == "x"
    import os

    os.close(leader)
    os.close(follower)


@given(st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001  made UTC below
def test_stamps_like_datetime(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC)
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{moment.microsecond // 1000:03d}Z"
    found = seconds_of(stamp)
    assert found == pytest.approx(moment.timestamp(), abs=0.0011)


@pytest.mark.parametrize("text", ["", "now", "2024-01-01", "2024-01-01T10", "x-y-zTa:b:c"])
def test_no_stamp(text: str) -> None:
    assert seconds_of(text) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59.9, "59s"), (192.4, "3m12s"), (3600, "1h00m"), (90000, "25h00m"), (200000, "2d7h"), (-5, "0s")],  # noqa: E501
)  # fmt: skip
def test_span(seconds: float, text: str) -> None:
    assert span(seconds) == text
