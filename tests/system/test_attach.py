"""Programs with a terminal, under the real engine, visited from a real terminal."""

import os
import pty
import re
import select
import signal
import socket
import stat
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from paasctl.model.plan import InstanceSpec, Terminal
from paasctl.terminal.birth import resize
from paasctl.terminal.program import prefix
from tests.running import REPOSITORY, Running, eventually, gone, running

pytestmark = pytest.mark.system
CODE = "from paasctl.cli.app import main; main()"
DEADLINE = 30.0

PROGRAM = """
import os, signal, sys
def size(*_): print("size", *os.get_terminal_size(0), flush=True)
def term(*_): print("bye", flush=True); sys.exit(0)
signal.signal(signal.SIGWINCH, size)
signal.signal(signal.SIGINT, lambda *_: print("interrupted", flush=True))
signal.signal(signal.SIGTERM, term)
print("terminal", os.isatty(0), os.isatty(1), os.isatty(2), os.environ["TERM"], flush=True)
for line in sys.stdin:
    print("heard", line.strip(), flush=True)
    if line.startswith("exit"): sys.exit(int(line.split()[1]))
    if line.startswith("kill"): os.kill(os.getpid(), signal.SIGKILL)
    if line.startswith("flood"): print("x" * 5_000_000, flush=True)
"""


@pytest.fixture
def short(tmp_path_factory: pytest.TempPathFactory) -> str:
    return os.environ["XDG_RUNTIME_DIR"]


def with_terminal(spec: InstanceSpec, short: str) -> InstanceSpec:
    path = f"{short}/{os.getpid()}-{spec.id}.tty"
    return spec._replace(terminal=Terminal(prefix(sys.executable, path), path))


@pytest.fixture
def here(tmp_path: Path, short: str) -> Iterator[Running]:
    with running(tmp_path) as engine:
        engine.apply(
            with_terminal(engine.python("queue", PROGRAM), short),
            engine.spec("plain", "exec sleep 600"),
        )
        # the whole line: a terminal gives it in pieces
        engine.until_said("queue", "xterm-256color\n")
        yield engine


def text(here: Running, name: str = "queue") -> str:
    return (Path(here.rundir.log) / f"{name}.log").read_bytes().decode().replace("\r\n", "\n")


def relays(here: Running) -> list[int]:
    """The pids of living relays of this engine."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and not gone(int(name)):
            try:
                line = Path(f"/proc/{name}/cmdline").read_bytes()
                ours = Running.parent(int(name)) == here.engine
            except (FileNotFoundError, ProcessLookupError):  # it has just ended
                continue
            if ours and b"terminal/__main__.py" in line:
                found.append(int(name))
    return found


class Screen:
    """`paasctl attach` in a terminal of its own."""

    def __init__(self, root: Path, *words: str) -> None:
        self.ours, theirs = pty.openpty()
        resize(self.ours, 30, 100)
        self.before = termios.tcgetattr(self.ours)
        self.seen = b""
        self.process = subprocess.Popen(
            [sys.executable, "-c", CODE, "attach", *words], cwd=root, stdin=theirs, stdout=theirs,
            stderr=theirs, start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), "TERM": "xterm"},
        )  # fmt: skip
        self.theirs = theirs

    def until(self, wanted: bytes) -> None:
        deadline = time.monotonic() + DEADLINE
        while wanted not in self.seen:
            left = deadline - time.monotonic()
            assert left > 0, (wanted, self.seen)
            if select.select([self.ours], [], [], left)[0]:
                self.seen += os.read(self.ours, 65536)

    def type(self, data: bytes) -> None:
        os.write(self.ours, data)

    def ended(self) -> int:
        code = self.process.wait(DEADLINE)
        assert termios.tcgetattr(self.theirs) == self.before, "the terminal is as it was"
        return code


@contextmanager
def attached(root: Path, *words: str) -> Iterator[Screen]:
    screen = Screen(root, *words)
    try:
        yield screen
    finally:
        screen.process.kill()
        screen.process.wait()
        os.close(screen.ours)
        os.close(screen.theirs)


def test_the_program_is_the_leader_itself_and_its_log_its_own(here: Running) -> None:
    assert text(here).startswith("terminal True True True xterm-256color\n")
    command = Path(f"/proc/{here.pid('queue')}/cmdline").read_bytes()
    assert b"terminal/__main__.py" not in command
    spec_socket = Path(f"{os.environ['XDG_RUNTIME_DIR']}/{os.getpid()}-queue.tty")
    assert stat.S_IMODE(spec_socket.stat().st_mode) == 0o600
    for fd in os.listdir(f"/proc/{here.pid('queue')}/fd"):
        assert int(fd) <= 2, "nothing but the terminal is open in it"


def test_a_visit(here: Running) -> None:
    with attached(here.root, "queue") as screen:
        screen.until(b"size 100 30")  # redrawn for our window
        assert b"terminal True True True" in screen.seen, "what was written before is shown"
        screen.type(b"hello\r")
        screen.until(b"heard hello")
        screen.type(b"\x03")
        screen.until(b"interrupted")
        assert screen.process.poll() is None, "Ctrl-C went to the program"
        resize(screen.ours, 40, 120)
        screen.process.send_signal(signal.SIGWINCH)
        screen.until(b"size 120 40")
        screen.type(b"\x10\x11")
        assert screen.ended() == 0
    assert here.row("queue")["restarts"] == 0
    assert "heard hello\n" in text(here)
    with attached(here.root, "queue", "--detach-keys", "ctrl-],q") as screen:
        screen.until(b"heard hello")
        screen.type(b"\x10\x11again\r")
        screen.until(b"again")
        screen.type(b"\x1dq")
        assert screen.ended() == 0


@pytest.mark.parametrize(
    ("typed", "code", "wanted"),
    [(b"exit 7\r", 7, {"code": 7}), (b"kill\r", 137, {"signal": "SIGKILL"})],
)
def test_how_the_program_ends_is_told_truly(
    here: Running, typed: bytes, code: int, wanted: dict[str, object]
) -> None:
    with attached(here.root, "queue") as screen:
        screen.until(b"size")
        screen.type(typed)
        assert screen.ended() == code
    notice = here.until(lambda n: n["id"] == "queue" and n["exit"] is not None)
    found = notice["exit"]
    assert isinstance(found, dict)
    assert {key: found[key] for key in wanted} == wanted
    here.until_state("queue", "running")
    eventually(lambda: text(here).count("terminal True") == 2, "it is restarted, with a terminal")
    eventually(lambda: len(relays(here)) == 1, "with one relay")


def test_stopping_is_told_to_the_program_and_leaves_nothing(here: Running) -> None:
    with attached(here.root, "queue") as screen:
        screen.until(b"size")
        here.client.ask("down", targets=["queue"])
        notice = here.until(lambda n: n["id"] == "queue" and n["new"] == "stopped")
        assert isinstance(notice["exit"], dict)
        assert notice["exit"]["code"] == 0
        assert screen.ended() == 0
    assert text(here).endswith("bye\n")
    assert relays(here) == []


def test_who_ignores_sigterm_is_killed_at_the_end_of_its_time(tmp_path: Path, short: str) -> None:
    code = "import signal; signal.signal(15, signal.SIG_IGN); print('up', flush=True)\n"
    code += "while True: signal.pause()"
    with running(tmp_path) as here:
        here.apply(with_terminal(here.python("queue", code, grace=0.5), short))
        here.until_said("queue", "up")
        here.client.ask("down", targets=["queue"])
        notice = here.until(lambda n: n["id"] == "queue" and n["new"] == "stopped")
        assert isinstance(notice["exit"], dict)
        assert notice["exit"]["signal"] == "SIGKILL"
        assert relays(here) == []


def test_a_visitor_who_does_not_read_holds_up_nobody_and_is_told(here: Running) -> None:
    path = f"{os.environ['XDG_RUNTIME_DIR']}/{os.getpid()}-queue.tty"
    with socket.socket(socket.AF_UNIX) as lazy, attached(here.root, "queue") as screen:
        lazy.connect(path)
        screen.until(b"size")
        screen.type(b"flood\r")
        log = Path(here.rundir.log) / "queue.log"
        eventually(lambda: log.read_bytes().count(b"x") >= 5_000_000, "the program goes on")
        lazy.settimeout(DEADLINE)
        seen = b""
        while b"too slow a reader]" not in seen:
            seen += lazy.recv(65536)
        missed = re.findall(rb"\[paasctl: (\d+) bytes of output were not shown", seen)
        assert len(missed) == 1
        shown = len(re.sub(rb"[^x]", b"", seen.partition(b"heard flood")[2].partition(b"[")[0]))
        assert int(missed[0]) + shown >= 5_000_000


def test_a_garbled_visitor_is_sent_away(here: Running) -> None:
    path = f"{os.environ['XDG_RUNTIME_DIR']}/{os.getpid()}-queue.tty"
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(path)
        stranger.settimeout(DEADLINE)
        stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with suppress(ConnectionResetError):  # that is one way to say it
            while stranger.recv(4096):
                continue
    assert here.row("queue")["restarts"] == 0


def attach(here: Running, *words: str, said: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", CODE, "attach", *words], cwd=here.root, input=said, text=True,
        capture_output=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip


def test_from_a_pipe(here: Running) -> None:
    done = attach(here, "queue", said="one\nexit 3\n")
    assert done.returncode == 3
    assert "heard one" in done.stdout
    assert "queue exited 3" in done.stderr or "exit" in done.stderr


def test_refusals(here: Running) -> None:
    plain = attach(here, "plain")
    assert plain.returncode == 1
    assert "plain has no terminal" in plain.stderr
    assert "paasctl up --tty plain" in plain.stderr
    assert attach(here, "nobody").returncode == 4
    keys = attach(here, "queue", "--detach-keys", "hyper-x")
    assert keys.returncode == 2
    assert "'hyper-x' is no key" in keys.stderr
    here.client.ask("down", targets=["queue"])
    here.until(lambda n: n["id"] == "queue" and n["new"] == "stopped")
    stopped = attach(here, "queue")
    assert stopped.returncode == 3
    assert "queue is not running now" in stopped.stderr
    here.quit()
    assert attach(here, "queue").returncode == 3


def test_a_program_that_there_is_not_is_said_in_the_log(tmp_path: Path, short: str) -> None:
    with running(tmp_path) as here:
        spec = here.spec("queue", "")._replace(command=("no-such-program",))
        here.apply(with_terminal(spec, short))
        here.until_said("queue", "no-such-program: command not found")
        notice = here.until(lambda n: n["id"] == "queue" and n["exit"] is not None)
        assert isinstance(notice["exit"], dict)
        assert notice["exit"]["code"] == 127


def test_a_terminated_visit_leaves_the_terminal_as_it_was(here: Running) -> None:
    with attached(here.root, "queue") as screen:
        screen.until(b"size")
        screen.process.terminate()
        assert screen.ended() == 143
    assert here.row("queue")["restarts"] == 0
