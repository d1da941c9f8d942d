"""Weeks in a minute: thousands of restarts and exits, and nothing grows, leaks or is lost."""

import os
import sys
from pathlib import Path

import pytest

from paasctl.supervise.machine import Event
from tests.model.test_histories import spec, world
from tests.running import Running, running
from tests.simkernel import Script

pytestmark = pytest.mark.scale

RESTARTS = 5_000
EXITS = 10_000
WORKERS = 50
CHILDREN = f"""
import os, sys
print('up', flush=True)
for _ in range({EXITS // WORKERS}):
    if os.fork() == 0:  # a parent that leaves at once: its child becomes the engine's
        if os.fork() == 0:
            os._exit(0)
        os._exit(0)
    os.wait()
print('done', flush=True)
import time; time.sleep(1000)
"""


def resident(pid: int) -> int:
    """KiB."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0])


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def zombies(parents: set[int]) -> list[str]:
    """The zombies among the children of these processes."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = path.read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        fields = rest.split()
        if fields[0] == "Z" and int(fields[1]) in parents:
            found.append(name)
    return found


def measured(here: Running) -> tuple[int, int, int, int]:
    here.client.ask("ping")
    return (
        resident(here.engine), resident(here.guardian),
        descriptors(here.engine), descriptors(here.guardian),
    )  # fmt: skip


@pytest.mark.system
@pytest.mark.checklist(7)
def test_five_thousand_restarts_and_ten_thousand_exits_leave_no_trace(tmp_path: Path) -> None:
    with running(tmp_path) as here:
        names = [f"w{number}" for number in range(WORKERS)]
        here.apply(*(here.spec(name, "exec sleep 1000", settle=0.0) for name in names))
        seen = 0
        sizes = []
        for part in range(RESTARTS // WORKERS):
            here.client.ask("restart", targets=names)
            waiting = set(names)
            while waiting:
                notice = here.until(lambda n: n["event"] == "exited")
                waiting.discard(str(notice["id"]))
                seen += 1
            if part % 20 == 19:
                sizes.append(measured(here))
        assert seen == RESTARTS, "each end is told once"
        assert sum(here.number(here.row(name), "restarts") for name in names) == RESTARTS
        flat(sizes)
        before = measured(here)
        many = [here.spec(f"n{n}", CHILDREN) for n in range(WORKERS)]
        here.apply(
            *(s._replace(command=(sys.executable, "-S", "-E", "-c", CHILDREN)) for s in many)
        )
        for number in range(WORKERS):
            here.until_said(f"n{number}", "done", 60)
        after = measured(here)
        assert after[2:] == before[2:], "descriptors"
        assert after[0] - before[0] < 3 * 1024, f"KiB: {before} {after}"
        assert zombies({here.engine, here.guardian}) == []
        assert here.quit() < 30


def flat(sizes: list[tuple[int, int, int, int]]) -> None:
    """Nothing grows from the first measurement (which is warm) to the last."""
    first, last = sizes[0], sizes[-1]
    assert last[2:] == first[2:], f"descriptors: {sizes}"
    assert last[0] - first[0] < 1024, f"KiB of the engine: {sizes}"
    assert last[1] - first[1] < 256, f"KiB of the guardian: {sizes}"


def test_ten_days_of_a_crashing_worker_in_virtual_time() -> None:
    """A program that dies every ten minutes, and one that dies at once, for ten days."""
    here = world(
        lambda s, _: Script(lives=600.0 if s.id == "slow" else 0.0, code=1),
        spec("slow"), spec("fast"),
    )  # fmt: skip
    hour, hours = 3600, 10 * 24
    for number in range(1, hours + 1):
        here.run(number * hour)
        here.kernel.processes[:] = here.kernel.alive()  # the simulation remembers, we do not
        here.notices.clear()
        assert len(here.supervisor._heap) < 20, "deadlines do not pile up"
    assert here.kernel.starts["slow"] == pytest.approx(hours * hour / 600, rel=0.01)
    assert here.kernel.starts["fast"] == pytest.approx(hours * hour / 30, rel=0.01)
    assert not here.complaints
    here.close()


def test_ten_thousand_requests_in_virtual_time() -> None:
    here = world(Script(lives=100.0, obeys=3.0), *(spec(f"w{n}") for n in range(10)))
    for number in range(10_000):
        event = (Event.RESTART, Event.DOWN, Event.UP, Event.RELEASE, Event.UP)[number % 5]
        here.supervisor.ask(event, [f"w{number % 10}"])
        here.run(number * 1.7)
        assert len(here.kernel.alive()) <= 10
        if number % 100 == 0:
            here.kernel.processes[:] = here.kernel.alive()
            here.notices.clear()
    assert len(here.supervisor._heap) < 100
    assert not here.kernel.killed
    here.close()
