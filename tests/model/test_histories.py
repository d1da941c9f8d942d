"""Named scenarios over virtual time: what happens, and what must have come of it."""

from collections.abc import Callable

import pytest

from paasctl.model.plan import InstanceSpec, Kind, Plan, Stage
from paasctl.supervise.machine import Event
from paasctl.supervise.supervisor import Supervisor
from tests.simkernel import Script, SimKernel

Notice = dict[str, object]


def spec(name: str, stage: int = Stage.RUN, **more: object) -> InstanceSpec:
    base = InstanceSpec(
        id=name, kind=Kind.WORKER, name=name, command=("true",), cwd="/", env={},
        log=f"{name}.log", stage=stage, fingerprint="1",
    )  # fmt: skip
    return base._replace(**more)


class World:
    """A supervisor over a simulated kernel."""

    def __init__(self, *specs: InstanceSpec, behave: Callable[[InstanceSpec, int], Script]) -> None:
        self.kernel = SimKernel(behave)
        self.notices: list[Notice] = []
        self.stamps: list[str] = []
        self.complaints: list[str] = []
        self.supervisor = Supervisor(
            self.kernel,
            lambda notice: self.notices.append({**notice, "t": self.kernel.time - 1000}),
            lambda stamp: self.stamps.append(stamp.path),
            self.complaints.append,
        )
        self.apply(*specs)

    def apply(self, *specs: InstanceSpec, only: tuple[str, ...] | None = None) -> None:
        self.supervisor.apply(Plan("p", "/", tuple(specs)), only)

    def run(self, until: float) -> None:
        """Let virtual time pass until `until` seconds after the start."""
        end = 1000 + until
        while self.kernel.time < end:
            soonest = self.supervisor.next_deadline()
            self.turn(end if soonest is None else min(soonest, end))

    def turn(self, deadline: float | None) -> None:
        for occurrence in self.kernel.wait(deadline):
            self.supervisor.observe(occurrence)
        self.supervisor.fire()
        self.supervisor.advance()

    def close(self) -> float:
        """End everything; return the seconds that took."""
        began = self.kernel.time
        self.supervisor.close()
        while not self.supervisor.finished():
            self.turn(self.supervisor.next_deadline())
        assert not self.kernel.alive()
        assert not self.complaints
        return self.kernel.time - began

    def times(self, name: str, new: str) -> list[float]:
        return [
            round(float(str(n["t"])), 3)
            for n in self.notices
            if n["id"] == name and n["new"] == new and n["new"] != n["old"]
        ]


def world(script: Script | Callable[[InstanceSpec, int], Script], *specs: InstanceSpec) -> World:
    behave = script if callable(script) else lambda _spec, _number: script
    return World(*(specs or (spec("queue"),)), behave=behave)


def test_exit_0_restarts_and_the_counter_grows() -> None:
    here = world(Script(lives=20.0, code=0))
    here.run(101)
    assert here.supervisor.cells["queue"].row()["restarts"] == 5
    here.close()


@pytest.mark.checklist(8, "delays")
def test_instant_crash_backs_off() -> None:
    here = world(Script(lives=0.0, code=1))
    here.run(100)
    assert here.times("queue", "starting") == [0, 1, 3, 7, 15, 31, 61, 91]
    here.close()


@pytest.mark.checklist(3)
def test_worker_ignores_term_and_is_killed_at_fifteen_seconds() -> None:
    here = world(Script(obeys=None))
    here.run(5)
    assert here.close() == pytest.approx(15.0)
    assert [t - 1005 for t, _, _ in here.kernel.killed] == [pytest.approx(15.0)]


@pytest.mark.checklist(3)
def test_worker_that_needs_fourteen_seconds_ends_by_itself() -> None:
    here = world(Script(obeys=14.0))
    here.run(5)
    assert here.close() == pytest.approx(14.0)
    assert not here.kernel.killed


def test_a_thousand_stubborn_ones_take_one_time_fifteen_seconds() -> None:
    here = world(Script(obeys=None), *(spec(f"w{n}") for n in range(1000)))
    here.run(2)
    assert here.close() == pytest.approx(15.0)


def test_shell_dies_before_program_and_the_program_keeps_its_grace() -> None:
    here = world(Script(children=(Script(obeys=10.0),)))
    here.run(5)
    assert here.close() == pytest.approx(10.0)
    assert not here.kernel.killed


def test_term_is_passed_down_layer_by_layer_and_not_beyond_a_living_parent() -> None:
    pool = Script(obeys=0.1)  # Celery's pool children: told only when their parent has left
    here = world(Script(obeys=3.0, children=(pool, pool)))
    here.run(5)
    here.close()
    told = {p.pid: p.told[0][0] - 1005 for p in here.kernel.processes}
    assert sorted(told.values()) == pytest.approx([0.0, 3.0, 3.0])


def test_kill_reaches_layers_that_come_up_after_it() -> None:
    deep = Script(obeys=None, children=(Script(obeys=None, children=(Script(obeys=None),)),))
    here = world(deep)
    here.run(5)
    assert here.close() == pytest.approx(15.0)
    assert len(here.kernel.killed) == 3


def test_leftovers_of_a_dead_leader_get_the_stop_rule_before_the_restart() -> None:
    def behave(_spec: InstanceSpec, number: int) -> Script:
        return Script(lives=5.0, children=(Script(obeys=2.0),)) if number == 0 else Script()

    here = world(behave)
    here.run(20)
    assert here.times("queue", "starting") == [0, 7]
    here.close()


@pytest.mark.checklist(9, "restart")
def test_restart_during_backoff_starts_now() -> None:
    here = world(Script(lives=0.0, code=1))
    here.run(20)
    here.supervisor.ask(Event.RESTART, ["queue"])
    assert here.times("queue", "starting")[-1] == 20
    here.close()


def test_restart_twice_at_once_leaves_one() -> None:
    here = world(Script(obeys=1.0))
    here.run(5)
    for _ in range(100):
        here.supervisor.ask(Event.RESTART, ["queue"])
    here.run(10)
    assert len(here.kernel.alive("queue")) == 1
    assert here.kernel.starts["queue"] == 2
    here.close()


def test_spawn_failure_is_told_and_tried_again() -> None:
    def behave(_spec: InstanceSpec, number: int) -> Script:
        return Script(error="no such program") if number < 2 else Script()

    here = world(behave)
    here.run(1.5)
    row = here.supervisor.cells["queue"].row()
    assert row["state"] == "backing-off"
    assert isinstance(row["exit"], dict)
    assert row["exit"]["error"] == "no such program"
    here.run(10)
    assert here.supervisor.cells["queue"].row()["state"] == "running"
    here.close()


def deployment(build: Script, deploy: Script) -> World:
    scripts = {
        "db": Script(ready_after=4.0, obeys=2.0),
        "app.build": build,
        "app.deploy": deploy,
    }
    return world(
        lambda s, _: scripts.get(s.id, Script(obeys=1.0)),
        spec("db", Stage.PREPARE, kind=Kind.SERVICE, probe=("p",)),
        spec("app.build", Stage.PREPARE, kind=Kind.HOOK, once=True, vital=True),
        spec("app.deploy", Stage.DEPLOY, kind=Kind.HOOK, once=True),
        spec("app", Stage.RUN),
        spec("queue", Stage.RUN),
    )


def test_a_deployment_goes_services_and_build_then_deploy_then_the_rest() -> None:
    here = deployment(Script(lives=6.0), Script(lives=2.0))
    assert here.supervisor.cells["queue"].row()["state"] == "waiting"
    here.run(20)
    assert here.times("db", "starting") == [0]
    assert here.times("app.build", "starting") == [0]
    assert here.times("app.deploy", "starting") == [6]
    assert here.times("app", "starting") == here.times("queue", "starting") == [8]
    assert [n["event"] for n in here.notices if n["id"] == ""] == ["deployed"]
    assert here.close() == pytest.approx(3.0)  # the apps need 1 s, and only then the service 2


def test_a_failed_build_stops_the_deployment() -> None:
    here = deployment(Script(lives=6.0, code=1), Script(lives=2.0))
    here.run(20)
    assert not here.times("app.deploy", "starting")
    assert not here.times("queue", "starting")
    last = [n for n in here.notices if n["id"] == ""][-1]
    assert (last["event"], last["failed"]) == ("deployment-failed", ["app.build"])
    here.close()


def test_a_failed_deploy_hook_does_not_stop_the_deployment() -> None:
    here = deployment(Script(lives=6.0), Script(lives=2.0, code=3))
    here.run(20)
    assert here.times("queue", "starting") == [8]
    here.close()


def test_a_plan_with_one_change_replaces_that_one_only() -> None:
    here = world(Script(obeys=1.0), spec("a"), spec("b"), spec("c"))
    here.run(5)
    here.apply(spec("a"), spec("b", fingerprint="2"), spec("d"))
    here.run(10)
    assert here.kernel.starts == {"a": 1, "b": 2, "c": 1, "d": 1}
    assert list(here.supervisor.cells) == ["a", "b", "d"]
    here.close()


def test_restarting_one_applies_its_new_spec_and_leaves_the_others_alone() -> None:
    here = world(Script(obeys=1.0), spec("a"), spec("b"))
    here.run(5)
    here.apply(spec("a", fingerprint="2"), spec("b", fingerprint="2"), only=("b",))
    here.run(10)
    assert here.kernel.starts == {"a": 1, "b": 2}
    assert [c.spec.fingerprint for c in here.supervisor.cells.values()] == ["1", "2"]
    here.close()


def test_redeploy_during_stop_starts_the_new_spec_once() -> None:
    here = world(Script(obeys=5.0), spec("a"))
    here.run(5)
    here.supervisor.ask(Event.DOWN, ["a"])
    here.run(7)
    here.apply(spec("a", fingerprint="2"))
    here.run(20)
    assert here.kernel.starts == {"a": 2}
    assert here.supervisor.cells["a"].spec.fingerprint == "2"
    here.close()


def test_double_ctrl_c_kills_at_once() -> None:
    here = world(Script(obeys=None), spec("a"), spec("db", kind=Kind.SERVICE))
    here.run(5)
    here.supervisor.close()
    here.run(6)
    here.supervisor.slay()
    assert here.close() == pytest.approx(0.0)


def test_closing_during_backoff_and_before_the_first_start_ends_at_once() -> None:
    here = deployment(Script(lives=6.0), Script(lives=2.0))
    here.run(1)
    assert here.close() <= 2.1


def test_services_are_asked_at_once_where_the_apps_were_only_waiting_to_be_started() -> None:
    here = world(
        lambda s, _: Script() if s.id == "db" else Script(lives=0.0, code=1),
        spec("db", Stage.PREPARE, kind=Kind.SERVICE),
        spec("queue"),
    )
    here.run(20)
    assert here.supervisor.cells["queue"].row()["state"] == "backing-off"
    here.supervisor.close()
    assert here.supervisor.cells["db"].row()["state"] == "stopping"
    here.close()


def test_what_somebody_stopped_stays_stopped_until_asked() -> None:
    here = world(Script(obeys=1.0), spec("a"))
    here.run(5)
    here.supervisor.ask(Event.RELEASE, ["a"])
    here.run(10)
    here.supervisor.apply(Plan("p", "/", (spec("a", fingerprint="2"),)), revive=False)
    here.run(20)
    assert here.kernel.starts == {"a": 1}
    here.supervisor.ask(Event.UP, ["a"])
    here.run(30)
    assert here.kernel.starts == {"a": 2}
    here.close()


@pytest.mark.checklist(26)
def test_each_exit_is_reported_once() -> None:
    here = world(Script(lives=5.0, code=7))
    here.run(30)
    exits = [n for n in here.notices if n["event"] == "exited"]
    assert len(exits) == here.kernel.starts["queue"] - 1
    here.close()
