"""`paasctl drill` on workers that stop as they should, that lose work, and that do not stop."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import eventually, gone
from tests.scenario.checkout import LONG, Checkout, written

pytestmark = pytest.mark.scenario

WORKER = """\
import os, signal, sys, time

careful = sys.argv[1] == "careful"
stopping = False

def stop(*_):
    global stopping
    stopping = True
    if not careful:
        sys.exit(0)

signal.signal(signal.SIGTERM, stop)
while not stopping:
    jobs = sorted(name for name in os.listdir("spool") if name.endswith(".job"))
    for name in jobs[:1]:
        os.rename(f"spool/{name}", "spool/in-hand")  # taken: nobody else will do it
        time.sleep(0.05)
        with open("done", "a") as file:
            file.write(name + "\\n")
        os.unlink("spool/in-hand")
    time.sleep(0.001 if jobs else 0.01)
"""
LOAD = """\
import itertools, os, time
for number in itertools.count(1):
    with open("spool/count", "w") as file:
        file.write(str(number))
    os.rename("spool/count", "given")
    with open("spool/new", "w") as file:
        file.write("work")
    os.rename("spool/new", f"spool/{number:06d}.job")
    time.sleep(0.02)
"""
CHECK = """\
import os, sys, time
deadline = time.monotonic() + 60
while any(name.endswith(".job") for name in os.listdir("spool")) and time.monotonic() < deadline:
    time.sleep(0.05)
time.sleep(1)  # the last one may be in hand
lost = int(open("given").read()) - len(open("done").read().split())
print("lost", lost)
sys.exit(lost > 1)  # the load may have been ended between counting one and giving it
"""
MANIFEST = """\
name: app
type: 'python:3.11'
hooks: {build: echo built}
workers:
  careful: {commands: {start: 'python3 worker.py careful'}}
  careless: {commands: {start: 'python3 worker.py careless'}}
  stubborn: {commands: {start: 'trap "" TERM; while :; do sleep 0.1; done'}}
  fragile: {commands: {start: 'sleep 1.5; exit 4'}}
"""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    root = tmp_path_factory.mktemp("drilled") / "shop"
    files = {
        ".platform.app.yaml": MANIFEST, ".platform/.keep": "", "worker.py": WORKER,
        "load.py": LOAD, "check.py": CHECK, "spool/.keep": "",
    }  # fmt: skip
    found = Checkout(written(root, files))
    found("up", "-d", "--wait").well()
    try:
        found("stop", "careful", "careless", "fragile").well()
        yield found
    finally:
        found("kill", "stubborn")
        found.clear()


@pytest.fixture
def work(here: Checkout) -> Checkout:
    """Nothing to do and nothing done yet."""
    here("stop", "careful", "careless").well()
    for path in (*(here.root / "spool").glob("*"), here.root / "done", here.root / "given"):
        path.unlink(missing_ok=True)
    (here.root / "done").touch()
    return here


UNDER_LOAD = ("--load", "python3 load.py", "--check", "python3 check.py", "--window", "0.3")


def test_a_worker_that_finishes_what_it_has_in_hand_passes(work: Checkout) -> None:
    work("start", "careful").well()
    drilled = work("drill", "careful", "-n", "6", "--seed", "7", *UNDER_LOAD, "--format", "json")
    found = json.loads(drilled.out)
    assert drilled.code == 0, drilled.text
    assert (found["schema"], found["ok"], found["seed"], found["check"]) == (1, True, 7, 0)
    assert (found["restarts"], found["sigkills"], found["crashes"]) == (6, 0, [])
    assert found["stop"]["min"] <= found["stop"]["p50"] <= found["stop"]["max"] < 10
    assert all(item["exit"]["why"] == "restart" for item in found["rounds"])
    assert all(0 <= item["pause"] <= 0.3 for item in found["rounds"])
    assert (work.root / "done").read_text(), "the load has given it work"
    again = work(
        "drill", "careful", "-n", "6", "--seed", "7", "--window", "0.3", "--format", "json"
    )
    pauses = [item["pause"] for item in json.loads(again.out)["rounds"]]
    assert pauses == [item["pause"] for item in found["rounds"]], "a seed repeats the moments"


def test_a_worker_that_loses_work_is_found_out_by_the_check(work: Checkout) -> None:
    work("start", "careless").well()
    drilled = work("drill", "careless", "-n", "8", "--seed", "3", *UNDER_LOAD)
    assert drilled.code == 1, drilled.text
    assert "the check failed with exit code 1" in drilled.out
    assert "SIGKILL      needed never" in drilled.out
    assert "lost" in drilled.err, "what the check says is the user's to read"


def test_a_worker_that_ignores_term_needs_sigkill(here: Checkout) -> None:
    drilled = here("drill", "stubborn", "-n", "1", "--window", "0.1")
    assert drilled.code == 1
    assert "SIGKILL was needed once" in drilled.out
    assert "1 × killed by SIGKILL" in drilled.out  # noqa: RUF001 -- the sign that is written


def test_one_that_ends_by_itself_meanwhile_is_told(here: Checkout) -> None:
    here("start", "fragile").well()
    drilled = here(
        "drill", "fragile", "-n", "2", "--seed", "1", "--window", "5", "--format", "json"
    )
    found = json.loads(drilled.out)
    assert {crash["code"] for crash in found["crashes"]} == {4}
    here("stop", "fragile").well()


def test_ctrl_c_ends_the_load_and_leaves_the_project(work: Checkout) -> None:
    work("start", "careful").well()
    with work.begun(
        "drill", "careful", "-n", "1000", "--load", "echo $$ > load.pid; sleep 1000; :"
    ) as drill:
        drill.until_said("  2/1000")
        pid = int((work.root / "load.pid").read_text())
        drill.process.send_signal(signal.SIGINT)
        assert drill.code() == 130
    assert "interrupted; the project runs on" in drill.text()
    eventually(lambda: gone(pid), "the load has ended", LONG)
    work("wait", "careful", "--timeout", "60").well()
    os.kill(work.pid("app--careful"), 0)


def test_refusals(here: Checkout, tmp_path: Path) -> None:
    assert here("drill", "nobody").code == 4
    assert here("drill", "stubborn", "-n", "0").code == 2
    assert here("drill", "app.build").code in (2, 4)
    here("stop", "careful").well()
    stopped = here("drill", "careful")
    assert stopped.code == 1
    assert "paasctl start app--careful" in stopped.err
    nothing = Checkout(written(tmp_path / "p", {".platform.app.yaml": MANIFEST}))
    assert nothing("drill", "careful").code == 3
