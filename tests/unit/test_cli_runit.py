"""runit's texts and conditions, as the real program prints them."""

import pytest

from paasctl.cli.runit import Seen, action_of, reached, status

RUN = Seen("running", "up", 4215, True, 183.7, worker=True)
DOWN = Seen("stopped", "down", None, False, 5.2, worker=True)


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        (RUN, "run: app: (pid 4215) 183s"),
        (DOWN, "down: app: 5s, normally up"),
        (RUN._replace(want="down", state="stopping", seconds=7), "run: app: (pid 4215) 7s, want down, got TERM"),  # noqa: E501
        (DOWN._replace(want="up", state="backing-off", seconds=1), "down: app: 1s, normally up, want up"),  # noqa: E501
        (RUN._replace(want="once", seconds=0), "run: app: (pid 4215) 0s, want down"),
    ],
)  # fmt: skip
def test_status(seen: Seen, line: str) -> None:
    assert status("app", seen) == line


@pytest.mark.parametrize(
    ("text", "op", "waits"),
    [
        ("start", "up", True),
        ("stop", "down", True),
        ("s", "status", False),
        ("status", "status", False),
        ("up", "up", False),
        ("d", "down", False),
        ("term", "signal", False),
        ("hup", "signal", False),
        ("check", "", True),
        ("cont", "signal", False),
        ("1", "signal", False),
        ("force-stop", "down", True),
    ],
)
def test_actions(text: str, op: str, waits: bool) -> None:
    action = action_of(text)
    assert action is not None
    assert (action.op, action.wait) == (op, waits)


@pytest.mark.parametrize("text", ["", "foo", "rest", "fine", "bogus", "9"])
def test_usage_errors(text: str) -> None:
    assert action_of(text) is None


@pytest.mark.parametrize(
    ("text", "now", "before", "so"),
    [
        ("stop", DOWN, RUN, True),
        ("stop", RUN._replace(state="stopping"), RUN, False),
        ("stop", DOWN._replace(state="backing-off", want="up"), RUN, False),
        ("start", RUN, DOWN, True),
        ("start", RUN._replace(ready=False, state="starting"), DOWN, True),
        ("start", RUN._replace(worker=False, ready=False, state="starting"), DOWN, False),
        ("restart", RUN, RUN, False),
        ("restart", RUN._replace(pid=9), RUN, True),
        ("check", RUN, RUN, True),
        ("check", DOWN, DOWN, True),
        ("check", DOWN._replace(want="up"), DOWN, False),
    ],
)
def test_reached(text: str, now: Seen, before: Seen, so: bool) -> None:
    action = action_of(text)
    assert action is not None
    assert reached(action, now, before) is so
