"""What is handed over at an upgrade: nothing forgotten, everything as it was."""

import json
import math
import os
import socket
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paasctl.control.address import socket_path
from paasctl.control.listener import ClientState, Connection, Listener, ListenerState
from paasctl.model.plan import InstanceSpec, Kind, Plan, Stamp, plan_text
from paasctl.model.status import By, Death, ExitStatus
from paasctl.supervise import handover
from paasctl.supervise.cell import Cell
from paasctl.supervise.codec import Decoder, encode
from paasctl.supervise.engine import Engine
from paasctl.supervise.journal import Journal
from paasctl.supervise.kept import KEPT, REMAKE, load, save
from paasctl.supervise.linux import LinuxKernel
from paasctl.supervise.machine import Event, Instance, State, Want
from paasctl.supervise.operations import Operations
from paasctl.supervise.planfile import read_plan
from paasctl.supervise.posix import Family, PosixKernel
from paasctl.supervise.program import Program, command
from paasctl.supervise.rollout import Progress
from paasctl.supervise.rundir import RunDir
from paasctl.supervise.supervisor import Supervisor
from paasctl.supervise.verdict import Ending
from tests.simkernel import Script, SimKernel

TIMES = st.floats(min_value=0, max_value=1e9, allow_nan=False)
EXITS = st.builds(
    ExitStatus,
    code=st.none() | st.integers(0, 255),
    signal=st.none() | st.sampled_from(["SIGKILL", "signal 40"]),
    error=st.none() | st.text(),
)
INSTANCES = st.builds(
    Instance,
    settle=st.none() | TIMES,
    grace=TIMES,
    state=st.sampled_from(State),
    want=st.sampled_from(Want),
    ready=st.booleans(),
    deadline=st.none() | TIMES,
    started=TIMES,
    position=st.integers(0, 7),
    pause=TIMES,
)
SPECS = st.builds(
    InstanceSpec,
    id=st.text(),
    kind=st.sampled_from(Kind),
    name=st.text(),
    command=st.lists(st.text()).map(tuple),
    cwd=st.text(),
    env=st.dictionaries(st.text(), st.text()),
    settle=TIMES,
    grace=TIMES,
    log=st.text(),
    stage=st.integers(0, 3),
    stamp=st.none() | st.builds(Stamp, st.text(), st.text()),
    port=st.none() | st.integers(1, 65535),
    probe=st.lists(st.text()).map(tuple),
)
DEATHS = st.builds(
    Death,
    by=st.sampled_from(By),
    ran=st.none() | TIMES,
    peak=st.none() | st.integers(0, 2**50),
)
ENDINGS = st.builds(Ending, why=st.sampled_from(["", "restart"]), told_at=TIMES)


def through(value: object) -> object:
    """The value on the other side."""
    return Decoder(REMAKE).decode(json.loads(json.dumps(encode(value))))


@given(SPECS, st.none() | SPECS, INSTANCES, st.none() | EXITS, st.data())
def test_a_cell_in_any_state_comes_through_slot_by_slot(
    spec: InstanceSpec, following: InstanceSpec | None, instance: Instance,
    ended: ExitStatus | None, data: st.DataObject,
) -> None:  # fmt: skip
    cell = Cell(spec, "then")
    cell.next_spec, cell.instance, cell.exit = following, instance, ended
    cell.pid = data.draw(st.none() | st.integers(2, 4_000_000))
    cell.progress = data.draw(st.sampled_from(Progress))
    cell.action = data.draw(st.sampled_from(Event))
    cell.poll_at = data.draw(st.none() | st.just(math.inf) | TIMES)
    cell.removed = data.draw(st.booleans())
    cell.starts = data.draw(st.integers(0, 10**6))
    cell.death = data.draw(st.none() | DEATHS)
    cell.ending = data.draw(ENDINGS)
    other = through(cell)
    assert isinstance(other, Cell)
    for slot in Cell.__slots__:
        assert getattr(other, slot) == getattr(cell, slot), slot
        assert type(getattr(other, slot)) is type(getattr(cell, slot)), slot


def test_a_family_comes_through_slot_by_slot() -> None:
    family = Family("app--queue", 4711)
    family.leader, family.orphans, family.told = None, frozenset({1, 2}), frozenset({2})
    other = through(family)
    assert isinstance(other, Family)
    for slot in Family.__slots__:
        assert getattr(other, slot) == getattr(family, slot), slot


def test_a_field_more_or_less_in_the_other_program_is_no_obstacle() -> None:
    data = json.loads(json.dumps(encode(Cell(spec("a"), "then"))))
    fields = data[2]
    fields["of_a_newer_version"] = ["list", []]
    del fields["starts"]
    fields["instance"][2]["of_a_newer_version"] = 1
    del fields["instance"][2]["pause"]
    cell = Decoder(REMAKE).decode(data)
    assert isinstance(cell, Cell)
    assert (cell.starts, cell.instance.pause, cell.spec.id) == (0, 0.0, "a")


def test_only_our_own_classes_are_looked_up() -> None:
    class Stranger(Enum):
        A = 1

    with pytest.raises(TypeError, match="cannot be handed over"):
        encode(Stranger.A)
    with pytest.raises(TypeError, match="cannot be handed over"):
        encode(object())
    for data in (["enum", "signal:Signals", "SIGKILL"], ["record", "os:stat_result", {}]):
        with pytest.raises(ValueError, match="not ours"):
            Decoder(REMAKE).decode(data)
    with pytest.raises(ValueError, match="does not know"):
        Decoder(REMAKE).decode(["lambda", "x"])


def spec(name: str) -> InstanceSpec:
    return InstanceSpec(
        id=name, kind=Kind.WORKER, name=name, command=("true",), cwd="/", env={"A": name},
        log=f"{name}.log", stage=2,
    )  # fmt: skip


def test_environments_stay_in_their_file_and_share_it(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(plan_text(Plan("p", "/", (spec("a"), spec("b")))))
    plan = read_plan(str(path))
    text = json.dumps(encode(plan))
    path.unlink()
    assert '"A"' not in text
    other = Decoder(REMAKE, dry=True).decode(json.loads(text))
    assert isinstance(other, Plan)
    assert [dict(s.env) for s in other.instances] == [{}, {}]
    decoder = Decoder(REMAKE)
    again = decoder.decode(json.loads(text))
    assert isinstance(again, Plan)
    assert [dict(s.env) for s in again.instances] == [{"A": "a"}, {"A": "b"}]
    for held in decoder._held.values():
        held.fd = os.dup(held.fd)  # here both programs live in one process


@pytest.fixture
def things(tmp_path: Path) -> Iterator[dict[str, object]]:
    kernel = SimKernel(lambda _spec, _number: Script())
    supervisor = Supervisor(kernel, lambda n: None, lambda s: None, lambda t: None)
    rundir = RunDir(str(tmp_path))
    journal = Journal(rundir.journal)
    yield {
        "Supervisor": supervisor,
        "PosixKernel": PosixKernel.__new__(PosixKernel),
        "Journal": journal,
        "Operations": Operations(supervisor, kernel, journal, rundir),
    }
    os.close(journal._file)


def test_every_attribute_is_saved_or_said_to_be_remade(things: dict[str, object]) -> None:
    """Who adds an attribute has to say in `kept.KEPT` what an upgrade does with it."""
    for name, thing in things.items():
        kept = KEPT[name]
        found = set(vars(thing)) or assigned(type(thing))
        assert found == set(kept.saved) | set(kept.remade), name
        assert not set(kept.saved) & set(kept.remade), name
    assert assigned(LinuxKernel) | assigned(PosixKernel) == set().union(*KEPT["LinuxKernel"])
    assert assigned(Engine) == {
        "rundir", "ties", "kernel", "journal", "supervisor", "operations", "listener",
        "logs", "upgrade", "mending", "troubles", "complain", "_notices", "birth",
    }  # fmt: skip
    assert set(Connection.__slots__) == {"lines", "outgoing", "owner", "socket", "watching"}
    assert len(ClientState._fields) == len(Connection.__slots__)


def assigned(kind: type) -> set[str]:
    """The attributes that a class gives itself, wherever in its methods."""
    import ast
    import inspect

    tree = ast.parse(inspect.getsource(kind))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }


def test_a_supervisor_comes_through_whole() -> None:
    def fresh() -> Supervisor:
        return Supervisor(kernel, notices.append, lambda s: None, complaints.append)

    notices: list[object] = []
    complaints: list[str] = []
    kernel = SimKernel(lambda s, _n: Script(lives=0.0, code=1) if s.id == "b" else Script())
    supervisor = fresh()
    supervisor.apply(Plan("p", "/", (spec("a"), spec("b"), spec("c"))))
    supervisor.ask(Event.RELEASE, ["c"])
    wanted = ["running", "backing-off", "stopped"]
    for _ in range(50):
        before = supervisor.rows()
        if [row["state"] for row in before] == wanted:
            break
        for occurrence in kernel.wait(supervisor.next_deadline()):
            supervisor.observe(occurrence)
        supervisor.fire()
    assert [row["state"] for row in before] == wanted
    other = fresh()
    load(other, json.loads(json.dumps(save(supervisor))), Decoder(REMAKE))
    other.resumed()
    assert other.rows() == before
    assert other.next_deadline() == supervisor.next_deadline()
    assert not complaints


def test_connections_go_on_in_the_middle_of_a_line(tmp_path: Path) -> None:
    heard: list[object] = []
    watched: set[int] = set()
    state = str(tmp_path)

    def listener(held: ListenerState | None = None) -> Listener:
        return Listener(
            state, lambda fd, w: watched.add(fd), watched.discard,
            lambda c, r: heard.append(r.op) or {"said": r.op}, lambda c: None, lambda t: None, held,
        )  # fmt: skip

    first = listener()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(socket_path(state))
        first.ready(first._socket.fileno(), writing=False)
        (fd,) = first._clients
        client.sendall(b'{"v": 1, "id": 3, "op": "pi')
        first.ready(fd, writing=False)
        first._clients[fd].watching = first._clients[fd].owner = True
        held = first.hand_over()
        assert first.descriptors() == {held.listening, fd}
        second = listener(held)
        client.sendall(b'ng"}\n')
        second.ready(fd, writing=False)
        assert json.loads(client.recv(4096)) == {"id": 3, "ok": True, "said": "ping"}
        assert heard == ["ping"]
        assert second._clients[fd].watching
        assert second._clients[fd].owner
        second.close()
    for connection in first._clients.values():
        connection.socket.detach()
    first._socket.detach()


def test_a_text_of_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="another format: format 99 of version 9"):
        handover.read(b'{"format": 99, "version": "9"}')


def test_the_file_without_a_name_is_read_whole_wherever_it_stands() -> None:
    fd = handover.unnamed_file(b"x" * 100_000)
    try:
        os.lseek(fd, 50, os.SEEK_SET)
        assert handover.content(fd) == b"x" * 100_000
        assert os.fstat(fd).st_nlink == 0
    finally:
        os.close(fd)


def test_nothing_but_paths_and_numbers_is_in_the_arguments() -> None:
    argv = command(Program("/new", "/n"), Program("/old", "/o"), "engine", "7")
    assert argv[0] == "/new"
    assert argv[5:] == ["engine", "/n", "/old", "/o", "", "7"]
