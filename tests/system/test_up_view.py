"""What `paasctl up` shows of many processes: whole lines, and nobody waits for the screen."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.running import REPOSITORY, eventually, marked

pytestmark = pytest.mark.system
CODE = "from paasctl.cli.app import main; main()"
LONG = 120.0


def project(root: Path, **workers: str) -> None:
    (root / ".git").mkdir()
    (root / ".platform").mkdir()
    lines = ["name: app", "type: 'python:3.11'", "workers:"]
    for name, code in workers.items():
        (root / f"{name}.py").write_text(code)
        lines += [f"  {name}:", "    commands:", f"      start: exec python3 -S -u {name}.py"]
    (root / ".platform.app.yaml").write_text("\n".join(lines) + "\n")


@contextmanager
def up(root: Path, *words: str, stdout: int) -> Iterator["subprocess.Popen[bytes]"]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PAASCTL", "PLATF"))}
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, "up", *words], cwd=root, stdout=stdout,
        env={**env, "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(LONG)
        eventually(lambda: not marked(str(root / ".paasctl")), "nothing is left")


def log_of(root: Path, name: str) -> Path:
    return root / ".paasctl" / "log" / f"app--{name}.log"


SPEAK = """import signal
print('{0} speaks')
print('\\x1b[2J\\x1b]0;title\\x07{0} is tame')
signal.pause()
"""


@pytest.mark.parametrize(
    ("words", "wanted", "unwanted"),
    [
        ((), rb"^a +\| a speaks\na +\| a is tame$", rb"\x1b"),
        (("--attach", "b"), rb"^b +\| b speaks$", rb"a speaks"),
        (("--no-attach", "b"), rb"^a +\| a speaks$", rb"b speaks"),
        (("--no-prefix",), rb"^a speaks$", rb"\| a speaks"),
        (("--timestamps",), rb"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ b +\| b speaks$", rb"^b +\| b"),
    ],
    ids=["all", "attach", "no-attach", "no-prefix", "timestamps"],
)
def test_what_is_shown(
    tmp_path: Path, words: tuple[str, ...], wanted: bytes, unwanted: bytes
) -> None:
    project(tmp_path, a=SPEAK.format("a"), b=SPEAK.format("b"))
    said = tmp_path / "said"
    with said.open("wb") as file, up(tmp_path, *words, stdout=file.fileno()):
        eventually(lambda: b"ready in" in said.read_bytes(), "all is ready", LONG)
        eventually(lambda: re.search(wanted, said.read_bytes(), re.MULTILINE), str(wanted))
    assert not re.search(unwanted, said.read_bytes(), re.MULTILINE)


def test_a_name_that_there_is_not_is_refused_and_nothing_stays(tmp_path: Path) -> None:
    project(tmp_path, a=SPEAK.format("a"))
    with up(tmp_path, "--attach", "c", stdout=subprocess.DEVNULL) as process:
        assert process.wait(LONG) == 4


@pytest.mark.checklist(18, "terminal")
def test_a_screen_that_nobody_reads_holds_up_no_child_and_not_the_end(tmp_path: Path) -> None:
    count = 300_000
    flood = (
        f"import signal\nfor n in range({count}): print('%099d' % n)\nprint('over')\nsignal.pause()"
    )
    project(tmp_path, a=flood, b=flood)
    read, write = os.pipe()
    with up(tmp_path, "--no-prefix", stdout=write) as process:
        os.close(write)
        size = count * 100 + len("over\n")
        eventually(lambda: log_of(tmp_path, "a").exists(), "it starts", LONG)
        for name in ("a", "b"):
            eventually(lambda n=name: log_of(tmp_path, n).stat().st_size == size, "written", LONG)
        process.send_signal(signal.SIGINT)
        eventually(lambda: not marked(str(tmp_path / ".paasctl")), "all children end", LONG)
        assert process.poll() is None, "it still waits for its reader"
        with open(read, "rb") as screen:
            shown = screen.read()
        assert process.wait(LONG) == 130
    numbers = [line for line in shown.split(b"\n") if len(line) == 99 and line.isdigit()]
    assert sorted(numbers) == sorted([b"%099d" % n for n in range(count)] * 2)
    assert shown.count(b"over\n") == 2


@pytest.mark.checklist(17)
def test_a_line_of_a_hundred_megabytes_needs_no_memory(tmp_path: Path) -> None:
    code = (
        "import os, signal\nfor n in range(1600): os.write(1, b'x' * 65536)\n"
        "os.write(1, b'\\nbehind it\\n')\nsignal.pause()"
    )
    project(tmp_path, a=code)
    said = tmp_path / "said"
    with said.open("wb") as file, up(tmp_path, stdout=file.fileno()) as process:

        def tail() -> bytes:
            return said.read_bytes()[-4096:]

        eventually(lambda: b"| behind it\n" in tail(), "the next line is shown", LONG)
        peak = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
        assert peak
        assert int(peak[1]) < 64 * 1024
    assert max(map(len, said.read_bytes().split(b"\n"))) <= 65536 + 20


CONSOLE = """import os, sys
print("terminal" if os.isatty(0) else "no terminal")
for line in sys.stdin: print("heard", line.strip())
import signal; signal.pause()
"""


def test_tty_gives_a_worker_a_terminal_and_taking_it_away_restarts_it(tmp_path: Path) -> None:
    project(tmp_path, a=CONSOLE, b=CONSOLE)
    said = tmp_path / "said"
    with said.open("wb") as file, up(tmp_path, "--tty", "a", stdout=file.fileno()):
        eventually(
            lambda: re.search(rb"a +\| terminal$", said.read_bytes(), re.MULTILINE), "a", LONG
        )
        eventually(lambda: re.search(rb"b +\| no terminal$", said.read_bytes(), re.MULTILINE), "b")
        words = [sys.executable, "-c", CODE]
        shell = subprocess.run(
            [*words, "exec", "a", "--", "sh", "-c", "test -t 0 || echo plain"], cwd=tmp_path,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=LONG, check=False,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        )  # fmt: skip
        assert shell.stdout == b"plain\n", "what runs beside it gets no relay"
        again = subprocess.run(
            [*words, "up", "-d"], cwd=tmp_path, capture_output=True, timeout=LONG, check=False,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        )  # fmt: skip
        assert again.returncode == 0, again.stderr
        eventually(lambda: re.search(rb"a +\| no terminal$", said.read_bytes(), re.MULTILINE), "a")


def test_a_terminal_for_nobody_is_refused(tmp_path: Path) -> None:
    project(tmp_path, a=SPEAK.format("a"))
    with up(tmp_path, "--tty", "c", stdout=subprocess.DEVNULL) as process:
        assert process.wait(LONG) == 4


def test_the_third_ctrl_c_leaves_even_a_screen_that_stands(tmp_path: Path) -> None:
    project(tmp_path, a="import signal\nprint('x' * 10_000_000)\nsignal.pause()")
    read, write = os.pipe()
    with up(tmp_path, stdout=write) as process:
        os.close(write)
        eventually(lambda: log_of(tmp_path, "a").exists(), "it starts", LONG)
        size = 10_000_001
        eventually(lambda: log_of(tmp_path, "a").stat().st_size == size, "written", LONG)
        began = time.monotonic()
        for number in range(3):
            eventually(lambda n=number: time.monotonic() > began + 0.4 * n, "no key repeats")
            process.send_signal(signal.SIGINT)
        assert process.wait(LONG) == 130
        os.close(read)
