"""Points in time as people type them."""

import time
from collections.abc import Iterator

import pytest

from paasctl.cli.exits import Exit, Refused
from paasctl.cli.when import moment, span

NOON = 1_709_294_400.0  # 2024-03-01T12:00:00Z


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One hour east of UTC."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "before_noon"),
    [
        ("0s", 0),
        ("90s", 90),
        ("10m", 600),
        ("1h30m", 5400),
        ("1.5h", 5400),
        ("2d", 172800),
        ("1w", 604800),
        ("13:00", 0),
        ("12:30", 1800),
        ("12:59:50", 10),
        ("13:01", 86400 - 60),
        ("0:00", 13 * 3600),
        ("2024-03-01T12:00:00Z", 0),
        ("2024-03-01T12:00:00.5Z", -0.5),
        ("2024-03-01T13:00", 0),
        ("2024-03-01 13:00:00", 0),
        ("2024-03-01T12:00+00:00", 0),
        ("2024-03-01", 13 * 3600),
        ("2024-02-29T12:00:00Z", 86400),
    ],
)
def test_what_is_understood(text: str, before_noon: float) -> None:
    assert moment("--since", text, NOON) == NOON - before_noon


def test_nothing_is_no_time() -> None:
    assert moment("--since", None, NOON) is None


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "10", "10x", "m", "-10m", "25:00", "12:60", "2024-13-01", "2024-02-30"],
)  # fmt: skip
def test_what_is_not_is_refused_with_what_would_be(text: str) -> None:
    with pytest.raises(Refused, match="that is no time") as refused:
        moment("--until", text, NOON)
    assert refused.value.code is Exit.USAGE
    assert refused.value.message.startswith(f"--until {text}:")
    assert "1h30m" in refused.value.fix


def test_a_span_is_not_a_date() -> None:
    assert span("--log-age", "30d") == 30 * 86400
    with pytest.raises(Refused, match="--log-age 2024-01-01: that is no span"):
        span("--log-age", "2024-01-01")
