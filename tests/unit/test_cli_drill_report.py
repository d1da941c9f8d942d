"""Figures and verdict of a drill."""

import json

import pytest

from paasctl.cli.drill_report import Report, Round, Spread, as_json, as_text, spread

WELL = {"code": 0, "signal": None, "error": None, "forced": False}
KILLED = {"code": None, "signal": "SIGKILL", "error": None, "forced": True}


def round_of(stop: float, ready: float | None = 1.0, ended: dict[str, object] = WELL) -> Round:
    return Round("app--queue", 0.1, stop, ready, ended)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], None),
        ([2.0], Spread(2.0, 2.0, 2.0)),
        ([3.0, 1.0], Spread(1.0, 1.0, 3.0)),
        ([5.0, 1.0, 3.0], Spread(1.0, 3.0, 5.0)),
    ],
)
def test_spread(values: list[float], expected: Spread | None) -> None:
    assert spread(values) == expected


@pytest.mark.parametrize(
    ("rounds", "check", "faults"),
    [
        ((round_of(1.0),), None, []),
        ((round_of(1.0),), 0, []),
        ((round_of(1.0),), 7, ["the check failed with exit code 7"]),
        ((round_of(15.0, 1.0, KILLED), round_of(15.0, 1.0, KILLED)), 0,
         ["SIGKILL was needed 2 times: it does not end on SIGTERM in time"]),
        ((round_of(1.0, None),), 0, ["it did not become ready again once"]),
    ],
)  # fmt: skip
def test_verdict(rounds: tuple[Round, ...], check: int | None, faults: list[str]) -> None:
    report = Report("queue", 7, rounds, check=check)
    assert report.faults() == faults
    found = json.loads(as_json(report))
    assert (found["schema"], found["ok"], found["faults"]) == (1, not faults, faults)
    verdict = [line for line in as_text(report).splitlines() if line.startswith("  verdict")]
    assert len(verdict) == max(1, len(faults))


def test_page() -> None:
    report = Report("queue", 7, (round_of(0.5), round_of(1.5)), (KILLED,), (0, 1), 0)
    assert as_text(report).splitlines() == [
        "  restarts     2   (seed 7)",
        "  stop         min 0.50s   p50 0.50s   max 1.50s",
        "  ready again  min 1.00s   p50 1.00s   max 1.00s",
        "  SIGKILL      needed never",
        "  ends         2 × exited 0",  # noqa: RUF001 -- the sign that is written
        "  by itself    1 × killed by SIGKILL",  # noqa: RUF001 -- likewise
        "  load         ended 2 times, 1 with an error",
        "  check        well",
        "  verdict      it stops as it should",
    ]
