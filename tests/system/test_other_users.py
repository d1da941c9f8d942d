"""Somebody else on the same machine: cannot connect, read, be there first, or do harm by noise."""

import os
import random
import select
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from paasctl.control.address import socket_path
from paasctl.control.client import Client, connect
from paasctl.supervise.rundir import prepare, run_dir
from tests.running import Running, eventually, gone, running
from tests.unit.test_protocol_fuzz import frames

pytestmark = pytest.mark.system

OBEYS = "echo up; exec sleep 1000"
STRANGER = 61235
need_root = pytest.mark.skipif(os.getuid() != 0, reason="needs root, to become somebody else")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as found:
        yield found


def as_stranger(act: Callable[[], object]) -> str:
    """Do something as another user; return what came of it: a value, or the error's name."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            os.setgroups([])
            os.setgid(STRANGER)
            os.setuid(STRANGER)
            said = repr(act())
        except BaseException as error:
            said = type(error).__name__
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    with open(read, encoding="utf-8") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


def opened(path: Path) -> None:
    """Let everybody come to a directory, as in a shared one."""
    for above in (path, *path.parents):
        if above != Path("/tmp") and above.is_relative_to("/tmp"):
            above.chmod(above.stat().st_mode | 0o055)


def test_everything_of_ours_is_closed_to_others_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        here = Running(tmp_path)
    finally:
        os.umask(before)
    here.apply(here.spec("w", OBEYS))
    here.until_said("w", "up")
    state = Path(here.rundir.path)
    found = {path: path.lstat().st_mode for path in (state, *state.rglob("*"))}
    here.quit()
    here.client.close()
    eventually(lambda: gone(here.engine) and gone(here.guardian), "both end")
    for path, mode in found.items():
        wanted = 0o700 if stat.S_ISDIR(mode) else 0o600
        if path.name != ".gitignore":
            assert mode & 0o777 & ~wanted == 0, f"{path} has {oct(mode)}"


def test_a_state_directory_that_was_open_is_closed(tmp_path: Path) -> None:
    (tmp_path / ".paasctl").mkdir()
    (tmp_path / ".paasctl").chmod(0o777)
    with running(tmp_path) as here:
        assert os.stat(here.rundir.path).st_mode & 0o777 == 0o700


@need_root
@pytest.mark.checklist(24)
def test_another_user_can_neither_read_nor_connect(here: Running) -> None:
    here.apply(here.spec("w", OBEYS))
    here.until_said("w", "up")
    opened(here.root)
    state = Path(here.rundir.path)
    secret = state / "credentials.json"
    secret.write_text("{}")
    assert as_stranger(lambda: connect(str(state))) == "PermissionError"
    assert as_stranger(lambda: os.listdir(state)) == "PermissionError"
    for path in (secret, state / "plan.json", state / "log" / "w.log"):
        assert as_stranger(path.read_text) == "PermissionError"
    for pid in (here.engine, here.guardian, here.pid("w")):
        environ = Path(f"/proc/{pid}/environ")
        assert as_stranger(environ.read_text) == "PermissionError"


@need_root
@pytest.mark.checklist(24)
def test_one_who_gets_through_all_doors_is_not_answered(here: Running) -> None:
    """With every mode opened by hand, the engine still asks the kernel who is calling."""
    here.apply(here.spec("w", OBEYS))
    opened(here.root)
    state = Path(here.rundir.path)
    state.chmod(0o777)
    Path(socket_path(str(state))).chmod(0o666)

    def call() -> bytes:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(socket_path(str(state)))
            client.sendall(b'{"v":1,"id":1,"op":"slay"}\n')
            return client.recv(4096)

    assert as_stranger(call) in ("b''", "ConnectionResetError", "BrokenPipeError")
    assert here.client.ask("status")["closing"] is False


@need_root
@pytest.mark.checklist(24)
def test_a_state_directory_that_somebody_else_has_made_is_refused(tmp_path: Path) -> None:
    opened(tmp_path)
    tmp_path.chmod(0o777)
    state = tmp_path / ".paasctl"
    assert as_stranger(lambda: os.mkdir(state)) == "None"
    with pytest.raises(PermissionError, match="another user"):
        prepare(run_dir(str(tmp_path)))
    state.rmdir()
    trap = tmp_path / "trap"
    assert as_stranger(lambda: (os.mkdir(trap), os.symlink(trap, state))) == "(None, None)"
    with pytest.raises(PermissionError, match="another user"):
        prepare(run_dir(str(tmp_path)))
    assert list(trap.iterdir()) == []


def test_nothing_of_ours_lies_in_a_directory_that_all_users_share(tmp_path: Path) -> None:
    """A project whose path is too long for a socket: nobody can be there first."""
    root = tmp_path / ("long" * 30)
    root.mkdir()
    before = set(os.listdir("/tmp"))
    with running(root) as here:
        here.apply(here.spec("w", OBEYS))
        here.until_said("w", "up")
        made = {name for name in set(os.listdir("/tmp")) - before if "paasctl" in name}
        assert made == set()
        assert stat.S_ISSOCK(os.lstat(socket_path(here.rundir.path)).st_mode)


def resident(pid: int) -> int:
    """KiB."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0])


@pytest.mark.checklist(25)
def test_noise_on_the_socket_is_survived(here: Running) -> None:
    here.apply(here.spec("w", OBEYS))
    here.until_said("w", "up")
    sizes = []
    for part in range(10):
        send_noise(here, part)
        sizes.append(resident(here.engine))
    here.client.close()
    here.client = again(here)
    assert here.client.ask("ping")["ok"] is True
    eventually(lambda: here.row("w")["state"] == "running", "whatever was asked of it, it runs")
    assert sizes[-1] - sizes[3] < 1024, f"KiB: {sizes}"
    assert "please report" not in Path(here.rundir.engine_log).read_text()


def again(here: Running) -> Client:
    client = connect(here.rundir.path)
    assert client is not None
    return client


def send_noise(here: Running, seed: int) -> None:
    """A thousand frames over one connection, whatever is answered being read."""
    harmless = (line for line in frames(seed, 1500) if b'"op":"down"' not in line)
    data = b"\n".join(line for line in harmless if b'"op":"own"' not in line)
    chance = random.Random(seed)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(socket_path(here.rundir.path))
        client.setblocking(False)
        while data:
            readable, writable, _ = select.select([client], [client], [], 30)
            assert readable or writable, "it hangs"
            if readable and not client.recv(65536):
                return  # a line was too long: refused and closed
            if writable:
                try:
                    data = data[client.send(data[: chance.randrange(1, 4000)]) :]
                except BlockingIOError:
                    continue


def test_one_who_never_reads_is_dropped_and_costs_a_bounded_amount(here: Running) -> None:
    here.apply(here.spec("w", OBEYS))
    before = resident(here.engine)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.connect(socket_path(here.rundir.path))
        deaf.setblocking(False)
        asked = b'{"v":1,"id":1,"op":"status"}\n' * 100

        def dropped() -> bool:
            try:
                deaf.send(asked)
            except BlockingIOError:
                return False
            except (BrokenPipeError, ConnectionResetError):
                return True
            return False

        eventually(dropped, "it is hung up on")
        assert resident(here.engine) - before < 16 * 1024
    assert here.client.ask("ping")["ok"] is True


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_descriptor_of_ours_reaches_a_child(here: Running) -> None:
    here.apply(here.spec("w", "ls -l /proc/self/fd; exec sleep 1000"))
    here.client.ask("upgrade", python=sys.executable, root=str(Path.cwd()))
    here.until(lambda n: str(n["event"]).startswith("guardian"))
    here.client.ask("restart", targets=["w"])
    eventually(lambda: here.log("w").count("total 0") == 2, "both have looked")
    assert "socket:" not in here.log("w")
    assert "memfd" not in here.log("w")
    assert "pipe:" not in here.log("w")
