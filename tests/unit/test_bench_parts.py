"""The parts of the benchmark that judge: parsers of /proc, the lines' count, the figures."""

import os
import struct
from pathlib import Path

import pytest

from tests.bench import lines, proc
from tests.bench.figures import figure, line_of, ratio, shown, table
from tests.bench.starts import names_in


def test_a_stat_line_is_read_whatever_the_name() -> None:
    fields = "R 7 1 1 0 -1 4194304 1 0 0 0 11 12 300 40 20 0 1 0 12345 0 0"
    found = proc.parse_stat(f"42 (a) b (c)) {fields}")
    assert found == proc.Stat(42, "a) b (c)", "R", 7, 340 / proc.TICK)


def test_our_own_stat_is_ours() -> None:
    found = proc.stat_of(os.getpid())
    assert found is not None
    assert (found.pid, found.parent, found.state) == (os.getpid(), os.getppid(), "R")


def test_a_process_that_is_not_there_costs_nothing() -> None:
    beyond = int(Path("/proc/sys/kernel/pid_max").read_text()) + 1
    assert proc.stat_of(beyond) is None
    assert proc.cpu(beyond) == 0
    assert proc.wake_ups(beyond) == 0


def test_fields_are_found_by_their_whole_name() -> None:
    text = "nonvoluntary_ctxt_switches:\t9\nvoluntary_ctxt_switches:\t3\nPss:     1536 kB\n"
    assert proc.parse_field(text, "voluntary_ctxt_switches") == 3
    assert proc.parse_field(text, "Pss") == 1536
    assert proc.parse_field(text, "Rss") == 0


def test_run_time_is_in_nanoseconds() -> None:
    assert proc.parse_run_time("1500000000 5 17\n") == 1.5
    assert proc.parse_run_time("") == 0


def test_only_what_lies_below_a_process_is_its_descendant() -> None:
    child = os.posix_spawn("/bin/sh", ["sh", "-c", "exec sleep 1000"], os.environ)
    try:
        assert child in {one.pid for one in proc.descendants(os.getpid())}
        assert child not in {one.pid for one in proc.descendants(child)}
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


def test_events_name_their_files() -> None:
    event = struct.Struct("iIII")
    first = event.pack(1, 0x20, 0, 16) + b"p0001".ljust(16, b"\0")
    second = event.pack(1, 0x20, 0, 16) + b"p0002".ljust(16, b"\0")
    assert names_in(first + second) == ["p0001", "p0002"]


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (0.01234, "0.0123"), (12.345, "12.3"), (1234.5, "1234")]
)
def test_numbers_are_shown_with_three_figures(value: float, text: str) -> None:
    assert shown(value) == text


def test_the_median_is_held_to_the_limit_and_ours_alone() -> None:
    ours = figure("s", "x", "paasctl", "ms", [1, 2, 9], must=2)
    assert (ours.median, ours.low, ours.high, ours.met) == (2, 1, 9, True)
    assert figure("s", "x", "paasctl, changed", "ms", [3], must=2).met is False
    assert figure("s", "x", "honcho", "ms", [3], must=2).met is None


def test_a_ratio_is_to_the_unit_measured_beside_it() -> None:
    found = ratio("s", "x", "paasctl", [0.03, 0.04, 0.10], [0.01, 0.01, 0.02], must=3.9)
    assert (found.low, found.median, found.high) == pytest.approx((3, 4, 5))
    assert found.met is False
    assert line_of(found)[-1] == "NOT MET"


def test_a_table_has_a_line_for_each_figure() -> None:
    rows = table([figure("s", "x", "honcho", "ms", [3]), figure("s", "yy", "honcho", "ms", [4])])
    assert len({len(row) for row in rows.splitlines()}) == 1
    assert len(rows.splitlines()) == 4


def test_whole_torn_and_lost_lines_are_told_apart(tmp_path: Path) -> None:
    source = Path(lines.write_lines(str(tmp_path), 4)).read_text().splitlines()
    assert {len(line) for line in source} == {lines.LENGTH - 1}
    stream = tmp_path / "stream"
    wanted = [f"p0000  | {source[0]}", f"12:00:00 p0001.1 | {source[0]}", f"p0000 | {source[1]}"]
    torn = f"p0001 | {source[1][:50]}p0000 | {source[2][50:]}"
    stream.write_text("\n".join(["ready in 1 s", *wanted, torn, f"p0001 | {source[3]}", ""]))
    assert lines.count(str(stream)) == lines.Count(whole=3, torn=1)
