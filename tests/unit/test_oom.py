"""The kernel's records of out-of-memory kills, as it writes them."""

import os
import time
from pathlib import Path

import pytest

from paasctl.supervise import oom
from paasctl.supervise.kernel import Sign, Suspicion
from paasctl.supervise.oom import TOGETHER, Counter, Group, OomWatch, count, victim

RECORDS = [
    (b"3,99,514,-;Out of memory: Killed process 42 (python3) total-vm:1kB, anon-rss:2kB, UID:0 "
     b"pgtables:1kB oom_score_adj:0\n SUBSYSTEM=memory\n", 42),
    (b"3,7,9,-;Memory cgroup out of memory: Killed process 4211 (a b) total-vm:1kB\n", 4211),
    (b"6,7,9,-;Memory cgroup out of memory: OOM victim 4211 (a) is already exiting.\n", None),
    (b"6,7,9,-;audit: Killed process 42 (x)\n", None),
    (b"6,7,9,-;oom_reaper: reaped process 42 (x), now anon-rss:0kB\n", None),
    (b"6,7,9,-;Out of memory: Killed process x (y)\n", None),
    (b"", None),
    (b"\xff\xfe;\xff", None),
]  # fmt: skip


@pytest.mark.parametrize(("record", "pid"), RECORDS)
def test_victim(record: bytes, pid: int | None) -> None:
    found = victim(record)
    assert (found and found[0]) == pid
    if found:
        assert "\n" not in found[1]


def test_count(tmp_path: Path) -> None:
    file = tmp_path / "memory.events"
    assert count(str(file)) is None
    file.write_text("low 0\nmax 12\noom 4\noom_kill 3\noom_group_kill 9\n")
    assert count(str(file)) == 3
    file.write_text("oom_kill 5")
    assert count(str(file)) == 5
    file.write_text("oom_kill_disable 0\nunder_oom 0\n")
    assert count(str(file)) is None


def test_a_rise_counts_for_all_who_died_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    file = tmp_path / "vmstat"
    file.write_text("nr_free 1\noom_kill 3\n")
    counter = Counter(str(file))
    assert not counter.risen()
    file.write_text("nr_free 1\noom_kill 4\n")
    assert counter.risen()
    clock[0] += TOGETHER / 2
    assert counter.risen(), "another one that has died in the same moment"
    clock[0] += TOGETHER
    assert not counter.risen()
    file.unlink()
    assert not counter.risen()


class Machine:
    """A machine whose counters and kernel log a test writes."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, log: bool) -> None:
        self._folder = folder
        self.counted("vmstat", 0)
        self.own: Group | None = None
        self.shared: Group | None = None
        monkeypatch.setattr(oom, "VMSTAT", str(folder / "vmstat"))
        read, self._log = os.pipe()
        os.set_blocking(read, False)
        monkeypatch.setattr(oom, "_open_log", lambda *_: read if log else None)
        monkeypatch.setattr(oom, "_cgroups", lambda pid: b"here" if pid == "self" else b"there")
        monkeypatch.setattr(oom, "group_of", lambda p: self.shared if p == "self" else self.own)

    def counted(self, name: str, number: int) -> Group:
        (self._folder / name).write_text(f"oom_kill {number}\n")
        return Group(str(self._folder / name), str(self._folder / f"{name}.peak"))

    def log(self, pid: int, at: float = 0.0) -> None:
        text = b"3,9,%d,-;Out of memory: Killed process %d (x) total-vm:1kB" % (at * 1e6, pid)
        os.write(self._log, text)


@pytest.fixture
def logging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch, log=True)


@pytest.fixture
def silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch, log=False)


LEADER, CHILD = Suspicion.LEADER, Suspicion.CHILD


def test_no_kill_was_counted(logging: Machine) -> None:
    assert OomWatch().look("w", 42, LEADER) == (Sign.NONE, "")


def test_where_nothing_is_counted_nothing_is_known(
    logging: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oom, "VMSTAT", "/no/such/file")
    assert OomWatch().look("w", 42, LEADER) == (Sign.UNKNOWN, "")


def test_the_kernel_log_names_the_process_or_another_one(logging: Machine) -> None:
    watch = OomWatch()
    logging.counted("vmstat", 1)
    logging.log(42)
    assert watch.look("v", 41, LEADER) == (Sign.NONE, "")
    sign, evidence = watch.look("w", 42, LEADER)
    assert (sign, evidence[:12]) == (Sign.CERTAIN, "kernel log: ")
    sign, evidence = watch.look("shell", 40, CHILD)
    assert (sign, "process 42" in evidence) == (Sign.COUNTED, True)


def test_its_own_cgroup_knows(silent: Machine) -> None:
    watch = OomWatch()
    silent.own = silent.counted("own", 3)
    watch.note("w", 42)
    silent.counted("vmstat", 1)
    assert watch.look("w", 42, LEADER)[0] is Sign.NONE, "it was somebody else"
    silent.counted("own", 4)
    silent.counted("vmstat", 2)
    assert watch.look("w", 42, LEADER)[0] is Sign.CERTAIN
    Path(silent.own.peak).write_text("4096\n")
    assert (watch.peak("w"), watch.peak("v")) == (4096, None)
    silent.own = None
    watch.note("w", 43)  # its successor lives elsewhere
    assert watch.peak("w") is None


def test_shared_counters_make_a_perhaps(silent: Machine) -> None:
    watch = OomWatch()
    silent.counted("vmstat", 1)
    sign, evidence = watch.look("w", 42, LEADER)
    assert sign is Sign.COUNTED
    assert evidence.startswith("this machine has counted an out-of-memory kill since ")


def test_a_container_whose_own_counter_has_not_risen_was_not_meant(silent: Machine) -> None:
    silent.shared = silent.counted("shared", 5)
    watch = OomWatch()
    silent.counted("vmstat", 1)
    assert watch.look("w", 42, LEADER) == (Sign.NONE, "")
    silent.counted("shared", 6)
    sign, evidence = watch.look("w", 42, LEADER)
    assert (sign, evidence[:26]) == (Sign.COUNTED, "the memory cgroup that eve")


def test_only_the_last_victims_are_kept(logging: Machine) -> None:
    watch = OomWatch()
    logging.counted("vmstat", 1)
    logging.log(7)
    assert watch.look("w", 7, LEADER)[0] is Sign.CERTAIN
    for pid in range(1000, 1000 + oom.REMEMBERED):
        logging.log(pid)
        assert watch.look("w", pid, LEADER)[0] is Sign.CERTAIN
    assert watch.look("w", 7, LEADER)[0] is Sign.NONE


def test_what_was_said_lately_of_a_process(logging: Machine) -> None:
    now = time.monotonic()
    logging.log(42, now - 2 * oom.LATELY)
    assert oom.said_lately(42) == "", "another process had that number then"


def test_what_was_said_just_now(logging: Machine) -> None:
    logging.log(42, time.monotonic())
    assert oom.said_lately(42).startswith("Out of memory: Killed process 42 ")


def test_nothing_is_said_where_the_log_is_closed(silent: Machine) -> None:
    assert oom.said_lately(42) == ""
