"""The parts of `paasctl show`: what is waited for, the ends in the journal, the mounts."""

import json
from pathlib import Path

import pytest

from paasctl.cli.awaited import awaited
from paasctl.cli.history import ends_of
from paasctl.cli.lastlines import last_lines
from paasctl.cli.running import Place
from paasctl.model.host import Namespaces, Tools
from paasctl.model.plan import InstanceSpec, Kind, Stage
from paasctl.model.status import Shown, Status
from paasctl.plan.enclosure import bound_by, enclosure
from paasctl.plan.mounts import Binding

FAR = "2999-01-01T00:00:00.000Z"


def row(name: str, state: Shown, **more: object) -> Status:
    base = Status(name, name, "worker", "app", state, "up", False, None, 0, "", None, None, "x")
    return base._replace(**more)


def spec(name: str, stage: int = Stage.RUN, **more: object) -> InstanceSpec:
    base = InstanceSpec(name, Kind.WORKER, name, ("true",), "/", {}, f"{name}.log", stage)
    return base._replace(**more)


@pytest.mark.parametrize(
    ("state", "more", "of", "text"),
    [
        (Shown.RUNNING, {}, {}, ""),
        (Shown.EXITED, {}, {}, ""),
        (Shown.STARTING, {}, {}, "1s of life"),
        (Shown.STARTING, {}, {"probe": ("x",)}, "its own protocol to answer"),
        (Shown.STARTING, {}, {"listen": "tcp:127.0.0.1:8"},
         "somebody to accept connections at 127.0.0.1:8"),
        (Shown.STARTING, {}, {"once": True}, "its end"),
        (Shown.STOPPING, {}, {}, "its processes to end"),
        (Shown.BACKING_OFF, {}, {}, "its next try"),
        (Shown.STOPPED, {}, {}, "somebody to start it: paasctl start w"),
    ],
)  # fmt: skip
def test_awaited(state: Shown, more: dict[str, object], of: dict[str, object], text: str) -> None:
    mine = row("w", state, **more)
    assert awaited(mine, spec("w", **of), [mine], {"w": Stage.RUN}) == text


def test_awaited_says_how_long() -> None:
    mine = row("w", Shown.STOPPING, kill_at=FAR)
    assert "SIGKILL in 3" in awaited(mine, spec("w"), [mine], {})
    mine = row("w", Shown.BACKING_OFF, next=FAR)
    assert awaited(mine, spec("w"), [mine], {}).startswith("its next try, in 3")


def test_awaited_names_who_is_before_it() -> None:
    mine = row("w", Shown.WAITING)
    rows = [
        row("db", Shown.STARTING), row("cache", Shown.RUNNING, ready=True),
        row("build", Shown.EXITED), row("deploy", Shown.WAITING), mine, row("v", Shown.WAITING),
    ]  # fmt: skip
    stages = {"db": 0, "cache": 0, "build": 0, "deploy": 1, "w": 2, "v": 2}
    assert awaited(mine, spec("w"), rows, stages) == "db, deploy"
    assert awaited(mine, spec("w"), [mine], stages) == "its turn"


def test_ends_of_reads_both_journals_and_joins_what_is_one_end(tmp_path: Path) -> None:
    def notice(event: str, at: str, **more: object) -> str:
        ended = {"code": 1, "at": at, **more}
        return json.dumps({"id": "app--w", "event": event, "exit": ended}) + "\n"

    other = json.dumps({"id": "app--v", "event": "exited", "exit": {"code": 9, "at": "2"}}) + "\n"
    (tmp_path / "journal.jsonl.1").write_text(notice("exited", "1"))
    (tmp_path / "journal.jsonl").write_text(
        other + notice("spawned", "1") + "{torn\n" + notice("leader-exited", "2", forced=False)
        + notice("exited", "2", forced=True) + notice("spawn-failed", "3", error="why")
    )  # fmt: skip
    found = ends_of(Place(str(tmp_path), str(tmp_path)), "app--w", 10)
    assert [end["at"] for end in found] == ["1", "2", "3"]
    assert found[1]["forced"] is True
    assert [end["at"] for end in ends_of(Place("", str(tmp_path)), "app--w", 2)] == ["2", "3"]


def test_the_last_lines_before_a_place_in_the_log(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "w.log").write_text("one\ntwo\nthree\n")
    place = Place(str(tmp_path), str(tmp_path))
    assert last_lines(place, "w.log", 1, len("one\ntwo\n")) == ["two"]
    assert last_lines(place, "w.log", 1, 10_000) == ["three"], "the file was begun anew"
    assert last_lines(place, "w.log", 2) == ["two", "three"]


@pytest.mark.parametrize("namespaces", [Namespaces.ROOT, Namespaces.USER])
def test_bound_by_is_the_inverse_of_enclosure(namespaces: Namespaces) -> None:
    tools = Tools(*(f"/bin/{name}" for name in Tools._fields))
    bound = (Binding("/store/a", "/app/a"), Binding("/store/b", "/app/a b"))
    assert bound_by(enclosure(tools, namespaces, "/app", bound, False)) == bound
    assert bound_by(enclosure(tools, namespaces, "/app", (), True)) == ()
    assert bound_by(()) == bound_by(("/bin/true",)) == ()
