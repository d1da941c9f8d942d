"""Loading whole projects: families, several mistakes at once, includes, the corpus."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paasctl.manifest.load import load
from paasctl.model.problem import Severity

CORPUS = Path(__file__).parents[2] / "../shared/corpus"
APP = 'name: app\ntype: "python:3.13"\n'


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return str(root)


def found(loaded):
    return [(p.severity.value, p.code, p.position and p.position.line) for p in loaded.problems]


def test_no_manifest_names_the_files_looked_for(tmp_path):
    loaded = load(str(tmp_path))
    assert found(loaded) == [("error", "no-manifest", None)]
    for name in (".platform.app.yaml", ".upsun/*.yaml", "app.yaml"):
        assert name in loaded.problems[0].message


def test_several_apps_each_with_the_folder_of_its_file_as_root(tmp_path):
    root = write(
        tmp_path,
        {
            "one/.platform.app.yaml": 'name: one\ntype: "php:8.4"\n',
            "two/deep/.platform.app.yaml": 'name: two\ntype: "php:8.4"\nsource: {root: /one}\n',
            "node_modules/x/.platform.app.yaml": "name: never\n",
        },
    )
    project = load(root).project
    assert project is not None
    assert [(app.name, app.root) for app in project.apps] == [("one", "one"), ("two", "one")]
    assert project.apps[0].web.upstream == ("unix", "fastcgi")


@pytest.mark.parametrize(
    "text",
    [
        "- {name: a, type: 'php:8.4', source: {root: x}}\n",
        "a: {type: 'php:8.4', source: {root: x}}\n",
    ],
)
def test_applications_yaml_as_list_and_as_map(tmp_path, text):
    (tmp_path / "x").mkdir()
    project = load(write(tmp_path, {".platform/applications.yaml": text})).project
    assert project is not None
    assert [(app.name, app.root) for app in project.apps] == [("a", "x")]


def test_upsun_files_are_merged_one_level_deep(tmp_path):
    files = {
        ".upsun/a.yaml": "applications: {a: {type: 'php:8.4'}}\n",
        ".upsun/b.yaml": "services: {db: {type: 'mariadb:11.8'}}\n"
        "applications: {b: {type: 'php:8.4', relationships: {db: }}}\n",
    }
    project = load(write(tmp_path, files)).project
    assert project is not None
    assert project.flavour == "upsun"
    assert [app.name for app in project.apps] == ["a", "b"]
    assert project.apps[1].web.settings.relationships == (("db", "db", "mysql"),)


def test_one_run_reports_every_independent_mistake(tmp_path):
    text = (
        APP + "disk: big\n"
        "relationships: {database: 'dv:mysql'}\n"
        "web: {locations: {'/': {passthrough: true}}}\n"
        "workers:\n"
        "  a: {commands: {start: ''}}\n"
        "  b: {hooks: {deploy: x}, commands: {start: x}}\n"
    )
    services = "db: {type: 'mariadb:11.8', disk: 512, dsik: 1}\n"
    files = {".platform.app.yaml": text, ".platform/services.yaml": services}
    assert found(load(write(tmp_path, files))) == [
        ("error", "wrong-type", 3),
        ("error", "unknown-service", 4),
        ("error", "unknown-key", 5),
        ("error", "bad-value", 7),
        ("error", "unknown-key", 8),
        ("error", "unknown-key", 1),
    ]


def test_services_that_cannot_be_read_make_no_further_noise(tmp_path):
    files = {
        ".platform.app.yaml": APP + "relationships: {db: 'db:mysql'}\n",
        ".platform/services.yaml": "db: [\n",
    }
    assert [code for _, code, _ in found(load(write(tmp_path, files)))] == ["yaml-syntax"]


def test_what_is_included_keeps_its_own_place_and_says_who_included_it(tmp_path):
    files = {
        "app.yaml": APP + "workers: !include workers.yaml\n",
        "workers.yaml": "queue:\n  commands: {start: x}\n  disk: 5\n  disk: 6\n",
    }
    problem = next(p for p in load(write(tmp_path, files)).problems if p.code == "duplicate-key")
    assert problem.position == ("workers.yaml", 4, 3)
    assert problem.path == ("workers", "queue", "disk")
    assert problem.notes[-1].position == ("app.yaml", 3, 10)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None], ids=["not utf-8", "a directory"])
def test_an_unreadable_manifest_is_a_problem(tmp_path, content):
    if content is None:
        (tmp_path / "app.yaml").mkdir()
    else:
        (tmp_path / "app.yaml").write_bytes(content)
    assert found(load(str(tmp_path))) == [("error", "unreadable", 1)]


def test_a_file_that_is_named_brings_its_services_with_it(tmp_path):
    files = {
        "sub/app.yaml": APP + "relationships: {db: 'dv:mysql'}\n",
        "sub/services.yaml": "db: {type: 'mariadb:11.8', disk: 512}\n",
    }
    loaded = load(write(tmp_path, files), ["sub/app.yaml"])
    assert found(loaded) == [("error", "unknown-service", 3)]
    (tmp_path / "sub/services.yaml").unlink()
    alone = load(str(tmp_path), ["sub/app.yaml"])
    assert found(alone) == [("note", "targets-unchecked", 3)]
    assert alone.project is not None


def test_inherited_culprits_are_named_once_with_the_instance_that_inherits(tmp_path):
    text = (
        APP
        + "mounts: {m: {source: local}}\nweb: {disk: 512}\nworkers: {w: {commands: {start: x}}}\n"
    )
    loaded = load(write(tmp_path, {"app.yaml": text}))
    assert found(loaded) == [("error", "mount-without-disk", 3)]
    assert 'worker "w"' in loaded.problems[0].message
    assert loaded.problems[0].notes[0].position == ("app.yaml", 5, 11)


def test_the_former_web_keys_become_a_location(tmp_path):
    text = (
        APP + "web: {document_root: /pub, passthru: /i.php, whitelist: ['\\.css$'], expires: 60}\n"
    )
    project = load(write(tmp_path, {"app.yaml": text})).project
    assert project is not None
    place = project.apps[0].web.locations[0]
    assert (place.path, place.root, place.passthru) == ("/", "pub", "/i.php")
    assert (place.expires, place.allow) == ("60s", False)
    assert place.rules == (("\\.css$", {"allow": True}),)


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(codec="utf-8"), max_size=80), st.integers(0, 400))
def test_any_mutation_of_a_manifest_gives_problems_or_a_project(tmp_path_factory, junk, place):
    text = (
        APP + "disk: 512\nrelationships: {db: 'db:mysql'}\nmounts: {m: {source: local}}\n"
        "web:\n  commands: {start: x}\n  locations: {/: {passthru: true}}\n"
        "workers:\n  q:\n    commands:\n      start: |\n        run\n    mounts: {}\n"
    )
    root = tmp_path_factory.mktemp("m")
    loaded = load(write(root, {"app.yaml": text[:place] + junk + text[place:]}))
    assert loaded.project is not None or any(p.severity is Severity.ERROR for p in loaded.problems)


def test_relationships_that_every_instance_overrides_are_checked_too(tmp_path):
    text = APP + "relationships: {a: 'no:mysql'}\nweb: {relationships: {}}\n"
    assert found(load(write(tmp_path, {"app.yaml": text}))) == [("error", "unknown-service", 3)]


@pytest.mark.parametrize(
    ("stack", "family"),
    [
        ("{runtimes: ['php@8.4', 'nodejs@24']}", ("unix", "fastcgi")),
        ("{runtimes: [{'nodejs@24': {}}], packages: [php]}", ("tcp", "http")),
        ("[ffmpeg, 'php@8.4']", ("unix", "fastcgi")),
    ],
)
def test_the_first_runtime_of_a_stack_says_how_web_is_reached(tmp_path, stack, family):
    text = f"name: app\ntype: 'composable:26.05'\nstack: {stack}\n"
    project = load(write(tmp_path, {"app.yaml": text})).project
    assert project.apps[0].web.upstream == family


@pytest.mark.parametrize(
    ("text", "apps", "services", "routes"),
    [
        ("applications: {app: {type: 'php:8.4'}}\nservices: {db: {type: 'redis:8.0'}}\n", 1, 1, 0),
        ("- {name: a, type: 'php:8.4'}\n- {name: b, type: 'php:8.4'}\n", 2, 0, 0),
        ("a: {type: 'php:8.4'}\nb: {type: 'php:8.4'}\n", 2, 0, 0),
        ("a: {type: 'redis:8.0'}\n", 0, 1, 0),
        ("https://x/: {type: redirect, to: https://y/}\n", 0, 0, 1),
        ("name: a\ntype: 'php:8.4'\n", 1, 0, 0),
    ],
)
def test_a_file_of_any_name_is_known_by_its_content(tmp_path, text, apps, services, routes):
    loaded = load(write(tmp_path, {"draft.yaml": text}), ["draft.yaml"])
    assert loaded.project is not None, loaded.problems
    project = loaded.project
    assert (len(project.apps), len(project.services), len(project.routes)) == (
        apps,
        services,
        routes,
    )
