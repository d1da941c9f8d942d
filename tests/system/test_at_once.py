"""Many command lines at the same moment, for one project."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from paasctl.control.client import connect
from tests.running import REPOSITORY, eventually, marked

pytestmark = pytest.mark.system

MAIN = "import sys; from paasctl.cli.app import main; main()"
MANIFEST = (
    "name: app\ntype: 'golang:1.26'\nworkers:\n  queue:\n    commands:\n      start: sleep 1000\n"
)


def start(root: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, *words], cwd=root, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip


def finish(running: list[subprocess.Popen[str]]) -> list[tuple[int, str]]:
    found = []
    for process in running:
        said, _ = process.communicate(timeout=120)
        found.append((process.returncode, said))
    return found


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / ".platform.app.yaml").write_text(MANIFEST)
    yield tmp_path
    finish([start(tmp_path, "down", "-t", "1")])
    eventually(lambda: not marked(str(tmp_path / ".paasctl")), "everything has ended")


@pytest.mark.checklist(20, "two at once")
def test_of_several_ups_one_starts_the_engine_and_the_others_join(root: Path) -> None:
    ended = finish([start(root, "up", "-d", "--wait") for _ in range(5)])
    assert [code for code, _ in ended] == [0] * 5, ended
    started = [said for _, said in ended if "started in the background" in said]
    joined = [said for _, said in ended if "already running" in said]
    assert (len(started), len(joined)) == (1, 4)
    assert len(marked(str(root / ".paasctl"))) == 1


@pytest.mark.checklist(10)
def test_a_hundred_restarts_at_once_leave_one_process(root: Path) -> None:
    finish([start(root, "up", "-d", "--wait")])
    ended = finish([start(root, "restart", "queue") for _ in range(100)])
    assert [code for code, said in ended if "Traceback" in said] == []
    assert {code for code, _ in ended} == {0}, [said for code, said in ended if code]
    client = connect(str(root / ".paasctl"))
    assert client is not None
    rows = client.ask("status")["instances"]
    client.close()
    assert isinstance(rows, list)
    assert [row["state"] for row in rows] == ["running"]
    assert marked(str(root / ".paasctl")) == [rows[0]["pid"]]
