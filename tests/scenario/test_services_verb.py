"""`paasctl services` and servers that run elsewhere, through the command line."""

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from paasctl.services.shapes import SHAPES
from tests.running import marked
from tests.scenario.checkout import Checkout, needing, written

pytestmark = pytest.mark.scenario
MANIFEST = """\
name: app
type: 'golang:1.26'
relationships:
    cache: 'cache:redis'
    search: 'engine:elasticsearch'
workers:
    queue:
        commands:
            start: 'exec sleep 1000'
"""
SERVICES = """\
cache: {type: 'redis:7.0'}
engine: {type: 'elasticsearch:7.10', disk: 512}
"""
ELSEWHERE = "https://me:topsecret@search.example.com/x"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Checkout]:
    files = {".platform.app.yaml": MANIFEST, ".platform/services.yaml": SERVICES}
    project = Checkout(written(tmp_path / "shop", files))
    yield project
    project.clear()


def listed(here: Checkout) -> dict[str, dict[str, object]]:
    return {
        row["name"]: row for row in json.loads(here("services", "--format", "json").out)["services"]
    }


def test_before_the_first_start_it_says_what_would_run_and_what_is_missing(here: Checkout) -> None:
    needing("redis-server")
    answer = here("services")
    assert answer.code == 7
    assert "no server here for engine" in answer.err
    assert "paasctl up --service engine=http://HOST:9200" in answer.err
    rows = listed(here)
    assert rows["cache"]["grade"] == "native"
    assert str(rows["cache"]["program"]).endswith("redis-server")
    assert (rows["cache"]["product"], rows["cache"]["state"]) == ("Redis", None)
    assert rows["engine"]["grade"] is None
    assert rows["engine"]["ways"]
    assert not marked(here.state)


def test_a_server_elsewhere_is_told_to_the_app_and_to_nobody_else(here: Checkout) -> None:
    needing("redis-server")
    started = here("up", "-d", "--wait", PAASCTL_SERVICE=f"engine={ELSEWHERE}").well()
    assert "engine: not started, it runs elsewhere: https://search.example.com/x" in started.out
    assert "topsecret" not in started.text
    assert sorted(here.rows()) == ["app--queue", "cache"]
    rows = listed(here)
    assert (rows["engine"]["grade"], rows["cache"]["state"]) == ("external", "running")
    assert rows["cache"]["address"] == f"127.0.0.1:{here.rows()['cache']['port']}"
    for words in (("ps",), ("ps", "engine"), ("ps", "--format", "plain"), ("services",)):
        shown = here(*words).well().out
        assert "https://search.example.com/x" in shown
        assert "topsecret" not in shown
    before = here.pids()
    assert before["app--queue"] == here.pid("app--queue")
    here("restart", "queue").well()  # plans again, with what `up` was told
    seen = here("exec", "queue", "printenv", "PLATFORM_RELATIONSHIPS").well().out
    (item,) = json.loads(b64decode(seen))["search"]
    assert (item["host"], item["port"], item["path"]) == ("search.example.com", 443, "x")
    assert (item["username"], item["password"]) == ("me", "topsecret")
    for path in Path(here.state).rglob("*"):
        if path.is_file() and b"topsecret" in path.read_bytes():
            assert path.stat().st_mode & 0o077 == 0, path
    assert here("ps", "--format", "json").well().out.count("search.example.com") == 1


@pytest.mark.parametrize(
    ("service", "code", "said"),
    [
        ("engine=mysql://h:topsecret@x", 2, "Elasticsearch is reached by http://, https://"),
        ("motor=http://u:topsecret@h", 4, "services here: cache, engine"),
        ("topsecret", 2, "--service wants the name of a service and a URL"),
    ],
)
def test_a_url_that_cannot_be_used_starts_nothing(
    here: Checkout, service: str, code: int, said: str
) -> None:
    answer = here("up", "-d", "--service", service)
    assert answer.code == code, answer.text
    assert said in answer.err
    assert "topsecret" not in answer.text
    assert not marked(here.state)


def test_every_type_of_the_platform_is_listed(here: Checkout) -> None:
    rows = json.loads(here("services", "--types", "--format", "json").well().out)["types"]
    assert [row["type"] for row in rows] == list(SHAPES)
    grades = {row["type"]: row["grade"] for row in rows}
    assert grades["solr"] == grades["kafka"] == "external"
    assert grades["network-storage"] == "native"
    assert all(row["ways"] for row in rows if row["type"] != "network-storage")
    assert len(here("services", "--types").well().out.splitlines()) == len(rows) + 1


def test_a_plan_made_with_a_url_is_not_used_again_without_it(here: Checkout) -> None:
    needing("redis-server")
    for _ in range(2):
        started = here("up", "-d", "--wait", "--service", f"engine={ELSEWHERE}").well()
        assert "https://search.example.com/x" in started.out
        here.down()
    assert here("up", "-d").code == 7
    other = here("up", "-d", "--wait", "--service", "engine=http://other:9200").well()
    assert "http://other:9200" in other.out
    assert here("exec", "queue", "printenv", "SEARCH_HOST").well().out == "other\n"
