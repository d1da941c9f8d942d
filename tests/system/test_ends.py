"""Who ended a process, on the real kernel: ourselves, the kernel for want of memory, somebody."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from paasctl.supervise.journal import last_notice
from paasctl.supervise.oom import LOG, group_of
from tests.running import Running, eventually, gone, running

pytestmark = pytest.mark.system

HUNGRY = "data = []\nprint('up')\nwhile True: data.append(b'x' * 1000000)"
LIMIT = 64 * 1024 * 1024


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as found:
        yield found


def ended(here: Running, name: str, event: str = "exited") -> dict[str, object]:
    """The "exit" of the next notice about an end."""
    found = here.until(lambda n: n["id"] == name and n["event"] == event)["exit"]
    assert isinstance(found, dict)
    return found


def test_a_kill_from_outside_is_somebody_else(here: Running) -> None:
    here.apply(here.spec("w", "echo up; exec sleep 1000"))
    here.until_said("w", "up")
    pid = here.pid("w")
    os.kill(pid, signal.SIGKILL)
    found = ended(here, "w")
    assert (found["signal"], found["by"], found["certain"]) == ("SIGKILL", "other", True)
    assert (found["pid"], found["log_end"]) == (pid, 3)
    assert isinstance(found["ran"], float)
    assert isinstance(found["peak"], int)
    assert here.row("w")["exit"] == found


def test_a_signal_that_we_passed_on_is_ours(here: Running) -> None:
    here.apply(here.spec("w", "echo up; exec sleep 1000"))
    here.until_said("w", "up")
    for name in ("SIGKILL", "SIGTERM"):
        here.until_state("w", "running")
        here.client.ask("signal", targets=["w"], signal=name)
        found = ended(here, "w")
        assert (found["signal"], found["by"], found["why"]) == (name, "paasctl", "signal")


def test_stop_restart_and_sigkill_after_the_grace_are_ours(here: Running) -> None:
    ignores = "trap '' TERM; echo up; while :; do sleep 0.05; done"
    here.apply(here.spec("w", ignores), here.spec("v", "echo up; exec sleep 1000"))
    here.until_said("w", "up")
    here.until_said("v", "up")
    here.client.ask("restart", targets=["v"])
    found = ended(here, "v")
    assert (found["signal"], found["by"], found["why"]) == ("SIGTERM", "paasctl", "restart")
    assert found["forced"] is False
    here.client.ask("down", targets=["w"], timeout=0.2)
    found = ended(here, "w")
    assert (found["signal"], found["by"], found["why"]) == ("SIGKILL", "paasctl", "stop")
    assert found["forced"] is True


def test_what_is_left_behind_and_has_to_be_killed_shows(here: Running) -> None:
    here.apply(
        here.spec("w", "(trap '' TERM; echo up; while :; do sleep 0.05; done) & wait", grace=0.3)
    )
    here.until_said("w", "up")
    here.client.ask("down", targets=["w"])
    found = ended(here, "w")
    assert (found["by"], found["why"], found["forced"]) == ("paasctl", "stop", True)


def test_a_fault_is_the_programs_own(here: Running) -> None:
    here.apply(here.spec("w", "kill -SEGV $$"))
    found = ended(here, "w")
    assert (found["signal"], found["by"]) == ("SIGSEGV", "itself")


def test_the_peak_is_told_and_what_cannot_be_told_is_a_bound(here: Running) -> None:
    big = "data = b'x' * 80000000\nprint('done')"
    here.apply(here.python("big", big), here.spec("small", "exit 3"))
    found = ended(here, "big")
    assert found["peak_of"] == "process"
    assert isinstance(found["peak"], int)
    assert 80_000_000 <= found["peak"] < 160_000_000
    here.client.ask("watch", since=0)
    found = ended(here, "small")
    assert found["peak_of"] == "at-most"
    assert isinstance(found["peak"], int)
    assert found["peak"] < 40_000_000


def _memory_cgroup() -> Path:
    """Make a memory cgroup below our own with a limit, or skip with the reason."""
    own = group_of("self")
    parent = Path(own.events).parent if own is not None else Path("/sys/fs/cgroup/memory")
    place = parent / f"paasctl-test-{os.getpid()}"
    limit = "memory.max" if (parent / "cgroup.controllers").exists() else "memory.limit_in_bytes"
    try:
        place.mkdir()
    except OSError as error:
        pytest.skip(f"no memory cgroup can be made in {parent}: {error.strerror}")
    try:
        (place / limit).write_text(str(LIMIT))
        swap = place / ("memory.swap.max" if limit == "memory.max" else "memory.swappiness")
        if swap.exists():
            swap.write_text("0")
    except OSError as error:
        place.rmdir()
        pytest.skip(f"{place / limit} cannot be written: {error.strerror}")
    return place


@pytest.fixture
def cgroup() -> Iterator[Path]:
    place = _memory_cgroup()
    yield place
    eventually(lambda: _removed(place), f"{place} is empty")


def _removed(place: Path) -> bool:
    try:
        place.rmdir()
    except OSError:  # who was in it has ended, but is not quite gone
        return False
    return True


def inside(cgroup: Path) -> tuple[str, ...]:
    """An enclosure that goes into the cgroup and then becomes the program."""
    return ("/bin/sh", "-c", f'echo $$ > {cgroup}/cgroup.procs && exec "$@"', "sh")


@pytest.mark.optional
@pytest.mark.skipif(sys.platform != "linux", reason="memory cgroups are Linux's")
def test_a_real_out_of_memory_kill_is_the_kernels(cgroup: Path, here: Running) -> None:
    """The process is dead before it was ready, so that only counter and kernel log speak."""
    here.apply(here.python("hungry", HUNGRY)._replace(enclosure=inside(cgroup)))
    found = ended(here, "hungry")
    assert (found["signal"], found["by"], found["why"]) == ("SIGKILL", "kernel", "memory")
    if os.access(LOG, os.R_OK):
        assert found["certain"] is True
        assert f"Killed process {found['pid']} " in str(found["evidence"])
    else:
        assert found["certain"] is False
        assert "has counted an out-of-memory kill" in str(found["evidence"])


@pytest.mark.optional
@pytest.mark.skipif(sys.platform != "linux", reason="memory cgroups are Linux's")
def test_its_own_cgroup_tells_and_has_the_peak(cgroup: Path, here: Running) -> None:
    waits = "import signal\nprint('up')\nsignal.pause()\n" + HUNGRY
    spec = here.python("hungry", "import signal\nsignal.signal(10, lambda *_: None)\n" + waits)
    here.apply(spec._replace(enclosure=inside(cgroup)))
    here.until_state("hungry", "running")
    here.client.ask("signal", targets=["hungry"], signal="SIGUSR1")
    found = ended(here, "hungry")
    assert (found["by"], found["certain"]) == ("kernel", True)
    assert found["peak_of"] == "cgroup"
    assert isinstance(found["peak"], int)
    assert LIMIT // 2 < found["peak"] <= LIMIT


def test_a_shell_whose_program_was_killed_is_told_from_one_that_was(here: Running) -> None:
    here.apply(here.spec("w", "sh -c 'kill -9 $$'; exit $?"))
    found = ended(here, "w")
    assert (found["code"], found["by"], found["certain"]) == (137, "itself", True)


@pytest.mark.optional
@pytest.mark.skipif(sys.platform != "linux", reason="memory cgroups are Linux's")
def test_a_shell_whose_program_ran_out_of_memory(cgroup: Path, here: Running) -> None:
    line = f'{sys.executable} -S -c "{HUNGRY}"; exit $?'.replace("'up'", "1")
    here.apply(here.spec("shell", line)._replace(enclosure=inside(cgroup)))
    found = ended(here, "shell")
    assert (found["code"], found["by"], found["certain"]) == (137, "kernel", False)


@pytest.mark.optional
@pytest.mark.skipif(not os.access(LOG, os.R_OK), reason="the kernel log cannot be read here")
def test_an_engine_that_ran_out_of_memory_is_told_by_the_guardian(
    cgroup: Path, here: Running
) -> None:
    here.apply(here.spec("w", "echo up; exec sleep 1000"))
    here.until_said("w", "up")
    Path(f"/proc/{here.engine}/oom_score_adj").write_text("1000")
    (cgroup / "cgroup.procs").write_text(str(here.engine))
    hungry = f"echo -900 > /proc/self/oom_score_adj; echo $$ > {cgroup}/cgroup.procs; exec "
    with subprocess.Popen(
        ["/bin/sh", "-c", hungry + shlex.join([sys.executable, "-S", "-c", HUNGRY])],
        stdout=subprocess.DEVNULL,
    ) as process:
        eventually(lambda: gone(here.guardian), "the guardian has ended everything")
        process.kill()
    last = last_notice(here.rundir.journal)
    assert last is not None
    assert "the engine killed by SIGKILL (" in str(last["reason"])
    assert f"Killed process {here.engine} " in str(last["reason"])
