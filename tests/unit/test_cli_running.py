"""Where a project is, and what a name means."""

from pathlib import Path
from typing import NamedTuple

import pytest

from paasctl.cli.command import Call
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.running import find_root, place_of, resolve, resolve_one, short_names
from paasctl.cli.target import target
from paasctl.model.plan import InstanceSpec, Kind


class Item(NamedTuple):
    id: str
    kind: str = "worker"
    app: str | None = "app"


ONE = [
    Item("db", "service", None),
    Item("app", "web"),
    Item("app--queue"),
    Item("app--queue.2"),
    Item("app--queue.3"),
    Item("app--mail"),
]
TWO = [
    Item("a", "web", "a"),
    Item("a--queue", "worker", "a"),
    Item("b", "web", "b"),
    Item("b--queue", "worker", "b"),
    Item("b--mail", "worker", "b"),
    Item("queue", "service", None),
]


@pytest.mark.parametrize(
    ("names", "known", "app", "ids"),
    [
        (["queue"], ONE, None, ["app--queue", "app--queue.2", "app--queue.3"]),
        (["app--queue"], ONE, None, ["app--queue", "app--queue.2", "app--queue.3"]),
        (["queue.2"], ONE, None, ["app--queue.2"]),
        (["queue.1"], ONE, None, ["app--queue"]),
        (["app--queue.3"], ONE, None, ["app--queue.3"]),
        (["mail", "db"], ONE, None, ["db", "app--mail"]),
        (["app"], ONE, None, ["app"]),
        ([], ONE, None, [item.id for item in ONE]),
        (["mail"], TWO, None, ["b--mail"]),
        (["queue"], TWO, None, ["queue"]),
        (["queue"], TWO, "b", ["b--queue"]),
        ([], TWO, "b", ["b", "b--queue", "b--mail"]),
        (["b"], TWO, None, ["b"]),
    ],
)
def test_resolve(names: list[str], known: list[Item], app: str | None, ids: list[str]) -> None:
    assert resolve(names, known, app) == ids


@pytest.mark.parametrize(
    ("names", "known", "app", "message", "fix"),
    [
        (["quue"], ONE, None, "there is no 'quue' here", "did you mean queue?"),
        (["queue.9"], ONE, None, "there is no 'queue.9' here", "did you mean queue"),
        (["x"], TWO, "c", "Application not found: c", ""),
        (
            ["queue"],
            TWO[:-1],
            None,
            "Ambiguous name: queue (matches: a--queue, b--queue)",
            "",
        ),
    ],
)
def test_unknown_or_ambiguous(
    names: list[str], known: list[Item], app: str | None, message: str, fix: str
) -> None:
    with pytest.raises(Refused) as refused:
        resolve(names, known, app)
    assert refused.value.code == Exit.UNKNOWN_NAME
    assert refused.value.message == message
    assert refused.value.fix.startswith(fix)
    assert len(refused.value.lines) > 1


def test_one_of_a_scaled_worker() -> None:
    assert resolve_one("queue", ONE) == "app--queue"


def test_short_names() -> None:
    shown = short_names([item.id for item in TWO])
    assert shown["b--mail"] == "mail"
    assert shown["a--queue"] == "a--queue"
    assert shown["queue"] == "queue"


def spec(identity: str, kind: Kind, app: str) -> InstanceSpec:
    return InstanceSpec(identity, kind, identity, (), "/", {}, "x.log", 2, app=app)


SINGLE = [
    spec("app", Kind.WEB, "app"),
    spec("app--queue", Kind.WORKER, "app"),
    spec("app--queue.2", Kind.WORKER, "app"),
    spec("app.build", Kind.HOOK, "app"),
]
SEVERAL = [
    spec("a", Kind.WEB, "a"),
    spec("a--queue", Kind.WORKER, "a"),
    spec("b", Kind.WEB, "b"),
    spec("b--queue", Kind.WORKER, "b"),
]


@pytest.mark.parametrize(
    ("known", "worker", "app", "replica", "identity"),
    [
        (SINGLE, None, None, None, "app"),
        (SINGLE, "queue", None, None, "app--queue"),
        (SINGLE, "queue", None, 2, "app--queue.2"),
        (SINGLE, "app--queue", None, None, "app--queue"),
        (SEVERAL, None, "b", None, "b"),
        (SEVERAL, "queue", "b", None, "b--queue"),
        (SEVERAL, "b--queue", "b", None, "b--queue"),
    ],
)
def test_target(
    known: list[InstanceSpec],
    worker: str | None,
    app: str | None,
    replica: int | None,
    identity: str,
) -> None:
    assert target(known, worker, app, replica).id == identity


@pytest.mark.parametrize(
    ("known", "worker", "app", "replica", "message", "code"),
    [
        (SINGLE, "mail", None, None, "Worker not found: mail", Exit.UNKNOWN_NAME),
        (SINGLE, "mail", "app", None, "Worker not found: mail (in app: app)", Exit.UNKNOWN_NAME),
        (SINGLE, None, "x", None, "Application not found: x", Exit.UNKNOWN_NAME),
        (
            SEVERAL,
            "queue",
            None,
            None,
            "Ambiguous worker name: queue (matches: a--queue, b--queue)",
            Exit.UNKNOWN_NAME,
        ),
        (
            SEVERAL,
            "a--queue",
            "b",
            None,
            'App name "b" conflicts with worker name "a--queue"',
            Exit.USAGE,
        ),
        (SEVERAL, None, None, None, "Specifying the --app or --worker is required: there are several", Exit.UNKNOWN_NAME),  # noqa: E501
        (SINGLE, "queue", None, 7, "there is no 'app--queue.7'", Exit.UNKNOWN_NAME),
    ],
)  # fmt: skip
def test_no_target(
    known: list[InstanceSpec],
    worker: str | None,
    app: str | None,
    replica: int | None,
    message: str,
    code: Exit,
) -> None:
    with pytest.raises(Refused) as refused:
        target(known, worker, app, replica)
    assert (refused.value.message, refused.value.code) == (message, code)


def test_root_is_found_from_inside(tmp_path: Path) -> None:
    (tmp_path / "project/.platform").mkdir(parents=True)
    inside = tmp_path / "project/api/src"
    inside.mkdir(parents=True)
    (tmp_path / "project/api/.platform.app.yaml").touch()
    assert find_root(str(inside)) == str(tmp_path / "project")


def test_one_application_alone_is_a_root(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    (tmp_path / ".platform.app.yaml").touch()
    assert find_root(str(tmp_path / "src")) == str(tmp_path)


def test_a_repository_inside_a_project_is_itself(tmp_path: Path) -> None:
    (tmp_path / ".platform").mkdir()
    (tmp_path / "vendored/.git").mkdir(parents=True)
    assert find_root(str(tmp_path / "vendored")) is None


def test_no_project(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(Refused) as refused:
        place_of(Call({}, project=str(tmp_path)))
    assert refused.value.code == Exit.NOT_RUNNING
    with pytest.raises(Refused) as missing:
        place_of(Call({}, project=str(tmp_path / "nowhere")))
    assert missing.value.code == Exit.USAGE
