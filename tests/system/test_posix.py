"""The kernel edge of other Unixes (macOS), which runs here too: all that it promises there."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from paasctl.model.plan import Kind, Stage
from tests.running import Running, eventually, gone, running

pytestmark = pytest.mark.system

OBEYS = "echo up; exec sleep 1000"
IGNORES = "import signal,time\nsignal.signal(15, signal.SIG_IGN)\nprint('up')\ntime.sleep(1000)"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path, "posix") as found:
        yield found


def exit_of(notice: dict[str, object]) -> dict[str, object]:
    found = notice["exit"]
    assert isinstance(found, dict)
    return found


def test_it_starts_restarts_and_tells_how_everything_ended(here: Running) -> None:
    here.apply(here.spec("code", "sleep 0.2; exit 7"), here.spec("killed", OBEYS))
    here.until_said("killed", "up")
    assert exit_of(here.until_state("code", "backing-off"))["code"] == 7
    os.kill(here.pid("killed"), signal.SIGKILL)
    notice = here.until(lambda n: n["id"] == "killed" and n["event"] == "exited")
    assert exit_of(notice)["signal"] == "SIGKILL"
    here.until_state("killed", "running")


def test_a_shell_that_dies_first_is_not_the_end_of_its_program(here: Running) -> None:
    """The group is followed, as long as it has a member."""
    program = "import signal, sys, time\n"
    program += "signal.signal(15, lambda *a: (print('bye'), sys.exit()))\n"
    path = here.root / "program.py"
    path.write_text(program + "print('up', flush=True)\nwhile True: time.sleep(1000)\n")
    here.apply(here.spec("w", f"python3 -S -E -u {path} & wait"))
    here.until_said("w", "up")
    here.client.ask("down", targets=["w"])
    here.until_said("w", "bye")
    here.until_state("w", "stopped", seconds=10)


def test_a_group_whose_leader_is_gone_is_killed_when_its_time_is_over(here: Running) -> None:
    path = here.root / "stubborn.py"
    path.write_text(IGNORES)
    here.apply(here.spec("w", f"python3 -S -E -u {path} & echo $!; wait"))
    here.until_said("w", "up")
    child = int(here.log("w").split()[0])
    here.client.ask("down", targets=["w"], timeout=1)
    here.until_state("w", "stopped")
    assert gone(child)


def test_the_stop_rule_services_last_and_sigkill_only_when_its_time_is_over(here: Running) -> None:
    here.apply(
        here.python("stubborn", IGNORES, grace=1.5),
        here.spec("db", OBEYS, kind=Kind.SERVICE, stage=Stage.PREPARE),
    )
    here.until_said("stubborn", "up")
    here.until_said("db", "up")
    pids = here.pid("stubborn"), here.pid("db")
    assert 1.5 <= here.quit() < 15
    assert all(gone(pid) for pid in pids)


def test_a_hook_a_listener_and_a_stop_by_sv(here: Running) -> None:
    here.apply(
        here.spec("hook", "exit 3", kind=Kind.HOOK, once=True, stage=Stage.DEPLOY),
        here.spec("w", OBEYS),
    )
    assert exit_of(here.until_state("hook", "exited"))["code"] == 3
    here.until_state("w", "running")
    here.client.ask("down", targets=["w"], gentle=True)
    here.until_state("w", "stopped")


def test_if_the_guardian_is_killed_the_engine_ends_everything(here: Running) -> None:
    here.apply(here.spec("w", OBEYS))
    here.until_said("w", "up")
    pid = here.pid("w")
    os.kill(here.guardian, signal.SIGKILL)
    eventually(lambda: gone(here.engine) and gone(pid), "everything ends")
