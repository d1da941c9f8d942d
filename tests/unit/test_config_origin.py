"""`paasctl config --origin`: where each effective value comes from, and what it replaced."""

import json

import pytest

from paasctl.cli import config
from paasctl.cli.command import Call
from paasctl.manifest.inherit import INHERITED
from paasctl.manifest.origins import How, origins

APP = """\
name: app
type: "python:3.13"
disk: 512
variables: {env: {A: "1"}}
web:
    variables: {env: {A: "2"}}
workers:
    q:
        size: S
        disk: 256
        commands:
            start: run
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "app.yaml").write_text(APP)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_key_of_each_instance_has_one_origin(project):
    found = {(o.worker, o.key): o for o in origins(str(project))}
    lines = {
        (None, "disk"): (How.INHERITED, 3, None),
        (None, "variables"): (How.OVERRIDES, 6, 4),
        (None, "size"): (How.DEFAULT, None, None),
        ("q", "disk"): (How.OVERRIDES, 10, 3),
        ("q", "size"): (How.OWN, 9, None),
        ("q", "variables"): (How.INHERITED, 4, None),
        ("q", "commands"): (How.OWN, 11, None),
    }
    for where, (how, line, lost) in lines.items():
        origin = found[where]
        assert origin.how is how
        assert (origin.position and origin.position.line) == line
        assert (origin.lost and origin.lost.line) == lost
    assert found["q", "disk"].lost_value == 512
    assert found[None, "size"].value == "AUTO"
    for worker in (None, "q"):
        assert {key for owner, key in found if owner == worker} >= set(INHERITED)


def said(capsys, **values):
    assert config.COMMAND.run(Call({"origin": True, **values})) == 0
    return capsys.readouterr().out


def test_the_table_leaves_out_defaults_and_names_both_lines(project, capsys):
    rows = [line.split("  ") for line in said(capsys, format="plain").splitlines()]
    text = "\n".join("  ".join(row) for row in rows)
    assert "app.yaml:3 (inherited)" in text
    assert "app.yaml:3: 512" in text
    assert "default" not in text
    header = said(capsys).splitlines()[0].split()
    assert header == ["INSTANCE", "KEY", "VALUE", "FROM", "REPLACES"]


def test_json_of_one_worker(project, capsys):
    content = json.loads(said(capsys, format="json", worker="q"))
    assert content["schema"] == 1
    assert {row["instance"] for row in content["origins"]} == {"app--q"}
    disk = next(row for row in content["origins"] if row["key"] == "disk")
    assert disk["at"] == {"file": "app.yaml", "line": 10, "column": 9}
    assert disk["replaces"] == {"at": {"file": "app.yaml", "line": 3, "column": 1}, "value": 512}
