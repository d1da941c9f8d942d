"""`paasctl show` and `top` on real processes."""

import json
import os
import pty
import select
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import eventually, stop_process
from tests.scenario.checkout import PROGRAM, Checkout, written

pytestmark = pytest.mark.system

MANIFEST = """\
name: app
type: 'python:3.11'
disk: 128
variables:
  env: {API_TOKEN: nobody-may-see-this}
web:
  commands: {start: 'python3 -u -m http.server --bind 127.0.0.1 $PORT'}
workers:
  tree:
    mounts: {scratch: {source: local, source_path: scratch}}
    commands: {start: 'echo "token $API_TOKEN"; sh -c "echo inner; sleep 1000; true"; true'}
  mail:
    commands: {start: 'echo boom; exit 3'}
"""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    root = tmp_path_factory.mktemp("shown") / "shop"
    found = Checkout(written(root, {".platform.app.yaml": MANIFEST, ".platform/.keep": ""}))
    found("up", "-d").well()
    try:
        found("wait", "app", "tree", "--timeout", "60").well()
        yield found
    finally:
        found.clear()


def shown(here: Checkout, *words: str) -> dict[str, object]:
    found = json.loads(here("show", *words, "--format", "json").out)
    assert found["schema"] == 1
    return dict(found["instance"])


def test_everything_about_a_living_one(here: Checkout) -> None:
    found = shown(here, "tree")
    assert found["id"] == "app--tree"
    assert found["command"][-1] == 'echo "token $API_TOKEN"; ' + (  # type: ignore[index]
        'sh -c "echo inner; sleep 1000; true"; true'
    )
    assert found["cwd"] == str(here.root)
    processes = found["processes"]
    assert isinstance(processes, list)
    assert [member["depth"] for member in processes] == [0, 1, 2]
    assert processes[0]["pid"] == found["pid"]
    assert processes[2]["command"] == "sleep 1000"
    assert all(member["memory"] > 0 and member["threads"] == 1 for member in processes)
    assert set(here.tree("app--tree")) == {member["pid"] for member in processes}
    assert found["lines"] == ["token nobody-may-see-this", "inner"]
    assert found["waits_for"] is None
    mounts = found["mounts"]
    assert isinstance(mounts, list)
    assert [mount["path"] for mount in mounts] == [str(here.root / "scratch")]


def test_secrets_are_hidden_unless_asked_for(here: Checkout) -> None:
    env = shown(here, "tree")["env"]
    assert isinstance(env, dict)
    assert env["API_TOKEN"] == "***"
    assert env["PLATFORM_RELATIONSHIPS"] == "***"
    assert env["PORT"].isdecimal()
    page = here("show", "tree").well().out
    assert "API_TOKEN=***" in page
    revealed = shown(here, "tree", "--reveal")["env"]
    assert isinstance(revealed, dict)
    assert revealed["API_TOKEN"] == "nobody-may-see-this"


def test_the_ends_of_one_that_crashes(here: Checkout) -> None:
    eventually(lambda: len(shown(here, "mail")["exits"]) > 1, "two ends")  # type: ignore[arg-type]
    found = shown(here, "mail")
    exits = found["exits"]
    assert isinstance(exits, list)
    assert all((end["code"], end["by"]) == (3, "itself") for end in exits)
    assert exits[-1]["log_end"] == 5 * len(exits)
    page = here("show", "mail").well().out
    assert "exited 3" in page
    assert "last lines\n  boom\n" in page
    assert "waits for" in page


def test_a_kill_from_outside_is_told(here: Checkout) -> None:
    pid = here.pid("app--tree")
    stop_process(pid)
    eventually(lambda: here.rows()["app--tree"]["pid"] not in (None, pid), "it runs again")
    here("wait", "tree", "--timeout", "60").well()
    found = shown(here, "tree")
    ended = found["exit"]
    assert isinstance(ended, dict)
    assert (ended["signal"], ended["by"], ended["pid"]) == ("SIGKILL", "other", pid)
    assert "killed by SIGKILL: not by paasctl" in here("show", "tree").out


def test_names(here: Checkout) -> None:
    unknown = here("show", "nobody")
    assert unknown.code == 4
    assert "app--tree" in unknown.err
    assert here("show").code == 2


def test_the_dead_are_shown_too(tmp_path: Path) -> None:
    manifest = (
        "name: app\ntype: 'python:3.11'\nworkers:\n  w: {commands: {start: 'echo x; sleep 9'}}"
    )
    other = Checkout(written(tmp_path / "p", {".platform.app.yaml": manifest}))
    refused = other("show", "w")
    assert refused.code == 3
    assert "nothing has been started here yet" in refused.err
    other("up", "-d").well()
    eventually(lambda: "x" in other.log("app--w"), "it runs")
    other("down").well()
    dead = other("show", "w", "--format", "json")
    assert dead.code == 3
    found = json.loads(dead.out)
    assert found["running"] is False
    assert found["instance"]["lines"] == ["x"]
    assert found["instance"]["exit"]["why"] == "down"
    assert found["instance"]["processes"] == []


def test_top_once_has_a_tree_for_each_and_all_of_them(here: Checkout) -> None:
    found = json.loads(here("top", "--format", "json").well().out)
    assert found["schema"] == 1
    uses = {use["id"]: use for use in found["instances"]}
    tree = uses["app--tree"]
    assert (tree["processes"], tree["threads"]) == (3, 3)
    assert tree["memory"] > 0
    assert tree["files"] >= 9
    assert uses["app"]["cpu"] >= 0
    page = here("top", "tree").well().out.splitlines()
    assert [line.split()[0] for line in page] == ["NAME", "tree", "all"]
    assert here("top", "nobody").code == 4
    fields = here("top", "tree", "--format", "plain").well().out.split("\t")
    assert fields[0] == "app--tree"


def test_top_sees_who_is_busy(here: Checkout, tmp_path: Path) -> None:
    manifest = (
        "name: app\ntype: 'python:3.11'\nworkers:\n"
        "  busy: {commands: {start: 'while :; do :; done'}}\n"
        "  idle: {commands: {start: sleep 1000}}\n"
    )
    other = Checkout(written(tmp_path / "p", {".platform.app.yaml": manifest}))
    assert other("top").code == 3
    other("up", "-d").well()
    try:
        other("wait", "busy", "idle", "--timeout", "60").well()
        uses = json.loads(other("top", "--format", "json").well().out)["instances"]
        cpu = {use["id"]: use["cpu"] for use in uses}
        assert cpu["app--busy"] > cpu["app--idle"]
        assert cpu["app--idle"] == 0
    finally:
        other.clear()


def test_top_on_a_terminal_is_live_and_leaves_it_as_it_was(here: Checkout) -> None:
    said = b""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(here.root)
        os.execve(PROGRAM, ["paasctl", "top", "--interval", "0.2"], here.environ)

    def more() -> bool:
        nonlocal said
        if select.select([terminal], [], [], 0)[0]:
            said += os.read(terminal, 65536)
        return said.count(b"\x1b[H") > 2

    eventually(more, "it has drawn three times")
    os.write(terminal, b"\x03")
    _, status = os.waitpid(pid, 0)
    said += os.read(terminal, 65536)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 130
    assert said.endswith(b"\x1b[?25h\x1b[?1049l")
    assert b"Traceback" not in said
