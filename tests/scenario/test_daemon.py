"""`paasctl daemon`: the engine seen, upgraded, installed and ended through the command line."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from paasctl.cli.unit import name_of
from tests.running import REPOSITORY, eventually, gone, marked
from tests.scenario.checkout import Checkout, written

pytestmark = pytest.mark.scenario

MANIFEST = """\
name: app
type: 'golang:1.26'
workers:
    queue:
        commands:
            start: sh -c 'echo up; exec sleep 1000'
    mail:
        commands:
            start: sleep 1000
"""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Checkout]:
    found = Checkout(written(tmp_path / "shop", {".platform.app.yaml": MANIFEST}))
    try:
        yield found
    finally:
        found.clear()


def status(here: Checkout) -> dict[str, object]:
    found = json.loads(here("daemon", "status", "--format", "json").well().out)
    assert isinstance(found, dict)
    return found


def test_without_an_engine_it_says_so(here: Checkout) -> None:
    for action in ("status", "upgrade"):
        said = here("daemon", action)
        assert said.code == 3
        assert "nothing is running" in said.err
    assert here("daemon", "log").code == 0
    wrong = here("daemon", "upgrde")
    assert wrong.code == 2
    assert "did you mean upgrade?" in wrong.err


def test_an_upgrade_touches_nothing_and_an_attached_terminal_stays(here: Checkout) -> None:
    with here.begun("up") as attached:
        attached.until_said("ready in ")
        before, pids = status(here), here.pids()
        said = here("daemon", "upgrade").well()
        assert f"pid {before['pid']}; nothing was restarted" in said.out
        after = status(here)
        assert (after["pid"], after["guardian"]) == (before["pid"], before["guardian"])
        assert here.pids() == pids
        assert here("daemon").well().out.startswith("engine     version ")
        here("restart", "queue").well()
        here("stop", "mail").well()
        here("daemon", "upgrade").well()
        assert here.rows()["app--mail"]["state"] == "stopped"
        attached.process.send_signal(signal.SIGINT)
        assert attached.code() == 130
    assert "has taken over" in here("daemon", "log", "-n", "500").well().out
    assert here("daemon", "log", "-n", "0").well().out == ""
    assert not marked(here.state)


def test_an_upgrade_to_what_cannot_take_over_is_refused_in_words(
    here: Checkout, tmp_path: Path
) -> None:
    here("up", "-d").well()
    pids = here.pids()
    site = tmp_path / "site"
    shutil.copytree(REPOSITORY / "paasctl", site / "paasctl")
    (site / "paasctl" / "supervise" / "engine.py").write_text("raise RuntimeError('not today')\n")
    said = subprocess.run(
        [sys.executable, "-P", "-m", "paasctl", "daemon", "upgrade"],
        cwd=here.root, env={**here.environ, "PYTHONPATH": str(site)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert said.returncode == 1, said.stderr
    assert "cannot take over: RuntimeError: not today" in said.stderr
    assert "everything goes on as before" in said.stderr
    assert here.pids() == pids
    here("daemon", "stop").well()
    assert not marked(here.state)


def test_a_service_manager_is_told_the_guardian_and_its_sigterm_ends_everything(
    here: Checkout, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        address = f"{os.environ['XDG_RUNTIME_DIR']}/notify"
        manager.bind(address)
        manager.settimeout(60)
        here("up", "-d", NOTIFY_SOCKET=address).well()
        told = dict(line.split("=") for line in manager.recv(4096).decode().splitlines())
        Path(address).unlink()
    found = status(here)
    assert told == {"MAINPID": str(found["guardian"]), "READY": "1"}
    os.kill(int(told["MAINPID"]), signal.SIGTERM)
    eventually(lambda: gone(int(str(found["pid"]))) and gone(int(told["MAINPID"])), "all end")
    assert not marked(here.state)
    assert here("ps").code == 3


def test_install_writes_a_unit_says_what_to_run_and_uninstall_removes_it(
    here: Checkout, tmp_path: Path
) -> None:
    home = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "SECRET": "do-not-write-me"}
    shown = here("daemon", "install", "--user", "--print", **home).well().out
    assert not (tmp_path / "config").exists()
    said = here("daemon", "install", "--user", **home).well().out
    unit = tmp_path / "config" / "systemd" / "user" / name_of(str(here.root))
    assert unit.read_text() == shown
    assert "do-not-write-me" not in shown
    assert f"systemctl --user enable --now {unit.name}" in said
    assert "loginctl enable-linger" in said
    assert f"stop {unit.name}" in here("daemon", "uninstall", "--user", **home).well().out
    assert not unit.exists()
    assert here("daemon", "uninstall", "--user", **home).code == 3
    assert here("daemon", "install", "--user", "--system").code == 2
    nowhere = here("daemon", "install", "--user", XDG_CONFIG_HOME="/proc/none")
    assert nowhere.code == 1
    assert "cannot write /proc/none/systemd/user" in nowhere.err
    command = next(line for line in shown.splitlines() if line.startswith("ExecStart="))
    line = command.removeprefix("ExecStart=").replace("up --detach", "validate")
    done = subprocess.run(
        ["/bin/sh", "-c", line], env=here.environ, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
