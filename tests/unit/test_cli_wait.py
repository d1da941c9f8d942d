"""What `paasctl wait` makes of rows and notices."""

import pytest

from paasctl.cli.exits import Refused
from paasctl.cli.wait import Seen, Waiting
from paasctl.model.status import Shown
from paasctl.supervise.backoff import HEALTHY

Clock = list[float]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def seen(state: Shown, ready: bool = False, **more: object) -> Seen:
    return {"state": state, "ready": ready, "exit": None, **more}


READY = seen(Shown.RUNNING, ready=True)


def test_ready() -> None:
    waiting = Waiting("ready", ["a", "b", "c"])
    waiting.see("a", READY)
    waiting.see("b", seen(Shown.STARTING))
    waiting.see("c", seen(Shown.EXITED, exit={"code": 0}))
    waiting.see("other", READY)
    assert waiting.left() == ["b"]
    waiting.see("b", READY)
    assert waiting.left() == []


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (seen(Shown.STOPPED), "w is stopped"),
        (seen(Shown.EXITED, exit={"code": 3}), "w has failed: exited 3"),
    ],
)
@pytest.mark.parametrize("goal", ["ready", "healthy"])
def test_nobody_waits_for_what_cannot_come(goal: str, what: Seen, said: str) -> None:
    with pytest.raises(Refused) as refused:
        Waiting(goal, ["w"]).see("w", what)
    assert (refused.value.code, refused.value.message.startswith(said)) == (1, True)


def test_healthy_is_ready_for_a_while_without_a_break(clock: Clock) -> None:
    waiting = Waiting("healthy", ["w"])
    waiting.see("w", READY)
    assert (waiting.left(), waiting.next()) == (["w"], clock[0] + HEALTHY)
    clock[0] += HEALTHY / 2
    waiting.see("w", seen(Shown.BACKING_OFF))
    assert waiting.next() is None
    clock[0] += HEALTHY
    assert waiting.left() == ["w"]
    waiting.see("w", READY)
    clock[0] += HEALTHY / 2
    waiting.see("w", READY)  # another notice about it changes nothing
    clock[0] += HEALTHY / 2
    assert waiting.left() == []


def test_one_that_has_been_up_for_long_is_healthy(clock: Clock) -> None:
    waiting = Waiting("healthy", ["w", "hook"])
    waiting.see("w", READY, age=HEALTHY + 1)
    waiting.see("hook", seen(Shown.EXITED, exit={"code": 0}))
    assert waiting.left() == []


def test_exit_says_how() -> None:
    waiting = Waiting("exit", ["a", "b", "c"])
    waiting.see("a", seen(Shown.STARTING, event="exited", exit={"code": 3, "by": "itself"}))
    waiting.see("b", READY)
    waiting.see("c", seen(Shown.STOPPED))
    assert waiting.ends == ["a  exited 3", "c  is down"]
    assert waiting.left() == ["b"]
    waiting.outlived()


def test_the_end_of_the_engine_is_no_readiness() -> None:
    with pytest.raises(Refused) as refused:
        Waiting("ready", ["w"]).outlived()
    assert refused.value.code == 1
