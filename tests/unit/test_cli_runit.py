"""runit's texts and conditions, as the real program prints them (tests/system/test_sv.py)."""

import pytest

from paasctl.cli.runit import WAIT, Line, Seen, action_of, done, parse, requests, status

RUN = Seen("running", "up", 4215, True, 183.7, worker=True, since="1")
DOWN = Seen("stopped", "down", None, False, 5.2, worker=True, since="1")
ENDING = RUN._replace(want="down", state="stopping")
LEFT = ENDING._replace(pid=None)
LATER = DOWN._replace(want="up", state="backing-off", seconds=1)
GENTLE = {"gentle": True}
BY_SV = {"gentle": True, "by": "sv"}


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        (RUN, "run: app: (pid 4215) 183s"),
        (DOWN, "down: app: 5s, normally up"),
        (ENDING, "run: app: (pid 4215) 183s, want down, got TERM"),
        (ENDING._replace(want="up"), "run: app: (pid 4215) 183s, got TERM"),
        (LEFT, "finish: app: 183s, want down, got TERM"),
        (LATER, "down: app: 1s, normally up, want up"),
        (RUN._replace(want="once", seconds=0), "run: app: (pid 4215) 0s, want down"),
        (RUN._replace(paused=True), "run: app: (pid 4215) 183s, paused"),
        (RUN._replace(seconds=-3600), "run: app: (pid 4215) 0s"),  # the clock was set back
    ],
)
def test_status(seen: Seen, line: str) -> None:
    assert status("app", seen) == line


@pytest.mark.parametrize(
    ("text", "letters", "waits"),
    [
        ("start", "u", True), ("stop", "d", True), ("s", "", False), ("status", "", False),
        ("up", "u", False), ("d", "d", False), ("term", "t", False), ("hup", "h", False),
        ("check", "C", True), ("cont", "c", False), ("1", "1", False), ("force-stop", "d", True),
        ("restart", "tcu", True), ("exit", "x", False), ("E", "x", True),
    ],
)  # fmt: skip
def test_actions(text: str, letters: str, waits: bool) -> None:
    action = action_of(text)
    assert action is not None
    assert (action.letters, action.wait) == (letters, waits)


@pytest.mark.parametrize("text", ["", "foo", "rest", "fine", "bogus", "9"])
def test_usage_errors(text: str) -> None:
    assert action_of(text) is None


@pytest.mark.parametrize(
    ("argv", "svwait", "line"),
    [
        ("status app", None, Line(("status", "app"), False, WAIT)),
        ("-v -w 3 up app", "9", Line(("up", "app"), True, 3)),
        ("-vw3 up app", None, Line(("up", "app"), True, 3)),
        ("up -v", "12s", Line(("up", "-v"), False, 12)),
        ("-w soon up", None, Line(("up",), True, 0)),
        ("-- up", "", Line(("up",), False, 0)),
        ("-v -w", None, Line((), True, WAIT, "option requires an argument -- w")),
        ("-vq up", None, Line((), True, WAIT, "illegal option -- q")),
    ],
)
def test_options(argv: str, svwait: str | None, line: Line) -> None:
    assert parse(argv.split(), svwait) == line


@pytest.mark.parametrize(
    ("text", "seen", "asked"),
    [
        ("stop", RUN, [("down", BY_SV)]),
        ("exit", RUN, [("down", BY_SV)]),
        ("start", DOWN, [("up", {})]),
        ("once", DOWN, [("run", {})]),
        ("restart", RUN, [("restart", GENTLE)]),
        ("restart", DOWN, [("up", {})]),
        ("restart", LATER, [("up", {})]),
        ("try-restart", DOWN, []),
        ("try-restart", RUN._replace(want="once"), [("down", GENTLE)]),
        ("term", RUN, [("restart", GENTLE)]),
        ("term", ENDING, [("signal", {"signal": "TERM"})]),
        ("term", RUN._replace(paused=True), [("signal", {"signal": "TERM"})]),
        ("pause", RUN, [("signal", {"signal": "STOP"})]),
        ("2", RUN, [("signal", {"signal": "USR2"})]),
        ("check", RUN, []),
    ],
)
def test_what_the_engine_is_asked(text: str, seen: Seen, asked: list[object]) -> None:
    action = action_of(text)
    assert action is not None
    assert requests(action.letters, seen) == asked


@pytest.mark.parametrize(
    ("text", "now", "before", "so"),
    [
        ("stop", DOWN, RUN, True),
        ("stop", ENDING, RUN, False),
        ("stop", LEFT, RUN, False),  # its process has gone, and not all of its descendants
        ("stop", LATER, RUN, False),
        ("start", RUN, DOWN, True),
        ("start", RUN._replace(ready=False, state="starting"), DOWN, True),
        ("start", RUN._replace(worker=False, ready=False, state="starting"), DOWN, False),
        ("restart", RUN, RUN, False),
        ("restart", RUN._replace(pid=9), RUN, True),
        ("restart", LATER, RUN, False),
        ("try-restart", DOWN, DOWN, True),
        ("check", RUN, RUN, True),
        ("check", RUN._replace(worker=False, ready=False), RUN, False),
        ("check", DOWN, DOWN, True),
        ("check", LATER, DOWN, True),
        ("once", RUN._replace(want="once"), DOWN, True),
        ("once", RUN, RUN, False),
        ("once", DOWN._replace(since="2"), DOWN, True),  # it ran and has ended
        ("once", DOWN, DOWN, False),
        ("hup", RUN, RUN, True),
    ],
)
def test_done(text: str, now: Seen, before: Seen, so: bool) -> None:
    action = action_of(text)
    assert action is not None
    assert done(action.letters, now, before) is so
