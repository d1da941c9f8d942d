"""Nothing survives: every way to end, with every kind of children, through the command line."""

import os
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from paasctl.control.client import connect
from tests.running import eventually, gone, marked, stop_process
from tests.terminal import Terminal

pytestmark = pytest.mark.system

KINDS = {
    "obeys": "import time\nprint('up', flush=True)\ntime.sleep(1000)",
    "ignores": (
        "import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint('up', flush=True)\n"
        "while True: time.sleep(1000)"
    ),
    "grandchild": (
        "import subprocess\n"
        "subprocess.run(['/bin/sh', '-c', 'echo up; sleep 1000 & sleep 1001; wait'])"
    ),
    "session": (
        "import subprocess, time\n"
        "subprocess.Popen(['/bin/sh', '-c', 'echo up; exec sleep 1000'], start_new_session=True)\n"
        "time.sleep(1000)"
    ),
    "daemon": (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        print('up', flush=True); time.sleep(1000)\n"
        "    os._exit(0)\n"
        "os.wait(); time.sleep(1000)"
    ),
}


class Attached(Terminal):
    """`paasctl up` in a terminal of its own, with a worker of every kind."""

    def __init__(self, root: Path) -> None:
        lines = ["name: app", "type: 'golang:1.26'", "workers:"]
        for name, code in KINDS.items():
            (root / f"{name}.py").write_text(code)
            lines += [f"  {name}:", "    commands:"]
            lines += [f"      start: {sys.executable} -S -E {name}.py"]
        (root / ".platform.app.yaml").write_text("\n".join(lines) + "\n")
        super().__init__(root, "up")
        self.engine = self.guardian = 0

    def begin(self) -> None:
        logs = [self.root / ".paasctl" / "log" / f"app--{name}.log" for name in KINDS]
        eventually(
            lambda: self.read() or all(p.exists() and "up" in p.read_text() for p in logs),
            f"all are up: {self.said!r}", 60,
        )  # fmt: skip
        client = connect(self.state)
        assert client is not None
        self.engine = int(str(client.ask("ping")["pid"]))
        client.close()
        stat = Path(f"/proc/{self.engine}/stat").read_text()
        self.guardian = int(stat.rpartition(")")[2].split()[1])
        assert len(marked(self.state)) >= 9


def ctrl_c(it: Attached) -> None:
    it.press(b"\x03")


def ctrl_c_twice(it: Attached) -> None:
    ctrl_c(it)
    eventually(lambda: it.read() or b"Ctrl-C again" in it.said, "the first is answered")
    began = time.monotonic()
    eventually(lambda: time.monotonic() > began + 0.35, "longer than a key repeats")
    ctrl_c(it)


def signal_to(which: str, number: int) -> Callable[[Attached], None]:
    def send(it: Attached) -> None:
        os.kill(getattr(it, which), number)

    return send


WAYS: dict[str, tuple[Callable[[Attached], None], tuple[int, ...], float]] = {
    "Ctrl-C": (ctrl_c, (130,), 20),
    "second Ctrl-C": (ctrl_c_twice, (130,), 8),
    "terminal closed": (Attached.close, (143,), 20),
    "SIGTERM": (signal_to("pid", signal.SIGTERM), (143,), 20),
    "SIGKILL of up": (signal_to("pid", signal.SIGKILL), (-9,), 20),
    "SIGKILL of engine": (signal_to("engine", signal.SIGKILL), (1,), 20),
    "SIGKILL of guardian": (signal_to("guardian", signal.SIGKILL), (0, 1), 20),
}


def end_one(way: str, root: Path) -> list[str]:
    """Run everything in `root`, end it in that way, and return what was wrong."""
    act, codes, seconds = WAYS[way]
    root.mkdir()
    it = Attached(root)
    wrong: list[str] = []
    codes_seen: list[int] = []

    def over() -> bool:
        it.read()
        if not codes_seen:
            code = it.code()
            codes_seen.extend([] if code is None else [code])
        ended = gone(it.engine) and gone(it.guardian) and not marked(it.state)
        return bool(codes_seen) and ended

    try:
        it.begin()
        act(it)
        eventually(over, f"everything ends after {way}", seconds)
        if codes_seen[0] not in codes:
            wrong.append(f"{way}: exit code {codes_seen[0]}, said {it.said[-300:]!r}")
        if b"Traceback" in it.said:
            wrong.append(f"{way}: a traceback")
    except AssertionError as error:
        wrong.append(f"{way}: {error}; said {it.said[-500:]!r}")
    finally:
        for pid in [*marked(it.state), it.pid, it.engine, it.guardian]:
            if pid and not gone(pid):
                wrong.append(f"{way}: {pid} survived")
                stop_process(pid)
    return wrong


@pytest.mark.checklist(1)
def test_nothing_survives_however_it_is_ended(tmp_path: Path) -> None:
    with ThreadPoolExecutor(len(WAYS)) as pool:
        roots = [tmp_path / way.replace(" ", "-") for way in WAYS]
        found = list(pool.map(end_one, WAYS, roots))
    assert [line for lines in found for line in lines] == []
