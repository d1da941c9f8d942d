"""The engine goes on as another program, and nobody below it notices."""

import os
import select
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from paasctl.control.client import Declined, connect
from paasctl.model.logtimes import DIRECTORY, moments
from paasctl.model.plan import Kind, LogLimits, Stage, Terminal
from paasctl.terminal.program import prefix
from tests.running import REPOSITORY, Running, eventually, gone, marked, running

pytestmark = pytest.mark.system

OBEYS = "echo up; exec sleep 1000"
IGNORES = "import signal,time\nsignal.signal(15, signal.SIG_IGN)\nprint('up')\ntime.sleep(1000)"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as found:
        yield found


def ask(here: Running, python: str = sys.executable, root: object = REPOSITORY) -> None:
    here.client.ask("upgrade", python=python, root=str(root))


def upgraded(here: Running, root: object = REPOSITORY) -> dict[str, object]:
    """Upgrade engine and guardian; return the engine's notice."""
    ask(here, root=root)
    notice = here.until(lambda n: str(n["event"]).startswith("upgrade"))
    assert notice["event"] == "upgraded", notice
    last = here.until(lambda n: str(n["event"]).startswith("guardian"))
    assert last["event"] == "guardian-upgraded", last
    return notice


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def command_line(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")


def test_fifty_upgrades_in_a_row_under_restarts(here: Running) -> None:
    here.apply(
        here.spec("steady", OBEYS),
        here.python("daemon", "import os, time\nif os.fork() == 0:\n os.setsid()\n"
                    " time.sleep(1000)\nprint('up')\ntime.sleep(1000)"),
        here.spec("seven", "sleep 0.3; exit 7", settle=0.1),
        here.spec("again", OBEYS),
    )  # fmt: skip
    for name in ("steady", "daemon", "again"):
        here.until_said(name, "up")
    before = here.pid("steady"), here.pid("daemon")
    sizes = []
    for number in range(50):
        here.client.ask("restart", targets=["again"])
        notice = upgraded(here)
        assert notice["pid"] == here.engine
        if number % 10 == 9:
            sizes.append((descriptors(here.engine), descriptors(here.guardian)))
    assert (here.pid("steady"), here.pid("daemon")) == before
    assert len(set(sizes)) == 1, f"descriptors grow: {sizes}"
    assert here.parent(here.engine) == here.guardian
    notices = here.client.ask("watch", since=0) and here.client.pending()
    exits = [n["exit"] for n in notices if n["id"] == "seven" and n["event"] == "exited"]
    assert exits
    assert all(isinstance(found, dict) and found["code"] == 7 for found in exits)
    numbers = [n["seq"] for n in notices]
    assert numbers == list(range(1, len(numbers) + 1)), "each notice once, none lost"
    eventually(lambda: here.row("again")["state"] == "running", "it runs")
    assert here.quit() < 10
    assert gone(before[0])
    assert gone(before[1])


@pytest.mark.checklist(11, "upgrade")
@pytest.mark.checklist(11, "guardian")
def test_a_restart_counter_a_stop_by_sv_and_a_wish_survive(here: Running) -> None:
    here.apply(here.spec("released", OBEYS), here.spec("kept", OBEYS))
    here.until_said("released", "up")
    here.client.ask("down", targets=["released"], gentle=True)
    here.until_state("released", "stopped")
    here.client.ask("restart", targets=["kept"])
    here.until(lambda n: n["id"] == "kept" and n["restarts"] == 1)
    rows = here.row("released"), here.row("kept")
    upgraded(here)
    assert (here.row("released"), here.row("kept")) == rows
    path = Path(here.rundir.plan)
    copy = Path(here.rundir.next_plan())
    copy.write_text(path.read_text())
    here.client.ask("apply", plan=copy.name, reload=True)
    assert here.row("released")["state"] == "stopped"
    assert here.row("released")["want"] == "down"
    assert here.row("kept")["pid"] == rows[1]["pid"]


def test_in_the_middle_of_a_stop_the_deadline_stays_where_it_was(here: Running) -> None:
    here.apply(here.python("stubborn", IGNORES), here.spec("w", OBEYS))
    here.until_said("stubborn", "up")
    began = time.monotonic()
    here.client.ask("down", targets=["stubborn"], timeout=4)
    upgraded(here)
    upgraded(here)
    assert here.row("stubborn")["state"] == "stopping"
    notice = here.until_state("stubborn", "stopped")
    assert isinstance(notice["exit"], dict)
    assert notice["exit"]["signal"] == "SIGKILL"
    assert time.monotonic() - began >= 4
    assert here.row("w")["restarts"] == 0


def test_while_everything_is_being_ended(here: Running) -> None:
    here.apply(
        here.python("stubborn", IGNORES, grace=3.0),
        here.spec("db", OBEYS, kind=Kind.SERVICE, stage=Stage.PREPARE),
    )
    here.until_said("stubborn", "up")
    here.client.ask("quit")
    upgraded(here)
    assert here.client.ask("status")["closing"] is True
    assert here.row("db")["state"] == "running", "services wait for the apps"
    while here.client.receive():
        pass
    eventually(lambda: gone(here.engine) and gone(here.guardian), "both have ended")
    assert '"closed"' in Path(here.rundir.journal).read_text()


def test_a_hook_goes_on_and_its_exit_code_is_heard(here: Running) -> None:
    go = here.root / "go"
    os.mkfifo(go)
    here.apply(
        here.spec("hook", f"echo up; read x <{go}; exit 3", kind=Kind.HOOK, once=True, settle=0.1,
                  stage=Stage.DEPLOY),
        here.spec("w", OBEYS),
    )  # fmt: skip
    here.until_said("hook", "up")
    assert here.row("w")["state"] == "waiting"
    upgraded(here)
    go.write_text("x\n")
    notice = here.until_state("hook", "exited")
    assert isinstance(notice["exit"], dict)
    assert notice["exit"]["code"] == 3
    here.until_state("w", "running")


def test_a_pause_goes_on_and_what_ends_during_exec_is_seen(here: Running) -> None:
    here.apply(here.spec("crash", "exit 1"), *(here.spec(f"w{n}", OBEYS) for n in range(20)))
    here.until_said("w19", "up")
    here.until(lambda n: n["id"] == "crash" and n["restarts"] == 1)
    pids = [here.pid(f"w{n}") for n in range(20)]
    ask(here)
    for pid in pids:  # some before the exec, some in it, some after: whenever they end, it is seen
        os.kill(pid, signal.SIGKILL)
        select.select([], [], [], 0.01)
    for n in range(20):
        here.client.ask("watch", since=0)
        notice = here.until(lambda n, i=f"w{n}": n["id"] == i and n["event"] == "exited")
        assert isinstance(notice["exit"], dict)
        assert notice["exit"]["signal"] == "SIGKILL"
    here.until(lambda n: n["id"] == "crash" and n["restarts"] == 2)


def test_signals_to_the_engine_are_not_lost(here: Running) -> None:
    here.apply(here.spec("w", OBEYS))
    here.until_said("w", "up")
    ask(here)
    os.kill(here.engine, signal.SIGTERM)
    while here.client.receive():
        pass
    eventually(lambda: gone(here.engine) and gone(here.guardian), "both have ended")
    assert not marked(here.rundir.path)


def test_who_owns_it_still_does(here: Running) -> None:
    here.apply(here.spec("w", OBEYS))
    here.until_said("w", "up")
    owner = connect(here.rundir.path)
    assert owner is not None
    owner.ask("own")
    upgraded(here)
    owner.close()
    while here.client.receive():
        pass
    eventually(lambda: gone(here.engine), "it ends with its owner")


def broken(tmp_path: Path, name: str, text: str) -> Path:
    """A copy of the package in which one module of the engine is something else."""
    root = tmp_path / "broken"
    shutil.copytree(
        REPOSITORY / "paasctl", root / "paasctl", ignore=shutil.ignore_patterns("__pycache__")
    )
    (root / "paasctl" / "supervise" / name).write_text(text)
    return root


def refused(here: Running, said: str) -> None:
    notice = here.until(lambda n: str(n["event"]).startswith("upgrade"))
    assert notice["event"] == "upgrade-failed"
    assert said in str(notice["reason"])
    assert said in Path(here.rundir.engine_log).read_text()


def test_a_program_that_cannot_take_over_is_not_let_to(here: Running, tmp_path: Path) -> None:
    here.apply(here.spec("w", OBEYS))
    here.until_said("w", "up")
    before = here.row("w")
    with pytest.raises(Declined, match="cannot be tried"):
        ask(here, python="/no/such/python")
    with pytest.raises(Declined, match="absolute"):
        ask(here, python="python3")
    ask(here, root=tmp_path / "nothing")
    refused(here, "No module named 'paasctl'")
    ask(here, python="/bin/false")
    refused(here, "it ended at once")
    ask(here, root=broken(tmp_path, "cell.py", "def :\n"))
    refused(here, "SyntaxError")
    assert here.row("w") == before
    assert command_line(here.engine)[1] != "-I", "it is still what was started"
    upgraded(here)
    assert command_line(here.engine)[1] == "-I"


def test_one_that_fails_when_it_is_too_late_gives_everything_back(
    here: Running, tmp_path: Path
) -> None:
    here.apply(here.spec("w", OBEYS), here.spec("crash", "exit 1"))
    here.until_said("w", "up")
    before = here.row("w")
    text = (REPOSITORY / "paasctl/supervise/resume.py").read_text()
    trick = text.replace('case "engine":', 'case "engine":\n            Engine = 1 / 0')
    assert trick != text
    ask(here, root=broken(tmp_path, "resume.py", trick))
    refused(here, "ZeroDivisionError: division by zero")
    assert here.row("w") == before
    os.kill(int(str(before["pid"])), signal.SIGKILL)
    notice = here.until(lambda n: n["id"] == "w" and n["event"] == "exited")
    assert isinstance(notice["exit"], dict)
    assert notice["exit"]["signal"] == "SIGKILL"


def test_the_guardian_too_gives_everything_back(here: Running, tmp_path: Path) -> None:
    here.apply(here.spec("w", OBEYS))
    here.until_said("w", "up")
    text = (REPOSITORY / "paasctl/supervise/resume.py").read_text()
    trick = text.replace('case "guardian":', 'case "guardian":\n            Engine = 1 / 0')
    ask(here, root=broken(tmp_path, "resume.py", trick))
    here.until(lambda n: n["event"] == "upgraded")
    notice = here.until(lambda n: str(n["event"]).startswith("guardian"))
    assert notice["event"] == "guardian-upgrade-failed"
    assert "ZeroDivisionError" in Path(here.rundir.engine_log).read_text()
    os.kill(here.engine, signal.SIGKILL)
    eventually(lambda: gone(here.guardian) and not marked(here.rundir.path), "it still guards")


def test_an_upgraded_pair_still_ends_everything_if_either_is_killed(tmp_path: Path) -> None:
    for victim in ("engine", "guardian"):
        root = tmp_path / victim
        root.mkdir()
        with running(root) as here:
            here.apply(here.spec("w", OBEYS))
            here.until_said("w", "up")
            upgraded(here)
            os.kill(getattr(here, victim), signal.SIGKILL)
            eventually(lambda h=here: gone(h.engine) and gone(h.guardian), "both end")
            assert not marked(here.rundir.path)


def test_a_package_that_is_taken_away_costs_nobody_anything(tmp_path: Path) -> None:
    """A package manager replaces files under a running engine, which must not need them."""
    root = tmp_path / "site"
    shutil.copytree(
        REPOSITORY / "paasctl", root / "paasctl", ignore=shutil.ignore_patterns("__pycache__")
    )
    project = tmp_path / "project"
    project.mkdir()
    with running(project) as here:
        here.apply(here.spec("w", OBEYS), here.python("stubborn", IGNORES, grace=1.0))
        here.until_said("stubborn", "up")
        upgraded(here, root=root)
        shutil.rmtree(root)
        assert here.client.ask("ping")["ok"] is True
        here.client.ask("restart", targets=["w"])
        here.until(lambda n: n["id"] == "w" and n["restarts"] == 1)
        here.quit()
        eventually(lambda: gone(here.engine) and gone(here.guardian), "both end")
        assert "Traceback" not in Path(here.rundir.engine_log).read_text()
    with running(project) as here:
        here.apply(here.spec("w", OBEYS))
        here.until_said("w", "up")
        shutil.copytree(REPOSITORY / "paasctl", root / "paasctl")
        upgraded(here, root=root)
        shutil.rmtree(root)
        os.kill(here.engine, signal.SIGKILL)
        eventually(lambda: gone(here.guardian) and not marked(here.rundir.path), "it guards")
        assert "Traceback" not in Path(here.rundir.engine_log).read_text()


def test_times_and_limits_of_logs_and_terminals_go_on(here: Running) -> None:
    path = f"{os.environ['XDG_RUNTIME_DIR']}/{os.getpid()}-u.tty"
    os.mkfifo(here.root / "go")
    code = (
        "import os, sys\nprint(os.isatty(1))\n"
        "open('go').read()\nfor n in range(20000): print('%098d' % n)\nsys.stdin.read()"
    )
    spec = here.python("w", code)._replace(terminal=Terminal(prefix(sys.executable, path), path))
    here.apply(spec, logs=LogLimits(500_000, 0))
    here.until_said("w", "True")
    index = Path(here.rundir.log) / DIRECTORY / "w.log"
    eventually(index.exists, "the first line is noted")
    pid, before = here.pid("w"), index.read_bytes()
    upgraded(here)
    assert index.read_bytes() == before
    (here.root / "go").write_text("\n")
    log = Path(here.rundir.log) / "w.log"
    size = 20_000 * 100 + len("True\r\n")
    eventually(lambda: log.stat().st_size == size, "all is in the log")
    eventually(lambda: log.stat().st_blocks * 512 < 1_000_000, "it is cut back to its limit")
    known = moments(index.read_bytes(), log.stat().st_ino, size)
    assert known[-1].size == size
    assert here.pid("w") == pid
