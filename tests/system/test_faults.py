"""The system refuses something, for real: the engine says so, loses nothing, and recovers."""

import errno
import itertools
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from paasctl.control.address import socket_path
from paasctl.control.client import Client, Declined, connect
from paasctl.model.plan import Kind, Stage, Stamp
from tests.running import REPOSITORY, Running, eventually, gone, marked, running

pytestmark = pytest.mark.system

OBEYS = "echo up; exec sleep 1000"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as found:
        yield found


def engine_log(here: Running) -> str:
    return Path(here.rundir.engine_log).read_text()


def until_logged(here: Running, text: str) -> None:
    eventually(lambda: text in engine_log(here), f"the engine says {text!r}")


def troubles(client: Client) -> str:
    return str(client.ask("status")["troubles"])


@contextmanager
def limited(pid: int, kind: int, soft: int) -> Iterator[None]:
    """A soft limit of a living process, for a while."""
    before = resource.prlimit(pid, kind)
    resource.prlimit(pid, kind, (soft, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, kind, before)


def cpu(pid: int) -> int:
    """Clock ticks that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


# -- descriptors


def test_without_descriptors_callers_are_told_and_nobody_spins(here: Running) -> None:
    here.apply(here.spec("w", OBEYS))
    here.until_said("w", "up")
    used = max(int(fd) for fd in os.listdir(f"/proc/{here.engine}/fd")) + 1
    with limited(here.engine, resource.RLIMIT_NOFILE, used):
        before = cpu(here.engine)
        for _ in range(200):
            with pytest.raises(Declined, match="Too many open files") as refused:
                turned_away(here)
            assert refused.value.code == "busy"
        assert "Too many open files" in troubles(here.client), "who is connected is served"
        assert cpu(here.engine) - before < 100, "a second of CPU for 200 callers is spinning"
    client = connect(here.rundir.path)
    assert client is not None
    assert client.ask("ping")["ok"] is True
    client.close()
    eventually(lambda: troubles(here.client) == "[]", "it is over")
    assert "connections can be taken again" in engine_log(here)
    assert engine_log(here).count("cannot take a connection") == 1, "said once"


def turned_away(here: Running) -> None:
    client = connect(here.rundir.path)
    assert client is not None
    try:
        client.receive()  # it is said before anything is asked
        client.ask("ping")
    finally:
        client.close()


def test_without_descriptors_no_exit_and_no_orphan_is_missed(here: Running) -> None:
    here.apply(
        here.spec("w", OBEYS),
        here.python("daemon", "import os, time\nif os.fork() == 0:\n os.setsid()\n"
                    " time.sleep(1000)\nprint('up')\ntime.sleep(1000)"),
    )  # fmt: skip
    here.until_said("daemon", "up")
    here.until_said("w", "up")
    leader, worker = here.pid("daemon"), here.pid("w")
    both = [pid for pid in marked(here.rundir.path) if pid != worker]
    assert len(both) == 2
    used = max(int(fd) for fd in os.listdir(f"/proc/{here.engine}/fd")) + 1
    with limited(here.engine, resource.RLIMIT_NOFILE, used):
        os.kill(worker, signal.SIGKILL)
        notice = here.until(lambda n: n["id"] == "w" and n["event"] == "exited")
        assert isinstance(notice["exit"], dict)
        assert notice["exit"]["signal"] == "SIGKILL"
        os.kill(leader, signal.SIGKILL)
        here.until(lambda n: n["id"] == "daemon" and n["event"] == "exited")
        eventually(lambda: all(gone(pid) for pid in both), "the orphan got the stop rule")
    here.until_state("daemon", "running")
    eventually(lambda: here.row("w")["state"] == "running", "it runs again")


def test_where_not_even_the_spare_descriptor_helps_an_exit_is_told_later(here: Running) -> None:
    here.apply(here.spec("w", OBEYS))
    here.until_state("w", "running")
    with limited(here.engine, resource.RLIMIT_NOFILE, 0):
        os.kill(here.pid("w"), signal.SIGKILL)
        eventually(lambda: "cannot see which processes" in troubles(here.client), "it says so")
        assert here.row("w")["state"] == "running", "nothing is said that is not known"
    notice = here.until(lambda n: n["id"] == "w" and n["event"] == "exited")
    assert isinstance(notice["exit"], dict)
    assert notice["exit"]["signal"] == "SIGKILL"
    here.until_state("w", "running")
    assert troubles(here.client) == "[]"


# -- memory and processes


def test_a_fork_that_is_refused_is_told_and_tried_again(tmp_path: Path) -> None:
    """EAGAIN for real: as a user without privileges, at its limit of processes."""
    if os.getuid() != 0:
        pytest.skip("needs root, to become a user with a limit of its own")
    root = tmp_path / "project"
    root.mkdir()
    opened_for(61234, root)
    with running(root, "61234") as here:
        here.apply(here.spec("w", "sleep 1.1; exit 1"))
        here.until_state("w", "running")
        processes(here.engine, "1")
        notice = here.until_state("w", "backing-off")
        assert isinstance(notice["exit"], dict)
        assert "Resource temporarily unavailable" in str(notice["exit"]["error"])
        processes(here.engine, "")
        here.until_state("w", "running")


def processes(pid: int, limit: str) -> None:
    """Set the soft limit of a process of that user to a number, or back to the hard one."""
    hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    hard_text = "unlimited" if hard == resource.RLIM_INFINITY else str(hard)
    subprocess.run(
        ["prlimit", f"--pid={pid}", f"--nproc={limit or hard_text}:"],
        user=61234, group=61234, extra_groups=[], check=True, timeout=30,
    )  # fmt: skip


def opened_for(uid: int, root: Path) -> None:
    """Give a directory to a user, and let them come to it."""
    os.chown(root, uid, uid)
    for above in root.parents:
        if above != Path("/tmp") and above.is_relative_to("/tmp"):
            above.chmod(above.stat().st_mode | 0o011)


# -- a full disk


@pytest.mark.checklist(18, "disk full")
def test_a_disk_that_is_full_stops_nobody_and_what_happened_is_written_later(
    here: Running,
) -> None:
    """RLIMIT_FSIZE: a write at the limit fails as on a full disk, and may be cut short."""
    here.apply(here.spec("w", OBEYS), here.spec("crash", "exit 1"))
    here.until_said("w", "up")
    size = max(os.path.getsize(here.rundir.journal), os.path.getsize(here.rundir.engine_log))
    with limited(here.engine, resource.RLIMIT_FSIZE, size + 100):
        for _ in range(5):
            here.client.ask("restart", targets=["w"])
            here.until(lambda n: n["id"] == "w" and n["new"] == "starting")
        assert "the journal cannot be written" in troubles(here.client)
        with pytest.raises(Declined, match="File too large"):
            here.apply(here.spec("w", OBEYS), here.spec("big", "x" * 100_000), only=["big"])
        here.client.ask("ping")
    here.client.ask("restart", targets=["w"])
    here.until_state("w", "running")
    eventually(lambda: troubles(here.client) == "[]", "it is over")
    import json

    lines = Path(here.rundir.journal).read_text().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, len(lines) + 1))
    until_logged(here, "the journal can be written again")
    assert "please report" not in engine_log(here)


def test_a_hook_that_cannot_be_recorded_is_said(here: Running) -> None:
    path = here.root / "in-the-way"
    path.write_text("")
    stamp = Stamp(str(path / "stamp"), "done")
    here.apply(here.spec("hook", "true", kind=Kind.HOOK, once=True, settle=0.1, stamp=stamp))
    here.until_state("hook", "exited")
    until_logged(here, "cannot be recorded as done, so it will run again")
    assert "please report" not in engine_log(here)


def fill(path: Path) -> None:
    """Write until the disk is full."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        while os.write(fd, bytes(4096)):
            pass
    except OSError as full:
        if full.errno != errno.ENOSPC:
            raise
    finally:
        os.close(fd)


@pytest.mark.optional
def test_a_really_full_disk(tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "paasctl-test", str(place)],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        with running(place) as here:
            here.apply(here.spec("w", OBEYS))
            here.until_said("w", "up")
            fill(place / "ballast")
            for _ in range(40):
                here.client.ask("restart", targets=["w"])
                here.until(lambda n: n["id"] == "w" and n["new"] == "starting")
            assert "No space left on device" in troubles(here.client)
            os.unlink(place / "ballast")
            here.client.ask("restart", targets=["w"])
            here.until_state("w", "running")
            eventually(lambda: troubles(here.client) == "[]", "it is over")
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


# -- what somebody removes


def reconnected(here: Running) -> None:
    """Connect anew, and have the clean-up of the test do so too."""
    found: list[Client | None] = []

    def again() -> Client | None:
        found.append(connect(here.rundir.path))
        return found[-1]

    eventually(again, "it listens under its name again")
    client = found[-1]
    assert client is not None
    here.client.close()
    here.client = client
    here.notices.clear()
    client.ask("watch", since=0)


@pytest.mark.checklist(20, "stale")
def test_a_removed_state_directory_is_made_again(here: Running) -> None:
    here.apply(
        here.spec("w", OBEYS), here.spec("off", OBEYS),
        here.spec("db", OBEYS, kind=Kind.SERVICE, stage=Stage.PREPARE),
    )  # fmt: skip
    here.until_said("w", "up")
    here.client.ask("down", targets=["off"], gentle=True)
    here.until_state("off", "stopped")
    rows = [here.row(name) for name in ("w", "off", "db")]
    shutil.rmtree(here.rundir.path)
    reconnected(here)
    assert [here.row(name) for name in ("w", "off", "db")] == rows
    until_logged(here, "had been removed and are back")
    assert os.stat(here.rundir.path).st_mode & 0o777 == 0o700
    assert "PATH" in Path(here.rundir.plan).read_text(), "the environments are in it again"
    second = subprocess.run(
        [sys.executable, str(REPOSITORY / "tests" / "enginehost.py"), str(here.root)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, timeout=30, check=False,
    )  # fmt: skip
    assert second.returncode == 6, "there is still one engine for the project"
    here.client.ask("restart", targets=["w"])
    here.until_said("w", "up")
    shutil.rmtree(here.rundir.path)
    reconnected(here)
    assert here.row("w")["restarts"] == 1


def test_a_project_that_is_gone_goes_on_until_it_is_told_to_end(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    here = Running(root)
    here.apply(here.spec("w", f"cd /; {OBEYS}"))
    here.until_said("w", "up")
    pid = here.pid("w")
    log = os.open(here.rundir.engine_log, os.O_RDONLY)
    shutil.rmtree(root)
    eventually(
        lambda: "cannot be made again" in troubles(here.client), "it says so to who is connected"
    )
    assert f"kill {here.guardian} ends them" in os.pread(log, 65536, 0).decode()
    os.close(log)
    assert not gone(pid)
    root.mkdir()
    (root / ".platform.app.yaml").write_text("name: app\ntype: 'golang:1.26'\n")
    program = [str(Path(sys.executable).parent / "paasctl"), "-C", str(root)]
    told = {"capture_output": True, "text": True, "timeout": 60, "check": False}
    seen = subprocess.run([*program, "ps"], **told)
    assert f"the engine (pid {here.engine}) runs, but its socket is gone" in seen.stderr
    ended = subprocess.run([*program, "down"], **told)
    assert ended.returncode == 0
    assert f"the engine (pid {here.engine}) runs, but its socket is gone" in ended.stderr
    assert gone(pid)
    eventually(lambda: gone(here.engine) and gone(here.guardian), "both have ended")
    here.client.close()


def test_a_project_that_comes_back_is_used_again(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    with running(root) as here:
        here.apply(here.spec("w", f"cd /; {OBEYS}"))
        here.until_said("w", "up")
        shutil.rmtree(root)
        eventually(lambda: "cannot be made again" in troubles(here.client), "it says so")
        root.mkdir()
        here.client.ask("restart", targets=["w"])  # the next notice: nobody polls
        reconnected(here)
        eventually(lambda: troubles(here.client) == "[]", "it is over")
        here.until_said("w", "up")


@pytest.mark.parametrize("name", ["control.sock", "lock", "journal.jsonl", "plan.json"])
def test_a_single_file_that_is_removed_comes_back(here: Running, name: str) -> None:
    here.apply(here.spec("w", OBEYS))
    here.until_said("w", "up")
    path = Path(here.rundir.path) / name
    path.unlink()
    eventually(path.exists, f"{name} is back")
    reconnected(here)
    assert here.row("w")["restarts"] == 0


def test_if_another_engine_has_taken_the_place_ours_ends_its_own(here: Running) -> None:
    here.apply(here.spec("w", OBEYS))
    here.until_said("w", "up")
    os.kill(here.engine, signal.SIGSTOP)
    shutil.rmtree(here.rundir.path)
    with running(here.root) as other:
        other.apply(other.spec("v", OBEYS))
        other.until_said("v", "up")
        os.kill(here.engine, signal.SIGCONT)
        eventually(lambda: gone(here.engine) and gone(here.guardian), "the older one ends")
        assert other.row("v")["restarts"] == 0
        assert other.client.ask("ping")["pid"] == other.engine
        reconnected(other)  # the older one has not taken the socket with it
        here.client.close()


def test_a_path_too_long_for_a_socket_needs_no_other_directory(tmp_path: Path) -> None:
    root = tmp_path / ("ü" * 60) / ("directory with spaces " * 6)
    root.mkdir(parents=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with running(root) as here:
        assert len(os.fsencode(socket_path(here.rundir.path))) > 108
        here.apply(here.spec("w", OBEYS))
        here.until_said("w", "up")
        before = os.getcwd()
        client = connect(here.rundir.path)
        assert client is not None
        assert client.ask("ping")["pid"] == here.engine
        client.close()
        assert os.getcwd() == before
        os.unlink(socket_path(here.rundir.path))
        reconnected(here)


# -- where nothing can be written


def test_homes_and_runtime_directories_that_cannot_be_written_do_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR"):
        monkeypatch.setenv(name, "/proc/nothing")
    with running(tmp_path) as here:
        here.apply(here.spec("w", OBEYS))
        here.until_said("w", "up")


def test_a_project_that_cannot_be_written_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / ".platform.app.yaml").write_text(
        "name: app\ntype: 'golang:1.26'\nworkers: {w: {commands: {start: sleep 1000}}}\n"
    )
    (tmp_path / ".paasctl").write_text("in the way")
    said = subprocess.run(
        [str(Path(sys.executable).parent / "paasctl"), "-C", str(tmp_path), "up", "-d"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert said.returncode == 1
    assert f"cannot keep state in {tmp_path}/.paasctl" in said.stderr
    assert "fix" in said.stderr


# -- a machine that sleeps


@pytest.mark.checklist(13)
def test_a_wall_clock_that_jumps_for_ever_moves_nothing(tmp_path: Path) -> None:
    """An hour forth and back at every look: pauses and graces keep their monotonic length."""
    with running(tmp_path, "jumping") as here:
        ignores = "import signal,time\nsignal.signal(15, signal.SIG_IGN)\nprint('up')\n"
        here.apply(
            here.spec("crash", "date +%s.%N; exit 1"),
            here.python("stubborn", f"{ignores}time.sleep(1000)"),
        )
        here.until_said("stubborn", "up")
        eventually(lambda: here.log("crash").count("\n") >= 3, "three starts")
        starts = [float(line) for line in here.log("crash").split()]
        gaps = [second - first for first, second in itertools.pairwise(starts)]
        assert gaps[0] >= 0.99, "no storm"
        assert gaps[1] >= 1.99
        began = time.monotonic()
        here.client.ask("down", targets=["stubborn"], timeout=2)
        here.until_state("stubborn", "stopped")
        assert time.monotonic() - began >= 1.99, "no freeze, and not sooner"
        stamps = {str(n["at"]) for n in here.client.ask("watch", since=0) and here.client.pending()}
        assert len(stamps) > 1, "the clock did jump"


@pytest.mark.checklist(13)
def test_an_engine_that_was_stopped_for_a_while_does_not_storm(here: Running) -> None:
    """SIGSTOP and SIGCONT are what suspending the machine looks like from inside."""
    here.apply(here.spec("crash", "exit 1"), here.spec("w", OBEYS))
    here.until(lambda n: n["id"] == "crash" and n["restarts"] == 1)
    before = here.row("crash")["restarts"]
    os.kill(here.engine, signal.SIGSTOP)
    with socket.socket(socket.AF_UNIX) as patient:
        patient.connect(socket_path(here.rundir.path))
        patient.settimeout(4)
        with pytest.raises(TimeoutError):
            patient.recv(1)  # nobody answers, for longer than several pauses
        os.kill(here.engine, signal.SIGCONT)
    now = here.row("crash")
    assert int(str(now["restarts"])) - int(str(before)) <= 2, "one try, not one for each pause"
    assert here.row("w")["restarts"] == 0
