"""Ctrl-C and SIGKILL at moments where they hurt: nothing is lost, and the next `up` works."""

import fcntl
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.running import eventually, marked
from tests.scenario.checkout import LONG, Checkout, calm, needing, written

pytestmark = pytest.mark.scenario

APP = "name: app\ntype: 'golang:1.26'\n"
WORKER = "workers:\n  queue:\n    commands:\n      start: 'exec sleep 1000'\n"
HOOK = "hooks:\n  {}: 'touch begun; while test ! -e go; do sleep 0.05; done; echo over'\n"
Make = Callable[..., Checkout]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[Checkout] = []

    def project(*parts: str, name: str = "shop", **files: str) -> Checkout:
        place = tmp_path / name
        made.append(Checkout(written(place, {".platform.app.yaml": "".join(parts), **files})))
        return made[-1]

    yield project
    for here in made:
        here.clear()


def free(here: Checkout) -> bool:
    """Return whether neither engine nor guardian is left: nobody holds the lock."""
    path = Path(here.state) / "lock"
    if not path.exists():
        return True
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def nothing_left(here: Checkout) -> None:
    eventually(lambda: free(here) and not marked(here.state), "nothing is left", 40)


def in_the_interpreter(text: str) -> bool:
    """Return whether the interpreter was interrupted before it had loaded our front door."""
    entered = re.search(r'cli/app\.py", line \d+, in (main|run)$', text, re.M)
    return "KeyboardInterrupt" in text and entered is None


def hit(here: Checkout, words: tuple[str, ...], number: int, after: float) -> None:
    """Start, send the signal so many seconds later, and see that what is left makes sense."""
    with here.begun(*words) as up:
        began = time.monotonic()
        eventually(lambda: time.monotonic() - began > after or up.process.poll() is not None)
        if up.process.poll() is None:
            up.process.send_signal(number)
        code = up.process.wait(LONG)
        if not in_the_interpreter(up.text()):
            calm(up.text())
            assert code in (0, 130, -number), (code, up.text())
    if words == ("up",) or code == 130:
        nothing_left(here)
    else:  # in the background: all of it, or nothing
        eventually(lambda: free(here) or here.rows(), "no engine is left with nothing to do", 40)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "SIGKILL"])
@pytest.mark.parametrize("words", [("up",), ("up", "-d")], ids=" ".join)
def test_at_any_moment_of_the_start(make: Make, words: tuple[str, ...], number: int) -> None:
    moments = [0.05 * step for step in range(1, 13)]
    places = [make(APP, WORKER, name=f"shop{step}") for step in range(len(moments))]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda case: hit(case[0], words, number, case[1]),
                      zip(places, moments, strict=True)))  # fmt: skip
    again = places[len(places) // 2]
    again("up", "-d", "--wait").well()
    assert again.rows()["app--queue"]["state"] == "running"
    again.down()


@pytest.mark.parametrize("hook", ["build", "deploy", "post_deploy"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "SIGKILL"])
def test_during_a_hook(make: Make, hook: str, number: int) -> None:
    here = make(APP, WORKER, HOOK.format(hook))
    with here.begun("up") as up:
        eventually(lambda: (here.root / "begun").exists(), "the hook runs", LONG)
        up.process.send_signal(number)
        assert up.process.wait(LONG) in (130, -number)
        calm(up.text())
    nothing_left(here)
    assert "over" not in here.log(f"app.{hook}")
    (here.root / "begun").unlink()
    (here.root / "go").touch()
    here("up", "-d", "--wait").well()
    assert "over" in here.log(f"app.{hook}"), "what was cut short is due again"
    here.down()


def test_a_background_start_goes_on_when_its_command_is_killed(make: Make) -> None:
    here = make(APP, WORKER, HOOK.format("build"))
    with here.begun("up", "-d", "--wait") as up:
        eventually(lambda: (here.root / "begun").exists(), "the hook runs", LONG)
        up.process.kill()
        up.process.wait(LONG)
    (here.root / "go").touch()
    here("wait", "queue", "-t", "60").well()
    here.down()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "SIGKILL"])
@pytest.mark.parametrize(
    ("kind", "program", "grown"),
    [("postgresql:15", "postgres", "base"), ("mariadb:10.11", "mariadbd", "mysql")],
    ids=["postgresql", "mariadb"],
)
def test_during_the_first_initialisation_of_a_service(
    make: Make, kind: str, program: str, grown: str, number: int
) -> None:
    if program == "mariadbd":
        needing(program)
    services = f"db: {{type: '{kind}', disk: 256}}\n"
    related = (
        "relationships: {db: 'db:" + kind.partition(":")[0].replace("mariadb", "mysql") + "'}\n"
    )
    here = make(APP, related, WORKER, **{".platform/services.yaml": services})
    with here.begun("up") as up:
        data = Path(here.state) / "data" / "db"
        eventually(lambda: list(data.rglob(grown)), f"{data} is being made", LONG)
        assert up.process.poll() is None, up.text()
        up.process.send_signal(number)
        assert up.process.wait(LONG) in (130, -number)
        calm(up.text())
    nothing_left(here)
    here("up", "-d", "--wait").well()
    assert here.rows()["db"]["ready"] is True
    here.down()


def test_what_is_asked_while_something_else_is_going_on(make: Make) -> None:
    """Stop while stopping, start during stop, restart during stop, up during down, down twice."""
    slow = "trap 'sleep 1; exit 0' TERM; echo up; while :; do sleep 0.05; done"
    here = make(APP, f'workers:\n  queue:\n    commands:\n      start: "{slow}"\n')
    here("up", "-d", "--wait").well()
    first = here.pid("app--queue")
    with here.begun("stop", "queue") as stop, ThreadPoolExecutor(3) as pool:
        eventually(lambda: here.rows()["app--queue"]["state"] == "stopping", "it stops", LONG)
        answers = list(pool.map(lambda verb: here(verb, "queue"), ("stop", "restart", "start")))
        stop.process.wait(LONG)
        assert answers[0].code in (0, 1), answers
        assert [answer.code for answer in answers[1:]] == [0, 0], answers
        assert answers[0].code == 0 or "started again by somebody else" in answers[0].err
    here("start", "queue").well()
    assert len(here.tree("app--queue")) <= 2  # the shell and a sleep of its loop
    assert here.pid("app--queue") != first
    with ThreadPoolExecutor(3) as pool:
        ends = list(pool.map(lambda _: here("down"), range(3)))
    assert [end.code for end in ends] == [0, 0, 0], ends
    nothing_left(here)


def test_up_during_down_and_down_during_up(make: Make) -> None:
    slow = "trap 'sleep 1; exit 0' TERM; while :; do sleep 0.05; done"
    here = make(APP, f'workers:\n  queue:\n    commands:\n      start: "{slow}"\n')
    for _ in range(3):
        here("up", "-d", "--wait").well()
        with here.begun("down") as down:
            eventually(lambda: here.rows()["app--queue"]["state"] != "running", "it ends", LONG)
            up = here("up", "-d")
            assert up.code in (0, 1), up
            down.process.wait(LONG)
        assert len([pid for pid in here.tree("app--queue") if os.getsid(pid) == pid]) <= 1
        here("down").well()
        nothing_left(here)
