"""Regular expressions are refused only for what no engine accepts."""

import re
import warnings

from hypothesis import given, settings
from hypothesis import strategies as st

from paasctl.manifest.cron_spec import shortest_gap
from paasctl.manifest.regex import fault
from paasctl.manifest.versions import RUNTIMES, SERVICES, Standing, standing


@settings(deadline=None, max_examples=500)
@given(st.text("ab[]()*+?|\\^$.-:!=", max_size=12))
def test_what_python_compiles_is_no_fault(pattern):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            re.compile(pattern)
        except re.error:
            return
    assert fault(pattern) == ""


def test_what_is_wrong_is_named():
    wrong = {
        "(a": "never closed",
        "a)": "never opened",
        "[a": "never closed",
        "*a": "nothing to repeat",
        "a|+": "nothing to repeat",
        "a\\": "single backslash",
        "[z-a]": "backwards",
    }
    for pattern, words in wrong.items():
        assert words in fault(pattern), pattern
    for pattern in (
        *(r"(?<name>a)\.(?i:b)$", "(*UTF8)a", "a[]b]", "a++", r"[\w-.]"),
        *("[[:alpha:]-z]", "[[:^digit:]]", "[[:]", "[[:a:]"),
    ):
        assert fault(pattern) == "", pattern


def test_the_gap_between_two_runs():
    gaps = {
        "* * * * *": 1,
        "*/5 * * * *": 5,
        "*/7 * * * *": 4,
        "0,58 * * * *": 2,
        "17 * * * *": 60,
        "H * * * *": 60,
        "10-12 * * * *": 1,
        "0/15 * * * *": 15,
    }
    assert {spec: shortest_gap(spec) for spec in gaps} == gaps


def test_versions_stand_where_the_table_puts_them():
    for known in (*RUNTIMES.values(), *SERVICES.values()):
        for version in known.supported:
            assert standing(known, version) is Standing.SUPPORTED
        for version in known.deprecated:
            assert standing(known, version) is Standing.DEPRECATED
    php = RUNTIMES["php"]
    judged = {
        "7.4": Standing.RETIRED,
        "5": Standing.RETIRED,
        "8.9": Standing.UNKNOWN,
        "x": Standing.UNKNOWN,
    }
    assert {version: standing(php, version) for version in judged} == judged
