"""Inheritance as spec 02.4 has it: properties P1 to P8, and the vectors A to D."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paasctl.manifest.inherit import INHERITED, effective
from paasctl.manifest.load import load

names = st.sampled_from(("a", "b", "queue", "mail"))
small = st.sampled_from(("x", "y", "z"))
VALUES = {
    "size": st.sampled_from(("S", "M", None)),
    "disk": st.sampled_from((256, 512, 1024)),
    "resources": st.sampled_from(({}, {"base_memory": 64}, None)),
    "container_profile": st.sampled_from(("HIGH_CPU", None)),
    "relationships": st.dictionaries(small, st.just("db:mysql"), max_size=2),
    "access": st.sampled_from(({"ssh": "admin"}, {"ssh": "viewer"}, {})),
    "mounts": st.dictionaries(small, st.just({"source": "tmp"}), max_size=2),
    "variables": st.sampled_from(({}, {"env": {"A": "1", "B": "2"}}, {"env": {"B": "3"}})),
    "timezone": st.sampled_from(("Europe/Paris", None)),
    "firewall": st.none(),
    "additional_hosts": st.sampled_from(({}, {"h": "10.0.0.1"})),
}
instance_keys = st.fixed_dictionaries({}, optional=VALUES)


@st.composite
def apps(draw):
    """An app: top-level keys, maybe web, workers with their own keys, and keys never inherited."""
    app = {"name": "app", "type": "python:3.11", **draw(instance_keys)}
    if draw(st.booleans()):
        app["web"] = draw(instance_keys)
    workers = draw(st.dictionaries(names, instance_keys, max_size=3))
    app["workers"] = {
        name: {"commands": {"start": f"run {name}"}, **keys} for name, keys in workers.items()
    }
    if draw(st.booleans()):
        app["hooks"] = {"deploy": "true"}
        app["crons"] = {"tick": {"spec": "H * * * *", "commands": {"start": "true"}}}
    return app


def push_down(app):
    """The same app with every inherited value written out in every worker."""
    written = copy.deepcopy(app)
    for worker in written["workers"].values():
        for key in INHERITED:
            if key in app and key not in worker:
                worker[key] = app[key]
    return written


def everyone(app):
    return {name: effective(app, ("workers", name)) for name in app["workers"]}


@pytest.mark.checklist(15)
@given(apps())
def test_p1_p2_p3_absent_inherits_present_replaces_whole_also_when_empty(app):
    for name, result in everyone(app).items():
        own = app["workers"][name]
        for key in INHERITED:
            if key in own:
                assert result.values[key] == own[key]
            elif key in app:
                assert result.values[key] == app[key]
            else:
                assert key not in result.values


@given(apps())
def test_p4_p5_pushing_down_changes_nothing_and_is_idempotent(app):
    before = {name: dict(result.values) for name, result in everyone(app).items()}
    once = push_down(app)
    assert {name: dict(result.values) for name, result in everyone(once).items()} == before
    assert push_down(once) == once


@given(apps(), instance_keys)
def test_p6_changing_one_worker_changes_no_other_instance(app, keys):
    app["workers"]["changed"] = {"commands": {"start": "x"}}
    before = {**everyone(app), "web": effective(app, ("web",))}
    app["workers"]["changed"] = {"commands": {"start": "y"}, **keys}
    after = {**everyone(app), "web": effective(app, ("web",))}
    del before["changed"], after["changed"]
    assert before == after


@given(apps())
def test_p7_nothing_else_reaches_a_worker_and_web_is_not_its_parent(app):
    plain = {key: value for key, value in app.items() if key in (*INHERITED, "workers")}
    for name, result in everyone(app).items():
        assert set(result.values) <= set(INHERITED)
        assert result == effective(plain, ("workers", name))


@given(apps(), st.randoms(use_true_random=False))
def test_p8_order_is_irrelevant_and_every_value_has_an_origin(app, random):
    shuffled = list(app.items())
    random.shuffle(shuffled)
    for name, result in everyone(app).items():
        assert effective(dict(shuffled), ("workers", name)).values == result.values
        for key, origin in result.origins.items():
            found = app
            for step in origin:
                found = found[step]
            assert found == result.values[key]


@settings(max_examples=40, deadline=None)
@given(apps())
def test_p4_the_whole_project_is_equal_too_and_origins_lie_in_the_file(tmp_path_factory, app):
    root = tmp_path_factory.mktemp("project")
    app["disk"] = 512
    (root / "services.yaml").write_text('db: {type: "mariadb:10.11", disk: 512}\n')
    (root / "app.yaml").write_text(json.dumps(app))
    first = load(str(root))
    (root / "app.yaml").write_text(json.dumps(push_down(app)))
    second = load(str(root))
    assert first.project is not None
    assert second.project is not None
    assert first.project.apps[0].workers == second.project.apps[0].workers


def worker(tmp_path, text):
    (tmp_path / "app.yaml").write_text("name: app\ntype: 'python:3.11'\n" + text)
    project = load(str(tmp_path)).project
    assert project is not None
    return project.apps[0]


def test_vector_c_no_deep_merge(tmp_path):
    app = worker(
        tmp_path,
        "variables: {env: {A: '1', B: '2'}, php: {memory_limit: 256M}}\n"
        "workers: {w: {commands: {start: x}, variables: {env: {B: '3'}}}}\n",
    )
    assert app.workers[0].settings.variables == {"env": {"B": "3"}}
    assert app.web.settings.variables == {
        "env": {"A": "1", "B": "2"},
        "php": {"memory_limit": "256M"},
    }


def test_vector_d_an_empty_map_overrides(tmp_path):
    (tmp_path / "services.yaml").write_text('db: {type: "mariadb:10.11", disk: 512}\n')
    app = worker(
        tmp_path, "relationships: {db: }\nworkers: {w: {commands: {start: x}, relationships: {}}}\n"
    )
    assert app.workers[0].settings.relationships == ()
    assert app.web.settings.relationships == (("db", "db", "mysql"),)
