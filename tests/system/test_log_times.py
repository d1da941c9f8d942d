"""The engine's time index on the real kernel: true to a second, and free while nothing happens."""

import os
import time
from pathlib import Path

import pytest

from paasctl.model.logtimes import DIRECTORY, Moment, moments
from paasctl.model.plan import LogLimits
from tests.running import Running, eventually, running

pytestmark = pytest.mark.system


def known(here: Running, name: str) -> list[Moment]:
    log = Path(here.rundir.log) / f"{name}.log"
    index = Path(here.rundir.log) / DIRECTORY / f"{name}.log"
    if not index.exists():
        return []
    found = log.stat()
    return moments(index.read_bytes(), found.st_ino, found.st_size)


def noted(here: Running, name: str, size: int) -> bool:
    found = known(here, name)
    return bool(found) and found[-1].size >= size


def switches(pid: int) -> int:
    """How often the process has gone to sleep, and so how often it was woken up."""
    text = Path(f"/proc/{pid}/status").read_text()
    return sum(int(line.split()[1]) for line in text.splitlines() if "ctxt_switches" in line)


def cpu(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def test_lines_are_noted_when_they_are_written(tmp_path: Path) -> None:
    with running(tmp_path) as here:
        fifo = tmp_path / "go"
        os.mkfifo(fifo)
        before = time.time()
        here.apply(here.spec("queue", "echo one; read x <go; echo two; exec sleep 60"))
        eventually(lambda: noted(here, "queue", 4), "the first line is noted")
        middle = time.time()
        fifo.write_text("\n")
        eventually(lambda: noted(here, "queue", 8), "the second line is noted")
        one, two = known(here, "queue")
        assert before - 0.1 <= one.at / 1000 <= middle
        assert middle - 0.1 <= two.at / 1000 <= time.time()
        assert (one.size, two.size) == (4, 8)


def test_what_was_written_last_is_noted_by_an_engine_that_ends(tmp_path: Path) -> None:
    with running(tmp_path) as here:
        here.apply(
            here.spec(
                "queue", "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done"
            )
        )
        here.until_said("queue", "up")
        here.quit()
        assert noted(here, "queue", len("up\nbye\n"))


def test_silence_wakes_nobody(tmp_path: Path) -> None:
    with running(tmp_path) as here:
        here.apply(here.spec("queue", "echo one; exec sleep 600"))
        here.until(lambda notice: notice["event"] == "deployed")
        eventually(lambda: noted(here, "queue", 4), "the line is noted")
        seen = [0, time.monotonic()]

        def quiet() -> bool:
            """Nothing for longer than it takes until the engine has looked at the logs again."""
            now = switches(here.engine)
            if now != seen[0]:
                seen[:] = now, time.monotonic()
            return time.monotonic() - seen[1] > 1.5

        eventually(quiet, "the engine sleeps")
        began, before = time.monotonic(), switches(here.engine)
        eventually(lambda: time.monotonic() > began + 2.5, "some time passes")
        assert switches(here.engine) == before


def test_a_million_lines_cost_the_engine_next_to_nothing(tmp_path: Path) -> None:
    line = "x" * 99
    os.mkfifo(tmp_path / "go")
    with running(tmp_path) as here:
        here.apply(
            here.spec("queue", f"read x <go; yes {line} | head -n 1000000; echo end; exec sleep 60")
        )
        here.until(lambda notice: notice["event"] == "deployed")
        before = cpu(here.engine)
        (tmp_path / "go").write_text("\n")
        eventually(lambda: noted(here, "queue", 100_000_004), "all is written", 120)
        spent = cpu(here.engine) - before
    assert spent < 0.05, spent


def test_a_log_is_cut_back_under_its_writer(tmp_path: Path) -> None:
    limit, size = 1 << 20, 50_000_000
    with running(tmp_path) as here:
        os.mkfifo(tmp_path / "go")
        code = "import os\nopen('go').read()\n"
        code += f"for n in range({size} // 100): os.write(1, b'%099d\\n' % n)\nopen('go').read()"
        here.apply(here.python("queue", code), logs=LogLimits(limit, 0))
        log = Path(here.rundir.log) / "queue.log"
        (tmp_path / "go").write_text("\n")
        eventually(lambda: log.stat().st_size == size, "all is written", 120)
        eventually(lambda: log.stat().st_blocks * 512 < 2 * limit, "the blocks are given back")
        with log.open("rb") as file:
            file.seek(-limit, os.SEEK_END)
            kept = file.read()
        last = size // 100
        assert kept.endswith(b"".join(b"%099d\n" % n for n in range(last - 10_000, last)))
        assert here.row("queue")["restarts"] == 0
