"""The benchmark runs: its smallest section and one with an engine, once each."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import REPOSITORY

pytestmark = pytest.mark.system


@pytest.mark.skipif(sys.platform != "linux", reason="the benchmark reads /proc")
def test_the_benchmark_measures_and_writes_its_figures(tmp_path: Path) -> None:
    target = tmp_path / "figures.json"
    command = [sys.executable, str(REPOSITORY / "tests" / "bench" / "bench.py")]
    chosen = ["validate", "restart", "--peers", "paasctl", "--reps", "1"]
    done = subprocess.run(
        [*command, *chosen, "--json", str(target)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(target.read_text())["figures"]
    by_name = {(one["section"], one["what"], one["unit"]): one for one in figures}
    unit = by_name["validate", "python3 -c pass, CPU", "ms"]
    for project in ("typical project", "100 workers"):
        measured = by_name["validate", project, "ms"]
        multiple = by_name["validate", project, "x pass"]
        assert multiple["median"] == pytest.approx(measured["median"] / unit["median"])
        assert measured["median"] > unit["median"] > 0
    restarted = by_name["restart", "after SIGKILL, median", "ms"]
    assert restarted["samples"] == 60
    assert restarted["median"] > 0


def test_an_unknown_section_is_refused_with_those_there_are() -> None:
    command = [sys.executable, str(REPOSITORY / "tests" / "bench" / "bench.py"), "speed"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "no section speed; there are: start, " in done.stderr
