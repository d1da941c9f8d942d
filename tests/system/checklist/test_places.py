"""Lines 21 and 23: wherever the project lies, and wherever the command is called."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.running import eventually, gone, marked
from tests.scenario.checkout import LONG, PROGRAM, Checkout, calm, needing
from tests.system.checklist.conftest import Shop
from tests.terminal import Terminal

pytestmark = pytest.mark.system

LIVES = "echo up; exec sleep 1000"
WITHOUT_LOCKS = """
import errno, fcntl, os, sys

def flock(fd, how):
    raise OSError(errno.{reason}, os.strerror(errno.{reason}))

fcntl.flock = flock
from paasctl.cli.app import main
main()
"""


@pytest.mark.checklist(21, "no locks")
@pytest.mark.parametrize("reason", ["ENOLCK", "EOPNOTSUPP", "ENOSYS"])
def test_a_folder_without_locks_is_refused_in_words(shop: Shop, reason: str) -> None:
    here = shop(queue=LIVES)
    code = WITHOUT_LOCKS.format(reason=reason)
    refused = subprocess.run(
        [sys.executable, "-c", code, "up", "-d"],
        cwd=here.root, env=here.environ, capture_output=True, text=True, timeout=LONG, check=False,
    )  # fmt: skip
    assert refused.returncode == 1
    assert "this file system has no locks" in calm(refused.stderr)
    assert not marked(here.state)


@pytest.mark.checklist(21, "read-only")
def test_a_checkout_that_became_read_only_is_refused_in_words(shop: Shop) -> None:
    """As on a read-only file system: nobody may write, root neither."""
    needing("unshare", "mount")
    here = shop(queue=LIVES)
    script = f"mount --bind {here.root} {here.root} && mount -o remount,bind,ro {here.root}"
    refused = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", f'{script} && exec "$@"', "sh",
         str(PROGRAM), "-C", str(here.root), "up", "-d"],
        env=here.environ, capture_output=True, text=True, timeout=LONG, check=False,
    )  # fmt: skip
    assert refused.returncode == 1, refused
    assert "Read-only file system" in calm(refused.stderr)
    assert "make the project directory writable" in refused.stderr
    assert not marked(here.state)


def up_and_down(here: Checkout) -> None:
    """Start in the background, look, restart and end, all with the checkout's environment."""
    here("up", "-d", "--wait").well()
    assert here.rows()["app--queue"]["state"] == "running"
    here("restart", "queue").well()
    assert "queue" in here("ps").well().out
    here.down()


ODD = (
    {"CI": "true"}, {"TERM": ""}, {"TERM": "dumb"}, {"LANG": "", "LC_ALL": ""}, {"COLUMNS": "x"},
    {},
)  # fmt: skip
"""The last one is for no environment at all, but for PATH."""


@pytest.mark.checklist(23, "CI")
@pytest.mark.checklist(23, "no TERM")
def test_odd_environments(shop: Shop) -> None:
    places = [shop(f"shop{number}", queue=LIVES) for number in range(len(ODD))]
    for here, environ in zip(places, ODD, strict=True):
        if not environ:
            here.environ = {"PATH": os.environ["PATH"]}
        here.environ.update(environ)
    with ThreadPoolExecutor(len(ODD)) as pool:
        list(pool.map(up_and_down, places))


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_with_standard_streams_that_are_closed(shop: Shop, closed: str) -> None:
    here = shop(queue=LIVES)
    for words in ("up -d --wait", "ps", "restart queue", "logs -n 1", "down"):
        line = ["sh", "-c", f"exec {PROGRAM} {words} {closed}"]
        ended = subprocess.run(line, cwd=here.root, env=here.environ, check=False, timeout=LONG)
        assert ended.returncode == 0, words
    assert not list(Path(here.state).glob("crash-*"))


@contextmanager
def outside(words: list[str], here: Checkout, **more: object) -> Iterator[subprocess.Popen[bytes]]:
    """Run something that calls `paasctl up`; at last it has to be ended by the test."""
    place = Path(f"{here.root}.out")
    with place.open("wb") as file:
        process = subprocess.Popen(
            words, cwd=here.root, env=here.environ, stdout=file, stderr=subprocess.STDOUT,
            **{"stdin": subprocess.DEVNULL, **more},  # type: ignore[call-overload]
        )  # fmt: skip
    try:

        def says_so() -> bool:
            said = place.read_bytes()
            assert process.poll() is None, said
            return b"| up" in said

        eventually(says_so, "it is up", LONG)
        yield process
        process.wait(LONG)
        calm(place.read_text(errors="replace"))
        eventually(lambda: not marked(here.state), "nothing is left", LONG)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(LONG)


@pytest.mark.checklist(23, "no terminal")
def test_without_a_terminal_and_with_nothing_to_read(shop: Shop) -> None:
    here = shop(queue=LIVES)
    words = ["sh", "-c", 'exec "$@" <&-', "sh", str(PROGRAM), "up"]
    with outside(words, here, start_new_session=True) as process:
        process.send_signal(signal.SIGTERM)
    assert process.returncode == 143


@pytest.mark.checklist(23, "make")
def test_in_make(shop: Shop) -> None:
    needing("make")
    here = shop(queue=LIVES)
    (here.root / "Makefile").write_text(f"serve:\n\t{PROGRAM} up\n")
    with outside(["make", "serve"], here, start_new_session=True) as process:
        os.killpg(process.pid, signal.SIGINT)  # as the terminal does
    assert process.returncode not in (0, None)
    assert "everything has stopped" in Path(f"{here.root}.out").read_text()


@pytest.mark.checklist(23, "make")
def test_in_a_make_that_runs_several_at_once(shop: Shop) -> None:
    """With -j make hands its own descriptors down; children must not get them."""
    needing("make")
    here = shop(queue="ls /proc/self/fd | tr '\\n' ' '; echo up; exec sleep 1000")
    (here.root / "Makefile").write_text(f"all: serve\nserve:\n\t+{PROGRAM} up -d --wait\n")
    made = subprocess.run(
        ["make", "-j2"], cwd=here.root, env=here.environ, capture_output=True, text=True,
        timeout=LONG, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made
    assert here.log("app--queue") == "0 1 2 3 up\n"  # 3 is the listing itself
    here.down()


@pytest.mark.checklist(23, "tmux")
def test_in_tmux_whose_window_is_closed(shop: Shop, tmp_path: Path) -> None:
    needing("tmux")
    here = shop(queue=LIVES)
    tmux = ["tmux", "-S", str(tmp_path / "s"), "-f", "/dev/null"]
    env = {**here.environ, "TERM": "xterm"}
    words = [*tmux, "new-session", "-d", "-x", "80", "-y", "24", str(PROGRAM), "up"]
    subprocess.run(words, cwd=here.root, env=env, check=True, timeout=LONG)
    try:
        eventually(lambda: "up" in here.log("app--queue"), "it is up", LONG)
    finally:
        subprocess.run([*tmux, "kill-server"], env=env, check=True, timeout=LONG)
    eventually(lambda: not marked(here.state), "nothing is left", LONG)
    assert here("ps").code == 3


@pytest.mark.checklist(23, "ssh")
def test_over_a_connection_that_breaks(shop: Shop) -> None:
    """What sshd does when the line is cut: the terminal goes away, and nobody reads any more."""
    here = shop(queue=LIVES)
    terminal = Terminal(here.root, "up", SSH_CONNECTION="192.0.2.1 1 192.0.2.2 22", NO_COLOR="1")
    terminal.until_said("| up")
    terminal.close()
    eventually(lambda: terminal.code() is not None, "up ends", LONG)
    eventually(lambda: not marked(here.state), "nothing is left", LONG)


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[list[str]]:
    """A server of our own on the loopback; the words that call a command through it."""
    server = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    if server is None or shutil.which("ssh") is None:
        pytest.skip("no ssh server is installed here")
    for name in ("host", "user"):
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)]
        subprocess.run(words, check=True, timeout=LONG)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "config").write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {tmp_path}/host\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {tmp_path}/user.pub\nStrictModes no\n"
    )
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    with subprocess.Popen([server, "-D", "-e", "-f", str(tmp_path / "config")]) as process:

        def listens() -> bool:
            assert process.poll() is None, "the ssh server has ended"
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        eventually(listens, "the server listens", LONG)
        yield [
            *("ssh", "-p", str(port), "-i", str(tmp_path / "user"), "-o", "BatchMode=yes"),
            *("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"),
            *("-o", "LogLevel=ERROR", "127.0.0.1"),
        ]
        process.terminate()


@pytest.mark.optional
@pytest.mark.checklist(23, "ssh")
def test_over_ssh(shop: Shop, sshd: list[str]) -> None:
    here = shop(queue=LIVES)
    command = f"cd {here.root} && NO_COLOR=1 exec {PROGRAM} up"
    with outside([*sshd, "-tt", command], here) as process:
        process.kill()  # the line is cut
    detached = subprocess.run(
        [*sshd, f"cd {here.root} && {PROGRAM} up -d --wait"], env=here.environ,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LONG, check=False,
    )  # fmt: skip
    assert detached.returncode == 0, detached
    assert here.rows()["app--queue"]["state"] == "running", "it outlives the connection"
    here.down()


@pytest.mark.checklist(23, "pid 1")
def test_as_the_first_process_of_a_container(shop: Shop) -> None:
    """As under `docker run`: nobody above who reaps, and no default actions for signals."""
    needing("unshare")
    here = shop(queue="setsid sh -c 'sleep 1000 & sleep 1000' & echo up; wait")
    words = ["unshare", "--map-root-user", "--pid", "--fork", "--mount-proc", str(PROGRAM), "up"]
    with outside(words, here) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        first = int(children[0])
        os.kill(first, signal.SIGTERM)  # what `docker stop` sends
        eventually(lambda: gone(first), "the first process ends", LONG)
    assert process.returncode == 143
    assert "everything has stopped" in Path(f"{here.root}.out").read_text()
