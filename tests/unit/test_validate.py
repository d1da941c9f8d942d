"""`paasctl validate` and `paasctl config`: what is printed, in which form, with which code."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft4Validator

from paasctl.cli import config, validate
from paasctl.cli.command import Call
from paasctl.cli.exits import Refused
from paasctl.cli.problems import annotation, one_line
from paasctl.cli.sarif import sarif
from paasctl.manifest.load import load
from paasctl.model.position import Position
from paasctl.model.problem import Note, Problem, Severity

TESTS = Path(__file__).parents[1]
APP = 'name: app\ntype: "python:3.13"\n'
BROKEN = APP + "relationships:\n    database: 'mysqldb:mysql'\n"
SERVICES = "db: {type: 'mariadb:11.8', disk: 512}\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / ".platform").mkdir()
    (tmp_path / ".platform/services.yaml").write_text(SERVICES)
    (tmp_path / ".platform.app.yaml").write_text(BROKEN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys, command, **given):
    values = given.pop("values", {})
    code = command.run(Call(values, color=False, **given))
    return code, capsys.readouterr()


def test_the_text_has_place_line_carets_hint_and_note(project, capsys):
    code, printed = said(capsys, validate.COMMAND)
    assert code == 1
    assert printed.out == (
        '.platform.app.yaml:4:15: error[unknown-service]: relationship "database": '
        'no service "mysqldb"\n'
        "    4 |     database: 'mysqldb:mysql'\n"
        '      |               ^^^^^^^^^^^^^^^ did you mean "db"?\n'
        "  .platform/services.yaml:1:1: note: services defined here: db\n"
        "\n"
        "2 files: 1 error\n"
    )


def test_json_has_the_shape_that_tools_rely_on(project, capsys):
    code, printed = said(capsys, validate.COMMAND, format="json")
    content = json.loads(printed.out)
    assert code == 1
    assert content["schema"] == 1
    assert content["ok"] is False
    assert content["files"] == [".platform.app.yaml", ".platform/services.yaml"]
    (problem,) = content["problems"]
    wanted = {"code", "severity", "file", "line", "column", "path", "message", "hint"}
    assert wanted <= set(problem)
    assert (problem["file"], problem["line"], problem["column"]) == (".platform.app.yaml", 4, 15)
    assert problem["path"] == "relationships.database"


def test_a_good_project_is_done_quietly(project, capsys):
    (project / ".platform.app.yaml").write_text(APP + "relationships: {db: }\n")
    code, printed = said(capsys, validate.COMMAND)
    assert (code, printed.out) == (0, "2 files: no problems\n")
    assert said(capsys, validate.COMMAND, quiet=True)[1].out == ""


def test_a_directory_named_prefixes_the_files(project, capsys, monkeypatch):
    monkeypatch.chdir(project.parent)
    values = {"path": (project.name,), "format": "plain"}
    code, printed = said(capsys, validate.COMMAND, values=values)
    assert code == 1
    assert printed.out.startswith(f"{project.name}/.platform.app.yaml:4:15: error[unknown-service]")


def test_a_file_named_finds_its_services(project, capsys):
    values = {"path": (".platform.app.yaml",), "format": "plain"}
    assert said(capsys, validate.COMMAND, values=values)[0] == 1


def test_warnings_are_errors_when_strict(project, capsys):
    (project / ".platform.app.yaml").write_text(APP + "worker: {}\n")
    code, printed = said(capsys, validate.COMMAND)
    assert code == 0
    assert 'did you mean "workers"?' in printed.out
    assert said(capsys, validate.COMMAND, values={"strict": True})[0] == 1


def test_no_manifest_is_a_problem_not_a_crash(tmp_path, capsys):
    code, printed = said(capsys, validate.COMMAND, project=str(tmp_path))
    assert code == 1
    assert "error[no-manifest]" in printed.out


def test_sarif_follows_its_schema_and_names_places_and_rules(project, capsys):
    values = {"format": "sarif"}
    code, printed = said(capsys, validate.COMMAND, values=values)
    log = json.loads(printed.out)
    schema = json.loads((TESTS / "schemas/sarif-2.1.0.json").read_text("utf-8"))
    Draft4Validator(schema).validate(log)
    (result,) = log["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert code == 1
    assert (result["ruleId"], result["level"]) == ("unknown-service", "error")
    assert place["artifactLocation"]["uri"] == ".platform.app.yaml"
    assert place["region"] == {"startLine": 4, "startColumn": 15}
    assert result["relatedLocations"][0]["message"]["text"].startswith("services defined here")
    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
    assert rule["id"] == "unknown-service"


@pytest.mark.parametrize("folder", ["projects", "invalid"])
def test_sarif_of_the_corpus_follows_the_schema(folder):
    corpus = TESTS.parent / "../shared/corpus" / folder
    if not corpus.is_dir():
        pytest.skip("the shared folder with the corpus is absent")
    schema = json.loads((TESTS / "schemas/sarif-2.1.0.json").read_text("utf-8"))
    problems = [p for root in sorted(corpus.iterdir()) for p in load(str(root)).problems]
    one_of_each = {(p.code, p.severity, bool(p.notes)): p for p in problems}
    assert len(one_of_each) > 20
    Draft4Validator(schema).validate(json.loads(json.dumps(sarif(one_of_each.values()))))


def test_text_is_another_word_for_the_table(project, capsys):
    values = {"format": "text"}
    assert said(capsys, validate.COMMAND, values=values) == said(capsys, validate.COMMAND)


def test_a_path_that_is_not_there_is_wrong_usage(project):
    with pytest.raises(Refused, match="nowhere") as refused:
        validate.COMMAND.run(Call({"path": ("nowhere.yaml",)}))
    assert refused.value.code == 2


def test_an_annotation_names_the_places_that_explain_it():
    note = Note(Position("app.yaml", 7, 3), 'worker "q" inherits this mount')
    problem = Problem("x", Severity.ERROR, Position("app.yaml", 1, 1), (), "a", "b", (note,))
    assert annotation(problem).endswith('::a%0Ab%0Aapp.yaml:7:3: worker "q" inherits this mount')


def test_an_annotation_is_escaped():
    problem = Problem(
        "bad-name", Severity.WARNING, Position("a,b:c.yaml", 1, 2), (), "100%\nsure", "fix"
    )
    assert annotation(problem) == (
        "::warning file=a%2Cb%3Ac.yaml,line=1,col=2,title=bad-name::100%25%0Asure%0Afix"
    )


def test_control_characters_of_a_manifest_are_shown_not_obeyed():
    problem = Problem("bad-name", Severity.ERROR, Position("a", 1, 1), (), "\x1b[31mred", "")
    assert "\x1b" not in one_line(problem)


def test_long_lines_are_cut_around_the_place(project, capsys):
    text = (
        APP + f"relationships: {{{'a' * 60}: 'db:mysql', {'b' * 50}: 'db:mysql', x: 'dv:mysql'}}\n"
    )
    (project / ".platform.app.yaml").write_text(text + f"# {'x' * 4000}\n")
    printed = said(capsys, validate.COMMAND)[1]
    assert max(map(len, printed.out.splitlines())) < 200
    shown, carets = printed.out.splitlines()[1:3]
    assert shown[carets.index("^") :].startswith("'dv:mysql'")


def test_config_shows_effective_values_of_the_worker_asked_for(project, capsys):
    text = (
        APP
        + "disk: 512\nworkers: {q: {commands: {start: x}}, m: {commands: {start: y}, disk: 256}}\n"
    )
    (project / ".platform.app.yaml").write_text(text)
    code, printed = said(capsys, config.COMMAND, values={"worker": "q"}, format="json")
    content = json.loads(printed.out)
    assert code == 0
    assert content["schema"] == 1
    app = content["applications"]["app"]
    assert app["web"]["disk"] == 512
    assert {name: worker["disk"] for name, worker in app["workers"].items()} == {"q": 512}
    assert content["services"]["db"]["type"] == "mariadb:11.8"
    table = said(capsys, config.COMMAND)[1].out
    assert [line.split()[0] for line in table.splitlines()] == [
        "NAME",
        "app",
        "app--q",
        "app--m",
        "db",
    ]


@pytest.mark.parametrize(
    ("values", "app", "message"),
    [
        ({"worker": "nope"}, None, "Worker not found: nope"),
        ({"worker": "app--q"}, "other", 'App name "other" conflicts with worker name "app--q"'),
        ({}, "other", "Application not found: other"),
    ],
)
def test_config_refuses_unknown_names(project, values, app, message):
    (project / ".platform.app.yaml").write_text(APP)
    with pytest.raises(Refused, match=message) as refused:
        config.COMMAND.run(Call(values, app=app))
    assert refused.value.code == 4


def test_config_of_a_broken_project_is_refused_and_said(project, capsys):
    with pytest.raises(Refused):
        config.COMMAND.run(Call({}))
    assert "unknown-service" in capsys.readouterr().err
