"""Our `sv` beside the real one: the same lines and codes, but for process ids and seconds."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(shutil.which("runsv") is None, reason="runit is not installed"),
]
CODE = "from paasctl.cli.app import main; main()"
TALK = [
    *("status", "stop", "status", "start", "restart", "check"),
    *("try-restart", "-v up", "-v down", "up", "nonsense", "-w", "-x status"),
]
SCRIPT = "\n".join(f"echo '# {words}'; sv {words} app 2>&1; echo rc=$?" for words in TALK)


def told(text: str) -> list[str]:
    # the real one may look before runsv has acted, which also starts at most once a second
    text = text.replace(", got TERM", "").replace(", want up", "")
    return re.sub(r"\(pid \d+\) \d+s", "(pid N) Ns", re.sub(r": \d+s,", ": Ns,", text)).split("\n")


@pytest.fixture
def real(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment in which the real `sv` finds a service called app."""
    folder = tmp_path / "service/app"
    folder.mkdir(parents=True)
    (folder / "run").write_text("#!/bin/sh\nexec sleep 1000\n")
    (folder / "run").chmod(0o700)
    runner = subprocess.Popen(["runsv", str(folder)])
    env = {**os.environ, "SVDIR": str(tmp_path / "service")}
    began = subprocess.run(
        "i=0; until sv check app | grep -q ^ok: || [ $i = 500 ]; do i=$((i+1)); done",
        shell=True,
        env=env,
        capture_output=True,
    )
    assert began.returncode == 0
    yield env
    subprocess.run(["sv", "force-shutdown", "app"], env=env, capture_output=True)
    runner.wait(20)


def test_same_as_the_real_one(real: dict[str, str], tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / ".platform").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / ".platform.app.yaml").write_text(
        "name: app\ntype: 'python:3.11'\n"
        "web: {commands: {start: 'exec sleep 1000'}, upstream: {socket_family: unix}}\n"
        "workers: {queue: {commands: {start: 'exec sleep 1000'}}}\n"
    )
    caller = {k: v for k, v in os.environ.items() if not k.startswith(("PAASCTL", "PLATFORM"))}

    def paasctl(*words: str) -> str:
        found = subprocess.run(
            [sys.executable, "-c", CODE, *words],
            cwd=root,
            env=caller,
            capture_output=True,
            text=True,
            timeout=90,
        )
        return found.stdout + found.stderr

    paasctl("up", "-d")
    try:
        paasctl("wait", "queue", "-t", "20")
        ours = paasctl("ssh", "--worker=queue", "--", SCRIPT)
    finally:
        paasctl("down", "-t", "1")
    # runit answers from a status file that may be a moment old: on a loaded machine its `check`
    # right behind a restart can say "down". One of its own transcripts has to be ours.
    theirs: list[list[str]] = []
    while told(ours) not in theirs and len(theirs) < 5:
        found = subprocess.run(
            ["sh", "-c", SCRIPT], env=real, capture_output=True, text=True, timeout=90
        )
        theirs.append(told(found.stdout))
    assert told(ours) == theirs[-1]
