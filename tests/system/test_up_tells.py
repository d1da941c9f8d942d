"""What an attached `up` says when a process ends: whose doing, after how long, what comes next."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import eventually
from tests.scenario.checkout import Begun, Checkout, written

pytestmark = pytest.mark.system

MANIFEST = """\
name: app
type: 'python:3.11'
workers:
  queue: {commands: {start: 'exec sleep 1000'}}
  mail: {commands: {start: 'echo boom; exit 3'}}
  gone: {commands: {start: 'no-such-program'}}
"""


class Told:
    """An attached `up`, and the project it runs."""

    def __init__(self, here: Checkout, up: Begun) -> None:
        self.here, self.up = here, up

    def line(self, *parts: str) -> str:
        """Return a line that holds all the parts, once there is one."""

        def found() -> list[str]:
            return [li for li in self.up.text().splitlines() if all(p in li for p in parts)]

        eventually(found, f"a line with {parts}")
        return found()[-1]


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    here = Checkout(written(tmp_path / "shop", {".platform.app.yaml": MANIFEST}))
    try:
        with here.begun("up") as up:
            here_told = Told(here, up)
            here_told.line("queue", "ready after")
            yield here_told
    finally:
        here.clear()


def test_who_it_was_is_said_when_it_happens(told: Told) -> None:
    os.kill(told.here.pid("app--queue"), signal.SIGKILL)
    line = told.line("queue", "killed by SIGKILL after", "restarted at once")
    assert ": not by paasctl, nor out of memory, restarted at once" in line
    told.here("kill", "queue").well()
    told.line("queue", "killed by SIGKILL after", ": paasctl kill, ")


def test_a_crash_loop_has_a_number_and_the_time_of_the_next_try(told: Told) -> None:
    told.line("mail", "exited 3 after", "next try in 1.0s")
    told.line("mail", "next try in", "3rd crash in", "paasctl restart mail tries now")


def test_a_program_that_does_not_exist_is_told_each_time(told: Told) -> None:
    told.line("gone", "no-such-program", "next try in 2.0s")


def test_ps_says_how_the_process_before_had_ended(told: Told) -> None:
    os.kill(told.here.pid("app--queue"), signal.SIGTERM)
    eventually(lambda: "last killed by SIGTERM: not by paasctl" in told.here("ps").out)
    told.here("restart", "queue").well()
    assert "last" not in told.here("ps", "queue").out, "what was asked for is no news"
