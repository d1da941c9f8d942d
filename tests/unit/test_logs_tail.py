"""The last lines of a file, found from behind."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paasctl.logs import tail
from paasctl.logs.tail import copy, start_of_last_lines


def naive(data: bytes, count: int) -> bytes:
    return b"".join(data.splitlines(keepends=True)[-count:]) if count > 0 else b""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([b"a", b"bb", b"\n"]), max_size=60), st.integers(0, 12))
def test_same_as_reading_it_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: list[bytes], count: int
) -> None:
    monkeypatch.setattr(tail, "BLOCK", 7)
    data = b"".join(parts)
    (tmp_path / "log").write_bytes(data)
    fd = os.open(tmp_path / "log", os.O_RDONLY)
    try:
        start = start_of_last_lines(fd, count, len(data))
        assert data[start:] == naive(data, count)
        out: list[bytes] = []
        copy(fd, start, len(data), bytes, out.append)
        assert b"".join(out) == data[start:]
    finally:
        os.close(fd)


def test_endless_line_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "BLOCK", 16)
    monkeypatch.setattr(tail, "REACH", 100)
    (tmp_path / "log").write_bytes(b"x" * 1000)
    fd = os.open(tmp_path / "log", os.O_RDONLY)
    assert start_of_last_lines(fd, 5, 1000) == 900
    os.close(fd)


def test_truncated_meanwhile(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"abc")
    fd = os.open(tmp_path / "log", os.O_RDONLY)
    out: list[bytes] = []
    copy(fd, 0, 10, bytes, out.append)
    os.close(fd)
    assert out == [b"abc"]
