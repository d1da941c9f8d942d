"""Lines 2 and 5: a stop takes as long as it takes, and the second Ctrl-C is another one."""

import fcntl
import signal
import struct
import termios
import time
from pathlib import Path

import pytest

from tests.running import eventually, gone, marked, running
from tests.system.checklist.conftest import Shop
from tests.terminal import Terminal

pytestmark = pytest.mark.system

LAYERS = """
import os, signal, sys, time

def layer(depth):
    if depth and os.fork() == 0:
        return layer(depth - 1)
    signal.signal(15, lambda *_: end(depth))
    if depth == 0:
        print('up', flush=True)
    while True:
        time.sleep(1000)

def end(depth):
    time.sleep(0.1)
    os.write(1, f'{depth} {time.monotonic()}\\n'.encode())
    os._exit(0)

layer(3)
"""
SLOW = """
echo "in hand"
trap 'sleep 2; echo finished; exit 0' TERM
while :; do sleep 0.05; done
"""
NEVER = "trap '' TERM\necho up\nwhile :; do sleep 0.05; done"


@pytest.mark.checklist(2)
def test_a_stop_is_over_when_the_last_process_is_and_within_a_tenth_of_a_second(
    tmp_path: Path,
) -> None:
    with running(tmp_path) as here:
        here.apply(here.python("w", LAYERS))
        late = []
        for time_ in range(1, 6):
            eventually(lambda n=time_: here.log("w").count("up") == n, "all layers are up")
            here.client.ask("restart", targets=["w"])
            here.until(lambda n: n["id"] == "w" and n["event"] == "exited")
            seen = time.monotonic()
            said = here.log("w").split("up\n")[time_].splitlines()
            ends = [float(line.split()[1]) for line in said]
            assert len(ends) == 4, "every layer had ended, and none was killed"
            late.append(seen - max(ends))
        assert min(late) < 0.1, late  # the best of five: the machine may have other work


@pytest.mark.checklist(2)
@pytest.mark.parametrize("words", [("stop", "queue"), ("down",)], ids=" ".join)
def test_a_command_that_stops_returns_when_nothing_is_left(
    shop: Shop, words: tuple[str, ...]
) -> None:
    here = shop(queue="(trap 'sleep 0.5; exit' TERM; while :; do sleep 0.05; done) & wait")
    here("up", "-d", "--wait").well()
    eventually(lambda: len(here.tree("app--queue")) >= 2, "both are there")
    here(*words).well()
    assert here.tree("app--queue") == []


@pytest.mark.checklist(5)
def test_a_key_that_repeats_is_one_ctrl_c(shop: Shop) -> None:
    here = shop(queue=SLOW)
    terminal = Terminal(here.root, "up", NO_COLOR="1")
    try:
        terminal.until_said("in hand")
        for _ in range(5):
            terminal.press(b"\x03")
        assert terminal.ended() == 130
        assert "finished" in here.log("app--queue"), "it was killed"
        assert b"killing" not in terminal.said
    finally:
        terminal.close()


@pytest.mark.checklist(5)
def test_the_second_ctrl_c_ends_everything_at_once(shop: Shop) -> None:
    here = shop(queue=NEVER, mail=NEVER)
    terminal = Terminal(here.root, "up", NO_COLOR="1")
    try:
        terminal.until_said("| up", times=2)
        terminal.press(b"\x03")
        terminal.until_said("Ctrl-C again")
        began = time.monotonic()
        eventually(lambda: time.monotonic() > began + 0.35, "longer than a key repeats")
        pressed = time.monotonic()
        terminal.press(b"\x03")
        assert terminal.ended() == 130
        assert time.monotonic() - pressed < 5, "not by the 15 s of the stop rule"
        assert not marked(here.state)
    finally:
        terminal.close()


def test_ctrl_z_suspends_the_view_and_nothing_else(shop: Shop) -> None:
    here = shop(queue="n=0; while :; do n=$((n+1)); echo line $n; sleep 0.05; done")
    with here.begun("up") as attached:
        attached.until_said("line 3\n")
        attached.process.send_signal(signal.SIGTSTP)
        seen = here.log("app--queue").count("line")
        eventually(lambda: here.log("app--queue").count("line") > seen + 5, "the worker goes on")
        assert here.rows()["app--queue"]["state"] in ("starting", "running")
        attached.process.send_signal(signal.SIGCONT)
        attached.until_said(f"line {seen + 5}\n")
        attached.process.send_signal(signal.SIGINT)
        assert attached.code() == 130


def test_a_window_that_changes_its_size_changes_nothing(shop: Shop) -> None:
    here = shop(queue="trap 'echo resized' WINCH; echo up; while :; do sleep 0.05; done")
    terminal = Terminal(here.root, "up", NO_COLOR="1")
    try:
        terminal.until_said("| up")
        pid = here.pid("app--queue")
        for width in range(20, 60):
            size = struct.pack("HHHH", 24, width, 0, 0)
            fcntl.ioctl(terminal.terminal, termios.TIOCSWINSZ, size)
        assert here.pid("app--queue") == pid
        assert not gone(pid)
        assert "resized" not in here.log("app--queue")
        terminal.press(b"\x03")
        assert terminal.ended() == 130
    finally:
        terminal.close()
