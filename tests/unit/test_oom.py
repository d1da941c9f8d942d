"""The kernel's records of out-of-memory kills, as it writes them."""

from pathlib import Path

import pytest

from paasctl.supervise.oom import TOGETHER, Counter, count, victim

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


def test_a_rise_counts_for_all_who_died_with_it(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
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
