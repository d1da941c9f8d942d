"""`paasctl scale` on a running project: only the copies concerned, and remembered."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import eventually, gone
from tests.scenario.checkout import Checkout, written

pytestmark = pytest.mark.system

MANIFEST = """\
name: app
type: 'python:3.11'
hooks:
  build: echo building
  deploy: echo deploying
workers:
  queue: {commands: {start: 'echo queue $PORT; exec sleep 1000'}}
  mail: {commands: {start: 'exec sleep 1000'}}
"""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Checkout]:
    root = tmp_path / "shop"
    found = Checkout(written(root, {".platform.app.yaml": MANIFEST, ".platform/.keep": ""}))
    try:
        yield found
    finally:
        found.clear()


def started(here: Checkout, *words: str) -> dict[str, object]:
    here("up", "-d", "--wait", *words).well()
    return workers(here)


def workers(here: Checkout) -> dict[str, object]:
    return {n: r["pid"] for n, r in here.rows().items() if r["kind"] == "worker"}


def test_up_and_down_touch_nobody_else(here: Checkout) -> None:
    before = started(here)
    said = here("scale", "queue=3").well().err
    assert "app--queue.2  ✓ ready" in said
    more = workers(here)
    assert set(more) == {"app--queue", "app--queue.2", "app--queue.3", "app--mail"}
    assert {name: more[name] for name in before} == before
    assert len({here.log(name) for name in more if "queue" in name}) == 3, "each its own port"
    fewer = here("scale", "queue=1", "mail=2").well().err
    assert "app--queue.2  ■ stopped" in fewer
    assert "app--mail.2  ✓ ready" in fewer
    now = workers(here)
    assert set(now) == {"app--queue", "app--mail", "app--mail.2"}
    assert {name: now[name] for name in before} == before
    assert gone(int(str(more["app--queue.3"])))
    ended = [n for n in here.notices() if n["id"] == "app--queue.3" and n["event"] == "exited"]
    assert ended[-1]["exit"]["why"] == "scale"  # type: ignore[index]
    assert here("scale", "mail=2").well().err == "mail  ✓ is 2 already\n"


def test_it_is_remembered_by_restart_and_by_the_next_up(here: Checkout) -> None:
    started(here, "--scale", "mail=2")
    here("scale", "queue=2").well()
    assert here("restart", "queue").well().err.count("✓ ready") == 2
    here("up", "-d").well()
    assert set(workers(here)) == {"app--queue", "app--queue.2", "app--mail", "app--mail.2"}
    here.down()
    again = started(here)
    assert set(again) == {"app--queue", "app--queue.2", "app--mail", "app--mail.2"}
    here("scale", "queue=1", "mail=1").well()
    assert set(workers(here)) == {"app--queue", "app--mail"}
    here.down()
    assert set(started(here)) == {"app--queue", "app--mail"}


def test_to_nothing_and_back(here: Checkout) -> None:
    before = started(here)
    here("scale", "app--queue=0").well()
    assert set(workers(here)) == {"app--mail"}
    here("scale", "queue=1").well()
    now = workers(here)
    assert now["app--mail"] == before["app--mail"]
    assert now["app--queue"] not in (None, before["app--queue"])


def test_what_has_changed_meanwhile_waits(here: Checkout) -> None:
    before = started(here)
    changed = MANIFEST.replace("exec sleep 1000'}}\n  mail", "exec sleep 2000'}}\n  mail")
    (here.root / ".platform.app.yaml").write_text(
        changed + "  late: {commands: {start: sleep 9}}\n"
    )
    here("scale", "queue=2").well()
    now = workers(here)
    assert set(now) == {*before, "app--queue.2"}
    assert now["app--queue"] == before["app--queue"]
    here("up", "-d").well()
    eventually(lambda: "app--late" in workers(here), "the new worker")
    eventually(lambda: workers(here)["app--queue"] not in (None, before["app--queue"]), "changed")


def test_hooks_are_not_run_again(here: Checkout) -> None:
    started(here)
    here("scale", "queue=2").well()
    here.down()
    started(here)
    assert here.log("app.build").count("building") == 1
    assert here.log("app.deploy").count("deploying") == 1


def test_a_stopped_one_stays_stopped(here: Checkout) -> None:
    started(here)
    here("stop", "queue").well()
    here("scale", "queue=2").well()
    assert workers(here)["app--queue"] is None
    assert workers(here)["app--queue.2"] is not None


def test_a_copy_that_does_not_come_up_is_told(here: Checkout) -> None:
    started(here)
    broken = MANIFEST.replace("echo queue $PORT; exec sleep 1000", "echo boom; exit 3")
    (here.root / ".platform.app.yaml").write_text(broken)
    failed = here("scale", "queue=2")
    assert failed.code == 1
    assert "app--queue.2 exited 3" in failed.err
    assert "boom" in failed.err


def test_refusals(here: Checkout) -> None:
    nothing = here("scale", "queue=2")
    assert nothing.code == 3
    started(here)
    unknown = here("scale", "nobody=2")
    assert unknown.code == 4
    assert "app--queue" in unknown.err
    assert here("scale", "app=2").code == 4
    for words in (("queue",), ("queue=x",), ("queue=-1",), ("queue=99999",), ()):
        assert here("scale", *words).code == 2, words
    assert set(workers(here)) == {"app--queue", "app--mail"}


def test_a_worker_that_is_gone_is_no_obstacle_to_what_was_remembered(here: Checkout) -> None:
    started(here, "--scale", "queue=2")
    here.down()
    without = "".join(line for line in MANIFEST.splitlines(True) if "queue" not in line)
    (here.root / ".platform.app.yaml").write_text(without)
    assert set(started(here)) == {"app--mail"}
    options = json.loads((Path(here.state) / "options.json").read_text())
    assert options["scale"] == [["queue", 2]], "it may come back with another checkout"
