"""A network storage: one directory that several instances mount, and no process."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenario.checkout import Checkout, written

pytestmark = pytest.mark.scenario
MANIFEST = """\
name: app
type: 'golang:1.26'
disk: 256
mounts:
    shared: {source: service, service: files, source_path: all}
workers:
    first: &worker
        commands:
            start: 'exec sleep 1000'
    second: *worker
    third:
        commands:
            start: 'exec sleep 1000'
        mounts:
            elsewhere: {source: service, service: files, source_path: ''}
"""
SERVICES = "files: {type: 'network-storage:1.0', disk: 256}\n"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Checkout]:
    files = {".platform.app.yaml": MANIFEST, ".platform/services.yaml": SERVICES}
    project = Checkout(written(tmp_path / "shop", files))
    yield project
    project.clear()


def test_what_one_writes_all_read_and_it_is_kept(here: Checkout) -> None:
    here("up", "-d", "--wait").well()
    assert sorted(here.rows()) == ["app--first", "app--second", "app--third"]
    here("exec", "first", "sh", "-c", "echo hello >shared/greeting").well()
    assert here("exec", "second", "cat", "shared/greeting").well().out == "hello\n"
    assert here("exec", "third", "cat", "elsewhere/all/greeting").well().out == "hello\n"
    here.down()
    here("up", "-d", "--wait").well()
    assert here("exec", "second", "cat", "shared/greeting").well().out == "hello\n"


def test_it_is_listed_with_its_directory_and_needs_no_server(here: Checkout) -> None:
    (row,) = json.loads(here("services", "--format", "json").well().out)["services"]
    assert (row["grade"], row["state"], row["program"]) == ("native", None, None)
    here("up", "-d", "--wait").well()
    here("exec", "first", "touch", "shared/here").well()
    assert (Path(row["address"]) / "all" / "here").exists()
