"""Our `sv` beside the real one, in this run: the same lines and codes, but for pids and seconds.

Each session is a program and a script that talks to it through `sv`. The real one has a runsv and
a service directory a session; ours has a project with a worker a session. All run side by side.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.scenario.checkout import LONG, Checkout, written

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(shutil.which("runsv") is None, reason="runit is not installed"),
]
PRELUDE = r"""
t() { echo "# sv $*"; sv "$@" 2>&1; echo "rc=$?"; }
until_so() { end=$(($(date +%s) + 60)); until eval "$1"; do
    if [ "$(date +%s)" -gt $end ]; then echo "never: $1"; return; fi; sleep 0.2; done; }
seen() { until_so "sv status app | grep -Eq '$1'"; }
runs() { seen '^run: app: [^,]*$'; }
down() { seen '^down: app: [^,]*, normally up$'; }
rested() { seen '^down: app: ([2-9]|[1-9][0-9]+)s, normally up$'; }
aged() { seen '^run: app: \(pid [0-9]+\) ([2-9]|[1-9][0-9]+)s$'; }
heard() { until_so "grep -qs '^$1$' heard.$SESSION"; }
"""
OBEYS = "exec sleep 1000"
LISTENS = """\
for s in HUP INT QUIT ALRM USR1 USR2; do trap "echo $s >> heard.$SESSION" $s; done
while :; do sleep 0.05; done"""
IGNORES = 'trap "" TERM; while :; do sleep 0.1; done'


class Session(NamedTuple):
    """A program as a service, and a script in the language of `sh`."""

    program: str
    script: str


SESSIONS = {
    "words": Session(OBEYS, """
runs; t status app; t check app; t start app
t stop app; t status app; t stop app; t check app; t status app
t start app; aged; t restart app; runs; t status app; t check app
aged; t try-restart app; runs; t status app
aged; t force-reload app; runs
aged; t force-restart app; runs; t status app
t force-stop app; t status app
t try-restart app; t reload app; t force-reload app; t status app
t restart app; runs; t status app; t -v status app
t stop app; t -w 3 start app; runs; t status app
"""),
    "letters": Session(OBEYS, """
runs; t down app; down; t status app
t down app; t up app; runs; t status app; t up app
t -v up app; t -v down app; down; t -v up app; runs
aged; t -v term app; runs; t status app
aged; t -v kill app; runs; t status app
aged; t -v t app; runs; aged; t T app; runs
t d app; down; t u app; runs; t s app; t st app; t stat app; t D app; t status app
"""),
    "once": Session(OBEYS, """
runs; t once app; seen 'want down$'; t status app
t -v once app; aged_once() { seen ' ([2-9]|[1-9][0-9]+)s, want down$'; }; aged_once
t -v term app; down; t status app
t once app; seen 'want down$'; t status app; t up app; runs; t status app
t o app; seen 'want down$'; t kill app; rested; t status app
t -v once app; seen 'want down$'; t stop app; t status app
t once app; seen 'want down$'; aged_once; t try-restart app; t status app
"""),
    "signals": Session(LISTENS, """
runs; t hup app; heard HUP; t interrupt app; heard INT; t quit app; heard QUIT
t alarm app; heard ALRM; t 1 app; heard USR1; t 2 app; heard USR2
t h app; t -v hup app; t -v a app; t -v i app; t -v q app; t -v 1 app; t -v 2 app; t reload app
runs; t status app
t pause app; seen paused; t status app; t check app; t -v pause app; t cont app; runs; t status app
t p app; seen paused; t c app; runs; t -v cont app
t pause app; seen paused; t stop app; t status app
t hup app; t pause app; t -v hup app; t status app; t start app; runs; t status app
sort -u heard.$SESSION
"""),
    "stubborn": Session(IGNORES, """
runs; aged; t -w 1 stop app; t status app; t -w 1 check app
t up app; seen '[0-9]s, got TERM$'; t -w 1 start app; t status app
t -w 1 restart app; t status app
t -w 1 force-stop app; down; t status app
t start app; aged; t -w 1 force-restart app; runs; t status app
aged; t -w 1 force-reload app; runs; t status app
t -w 1 down app; seen 'want down, got TERM$'; t status app; t kill app; down; t status app
t start app; aged; SVWAIT=1; export SVWAIT; t stop app; t status app; t D app; down; t status app
"""),
    "exit": Session(OBEYS, "runs; t exit nosuch; t shutdown app"),
    "exit in a letter": Session(OBEYS, "runs; t -v exit app"),
    "exit by force": Session(IGNORES, "runs; aged; t -w 1 force-shutdown app"),
    "usage": Session(OBEYS, """
runs; t; t app; t nonsense app; t status; t -w; t -w app; t -v; t -vw; t -x status app; t u
t -w 1 -v status app; t -w1 status app; t -vw1 status app; t -vw 1 status app; t -w x status app
t restar app; t forcestop app; t reloa app; t '' app; t -- status app; t -v -- up app
t status app nosuch app; t stop nosuch other app; t status app ./nosuch /no/such/; t start app app
t status ''
"""),
}  # fmt: skip


def told(text: str) -> list[str]:
    """Return the lines with the numbers taken out that cannot be the same: pids and seconds."""
    text = re.sub(r"\(pid \d+\)", "(pid N)", text)
    return re.sub(r"^(.*?(?:run|down|finish): .*) \d+s", r"\1 Ns", text, flags=re.M).split("\n")


def real(name: str, root: Path) -> list[str]:
    """Return what the real `sv` says to the script of a session."""
    session, folder = SESSIONS[name], root / name.replace(" ", "-")
    (folder / "app").mkdir(parents=True)
    env = {**os.environ, "SVDIR": str(folder), "SESSION": folder.name}
    env.pop("SVWAIT", None)
    run = folder / "app" / "run"
    run.write_text(f"#!/bin/sh\n{session.program}\n")
    run.chmod(0o700)
    with subprocess.Popen(["runsv", str(folder / "app")], env=env) as runner:
        try:
            said = shell(["sh", "-c", PRELUDE + session.script], env, folder / "app")
        finally:
            subprocess.run(["sv", "-w", "1", "force-shutdown", "app"], env=env, capture_output=True)
            runner.wait(LONG)
    return told(said)


def shell(words: list[str], env: dict[str, str], cwd: Path) -> str:
    found = subprocess.run(words, env=env, cwd=cwd, capture_output=True, text=True, timeout=LONG)
    assert found.stderr == "", found.stderr
    return found.stdout


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    lines = ["name: app", "type: 'golang:1.26'", "workers:"]
    for name, session in SESSIONS.items():
        short = name.replace(" ", "-")
        program = session.program.replace("\n", "\n        ")
        lines += [f"  {short}:", f"    variables: {{env: {{SESSION: {short}}}}}"]
        lines += ["    commands:", f"      start: |\n        {program}"]
    root = tmp_path_factory.mktemp("sv") / "shop"
    root.mkdir()
    checkout = Checkout(written(root, {".platform.app.yaml": "\n".join(lines) + "\n"}))
    try:
        checkout("up", "-d").well()
        yield checkout
    finally:
        checkout.clear()


@pytest.fixture(scope="module")
def transcripts(
    here: Checkout, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[list[str], list[str]]]:
    """Both transcripts of each session, the real one first; all sessions at once."""
    folder = tmp_path_factory.mktemp("runit")
    with ThreadPoolExecutor(2 * len(SESSIONS)) as pool:
        theirs = {name: pool.submit(real, name, folder) for name in SESSIONS}
        mine = {name: pool.submit(ours, here, name) for name in SESSIONS}
        return {name: (theirs[name].result(), mine[name].result()) for name in SESSIONS}


def ours(here: Checkout, name: str) -> list[str]:
    worker = name.replace(" ", "-")
    answer = here("ssh", f"--worker={worker}", "--", PRELUDE + SESSIONS[name].script)
    assert answer.err == "", answer.err
    return told(answer.out)


@pytest.mark.parametrize("name", SESSIONS)
def test_same_as_the_real_one(
    transcripts: dict[str, tuple[list[str], list[str]]], name: str
) -> None:
    theirs, mine = transcripts[name]
    assert len(theirs) > 3
    assert not [line for line in theirs if line.startswith("never")], theirs
    assert "\n".join(mine) == "\n".join(theirs)
