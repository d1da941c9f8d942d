"""Following real files: nothing torn, lost or doubled, and silence costs nothing."""

import os
import re
import select
import subprocess
import sys
from pathlib import Path

import pytest

from paasctl.logs import follow, watch
from paasctl.logs.follow import Merged

pytestmark = pytest.mark.system
DEADLINE_MS = 5000


class Screen:
    """Collects what is written and pumps until something is there."""

    def __init__(self, directory: Path, names: dict[str, str], **more: object) -> None:
        self.text = b""
        self.merged = Merged(str(directory), names, self.write, **more)  # type: ignore[arg-type]
        self.poller = select.poll()
        self.poller.register(self.merged.fileno(), select.POLLIN)
        self.merged.pump()

    def write(self, data: bytes) -> None:
        assert data.endswith(b"\n")
        self.text += data

    def until(self, wanted: bytes) -> None:
        while wanted not in self.text:
            assert self.poller.poll(DEADLINE_MS), f"{wanted!r} never came: {self.text!r}"
            self.merged.pump()

    def settle(self) -> None:
        """Pump until the watch listens again."""
        while self.poller.poll(100):
            self.merged.pump()


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


@pytest.fixture(params=["best", "timed"])
def any_watch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "timed":
        monkeypatch.setattr(follow, "watch", lambda directory: watch.TimedWatch())
    return str(request.param)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    (tmp_path / "a.log").write_bytes(b"old\n")
    return tmp_path


@pytest.mark.usefixtures("any_watch")
def test_shows_what_comes_and_new_files_from_their_beginning(logs: Path) -> None:
    screen = Screen(logs, {"a.log": "app", "b.log": "queue"})
    append(logs / "a.log", b"one\nhal")
    screen.until(b"app    | one\n")
    append(logs / "b.log", b"first\n")
    screen.until(b"queue  | first\n")
    append(logs / "a.log", b"f\n")
    screen.until(b"app    | half\n")
    assert b"old" not in screen.text
    screen.merged.close()


@pytest.mark.usefixtures("any_watch")
def test_survives_truncation_and_replacement(logs: Path) -> None:
    screen = Screen(logs, {"a.log": "a"}, positions={"a.log": 0})
    screen.until(b"a  | old\n")
    os.truncate(logs / "a.log", 0)
    append(logs / "a.log", b"1\n")
    screen.until(b"a  | 1\n")
    os.rename(logs / "a.log", logs / "a.log.1")
    append(logs / "a.log.1", b"late\n")
    append(logs / "a.log", b"new\n")
    screen.until(b"a  | new\n")
    assert b"a  | late\n" in screen.text
    screen.merged.close()


def test_start_positions_and_last_half_line(logs: Path) -> None:
    screen = Screen(logs, {"a.log": "a"}, positions={"a.log": 0})
    assert screen.text == b"a  | old\n"
    append(logs / "a.log", b"unfinished")
    screen.settle()
    screen.merged.flush()
    assert screen.text == b"a  | old\na  | unfinished\n"
    screen.merged.close()


@pytest.mark.skipif(sys.platform != "linux", reason="inotify")
def test_no_wakeup_while_nothing_is_written(logs: Path) -> None:
    screen = Screen(logs, {"a.log": "a"})
    append(logs / "a.log", b"x\n")
    screen.until(b"x\n")
    screen.settle()
    assert screen.poller.poll(300) == []
    screen.merged.close()


@pytest.mark.skipif(sys.platform != "linux", reason="inotify")
def test_a_flood_costs_few_wakeups_and_loses_nothing(logs: Path) -> None:
    count = 20000
    code = (
        "import os,sys; fd=os.open(sys.argv[1],os.O_WRONLY|os.O_APPEND)\n"
        f"for i in range({count}): os.write(fd, b'%d\\n' % i)"
    )
    screen = Screen(logs, {"a.log": "a"})
    child = subprocess.Popen([sys.executable, "-S", "-c", code, str(logs / "a.log")])
    wakeups = 0
    while b"a  | %d\n" % (count - 1) not in screen.text[-40:]:
        assert screen.poller.poll(DEADLINE_MS)
        screen.merged.pump()
        wakeups += 1
    assert child.wait() == 0
    assert screen.text == b"".join(b"a  | %d\n" % number for number in range(count))
    assert wakeups < count / 100
    screen.merged.close()


def test_many_files_do_not_need_many_descriptors(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "KEPT_OPEN", 3)
    names = {f"{number}.log": f"p{number}" for number in range(10)}
    for file in names:
        (logs / file).write_bytes(b"")
    before = len(os.listdir("/dev/fd"))
    screen = Screen(logs, names)
    assert len(os.listdir("/dev/fd")) - before <= 4
    for file in names:
        append(logs / file, b"hello\n")
    screen.until(b"p9  | hello\n")
    assert screen.text.count(b"hello") == 10
    screen.merged.close()


def test_missing_directory_is_said(tmp_path: Path) -> None:
    merged = Merged(str(tmp_path / "none"), {"a.log": "a"}, print)
    if sys.platform == "linux":
        with pytest.raises(FileNotFoundError):
            merged.fileno()


def test_what_falls_out_of_the_limits_before_it_is_shown_is_counted(logs: Path) -> None:
    from paasctl.supervise.trim import punch

    line = b"%099d\n"
    (logs / "a.log").write_bytes(b"".join(line % number for number in range(200_000)))
    screen = Screen(logs, {"a.log": "a"}, positions={"a.log": 0})  # has shown 2 MiB of it
    shown = screen.text.count(b"\n")
    assert 0 < shown < 50_000
    fd = os.open(logs / "a.log", os.O_RDWR)
    punch(fd, 150_000 * 100)
    os.close(fd)
    screen.until(b"%099d" % 199_999)
    missed = re.search(rb"a  \| \[paasctl: (\d+) bytes fell out of the log's limits", screen.text)
    assert missed
    numbers = [int(n) for n in re.findall(rb"^a  \| (\d{99})$", screen.text, re.MULTILINE)]
    assert numbers[-50_000:] == list(range(150_000, 200_000))
    assert numbers[:-50_000] == list(range(len(numbers) - 50_000))
    assert (len(numbers) + 1) * 100 >= 200_000 * 100 - int(missed[1]) >= (len(numbers) - 1) * 100
    assert b"\0" not in screen.text
    screen.merged.close()
