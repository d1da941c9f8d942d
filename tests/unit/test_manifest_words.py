"""Messages in the words of the user: where, what, and the remedy that was probably meant."""

import pytest

from paasctl.manifest.flow import flow
from paasctl.manifest.load import load
from paasctl.manifest.near import nearest

NAMED = "name: app\n"
PHP = NAMED + 'type: "php:8.4"\n'
APPS = {
    NAMED + "type: python\n": ("bad-value", 'type: "python" has no version', "python:3.11"),
    NAMED + "toolstack: 'php:drupal'\n": ("missing-key", "toolstack", 'type: "php:VERSION"'),
    NAMED + "stack: []\n": ("missing-key", "no runtime", "runtimes"),
    'name: "app\\n"\ntype: "php:8.4"\n': ("bad-name", "does not have the right form", "lower-case"),
    "# nothing\n": ("missing-key", "app.yaml is empty", "add both"),
    "- {}\n": ("wrong-type", "must be a map", "applications.yaml"),
    PHP + "toolstack: php\n": ("unknown-key", "it has no effect", '"type" took its place'),
    PHP + "size: m\n": ("bad-value", '"m" is not allowed', 'did you mean "M"?'),
    PHP + "size: 2\n": ("wrong-type", "not the number 2", "put it in quotes"),
    PHP + f"disk: {10**20}\n": ("wrong-type", "must be a whole number", "without a unit"),
    PHP + "disk:\n  a: 1\n": ("wrong-type", "not a map", "a whole number"),
    PHP + "start: x\n": ("unknown-key", '"start"', "web: { commands"),
    PHP + "env: {A: b}\n": ("unknown-key", '"env"', "variables: { env: ... }"),
    PHP + "on: x\n": ("unknown-key", '"on"', "remove it"),
    PHP + "web: {hooks: {build: x}}\n": ("unknown-key", '"hooks" in web', "top level of the app"),
    PHP + "web: {start: x}\n": ("unknown-key", '"start" in web', "paasctl explain web"),
    PHP + "web: {locations: {/: {index: a.html}}}\n": ("wrong-type", "a list", "[a.html]"),
    PHP + "web: {locations: {/: {passthru: 'yes'}}}\n": ("bad-value", "right form", "/"),
    PHP + "workers: {q: {source: {}, commands: {start: x}}}\n": (
        "unknown-key",
        '"source" in workers.q',
        "all instances have one source",
    ),
    PHP + "workers: {q: {commands: {start: }}}\n": (
        "wrong-type",
        "workers.q.commands.start is empty; it must be a text",
        "give a command line",
    ),
    PHP + "workers: {ä: {commands: {start: x}}}\n": ("bad-name", '"ä" is no valid', "lower-case"),
    PHP + "preflight: {}\n": ("missing-key", 'preflight has no "enabled"', "add  enabled"),
    PHP + "relationships: {Db: 'x:y'}\n": ("bad-name", "capital letters", "write  db"),
    PHP + "hooks: {build: !include {type: strin, path: x}}\n": (
        "bad-value",
        '"strin" is not known',
        'did you mean "string"?',
    ),
    PHP + "crons: {c: {spec: '@daily', commands: {start: x}}}\n": (
        "bad-cron",
        'does not know "@daily"',
        '"0 0 * * *"',
    ),
    PHP + "web: {document_root: /web, whitelist: ['\\.css$'], index_files: [a.php]}\n": (
        "former-syntax",
        "the former way",
        "{ /: { root: web, passthru: /index.php, index: [a.php], allow: false, "
        "rules: { '\\.css$': { allow: true } } } }",
    ),
    'name: app\ntype: "nodejs:24"\nweb: {commands: {start: "A=b pnpm start"}}\n': (
        "signals-lost",
        "pnpm stands between",
        "exec",
    ),
}


def judged(root, file, text):
    (root / "app.yaml").write_text(PHP)
    (root / file).write_text(text)
    return [p for p in load(str(root)).problems if p.position.file == file]


@pytest.mark.parametrize("text", APPS, ids=repr)
def test_of_an_app(text, tmp_path):
    code, words, remedy = APPS[text]
    problems = judged(tmp_path, "app.yaml", text)
    (found,) = [p for p in problems if p.code == code]
    assert words in found.message
    assert remedy in found.hint


SERVICES = {
    "db: {type: mariadb}\n": ("bad-value", 'db.type: "mariadb" has no version', "mariadb:10.11"),
    "db: {tpye: 'mariadb:11.8', disk: 512}\n": ("unknown-key", '"tpye"', 'did you mean "type"?'),
    "mq: {type: 'rabbitmq:4.3', disk: 256}\n": ("small-disk", "512 MB, not 256", "disk: 512"),
    "db: {type: 'mariadb:11.8', disk: '512'}\n": ("wrong-type", "db.disk must be", "the quotes"),
}


@pytest.mark.parametrize("text", SERVICES, ids=repr)
def test_of_a_service_with_its_name(text, tmp_path):
    code, words, remedy = SERVICES[text]
    found = next(p for p in judged(tmp_path, "services.yaml", text) if p.code == code)
    assert words in found.message
    assert remedy in found.hint


ROUTES = {
    "'{default}/': {type: redirect, to: x}\n": ("bad-value", "http://", "https://{default}/"),
    "https:/a.{default}/: {type: redirect, to: x}\n": ("bad-value", "http://", "https://a."),
    "/: {type: redirect, to: x}\n": ("bad-value", "http://", "https://{default}/"),
    "https://a/: {upstream: 'app:http'}\n": ("missing-key", '"type"', "type: upstream"),
    "https://a/: {type: redirect, to: x, code: 302}\n": ("unknown-key", '"code"', "redirects"),
    "https://a/: {type: redirect, to: x, redirects: {paths: {/a: {to: b, code: 303}}}}\n": (
        "bad-value",
        "303 is not allowed",
        "one of 301, 302, 307, 308",
    ),
    "https://a/: {type: redirect, to: x, redirects: {expires: 1x, paths: {}}}\n": (
        "bad-value",
        '"1x" does not have the right form',
        "ms s m h d",
    ),
}


@pytest.mark.parametrize("text", ROUTES, ids=repr)
def test_of_a_route(text, tmp_path):
    code, words, remedy = ROUTES[text]
    found = next(p for p in judged(tmp_path, "routes.yaml", text) if p.code == code)
    assert words in found.message
    assert remedy in found.hint


def test_a_route_to_a_worker_says_so(tmp_path):
    worker = PHP + "workers: {queue: {commands: {start: x}}}\n"
    (tmp_path / "routes.yaml").write_text("https://a/: {type: upstream, upstream: 'queue:http'}\n")
    (tmp_path / "app.yaml").write_text(worker)
    found = [p for p in load(str(tmp_path)).problems if p.code == "unknown-service"]
    assert "the worker" in found[0].message


FOLLOWING = {
    "a disk in quotes": (
        PHP + "disk: '512'\nmounts: {m: {source: local}}\n",
        "",
    ),
    "a relationship that is none": (
        PHP + "relationships: {r: 'db'}\n",
        "db: {type: 'redis:8.0'}\n",
    ),
    "a stack misspelled": (
        NAMED + "type: 'composable:26.05'\nstack: {runtime: []}\nrelationships: {r: 'db:redis'}\n",
        "db: {type: 'redis:8.0'}\n",
    ),
    "services that are a list": (PHP + "relationships: {r: 'db:redis'}\n", "- db\n"),
    "a service without a type": (PHP, "db: {tpye: 'redis:8.0', type: 5}\n"),
    "a service's disk in quotes": (
        PHP + "relationships: {db: }\n",
        "db: {type: 'mariadb:11.8', disk: '512'}\n",
    ),
}


@pytest.mark.parametrize("name", FOLLOWING)
def test_what_only_follows_from_a_mistake_is_not_said(name, tmp_path):
    app, services = FOLLOWING[name]
    (tmp_path / "app.yaml").write_text(app)
    (tmp_path / "services.yaml").write_text(services)
    problems = load(str(tmp_path)).problems
    assert problems
    assert {p.severity.value for p in problems} == {"error"}
    assert len({p.position.line for p in problems}) == 1


def test_what_is_missing_beside_another_mistake_is_said(tmp_path):
    (tmp_path / "app.yaml").write_text(PHP + "relationships: {r: 'db:mysql', v: 'v:http'}\n")
    (tmp_path / "services.yaml").write_text(
        "db: {type: 'mariadb:11.8', size: XXL}\nv: {type: 'varnish:6.0', size: XXL}\n"
    )
    said = {(p.code, p.position.line) for p in load(str(tmp_path)).problems}
    assert {("bad-value", 1), ("missing-disk", 1), ("bad-value", 2), ("missing-key", 2)} == said


def test_a_mistake_in_an_included_file_shows_both_places(tmp_path):
    (tmp_path / "web.yaml").write_text("commands: {strat: x}\n")
    (tmp_path / "app.yaml").write_text(PHP + "web: !include web.yaml\n")
    (problem,) = load(str(tmp_path)).problems
    assert problem.position == ("web.yaml", 1, 12)
    (note,) = problem.notes
    assert note.position == ("app.yaml", 3, 6)


def test_an_include_that_is_missing_is_one_problem(tmp_path):
    (tmp_path / "applications.yaml").write_text("- !include none.yaml\n")
    assert [p.code for p in load(str(tmp_path)).problems] == ["include-missing"]


def test_a_word_that_is_a_boolean_in_yaml_1_1_is_taken_as_one_where_one_is_needed(tmp_path):
    (tmp_path / "app.yaml").write_text(PHP + "web: {locations: {/: {allow: off}}}\n")
    loaded = load(str(tmp_path))
    assert [p.code for p in loaded.problems] == ["ambiguous-scalar"]
    assert loaded.project.apps[0].web.locations[0].allow is False


@pytest.mark.parametrize("zone", ["US/Eastern", "America/Indianapolis", "Europe/Paris", "UTC"])
def test_time_zones_of_old_are_known(zone, tmp_path):
    (tmp_path / "app.yaml").write_text(PHP + f"timezone: {zone}\n")
    assert load(str(tmp_path)).problems == ()


def test_the_nearest_name():
    assert nearest("m", ("S", "M", "L")) == "M"
    assert nearest("mysqldb", ("db", "cache")) == "db"
    assert nearest("on", ("container_profile", "crons")) is None


def test_data_in_one_line():
    assert flow({"a": [True, None, "*", "it's", "no", "1"], "b": {}, "c": 5}) == (
        "{ a: [true, null, '*', 'it''s', 'no', '1'], b: {}, c: 5 }"
    )


@pytest.mark.parametrize("key", ["../up", "..", "/../up", "a/../../up"])
def test_a_mount_outside_the_app_is_an_error_however_it_is_written(key, tmp_path):
    (tmp_path / "app.yaml").write_text(PHP + f"mounts:\n  {key}: {{source: tmp}}\n")
    (problem,) = load(str(tmp_path)).problems
    assert (problem.code, problem.severity.value) == ("path-escape", "error")
    assert problem.position == ("app.yaml", 4, 3)
