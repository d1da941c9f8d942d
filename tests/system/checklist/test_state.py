"""Lines 19 and 20: what lies in `.paasctl` after a power failure, and what old numbers may do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from paasctl.host import statefile
from paasctl.supervise import leftovers
from paasctl.supervise.journal import Journal, last_notice
from paasctl.supervise.leftovers import Leftover
from tests.running import REPOSITORY, gone, running, stop_process

pytestmark = pytest.mark.system

CUT = """
import os, sys

def run(act, left):
    def counted(name):
        real = getattr(os, name)
        def call(*arguments, **more):
            nonlocal left
            print(name, *[a for a in arguments if isinstance(a, str)][-1:], flush=True)
            if left == 0:
                os._exit(9)  # the power fails before this call
            left -= 1
            return real(*arguments, **more)
        setattr(os, name, call)
    for name in ("open", "write", "fsync", "link", "unlink", "replace"):
        counted(name)
    act()

from paasctl.host import statefile
from paasctl.supervise import rundir
from paasctl.supervise.journal import Journal

def act():
    rundir.replace(f"{place}/plan.json", "new " * 10000)
    statefile.write(f"{place}/ports.json", {"ports": {"new": 1}})
    statefile.read_or_create(f"{place}/credentials.json", lambda: {"secret": "new"})
    journal = Journal(f"{place}/journal.jsonl")
    journal.note({"id": "w", "event": "new"})
    assert journal.flush() is None

place = sys.argv[1]
run(act, int(sys.argv[2]))
"""


def cut(place: Path, calls: int) -> tuple[int, list[str]]:
    """Write everything in `place` with the power failing after so many calls of the kernel."""
    ended = subprocess.run(
        [sys.executable, "-S", "-c", CUT, str(place), str(calls)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.stderr == ""
    return ended.returncode, ended.stdout.splitlines()


def before(place: Path) -> None:
    place.mkdir()
    (place / "plan.json").write_text("old")
    statefile.write(str(place / "ports.json"), {"ports": {"old": 1}})
    (place / "journal.jsonl").write_text('{"seq": 7, "id": "w", "event": "old"}\n')


@pytest.mark.checklist(19)
def test_power_that_fails_at_any_write_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    calls, code = 0, 9
    while code == 9:
        place = tmp_path / str(calls)
        before(place)
        code, _ = cut(place, calls)
        assert (place / "plan.json").read_text() in ("old", "new " * 10000)
        ports = statefile.read(str(place / "ports.json"))
        assert ports is not None
        assert ports["ports"] in ({"old": 1}, {"new": 1})
        secret = statefile.read(str(place / "credentials.json"))
        assert secret is None or secret["secret"] == "new"
        last = last_notice(str(place / "journal.jsonl"))
        assert last is not None
        assert last["event"] in ("old", "new")
        assert cut(place, 1000)[0] == 0, "whatever is left, the next one can write"
        assert statefile.read(str(place / "ports.json")) == {"format": 1, "ports": {"new": 1}}
        calls += 1
    assert code == 0
    assert calls > 10, "the power did not fail often enough to show anything"


@pytest.mark.checklist(19)
def test_what_cannot_be_made_again_reaches_the_disk_before_it_has_its_name(tmp_path: Path) -> None:
    before(tmp_path / "p")
    _, said = cut(tmp_path / "p", 1000)
    link = next(i for i, line in enumerate(said) if line.startswith("link"))
    assert said[link - 1] == "fsync"
    assert "fsync" in said[link + 1 :], "the name too"


@pytest.mark.checklist(19)
@pytest.mark.parametrize("kept", range(0, 44, 3))
def test_a_line_of_the_journal_that_was_cut_short_costs_that_line_alone(
    tmp_path: Path, kept: int
) -> None:
    path = str(tmp_path / "journal.jsonl")
    whole = b'{"seq": 1, "event": "up", "id": "w"}\n'
    half = b'{"seq": 2, "event": "closed", "id": "", "x"}\n'[:kept]
    Path(path).write_bytes(whole + half)
    journal = Journal(path)
    assert journal.seq == 1
    assert not journal.clean
    journal.note({"event": "started"})
    assert journal.flush() is None
    lines = Path(path).read_bytes().splitlines()
    assert json.loads(lines[0])["seq"] == 1
    assert json.loads(lines[-1]) == {"seq": 2, "event": "started"}


@pytest.mark.checklist(20, "reused pid")
def test_a_pid_that_somebody_else_has_by_now_is_not_hit(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "1000"]) as stranger:
        try:
            old = Leftover(stranger.pid, "worker", "app--queue")
            leftovers._send(old, str(tmp_path / ".paasctl"), 9)
            leftovers._end([old], str(tmp_path / ".paasctl"), 0.0)
            assert stranger.poll() is None
        finally:
            stop_process(stranger.pid)


@pytest.mark.checklist(20, "reused pid")
def test_state_from_before_names_no_process_that_could_be_hit(tmp_path: Path) -> None:
    """Old files with the number of a living stranger in every place where there is a number."""
    with subprocess.Popen(["sleep", "1000"]) as stranger:
        try:
            state = tmp_path / ".paasctl"
            state.mkdir(mode=0o700)
            (state / "lock").write_text(str(stranger.pid))
            notice = {"seq": 1, "id": "w", "event": "up", "new": "running", "pid": stranger.pid}
            (state / "journal.jsonl").write_text(json.dumps(notice) + "\n")
            with running(tmp_path) as here:
                here.apply(here.spec("w", "exec sleep 1000"))
                here.until_state("w", "running")
                here.client.ask("kill", targets=["w"])
                here.until_state("w", "stopped")
            assert not gone(stranger.pid)
        finally:
            stop_process(stranger.pid)
