"""The engine over the real kernel: what the simulation says, with real processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from paasctl.cli.clock import seconds_of
from paasctl.control.client import Declined, connect
from paasctl.model.plan import Kind, Stage, Stamp
from tests.running import REPOSITORY, Running, eventually, gone, marked, running

pytestmark = pytest.mark.system

OBEYS = "echo up; exec sleep 1000"
IGNORES = "import signal,time\nsignal.signal(15, signal.SIG_IGN)\nprint('up')\ntime.sleep(1000)"


def stamp(notice: dict[str, object]) -> float:
    seconds = seconds_of(str(notice["at"]))
    assert seconds is not None
    return seconds


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as found:
        yield found


@pytest.mark.checklist(8, "exits")
def test_exit_0_and_exit_1_restart_and_a_signal_too(here: Running) -> None:
    here.apply(
        here.spec("zero", "sleep 1.05; exit 0"),
        here.spec("one", "sleep 1.05; exit 1"),
        here.spec("killed", "sleep 1.05; kill -9 $$"),
    )
    ends = {"zero": ("code", 0), "one": ("code", 1), "killed": ("signal", "SIGKILL")}
    for name, (key, value) in ends.items():
        notice = here.until(lambda n, name=name: n["id"] == name and n["event"] == "exited")
        assert notice["new"] == "starting", "a process that lived for a second restarts at once"
        found = notice["exit"]
        assert isinstance(found, dict)
        assert found[key] == value
        here.notices.clear()
        here.client.ask("watch", since=0)


def test_a_program_that_does_not_exist_is_told_by_name_and_tried_again(here: Running) -> None:
    here.apply(here.spec("w", "")._replace(command=("no-such-program", "x")))
    notice = here.until_state("w", "backing-off")
    found = notice["exit"]
    assert isinstance(found, dict)
    assert "no-such-program: command not found" in str(found["error"])
    assert here.row("w")["next"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cwd": "/no/such/place"}, "/no/such/place: No such file"),
        ({"command": ("/etc/passwd",)}, "Permission denied"),
        ({"env": {"PATH": "/bin", "BAD": "a\0b"}}, "null byte"),
    ],
)
def test_why_a_start_failed_is_said(here: Running, change: dict[str, object], said: str) -> None:
    here.apply(here.spec("w", "true")._replace(**change))
    found = here.until_state("w", "backing-off")["exit"]
    assert isinstance(found, dict)
    assert said in str(found["error"])


@pytest.mark.checklist(3)
def test_a_worker_that_ignores_sigterm_dies_fifteen_seconds_after_it(here: Running) -> None:
    here.apply(
        here.python("stubborn", IGNORES),
        here.python("slow", "import signal,time,sys\n"
                    "def stop(*_): time.sleep(14); print('finished'); sys.exit(0)\n"
                    "signal.signal(15, stop)\nprint('up')\ntime.sleep(1000)"),
    )  # fmt: skip
    here.until_said("stubborn", "up")
    here.until_said("slow", "up")
    here.client.ask("down", targets=["stubborn", "slow"])
    term = here.until(lambda n: n["id"] == "stubborn" and n["event"] == "down")
    end = here.until_state("stubborn", "stopped")
    assert stamp(end) - stamp(term) == pytest.approx(15.0, abs=0.1)
    assert here.row("stubborn")["exit"]["signal"] == "SIGKILL"  # type: ignore[index]
    assert here.row("slow")["exit"]["code"] == 0  # type: ignore[index]
    assert "finished" in here.log("slow")


def test_the_grace_belongs_to_the_program_not_to_the_shell_before_it(here: Running) -> None:
    here.apply(here.spec(
        "w",
        f"""{sys.executable} -S -u -c "
import signal, sys, time
def stop(*_):
    time.sleep(1.5); print('clean'); sys.exit(0)
signal.signal(15, stop); print('up'); time.sleep(1000)"
echo never""",
    ))  # fmt: skip
    here.until_said("w", "up")
    assert here.quit() == pytest.approx(1.5, abs=0.4)
    assert "clean" in here.log("w")


def test_children_of_a_living_parent_are_not_signalled(here: Running) -> None:
    """Celery prefork: the pool must live until its parent has ended it."""
    here.apply(here.python("pool", """
import os, signal, sys, time
def child_hit(*_): print('child was hit'); sys.exit(3)
child = os.fork()
if child == 0:
    signal.signal(15, child_hit)
    time.sleep(2.5)
    print('task done'); sys.exit(0)
def stop(*_):
    os.waitpid(child, 0); print('pool ended'); sys.exit(0)
signal.signal(15, stop)
print('up')
while True: time.sleep(1)
"""))  # fmt: skip
    here.until_said("pool", "up\n")
    here.quit()
    assert here.log("pool").splitlines() == ["up", "task done", "pool ended"]


DAEMON = (
    "import os,time\n"
    "if os.fork() == 0:\n"
    "    os.setsid()\n"
    "    if os.fork() == 0:\n"
    "        print('daemon', os.getpid(), flush=True); time.sleep(1000)\n"
    "    os._exit(0)\n"
    "os.wait()\n"
)


def daemon_of(here: Running, name: str) -> int:
    here.until_said(name, "daemon ")
    return int(here.log(name).split("daemon ")[1].split()[0])


def test_a_daemon_that_was_adopted_ends_with_its_instance_and_only_with_it(here: Running) -> None:
    here.apply(
        here.python("w", DAEMON + "time.sleep(1000)"),
        here.python("other", DAEMON + "time.sleep(1000)"),
    )
    mine, other = daemon_of(here, "w"), daemon_of(here, "other")
    here.client.ask("down", targets=["w"])
    here.until_state("w", "stopped")
    assert gone(mine)
    assert not gone(other)


def test_a_leader_that_leaves_a_daemon_is_restarted_after_the_daemon_has_ended(
    here: Running,
) -> None:
    here.apply(here.python("w", DAEMON + "time.sleep(1.1)"))
    first = daemon_of(here, "w")
    notice = here.until(lambda n: n["event"] == "leader-exited")
    assert notice["new"] == "stopping"
    here.until_state("w", "starting")
    assert gone(first)


@pytest.mark.checklist(4)
def test_term_reaches_a_stopped_process(here: Running) -> None:
    here.apply(here.spec("w", OBEYS))
    here.until_said("w", "up")
    os.kill(here.pid("w"), signal.SIGSTOP)
    assert here.quit() < 5


@pytest.mark.checklist(6)
def test_a_descendant_that_holds_the_output_does_not_delay_the_end(here: Running) -> None:
    here.apply(here.spec("w", "sleep 1000 & sleep 1000 & wait"))
    here.until_state("w", "running")
    assert here.quit() < 5


@pytest.mark.checklist(10)
def test_a_hundred_parallel_restarts_leave_one_process(here: Running) -> None:
    here.apply(here.spec("w", OBEYS))
    here.until_said("w", "up")
    first = here.pid("w")

    def restart(_: int) -> None:
        client = connect(here.rundir.path)
        assert client is not None
        try:
            client.ask("restart", targets=["w"])
        finally:
            client.close()

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(restart, range(100)))
    here.until_state("w", "running")
    eventually(lambda: here.row("w")["state"] == "running", "it runs")
    assert gone(first)
    assert marked(here.rundir.path) == [here.pid("w")]


def test_a_run_once_writes_its_stamp_only_when_it_ended_well(here: Running) -> None:
    good, bad = here.root / "good", here.root / "deep" / "bad"
    here.apply(
        here.spec("good", "exit 0", once=True, stage=Stage.PREPARE, kind=Kind.HOOK,
                  stamp=Stamp(str(good), "id 1")),
        here.spec("bad", "exit 3", once=True, stage=Stage.PREPARE, kind=Kind.HOOK,
                  stamp=Stamp(str(bad), "id 1")),
        here.spec("w", OBEYS),
    )  # fmt: skip
    here.until_state("w", "running")
    assert good.read_text() == "id 1"
    assert not bad.exists()


def test_a_port_is_ready_when_it_accepts(here: Running) -> None:
    web = here.python("web", """
import socket, time
time.sleep(0.3)
s = socket.create_server(('127.0.0.1', 0)); print('port', s.getsockname()[1])
time.sleep(1000)
""")  # fmt: skip
    here.apply(web)
    here.until_said("web", "port ")
    port = int(here.log("web").split()[1])
    here.apply(web, here.spec("probe", OBEYS, listen=f"tcp:127.0.0.1:{port}"),
               here.spec("never", OBEYS, listen="unix:/no/such/socket"))  # fmt: skip
    here.until_state("probe", "running")
    assert here.row("never")["state"] == "starting"


def test_a_probe_decides_when_a_service_is_ready(here: Running) -> None:
    flag = here.root / "flag"
    here.apply(
        here.spec("db", OBEYS, kind=Kind.SERVICE, stage=Stage.PREPARE,
                  probe=("/bin/sh", "-c", f"test -e {flag}")),
        here.spec("w", OBEYS),
    )  # fmt: skip
    here.until_said("db", "up")
    assert here.row("w")["state"] == "waiting"
    flag.touch()
    here.until_state("w", "running")
    assert here.row("db")["ready"] is True


@pytest.mark.checklist(22, "descriptors")
@pytest.mark.checklist(22, "signals")
def test_children_get_three_descriptors_default_signals_and_their_own_session(
    here: Running,
) -> None:
    here.apply(here.python("w", """
import os, signal
print('fds', sorted(os.listdir('/proc/self/fd'))[:4], os.getsid(0) == os.getpid())
print('sigpipe', signal.getsignal(13), 'mask', signal.pthread_sigmask(0, []))
print('env', sorted(os.environ), 'umask', os.umask(0))
import time; time.sleep(1000)
"""))  # fmt: skip
    here.until_said("w", "umask")
    said = here.log("w")
    assert "fds ['0', '1', '2', '3'] True" in said  # 3 is the listing itself
    assert "mask set()" in said
    # LC_CTYPE is the interpreter's own doing (PEP 538)
    assert "env ['LC_CTYPE', 'PAASCTL_INSTANCE', 'PATH']" in said
    here.apply(here.spec("sh", "grep SigIgn /proc/self/status; exec sleep 1000"))
    here.until_said("sh", "SigIgn")
    ignored = int(here.log("sh").split()[1], 16)
    assert not ignored & 0x7FFFFFFF, "nothing is ignored (32 and up are the C library's own)"


def test_the_engine_never_loads_what_is_fat(here: Running) -> None:
    os.kill(here.engine, signal.SIGQUIT)
    log = Path(here.rundir.engine_log)
    eventually(lambda: "\nmodules " in log.read_text(), "the dump")
    modules = set(log.read_text().split("\nmodules ")[1].split("\n")[0].split())
    assert "paasctl.supervise.engine" in modules
    assert not modules & {
        "yaml", "jsonschema", "typer", "click", "rich", "psutil", "asyncio", "dataclasses",
        "inspect", "threading", "subprocess", "logging",
    }  # fmt: skip


def test_a_second_engine_for_the_same_project_is_refused(here: Running) -> None:
    second = subprocess.run(
        [sys.executable, str(REPOSITORY / "tests" / "enginehost.py"), str(here.root)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, timeout=30, check=False,
    )  # fmt: skip
    assert second.returncode == 6


@pytest.mark.checklist(20, "stale")
def test_stale_socket_lock_and_half_a_journal_line_heal_themselves(tmp_path: Path) -> None:
    state = tmp_path / ".paasctl"
    state.mkdir(mode=0o700)
    (state / "lock").write_text("12345")
    (state / "journal.jsonl").write_text('{"seq": 41, "event": "up", "id": "w"}\n{"seq": 42, "ev')
    import socket

    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(state / "control.sock"))
    with running(tmp_path) as here:
        assert here.client.ask("ping")["ok"] is True
        assert here.number(here.client.ask("status"), "seq") > 41


def test_when_engine_and_guardian_are_killed_at_once_the_next_engine_ends_what_is_left(
    tmp_path: Path,
) -> None:
    with running(tmp_path) as here:
        here.apply(here.spec("w", OBEYS), here.python("daemon", DAEMON + "time.sleep(1000)"))
        here.until_said("w", "up")
        daemon_of(here, "daemon")
        os.kill(here.guardian, signal.SIGSTOP)  # so that neither can act before both are dead
        os.kill(here.engine, signal.SIGKILL)
        os.kill(here.guardian, signal.SIGKILL)
        eventually(lambda: gone(here.engine) and gone(here.guardian), "both are dead")
        orphans = marked(here.rundir.path)
        assert len(orphans) == 3
        here.client.close()
        here.client = here.start()
        here.engine = here.number(here.client.ask("ping"), "pid")
        here.guardian = here.parent(here.engine)
        assert all(gone(pid) for pid in orphans)
        here.client.ask("watch", since=0)
        here.until(lambda n: n["event"] == "leftovers")


def test_bad_requests_are_refused_in_words(here: Running) -> None:
    here.apply(here.spec("w", OBEYS))
    for op, arguments, code in [
        ("restart", {"targets": ["nosuch"]}, "unknown-target"),
        ("restart", {"targets": "w"}, "bad-request"),
        ("frobnicate", {}, "unknown-op"),
        ("signal", {"targets": ["w"], "signal": "SIGNOPE"}, "unknown-signal"),
        ("apply", {"plan": "nosuch.json"}, "bad-plan"),
        ("apply", {"plan": "journal.jsonl"}, "bad-plan"),
    ]:
        with pytest.raises(Declined) as refused:
            here.client.ask(op, **arguments)
        assert refused.value.code == code
    assert here.row("w")["state"] in ("starting", "running")
