"""The verbs against a real engine with real processes."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.system

MANIFEST = """\
name: app
type: 'python:3.11'
web:
  commands:
    start: python3 -u -m http.server --bind 127.0.0.1 $PORT
workers:
  queue:
    commands:
      start: 'echo started; trap "echo bye; exit 0" TERM; while :; do sleep 0.1; done'
  stubborn:
    commands:
      start: 'trap "" TERM; while :; do sleep 0.1; done'
  mail:
    commands:
      start: 'echo boom; exit 3'
"""
CODE = "from paasctl.cli.app import main; main()"


class Project:
    """A project on disk and its command line."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("PAASCTL", "PLATF"))}

    def __call__(self, *words: str, **more: object) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", CODE, *words],
            cwd=self.root,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=60,
            **more,  # type: ignore[call-overload]
        )

    def begin(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-c", CODE, *words],
            cwd=self.root,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def row(self, name: str) -> dict[str, object]:
        rows = json.loads(self("ps", name, "--format", "json").stdout)["instances"]
        assert len(rows) == 1
        return dict(rows[0])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    root = tmp_path_factory.mktemp("shop")
    (root / ".git").mkdir()
    (root / ".platform").mkdir()
    (root / ".platform.app.yaml").write_text(MANIFEST)
    shop = Project(root)
    started = shop("up", "-d")
    assert started.returncode == 0, started.stderr
    ready = shop("wait", "app", "queue", "stubborn", "--timeout", "20")
    assert ready.returncode == 0, ready.stderr
    yield shop
    shop("kill", "stubborn")
    assert shop("down", "-t", "0").returncode == 0


def test_ps_json_contract(project: Project) -> None:
    found = json.loads(project("ps", "--format", "json").stdout)
    assert found["schema"] == 1
    assert found["running"] is True
    row = next(row for row in found["instances"] if row["id"] == "app--queue")
    assert list(row) == [
        *("id", "name", "kind", "app", "state", "want", "ready", "pid", "restarts"),
        *("since", "exit", "port", "log", "next", "kill_at", "stopped_by"),
    ]
    assert (row["kind"], row["state"], row["ready"]) == ("worker", "running", True)
    os.kill(row["pid"], 0)


def test_ps_forms(project: Project) -> None:
    table = project("ps")
    assert table.returncode == 0
    assert table.stdout.splitlines()[0].split() == [
        *("NAME", "KIND", "STATE", "PID", "UP", "RESTARTS", "READY", "PORT", "NEXT/EXIT")
    ]
    assert "app--queue" in project("ps", "-q").stdout.splitlines()
    assert "app--mail" not in project("ps", "-q", "queue").stdout.splitlines()
    fields = project("ls", "queue", "--format", "plain").stdout.rstrip("\n").split("\t")
    assert fields[:3] == ["app--queue", "worker", "running"]
    unknown = project("ps", "quue")
    assert unknown.returncode == 4
    assert "did you mean queue?" in unknown.stderr


def test_stop_is_really_down_and_start_is_ready(project: Project) -> None:
    pid = project.row("queue")["pid"]
    assert isinstance(pid, int)
    stopped = project("stop", "queue")
    assert stopped.returncode == 0, stopped.stderr
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert project.row("queue")["state"] == "stopped"
    started = project("start", "queue")
    assert started.returncode == 0, started.stderr
    assert "✓ ready" in started.stderr
    assert project.row("queue")["ready"] is True
    assert "is running" in project("start", "queue").stderr


def test_stop_with_a_time_kills(project: Project) -> None:
    stopped = project("stop", "stubborn", "-t", "0.2")
    assert stopped.returncode == 0
    assert "killed" in stopped.stderr
    assert project("start", "stubborn").returncode == 0


def test_start_says_why_it_is_not_up(project: Project) -> None:
    failed = project("start", "mail")
    assert failed.returncode == 1
    assert "app--mail exited 3 and is not up" in failed.stderr
    assert "    boom" in failed.stderr


def test_restart_has_a_new_process(project: Project) -> None:
    before = project.row("queue")["pid"]
    restarted = project("restart", "queue")
    assert restarted.returncode == 0, restarted.stderr
    assert project.row("queue")["pid"] != before


def test_kill_and_wait(project: Project) -> None:
    before = project.row("queue")["pid"]
    waiting = project.begin("wait", "queue", "--for", "exit", "--timeout", "20")
    ready = project.begin("events", "-f")
    assert project("kill", "queue", "-s", "9").returncode == 0
    assert project("wait", "queue", "-t", "20").returncode == 0
    while project.row("queue")["pid"] in (before, None):
        assert project("wait", "queue", "-t", "20").returncode == 0
    waiting.send_signal(signal.SIGINT)  # it was late if the kill came before its question
    assert waiting.wait(20) in (0, 130)
    waiting.communicate()
    ready.send_signal(signal.SIGINT)
    assert ready.wait(20) == 130
    ready.communicate()
    assert project("kill", "queue", "-s", "NOPE").returncode == 2
    assert project("wait", "mail", "-t", "0.2").returncode == 5
    assert project("wait", "nobody").returncode == 4


def test_logs(project: Project) -> None:
    assert project("logs", "queue", "-n", "1").stdout == "queue  | started\n"
    assert project("logs", "queue", "-n", "1", "--no-prefix").stdout == "started\n"
    assert project("logs", "queue", "-n", "0").stdout == ""
    assert project("log", "nobody").returncode == 4


def test_logs_follow_until_interrupted(project: Project) -> None:
    following = project.begin("logs", "-f", "queue", "-n", "1")
    assert following.stdout is not None
    assert following.stdout.readline() == "queue  | started\n"
    assert project("restart", "queue").returncode == 0
    assert following.stdout.readline() == "queue  | bye\n"
    assert following.stdout.readline() == "queue  | started\n"
    following.send_signal(signal.SIGINT)
    assert following.wait(10) == 130
    assert "Traceback" not in following.communicate()[1]


def test_reader_that_goes_away(project: Project) -> None:
    piped = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -c '{CODE}' events | head -n 1"],
        cwd=project.root,
        env=project.env,
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert json.loads(piped.stdout)["seq"] == 1
    assert piped.stderr == ""


def test_events(project: Project) -> None:
    lines = [json.loads(line) for line in project("events").stdout.splitlines()]
    numbers = [line["seq"] for line in lines]
    assert numbers == sorted(set(numbers))
    assert {"seq", "at", "id", "event", "old", "new", "exit"} <= set(lines[-1])
    later = project("events", "--since", str(numbers[-3])).stdout.splitlines()
    assert [json.loads(line)["seq"] for line in later][:2] == numbers[-2:]


def test_events_follow_from_a_number(project: Project) -> None:
    last = json.loads(project("events").stdout.splitlines()[-1])["seq"]
    following = project.begin("events", "-f", "--since", str(last - 1))
    assert following.stdout is not None
    assert json.loads(following.stdout.readline())["seq"] == last
    assert project("restart", "queue").returncode == 0
    found = json.loads(following.stdout.readline())
    assert found["seq"] == last + 1
    following.send_signal(signal.SIGINT)
    assert following.wait(10) == 130
    following.communicate()


def test_sv_in_the_shell(project: Project) -> None:
    script = "sv status app; sv stop app; sv status app; sv start app; sv foo app; echo $?; sv s x"
    found = project("ssh", "--worker=queue", "--", script)
    lines = found.stdout.splitlines()
    assert lines[0].startswith("run: app: (pid ")
    assert lines[1].startswith("ok: down: app: ")
    assert lines[1].endswith("s, normally up")
    assert lines[2].startswith("down: app: ")
    assert lines[3].startswith("ok: run: app: (pid ")
    assert lines[4] == "100"
    assert lines[5] == "fail: x: unable to change to service directory: file does not exist"
    assert found.stderr == "usage: sv [-v] [-w sec] command service ...\n\n"
    assert found.returncode == 1
    assert project("wait", "queue").returncode == 0


def test_sv_never_kills_unless_forced(project: Project) -> None:
    late = project("ssh", "--worker=stubborn", "sv -w 1 stop app")
    assert late.returncode == 1
    assert late.stdout.startswith("timeout: run: app: (pid ")
    assert late.stdout.endswith("s, want down, got TERM\n")
    forced = project("ssh", "--worker=stubborn", "sv -w 1 force-stop app")
    assert forced.returncode == 1
    assert forced.stdout.startswith("kill: run: app: (pid ")
    assert project("wait", "stubborn", "--for", "exit", "-t", "10").returncode == 0
    assert project("start", "stubborn").returncode == 0


def test_what_sv_stopped_is_shown_so_and_stays_down_until_somebody_starts_it(
    project: Project,
) -> None:
    assert project("ssh", "--worker=queue", "sv stop app").returncode == 0
    assert "stopped (sv)" in project("ps", "queue").stdout
    assert project.row("queue")["stopped_by"] == "sv"
    assert project("restart", "app").returncode == 0
    assert project.row("queue")["state"] == "stopped"
    assert project("ssh", "--worker=queue", "sv start app").returncode == 0
    assert project.row("queue")["stopped_by"] is None
    assert project("stop", "queue").returncode == 0
    assert "stopped (" not in project("ps", "queue").stdout
    assert project("start", "queue").returncode == 0


def test_sv_in_the_shell_of_web_answers_for_the_platform_s_own_services(project: Project) -> None:
    script = "sv status app nginx; sv stop nginx; echo $?; sv status php8.3-fpm"
    lines = project("ssh", "--", script).stdout.splitlines()
    app, nginx = (line.split(" ", 2) for line in lines[:2])
    assert app == ["run:", "app:", nginx[2]]
    assert nginx[:2] == ["run:", "nginx:"]
    assert lines[2:4] == ["fail: nginx: unable to open supervise/control: access denied", "1"]
    assert lines[4].startswith("fail: php8.3-fpm: unable to change to service directory")
    assert project("wait", "app").returncode == 0
    worker = project("ssh", "--worker=queue", "--", "sv status nginx").stdout
    assert worker.startswith("fail: nginx: unable to change to service directory")


def test_systemctl_in_the_shell(project: Project) -> None:
    script = (
        "systemctl --user is-active app; systemctl --user stop app; echo $?;"
        "systemctl --user is-active app; echo $?; systemctl --user start app.service; echo $?"
    )
    found = project("ssh", "--worker=queue", "--", script)
    assert found.stdout.split() == ["active", "0", "inactive", "3", "0"]
    assert project("wait", "queue").returncode == 0


def test_systemctl_has_systemd_s_exit_codes(project: Project) -> None:
    before = project.row("queue")["pid"]

    def systemctl(words: str, worker: str = "queue") -> tuple[str, int]:
        line = f"systemctl --user {words} 2>&1"
        found = project("ssh", f"--worker={worker}", "--", line)
        return found.stdout, found.returncode

    assert systemctl("restart app") == ("", 0)
    after = project.row("queue")["pid"]
    assert after not in (before, None)
    said, code = systemctl("status app")
    assert code == 0
    assert said.startswith("● app.service - app--queue\n     Active: active (running); ")
    assert said.endswith(f"Main PID: {after}\n")
    assert systemctl("stop app.service") == ("", 0)
    assert "stopped (systemctl)" in project("ps", "queue").stdout
    assert systemctl("try-restart app") == ("", 0)
    said, code = systemctl("status app")
    assert (said.splitlines()[0], code) == ("○ app.service - app--queue", 3)
    assert "Active: inactive (dead); " in said
    assert systemctl("start app") == ("", 0)
    assert systemctl("is-active app mail") == ("inactive\nactive\n", 4)
    assert systemctl("status mail") == ("Unit mail.service could not be found.\n", 4)
    refusal = "Failed to start mail.service: Unit mail.service not found.\n"
    assert systemctl("start mail") == (refusal, 5)
    assert systemctl("frobnicate app")[1] == 1
    assert systemctl("restart")[1] == 1
    said, code = systemctl("start app", worker="mail")  # which ends as soon as it is started
    assert code in (0, 1), said  # systemd's Type=simple does not wait for that either
    assert systemctl("stop app", worker="mail") == ("", 0)
    assert systemctl("is-active app", worker="mail") == ("inactive\n", 3)
    assert project("start", "mail").returncode == 1
    assert project("wait", "queue").returncode == 0


def test_without_an_engine(project: Project, tmp_path: Path) -> None:
    other = Project(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".platform").mkdir()
    for words in (("ps",), ("logs",), ("ssh",), ("stop", "x"), ("restart",), ("events", "-f")):
        refused = other(*words)
        assert refused.returncode == 3, words
        assert "paasctl" in refused.stderr


def test_an_engine_that_dies_while_it_is_asked(tmp_path: Path) -> None:
    (tmp_path / ".paasctl").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        os.chdir(tmp_path)  # a short path, whatever the temporary folder is called
        listener.bind(".paasctl/control.sock")
        listener.listen()

        def hang_up() -> None:
            connection, _ = listener.accept()
            connection.recv(100)
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        refused = Project(tmp_path)("ps")
        thread.join()
    assert refused.returncode == 1
    assert "the engine ended while it was asked" in refused.stderr
