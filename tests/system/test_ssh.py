"""Entering an instance with nothing but a plan: no engine, a hand-written plan.json."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from paasctl.model.plan import InstanceSpec, Kind, Plan, plan_to_json

pytestmark = pytest.mark.system
CODE = "from paasctl.cli.app import main; main()"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    state = tmp_path / ".paasctl"
    (state / "log").mkdir(parents=True)
    (tmp_path / "app").mkdir()
    (tmp_path / "app/.environment").write_text("export FROM_FILE=yes\nAUTO=too\n")
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "app"), "GREETING": "hello there"}
    specs = [
        InstanceSpec(
            identity, kind, name, ("true",), str(tmp_path / "app"), env, f"{identity}.log", 2,
            app="app", enclosure=enclosure,
        )
        for identity, kind, name, enclosure in (
            ("app", Kind.WEB, "app", ()),
            ("app--queue", Kind.WORKER, "queue", ("env", "ENCLOSED=1")),
            ("app--queue.2", Kind.WORKER, "queue", ()),
        )
    ]  # fmt: skip
    plan = plan_to_json(Plan("shop", str(tmp_path), tuple(specs)))
    (state / "plan.json").write_text(json.dumps(plan))
    return tmp_path


def paasctl(
    root: Path, *words: str, stdin: str = "", **environ: str
) -> "subprocess.CompletedProcess[str]":
    caller = {k: v for k, v in os.environ.items() if not k.startswith(("PAASCTL", "PLATFORM"))}
    return subprocess.run(
        [sys.executable, "-c", CODE, *words],
        cwd=root,
        env={**caller, "SECRET_OF_CALLER": "1", "TERM": "xterm-test", **environ},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_environment_is_the_instance_s_and_nothing_else(root: Path) -> None:
    found = paasctl(root, "ssh", "--worker=queue", "--", "env; pwd")
    lines = set(found.stdout.splitlines())
    assert found.returncode == 0, found.stderr
    assert {"GREETING=hello there", "FROM_FILE=yes", "AUTO=too", "ENCLOSED=1"} <= lines
    assert {"TERM=xterm-test", str(root / "app")} <= lines
    assert f"PAASCTL_SHELL={root}/.paasctl|worker|app--queue" in lines
    assert "SECRET_OF_CALLER" not in found.stdout
    path = next(line for line in lines if line.startswith("PATH="))
    assert path.startswith(f"PATH={root}/.paasctl/shims:")


def test_words_are_joined_and_read_by_the_shell(root: Path) -> None:
    assert paasctl(root, "ssh", "echo", "'a", "b'", "$GREETING").stdout == "a b hello there\n"


@pytest.mark.parametrize("code", [0, 7, 126])
def test_code_passes_through(root: Path, code: int) -> None:
    assert paasctl(root, "ssh", "--", f"exit {code}").returncode == code


def test_standard_input_passes_through(root: Path) -> None:
    assert paasctl(root, "ssh", "cat", stdin="data").stdout == "data"
    script = paasctl(root, "ssh", stdin="echo $GREETING\nexit 5\n")
    assert (script.stdout, script.returncode) == ("hello there\n", 5)
    assert script.stderr.startswith("app (web)  not running")


def test_program_that_relies_on_sigpipe(root: Path) -> None:
    assert paasctl(root, "ssh", "yes | head -n 1").stdout == "y\n"


def test_replica_and_list(root: Path) -> None:
    second = paasctl(root, "ssh", "--worker", "queue", "-I", "2", "echo ${ENCLOSED-open}")
    assert second.stdout == "open\n"
    assert paasctl(root, "ssh", "--all").stdout.split() == ["app", "app--queue", "app--queue.2"]


def test_unknown_worker(root: Path) -> None:
    refused = paasctl(root, "ssh", "--worker=mail")
    assert refused.returncode == 4
    assert refused.stderr.startswith("paasctl: Worker not found: mail\n")
    assert "app--queue" in refused.stderr


def test_application_from_the_environment(root: Path) -> None:
    assert paasctl(root, "ssh", "true", PLATFORM_APPLICATION_NAME="app").returncode == 0
    assert paasctl(root, "ssh", "true", PLATFORM_APPLICATION_NAME="other").returncode == 4


def test_exec_has_no_shell_between(root: Path) -> None:
    found = paasctl(root, "exec", "queue", "-e", "MORE=1", "--", "printf", "%s|", "a b", "$MORE")
    assert found.stdout == "a b|$MORE|"
    assert paasctl(root, "exec", "queue", "--", "no-such-program").returncode == 127
    assert paasctl(root, "exec", "queue").returncode == 2
    assert paasctl(root, "exec", "nobody", "true").returncode == 4


def test_interactive_shell_on_a_terminal(root: Path) -> None:
    leader, follower = pty.openpty()
    shell = subprocess.Popen(
        [sys.executable, "-c", CODE, "ssh", "--worker=queue"],
        cwd=root,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    os.write(leader, b"echo $GREETING-$FROM_FILE; command -v sv; exit 3\n")
    said = b""
    while True:
        try:
            data = os.read(leader, 4096)
        except OSError:  # Linux: the other side has gone
            break
        if not data:
            break
        said += data
    os.close(leader)
    assert shell.wait(20) == 3
    text = said.decode()
    assert "queue (worker of app)  not running" in text
    assert "(queue)" in text
    assert "hello there-yes" in text
    assert f"{root}/.paasctl/shims/sv" in text


def test_sv_without_an_engine(root: Path) -> None:
    found = paasctl(root, "ssh", "sv status app")
    assert found.stdout == "fail: app: runsv not running\n"
    assert found.returncode == 1
