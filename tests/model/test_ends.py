"""Whose doing each end was, over virtual time."""

import pytest

from paasctl.model.status import By
from paasctl.supervise.kernel import Sign, Suspicion
from paasctl.supervise.machine import Event
from tests.model.test_histories import World, spec, world
from tests.simkernel import Script


def ends(here: World, name: str = "queue") -> list[dict[str, object]]:
    """The "exit" of every notice about the end of everything of an instance."""
    found = []
    for notice in here.notices:
        if notice["id"] == name and notice["event"] in ("exited", "spawn-failed"):
            assert isinstance(notice["exit"], dict)
            found.append(notice["exit"])
    return found


def brief(found: dict[str, object]) -> tuple[object, ...]:
    return found["by"], found["why"], found["forced"], found["certain"]


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (Event.DOWN, "stop"),
        (Event.RELEASE, "stop"),
        (Event.RESTART, "restart"),
    ],
)
def test_what_was_asked_for(event: Event, why: str) -> None:
    here = world(Script())
    here.run(5)
    here.supervisor.ask(event, ["queue"])
    here.run(6)
    assert brief(ends(here)[0]) == (By.PAASCTL, why, False, True)
    assert ends(here)[0]["ran"] == 5.0
    here.close()


def test_kill_needs_no_grace_and_is_ours() -> None:
    here = world(Script(obeys=None))
    here.run(5)
    here.supervisor.ask(Event.KILL, ["queue"])
    here.run(6)
    assert brief(ends(here)[0]) == (By.PAASCTL, "kill", True, True)
    assert not here.kernel.asked, "the system is not asked about our own SIGKILL"
    here.close()


def test_the_first_request_counts_and_the_end_of_everything_is_one() -> None:
    here = world(Script(obeys=3.0))
    here.run(5)
    here.supervisor.ask(Event.RESTART, ["queue"])
    here.supervisor.ask(Event.DOWN, ["queue"])
    here.run(9)
    assert ends(here)[0]["why"] == "restart"
    here.supervisor.ask(Event.UP, ["queue"])
    here.run(11)
    here.close()
    assert ends(here)[1]["why"] == "down"


def test_a_changed_plan_replaces_and_removes() -> None:
    here = world(Script(), spec("queue"), spec("mail"))
    here.run(5)
    here.apply(spec("queue", fingerprint="2"))
    here.run(7)
    assert ends(here)[0]["why"] == "redeploy"
    assert ends(here, "mail")[0]["why"] == "remove"
    here.apply(spec("queue", fingerprint="2"), only=("queue",))
    here.run(9)
    assert ends(here)[1]["why"] == "restart"
    here.close()


def test_sigkill_after_the_grace_also_for_what_the_leader_left() -> None:
    here = world(Script(obeys=None))
    here.run(5)
    here.supervisor.ask(Event.DOWN, ["queue"])
    here.run(30)
    assert brief(ends(here)[0]) == (By.PAASCTL, "stop", True, True)
    here.close()
    here = world(Script(children=(Script(obeys=None),)))
    here.run(5)
    here.supervisor.ask(Event.DOWN, ["queue"])
    here.run(30)
    found = ends(here)[0]
    assert found["signal"] == "SIGTERM"
    assert brief(found) == (By.PAASCTL, "stop", True, True)
    here.close()


def test_the_next_process_starts_with_a_clean_record() -> None:
    here = world(lambda _spec, number: Script(obeys=None) if number == 0 else Script(lives=20.0))
    here.run(5)
    here.supervisor.ask(Event.RESTART, ["queue"])
    here.run(50)
    assert [brief(found) for found in ends(here)] == [
        (By.PAASCTL, "restart", True, True),
        (By.ITSELF, "", False, True),
    ]
    here.close()


@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        (Sign.NONE, (By.OTHER, "", False, True)),
        (Sign.UNKNOWN, (By.OTHER, "", False, False)),
        (Sign.COUNTED, (By.KERNEL, "memory", False, False)),
        (Sign.CERTAIN, (By.KERNEL, "memory", False, True)),
    ],
)
def test_a_sigkill_that_is_not_ours_is_looked_into(
    sign: Sign, expected: tuple[object, ...]
) -> None:
    here = world(Script())
    here.run(5)
    pid = here.kernel.alive("queue")[0].pid
    here.kernel.signs[pid] = sign, "why we think so"
    here.kernel.strike("queue", "SIGKILL")
    here.run(6)
    assert here.kernel.asked == [(pid, Suspicion.LEADER)]
    found = ends(here)[0]
    assert brief(found) == expected
    assert found["pid"] == pid
    assert found["evidence"] == ("why we think so" if found["by"] == By.KERNEL else "")
    here.close()


def test_a_kill_for_memory_during_a_stop_is_not_taken_for_ours() -> None:
    here = world(Script(obeys=10.0))
    here.run(5)
    here.supervisor.ask(Event.DOWN, ["queue"])
    here.run(6)
    here.kernel.signs[here.kernel.alive("queue")[0].pid] = Sign.CERTAIN, "log"
    here.kernel.strike("queue", "SIGKILL")
    here.run(7)
    assert brief(ends(here)[0]) == (By.KERNEL, "memory", False, True)
    here.close()


def test_a_signal_that_was_passed_on_is_ours_and_one_from_elsewhere_is_not() -> None:
    here = world(Script())
    here.run(5)
    assert here.supervisor.tell("queue", 15, "SIGTERM")
    here.run(7)
    here.kernel.strike("queue", "SIGTERM")
    here.run(9)
    assert [brief(found) for found in ends(here)] == [
        (By.PAASCTL, "signal", False, True),
        (By.OTHER, "", False, True),
    ]
    here.close()


def test_what_could_not_start_has_no_death() -> None:
    here = world(Script(error="no such program"))
    here.run(5)
    found = ends(here)[0]
    assert found["error"] == "no such program"
    assert (found["by"], found["pid"], found["peak"]) == (None, None, None)
    here.close()


def test_who_is_ready_is_noted_once() -> None:
    here = world(Script())
    here.run(20)
    assert here.kernel.noted == ["queue"]
    here.close()
