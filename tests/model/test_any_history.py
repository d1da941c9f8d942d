"""Any order of requests, exits and time keeps the promises: a supervisor over virtual time."""

import json

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from paasctl.model.plan import InstanceSpec, Kind, Plan, Stage
from paasctl.supervise.codec import Decoder
from paasctl.supervise.kept import REMAKE, load, save
from paasctl.supervise.machine import Event, State
from paasctl.supervise.supervisor import Supervisor
from tests.simkernel import Script, SimKernel

pytestmark = pytest.mark.checklist(26)

NAMES = ("db", "build", "deploy", "app", "queue", "mail")
ASKED = (Event.UP, Event.DOWN, Event.RELEASE, Event.RESTART, Event.KILL)
SECONDS = st.sampled_from([0.0, 0.3, 1.0, 2.5, 9.0, 14.9, 40.0])

_leaves = st.builds(Script, lives=st.none() | SECONDS, obeys=st.none() | SECONDS)
SCRIPTS = st.builds(
    Script,
    lives=st.none() | SECONDS,
    code=st.sampled_from([0, 0, 1]),
    obeys=st.none() | SECONDS,
    children=st.lists(
        st.builds(Script, lives=st.none() | SECONDS, obeys=st.none() | SECONDS,
                  children=st.lists(_leaves, max_size=2).map(tuple)),
        max_size=2,
    ).map(tuple),
    error=st.sampled_from(["", "", "", "no such program"]),
    ready_after=st.none() | SECONDS,
)  # fmt: skip


def spec(name: str, version: str) -> InstanceSpec:
    stage = {"db": Stage.PREPARE, "build": Stage.PREPARE, "deploy": Stage.DEPLOY}
    hook = name in ("build", "deploy")
    kind = Kind.SERVICE if name == "db" else Kind.HOOK if hook else Kind.WORKER
    return InstanceSpec(
        id=name, kind=kind, name=name, command=("true",), cwd="/", env={}, log=f"{name}.log",
        stage=stage.get(name, Stage.RUN), once=hook, vital=name == "build",
        probe=("p",) if name == "db" else (), fingerprint=version,
    )  # fmt: skip


class AnyHistory(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[Script] = []
        self.kernel = SimKernel(lambda _spec, _number: self.next_script())
        self.complaints: list[str] = []
        self.notices: list[dict[str, object]] = []
        self.supervisor = self.new_supervisor()

    def new_supervisor(self) -> Supervisor:
        return Supervisor(
            self.kernel, self.notices.append, lambda stamp: None, self.complaints.append
        )

    def next_script(self) -> Script:
        return self.scripts.pop() if self.scripts else Script()

    def turn(self, deadline: float) -> None:
        for occurrence in self.kernel.wait(deadline):
            self.supervisor.observe(occurrence)
        self.supervisor.fire()
        self.supervisor.advance()

    def pass_time(self, seconds: float) -> None:
        end = self.kernel.time + seconds
        while self.kernel.time < end:
            soonest = self.supervisor.next_deadline()
            self.turn(end if soonest is None else min(soonest, end))

    @rule(scripts=st.lists(SCRIPTS, max_size=4))
    def programs_behave(self, scripts: list[Script]) -> None:
        self.scripts += scripts

    @precondition(lambda self: not self.supervisor.closing)
    @rule(
        names=st.sets(st.sampled_from(NAMES), min_size=1),
        version=st.sampled_from("12"),
        revive=st.booleans(),
    )
    def a_plan_is_applied(self, names: set[str], version: str, revive: bool) -> None:
        specs = tuple(spec(name, version) for name in NAMES if name in names)
        self.supervisor.apply(Plan("p", "/", specs), revive=revive)

    @precondition(lambda self: self.supervisor.cells and not self.supervisor.closing)
    @rule(data=st.data(), version=st.sampled_from("12"))
    def one_is_replaced(self, data: st.DataObject, version: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.supervisor.cells)))
        specs = tuple(spec(known, version) for known in self.supervisor.cells)
        self.supervisor.apply(Plan("p", "/", specs), only=[name])

    @precondition(lambda self: self.supervisor.cells)
    @rule(data=st.data(), event=st.sampled_from(ASKED))
    def somebody_asks(self, data: st.DataObject, event: Event) -> None:
        name = data.draw(st.sampled_from(sorted(self.supervisor.cells)))
        if not self.supervisor.closing or event is Event.KILL:
            self.supervisor.ask(event, [name])

    @rule(name=st.sampled_from(NAMES))
    def a_leader_ends_by_itself(self, name: str) -> None:
        self.kernel.end(name)

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        self.pass_time(seconds)

    @rule()
    def another_program_takes_over(self) -> None:
        """Everything goes through the text of an upgrade, and is the same afterwards."""
        text = json.dumps(save(self.supervisor))
        rows, outcome = self.supervisor.rows(), self.supervisor.outcome()
        self.supervisor = self.new_supervisor()
        load(self.supervisor, json.loads(text), Decoder(REMAKE))
        self.supervisor.resumed()
        assert self.supervisor.rows() == rows
        assert self.supervisor.outcome() is outcome
        assert json.dumps(save(self.supervisor)) == text

    @rule()
    def everything_is_closed(self) -> None:
        self.supervisor.close()

    @invariant()
    def nothing_impossible_has_happened(self) -> None:
        assert not self.complaints

    @invariant()
    def who_lives_is_known_and_who_is_known_to_live_lives(self) -> None:
        self.pass_time(0.001)  # what has happened has been seen
        alive = {process.instance for process in self.kernel.alive()}
        known = {name for name, cell in self.supervisor.cells.items() if cell.alive()}
        assert alive == known
        for cell in self.supervisor.cells.values():
            assert (cell.pid is not None) <= cell.alive()

    @invariant()
    def kill_comes_fifteen_seconds_after_term_and_not_sooner(self) -> None:
        for cell in self.supervisor.cells.values():
            if cell.instance.state is State.STOPPING and cell.instance.deadline is not None:
                assert cell.instance.deadline - self.kernel.time < cell.spec.grace + 1e-6

    def teardown(self) -> None:
        self.supervisor.close()
        self.pass_time(15.0 + 15.0 + 0.1)  # the apps' grace, then the services'
        assert self.supervisor.finished()
        assert not self.kernel.alive()
        self.nothing_impossible_has_happened()


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
