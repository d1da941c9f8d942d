"""`paasctl convert`: there and back equals, and everything that cannot come along is said."""

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from paasctl.cli import convert as verb
from paasctl.cli.command import Call
from paasctl.cli.exits import Refused
from paasctl.manifest.convert import convert
from paasctl.manifest.load import examine, load
from paasctl.manifest.source import Tree

names = st.sampled_from(("one", "two", "three"))
PATHS = st.sampled_from(("var", "public/uploads", "/tmp/x"))
SHARED = st.sampled_from(
    (
        {"source": "storage"},
        {"source": "storage", "source_path": "x"},
        {"source": "tmp"},
        {"source": "service", "service": "files"},
    )
)
INSTANCE = {
    "relationships": st.sampled_from(({}, {"db": None}, {"db": "db:mysql"})),
    "mounts": st.dictionaries(PATHS, SHARED, max_size=2),
    "variables": st.sampled_from(({}, {"env": {"A": "on", "B": "12:30", "C": "two\nlines\n"}})),
    "access": st.just({"ssh": "admin"}),
}
WEB = {
    "commands": st.just({"start": "run --port $PORT"}),
    "locations": st.just({"/": {"passthru": True, "rules": {"\\.css$": {"allow": False}}}}),
}
APP = {
    **INSTANCE,
    "hooks": st.just({"build": "set -e\nmake\n"}),
    "crons": st.just({"tick": {"spec": "H 3 * * *", "commands": {"start": "date"}}}),
    "web": st.fixed_dictionaries({}, optional={**INSTANCE, **WEB}),
    "workers": st.dictionaries(
        names,
        st.fixed_dictionaries({"commands": st.just({"start": "work"})}, optional=INSTANCE),
        max_size=2,
    ),
    "timezone": st.just("Europe/Paris"),
    "source": st.just({"root": "app"}),
}
UPSUN = st.fixed_dictionaries(
    {
        "applications": st.dictionaries(
            names,
            st.fixed_dictionaries({"type": st.just("php:8.4")}, optional=APP),
            min_size=1,
            max_size=2,
        ),
        "services": st.just(
            {
                "db": {"type": "mariadb:11.8"},
                "files": {"type": "network-storage:1.0"},
                "cache": {"type": "redis:8.0", "configuration": {"maxmemory_policy": "noeviction"}},
            }
        ),
    },
    optional={"routes": st.just({"https://{default}/": {"type": "redirect", "to": "https://x/"}})},
)


def converted(root, to):
    examined = examine(Tree(str(root)))
    return convert(examined.facts, examined.problems, to)


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@settings(deadline=None, max_examples=60)
@given(UPSUN)
def test_upsun_there_and_back_equals(tmp_path_factory, content):
    root = tmp_path_factory.mktemp("u")
    (root / "app").mkdir()
    write(root, {".upsun/config.yaml": yaml.safe_dump(content, sort_keys=False)})
    there = tmp_path_factory.mktemp("p")
    (there / "app").mkdir()
    write(there, converted(root, "platformsh").files)
    problems = load(str(there)).problems
    assert [p for p in problems if p.severity == "error"] == []
    (text,) = converted(there, "upsun").files.values()
    assert yaml.safe_load(text) == content


FIXED = """\
name: app
type: "php:8.4"
size: M
disk: 512
relationships: {db: 'db:mysql'}
mounts: {files: 'shared:files/files', tmp: {source: tmp}}
variables: {env: {DEBUG: "on"}}
hooks: {build: !include {type: string, path: build.sh}}
web:
    document_root: /web
workers:
    queue: {disk: 256, commands: {start: work}, mounts: {}}
crons:
    tick: {spec: '0 3 * * *', cmd: date}
"""
SERVICES = "db: {type: 'mariadb:11.8', disk: 1024}\n"
ROUTES = "https://{default}/: {type: upstream, upstream: 'app:php'}\n"


@pytest.fixture
def fixed(tmp_path, monkeypatch):
    write(
        tmp_path,
        {
            ".platform.app.yaml": FIXED,
            ".platform/services.yaml": SERVICES,
            ".platform/routes.yaml": ROUTES,
            "build.sh": "make\n",
        },
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def without_sizes(app):
    def bare(settings):
        return settings._replace(size="AUTO", disk=None)

    return app._replace(
        web=app.web._replace(settings=bare(app.web.settings)),
        workers=tuple(w._replace(settings=bare(w.settings)) for w in app.workers),
    )


def test_platformsh_there_and_back_equals_but_for_sizes(fixed, tmp_path_factory):
    there, back = tmp_path_factory.mktemp("there"), tmp_path_factory.mktemp("back")
    for place in (there, back):
        write(place, {"build.sh": "make\n"})
    write(there, converted(fixed, "upsun").files)
    write(back, converted(there, "platformsh").files)
    first, last = load(str(fixed)).project, load(str(back)).project
    assert first is not None
    assert last is not None
    assert [without_sizes(a) for a in first.apps] == [without_sizes(a) for a in last.apps]
    assert last.apps[0].web.settings.disk == 512
    assert [(r.url, r.upstream) for r in last.routes] == [("https://{default}/", "app:http")]


def test_what_is_lost_and_what_changes_is_said(fixed, capsys):
    assert verb.COMMAND.run(Call({"to": "upsun", "dry-run": True}, format="json")) == 0
    said = json.loads(capsys.readouterr().out)
    changes = {(change["where"], change["lost"]) for change in said["changes"]}
    assert {
        ("applications.app.size", True),
        ("applications.app.disk", True),
        ("applications.app.workers.queue.disk", True),
        ("services.db.disk", True),
        ("applications.app.mounts.files", False),
        ("applications.app.crons.tick.cmd", False),
        ("applications.app.web", False),
        ("routes.https://{default}/.upstream", False),
    } == changes
    text = said["files"][".upsun/config.yaml"]
    assert "!include" in text
    assert not (fixed / ".upsun").exists()


def test_the_files_are_written_once_and_valid(fixed, capsys):
    assert verb.COMMAND.run(Call({"to": "upsun"})) == 0
    assert "written: .upsun/config.yaml" in capsys.readouterr().err
    loaded = load(str(fixed))
    assert loaded.project is not None
    assert loaded.project.flavour == "upsun"
    with pytest.raises(Refused, match="already"):
        verb.COMMAND.run(Call({"to": "upsun"}))
    with pytest.raises(Refused, match="is there already") as refused:
        verb.COMMAND.run(Call({"to": "platformsh"}))
    assert refused.value.fix == "--yes replaces it"


def test_without_a_family_it_is_wrong_usage(fixed):
    with pytest.raises(Refused) as refused:
        verb.COMMAND.run(Call({}))
    assert refused.value.code == 2


def test_manifests_with_errors_are_not_converted(fixed):
    (fixed / ".platform.app.yaml").write_text("name: app\n")
    with pytest.raises(Refused, match="have errors"):
        verb.COMMAND.run(Call({"to": "upsun"}))


def test_what_upsun_alone_has_is_lost(tmp_path):
    config = (
        "applications:\n  app:\n    type: 'php:8.4'\n    container_profile: HIGH_CPU\n"
        "    mounts: {a: {source: instance}}\n    relationships: {c: 'ch:clickhouse'}\n"
        "services: {ch: {type: 'clickhouse:25.8', container_profile: BALANCED}}\n"
    )
    write(tmp_path, {".upsun/config.yaml": config})
    made = converted(tmp_path, "platformsh")
    assert {change.where for change in made.changes if change.lost} == {
        "applications.app.container_profile",
        "applications.app.mounts.a",
        "services.ch.container_profile",
        "services.ch.type",
    }


def test_keys_without_effect_are_left_behind_and_said(tmp_path):
    text = "name: app\ntype: 'php:8.4'\nwokers: {}\nmounts: {.cache: {source: tmp}}\n"
    write(tmp_path, {".platform.app.yaml": text})
    made = converted(tmp_path, "upsun")
    assert [change.where for change in made.changes if change.lost] == ["wokers", "mounts..cache"]
