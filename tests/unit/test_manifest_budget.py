"""What loading may cost: the modules for a valid project; very large ones. Times: tests/bench."""

import cProfile
import subprocess
import sys
from pathlib import Path

import pytest

from paasctl.cli.problems import render
from paasctl.manifest.load import load

ROOT = Path(__file__).parents[2]
HEAD = 'name: app\ntype: "python:3.13"\ndisk: 512\nrelationships: {db: "db:mysql"}\n'
SERVICES = "db: {type: 'mariadb:11.8', disk: 512}\n"
WORKER = "    w%d:\n        commands: {start: run %d}\n        variables: {env: {N: '%d'}}\n"


def project(root, workers):
    text = HEAD + "workers:\n" + "".join(WORKER % (n, n, n) for n in range(workers))
    (root / "app.yaml").write_text(text)
    (root / "services.yaml").write_text(SERVICES)
    return str(root)


def test_a_valid_project_is_validated_without_the_heavy_modules(tmp_path):
    code = (
        "import sys; before = set(sys.modules)\n"
        "from paasctl.cli.command import Call\n"
        "from paasctl.cli.validate import COMMAND\n"
        f"COMMAND.run(Call({{}}, project={project(tmp_path, 2)!r}))\n"
        "print(*set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    said, modules = done.stdout.split("\n", 1)
    assert said == "2 files: no problems"
    heavy = {"jsonschema", "difflib", "dataclasses", "inspect", "json", "rich", "typer"}
    assert heavy & set(modules.split()) == set()
    assert "yaml" in modules.split()


@pytest.mark.scale
def test_a_thousand_workers_are_read(tmp_path):
    loaded = load(project(tmp_path, 1000))
    assert loaded.project is not None
    assert len(loaded.project.apps[0].workers) == 1000


@pytest.mark.scale
def test_a_megabyte_is_read(tmp_path):
    root = project(tmp_path, 11_800)
    assert (tmp_path / "app.yaml").stat().st_size > 1_000_000
    loaded = load(root)
    assert loaded.project is not None
    assert len(loaded.project.apps[0].workers) == 11_800


MANY = {
    "mistakes": ("workers:\n", "    w%d: {commands: {strat: x}}\n"),
    "keys twice": ("variables:\n", "    a: {n: %d}\n"),
    "mounts": ("mounts:\n", "    m%d: {source: tmp}\n"),
}


@pytest.mark.parametrize("name", MANY)
def test_the_time_grows_with_the_number_not_its_square(name, tmp_path):
    """Counted in calls, which no other program on the machine changes."""
    head, line = MANY[name]
    texts = [HEAD + head + "".join(line % n for n in range(count)) for count in (10, 100, 400)]
    _, few, many = (counted(tmp_path / str(n), text) for n, text in enumerate(texts))
    assert many < 6 * few


def counted(root, text):
    """Return how many functions are called to load and show a manifest."""
    root.mkdir()
    (root / "app.yaml").write_text(text)
    profile = cProfile.Profile()
    profile.enable()
    loaded = load(str(root))
    render(loaded.problems, loaded.sources)
    profile.disable()
    return sum(entry.callcount for entry in profile.getstats())
