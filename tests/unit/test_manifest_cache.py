"""The cache: equal to loading, noticed changes, and nothing heavy on a hit."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from paasctl.manifest.cache import load_cached
from paasctl.manifest.load import load
from paasctl.manifest.project_json import project_from_json

SHARED = Path(__file__).parents[2] / "../shared"
APP = 'name: app\ntype: "python:3.13"\nhooks: {build: !include {type: string, path: b.sh}}\n'


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "p"
    root.mkdir()
    (root / "app.yaml").write_text(APP + "size: M\nworkers: {w: {commands: {start: x &}}}\n")
    (root / "b.sh").write_text("make\n")
    age(root)
    return root


def age(root):
    """Files that changed this very moment are not trusted; these changed a minute ago."""
    for path in root.rglob("*"):
        stamp = path.stat().st_mtime_ns - 60_000_000_000
        os.utime(path, ns=(stamp, stamp))


def test_a_hit_equals_a_load_with_its_warnings_and_sources(project, tmp_path):
    cache = str(tmp_path / "cache")
    plain = load(str(project))
    assert [p.code for p in plain.problems] == ["background-start"]
    assert load_cached(str(project), cache) == plain
    assert os.path.exists(cache)
    assert load_cached(str(project), cache) == plain


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("app.yaml", APP + "size: L\n"),
        ("b.sh", "make all\n"),
        ("services.yaml", "db: {type: 'mariadb:11.8', disk: 512}\n"),
        ("sub/.platform.app.yaml", "name: sub\ntype: 'php:8.4'\n"),
        (".upsun/config.yaml", "applications: {u: {type: 'php:8.4'}}\n"),
    ],
)
def test_every_change_is_noticed(project, tmp_path, name, text):
    cache = str(tmp_path / "cache")
    before = load_cached(str(project), cache)
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text(text)
    after = load_cached(str(project), cache)
    assert after == load(str(project))
    assert after != before


def test_a_change_within_the_same_tick_is_not_stored(project, tmp_path):
    cache = str(tmp_path / "cache")
    future = (project / "app.yaml").stat().st_mtime_ns + 3_600_000_000_000
    os.utime(project / "app.yaml", ns=(future, future))
    assert load_cached(str(project), cache).project is not None
    assert not os.path.exists(cache)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 0}'])
def test_a_torn_or_foreign_cache_is_as_good_as_none(project, tmp_path, text):
    cache = tmp_path / "cache"
    cache.write_text(text)
    assert load_cached(str(project), str(cache)) == load(str(project))


def test_a_cache_that_cannot_be_written_is_no_problem(project, tmp_path):
    assert load_cached(str(project), str(tmp_path / "no/where")) == load(str(project))


def test_a_directory_that_was_looked_for_and_came_is_a_change(project, tmp_path):
    cache = str(tmp_path / "cache")
    text = "name: app\ntype: 'ruby:3.4'\nweb: {locations: {/static: {root: out}}}\n"
    (project / "app.yaml").write_text(text)
    old = time.time() - 60
    os.utime(project / "app.yaml", (old, old))
    assert "missing-root" in {p.code for p in load_cached(str(project), cache).problems}
    assert os.path.exists(cache)
    (project / "out").mkdir()
    assert "missing-root" not in {p.code for p in load_cached(str(project), cache).problems}


def test_real_projects_survive_the_round_trip():
    folder = SHARED / "corpus/projects"
    if not folder.is_dir():
        pytest.skip("the shared folder with the corpus is absent")
    seen = 0
    for root in sorted(folder.iterdir()):
        project = load(str(root)).project
        if project is not None:
            assert project_from_json(json.loads(json.dumps(project))) == project
            seen += 1
    assert seen > 100


def test_a_hit_imports_nothing_heavy(project, tmp_path):
    cache = str(tmp_path / "cache")
    load_cached(str(project), cache)
    code = (
        "import sys; before = set(sys.modules); from paasctl.manifest.cache import load_cached;"
        f"load_cached({str(project)!r}, {cache!r}).project.apps;"
        "print(*set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"yaml", "jsonschema", "dataclasses", "inspect", "pathlib", "difflib"}
    heavy |= {"paasctl.manifest.compiled", "paasctl.manifest.document"}
    assert heavy & set(done.stdout.split()) == set()
