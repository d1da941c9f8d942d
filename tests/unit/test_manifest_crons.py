"""Cron expressions: which are accepted, and what is said about the others."""

import pytest

from paasctl.manifest.cron_spec import fault


@pytest.mark.parametrize(
    "spec",
    [
        "* * * * *",
        "*/5 * * * *",
        "H H(0-6) * * *",
        "H/15 * * * *",
        "0 0 1,15 jan-mar mon-fri",
        "0-10/2 * * * 7",
    ],
)
def test_right_ones(spec):
    assert fault(spec) == ""


@pytest.mark.parametrize(
    ("spec", "part"),
    [
        ("99 * * * *", "minute 99 is out of range 0-59"),
        ("* 24 * * *", "hour 24"),
        ("* * 0 * *", "day 0"),
        ("* * * 13 *", "month 13"),
        ("* * * * 8", "weekday 8"),
        ("* * * *", "4 fields"),
        ("@daily", "does not know"),
        ("daily", "it has 1 field, not five"),
        ("5-1 * * * *", "runs backwards"),
        ("*/0 * * * *", "step of 0"),
        ("H(5-99) * * * *", "99 is out of range"),
        ("a,b * * * *", "a is out of range"),
        ("** * * * *", "not understood"),
        ("99999999 * * * *", "out of range"),
    ],
)
def test_wrong_ones(spec, part):
    assert part in fault(spec)
