"""Lines 8, 9 and 12: what ends is started again, in a time that is said and can be cut short."""

import re
import time
from pathlib import Path

import pytest

from paasctl.cli.clock import seconds_of
from tests.running import eventually, gone, marked, running
from tests.system.checklist.conftest import Shop

pytestmark = pytest.mark.system


@pytest.mark.checklist(8, "countdown")
def test_the_time_until_the_next_try_is_shown(shop: Shop) -> None:
    here = shop(queue="exit 3")
    with here.begun("up") as attached:
        attached.until_said("exited 3 after 0.")
        attached.until_said("next try in 4.0s")
        eventually(lambda: here.rows()["app--queue"]["state"] == "backing-off", "it waits")
        row = here.rows()["app--queue"]
        at = seconds_of(str(row["next"]))
        assert at is not None
        assert at - time.time() < 30
        assert re.search(r"queue .*backing-off.*next try in \d+s, exited 3", here("ps").out)
    assert [notice["next"] for notice in here.notices() if notice["new"] == "backing-off"]


@pytest.mark.checklist(8, "delays")
def test_the_delays_grow_as_they_are_documented(tmp_path: Path) -> None:
    """1, 2, 4 s on the real clock; the whole ladder: tests/unit/test_backoff.py."""
    with running(tmp_path) as here:
        here.apply(here.spec("w", "exit 1"))
        for wanted in (1, 2, 4):
            notice = here.until_state("w", "backing-off")
            ended, again = seconds_of(str(notice["at"])), seconds_of(str(notice["next"]))
            assert ended is not None
            assert again is not None
            assert again - ended == pytest.approx(wanted, abs=0.05)
            begun = (
                seconds_of(str(here.until_state("w", "starting")["at"])) if wanted < 4 else again
            )
            assert begun is not None
            assert begun >= again - 0.05


@pytest.mark.checklist(9, "restart")
def test_restart_during_the_delay_starts_now(tmp_path: Path) -> None:
    with running(tmp_path) as here:
        here.apply(here.spec("w", "test -e flag && exec sleep 1000; exit 1"))
        for _ in range(3):
            notice = here.until_state("w", "backing-off")
        Path(here.root, "flag").touch()
        here.client.ask("restart", targets=["w"])
        begun = here.until_state("w", "starting")
        due, at = seconds_of(str(notice["next"])), seconds_of(str(begun["at"]))
        assert due is not None
        assert at is not None
        assert at < due
        here.until_state("w", "running")


@pytest.mark.checklist(9, "stop")
def test_stop_during_the_delay_cancels_the_start(tmp_path: Path) -> None:
    with running(tmp_path) as here:
        here.apply(here.spec("w", "echo tried; exit 1"), here.spec("clock", "sleep 1.2"))
        here.until_state("w", "backing-off")
        here.client.ask("down", targets=["w"])
        assert here.until_state("w", "stopped")["event"] == "down"
        assert here.row("w")["next"] is None
        # the delay would have been over by now: another process has lived longer
        here.until(lambda n: n["id"] == "clock" and n["event"] == "exited")
        assert here.log("w") == "tried\n"


@pytest.mark.checklist(12, "run")
def test_a_start_command_that_goes_to_the_background_is_told_and_ended(shop: Shop) -> None:
    here = shop(queue="sleep 1000 & echo $! > child")
    with here.begun("up") as attached:
        attached.until_said("a start command has to stay in the foreground")
        attached.until_said("next try in")
        child = int((here.root / "child").read_text())
        eventually(lambda: gone(child), "what was left behind is ended")
        eventually(lambda: len(marked(here.state)) <= 2, "no two generations live at once")


def test_what_a_process_says_in_its_first_moment_is_shown(shop: Shop) -> None:
    names = [f"w{number}" for number in range(20)]
    here = shop(**dict.fromkeys(names, "echo first; exec sleep 1000"))
    with here.begun("up") as attached:
        attached.until_said("ready in")
        eventually(lambda: attached.text().count("| first") == len(names), "all have been heard")
        assert attached.text().count("| first") == len(names), "and each once"
