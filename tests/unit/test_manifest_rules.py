"""Single rules of the cross check and of the families, as a table: files, code, line, words."""

import pytest

from paasctl.manifest.load import load

APP = 'name: app\ntype: "python:3.13"\n'
UPSUN = "applications: {app: {type: 'php:8.4'}}\n"
STORAGE = "files: {type: 'network-storage:1.0', disk: 512}\ndb: {type: 'mariadb:11.8', disk: 512}\n"
ROUTE = "https://{default}/: {type: upstream, upstream: '%s'}\n"

CASES = {
    "service mount without a service": (
        {"app.yaml": APP + "mounts: {m: {source: service}}\n", "services.yaml": STORAGE},
        ("missing-key", "app.yaml", 3, "names no service"),
    ),
    "service mount of an unknown service": (
        {
            "app.yaml": APP + "mounts: {m: {source: service, service: file}}\n",
            "services.yaml": STORAGE,
        },
        ("unknown-service", "app.yaml", 3, 'no service "file"'),
    ),
    "service mount of a database": (
        {
            "app.yaml": APP + "mounts: {m: {source: service, service: db}}\n",
            "services.yaml": STORAGE,
        },
        ("bad-value", "app.yaml", 3, "no network-storage"),
    ),
    "relationship to a network storage": (
        {"app.yaml": APP + "relationships: {f: 'files:x'}\n", "services.yaml": STORAGE},
        ("unknown-endpoint", "app.yaml", 3, "it is mounted"),
    ),
    "relationship to a worker": (
        {
            "app.yaml": APP
            + "relationships: {w: 'app--q:http'}\nworkers: {q: {commands: {start: x}}}\n"
        },
        ("unknown-service", "app.yaml", 3, "workers accept no connections"),
    ),
    "relationship to itself": (
        {"app.yaml": APP + "relationships: {me: 'app:http'}\n"},
        ("cycle", "app.yaml", 3, "itself"),
    ),
    "relationship of a service to nothing": (
        {
            "app.yaml": APP,
            "services.yaml": "v: {type: 'varnish:6.0', relationships: {a: 'ap:http'}}\n",
        },
        ("unknown-service", "services.yaml", 1, 'no service "ap"'),
    ),
    "storage on a fixed family": (
        {"app.yaml": APP + "mounts: {m: {source: storage}}\n"},
        ("wrong-flavour", "app.yaml", 3, "Upsun only"),
    ),
    "absolute source path": (
        {"app.yaml": APP + "mounts: {m: {source: tmp, source_path: /etc}}\n"},
        ("path-escape", "app.yaml", 3, "counts from the storage"),
    ),
    "mount outside the app": (
        {"app.yaml": APP + "mounts: {/../m: {source: tmp}}\n"},
        ("path-escape", "app.yaml", 3, "leaves the app"),
    ),
    "mount inside a mount": (
        {"app.yaml": APP + "mounts: {var/: {source: tmp}, /var/cache: {source: tmp}}\n"},
        ("mount-clash", "app.yaml", 3, "inside each other"),
    ),
    "service used as a runtime": (
        {"app.yaml": "name: app\ntype: 'redis:8.0'\n"},
        ("bad-value", "app.yaml", 2, "needs a runtime"),
    ),
    "source root outside": (
        {"app.yaml": APP + "source: {root: ../x}\n"},
        ("path-escape", "app.yaml", 3, "leaves the project"),
    ),
    "route to nothing": (
        {"app.yaml": APP, "routes.yaml": ROUTE % "ap:http"},
        ("unknown-service", "routes.yaml", 1, "no app and no service"),
    ),
    "route to an app's unknown endpoint": (
        {"app.yaml": APP, "routes.yaml": ROUTE % "app:web"},
        ("unknown-endpoint", "routes.yaml", 1, "no endpoint"),
    ),
    "route to a service's unknown endpoint": (
        {"app.yaml": APP, "services.yaml": STORAGE, "routes.yaml": ROUTE % "db:http"},
        ("unknown-endpoint", "routes.yaml", 1, "no endpoint"),
    ),
    "two primary routes": (
        {
            "app.yaml": APP,
            "routes.yaml": "".join(
                f"https://{host}/: {{type: redirect, to: x, primary: true}}\n" for host in "ab"
            ),
        },
        ("duplicate-name", "routes.yaml", 2, "second route"),
    ),
    "no url": (
        {"app.yaml": APP, "routes.yaml": "'{default}/': {type: redirect, to: x}\n"},
        ("bad-value", "routes.yaml", 1, "http://"),
    ),
    "upsun: one name in two files": (
        {".upsun/a.yaml": UPSUN, ".upsun/b.yaml": UPSUN},
        ("duplicate-name", ".upsun/b.yaml", 1, ".upsun/a.yaml"),
    ),
    "upsun: an app's keys at the top": (
        {".upsun/a.yaml": UPSUN + "web: {}\n"},
        ("unknown-key", ".upsun/a.yaml", 2, 'unknown key "web"'),
    ),
    "upsun: no map": ({".upsun/a.yaml": "- x\n"}, ("wrong-type", ".upsun/a.yaml", 1, "map")),
    "upsun: an app that is a text": (
        {".upsun/a.yaml": "applications: {app: x}\n"},
        ("wrong-type", ".upsun/a.yaml", 1, "map"),
    ),
    "applications.yaml that is a text": (
        {"applications.yaml": "x\n"},
        ("wrong-type", "applications.yaml", 1, "map"),
    ),
    "an app without a name in a list": (
        {"applications.yaml": "- {type: 'php:8.4'}\n"},
        ("missing-key", "applications.yaml", 1, '"name"'),
    ),
    "services that are a list": (
        {"app.yaml": APP, "services.yaml": "- db\n"},
        ("wrong-type", "services.yaml", 1, "map"),
    ),
    "include of nothing": (
        {"app.yaml": APP + "hooks: {build: !include ''}\n"},
        ("bad-value", "app.yaml", 3, "path is empty"),
    ),
    "absolute include": (
        {"app.yaml": APP + "hooks: {build: !include /etc/passwd}\n"},
        ("include-escape", "app.yaml", 3, "leaves the project"),
    ),
    "archive of a file": (
        {"app.yaml": APP + "stack: !archive app.yaml\n"},
        ("include-missing", "app.yaml", 3, "not a directory"),
    ),
    "control character": (
        {"app.yaml": APP + "a: \x00\n"},
        ("yaml-syntax", "app.yaml", 3, "U+0000"),
    ),
    "quote that runs on": (
        {"app.yaml": 'name: app\ntype: "python\nweb: "x"\n'},
        ("yaml-syntax", "app.yaml", 2, "closed in line 3"),
    ),
    "number where a text is needed": (
        {"app.yaml": "name: app\ntype: 3.11\n"},
        ("wrong-type", "app.yaml", 2, "the number 3.11"),
    ),
    "quoted number": (
        {"app.yaml": APP + "disk: '512'\n"},
        ("wrong-type", "app.yaml", 3, 'the text "512"'),
    ),
    "old boolean": (
        {"app.yaml": APP + "web: {locations: {/: {allow: off}}}\n"},
        ("ambiguous-scalar", "app.yaml", 3, "off is read as false"),
    ),
    "worker with hooks": (
        {"app.yaml": APP + "workers: {q: {commands: {start: x}, hooks: {}}}\n"},
        ("unknown-key", "app.yaml", 3, 'unknown key "hooks"'),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_rule(name, tmp_path):
    files, (code, file, line, words) = CASES[name]
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    problems = load(str(tmp_path)).problems
    found = [p for p in problems if p.code == code and p.position[:2] == (file, line)]
    assert found, problems
    assert any(words in p.message for p in found)


def test_includes_of_every_kind(tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "logo.bin").write_bytes(b"\x00\x01")
    (tmp_path / "hook.sh").write_text("make\n")
    (tmp_path / "web.yaml").write_text("commands: {start: !file hook.sh}\n")
    (tmp_path / "services.yaml").write_text(
        "s:\n  type: 'solr:9.9'\n  disk: 512\n  configuration:\n"
        "    dir: !archive conf\n    logo: !include {type: binary, path: logo.bin}\n"
        "    old: !include {type: archive, path: conf}\n"
    )
    (tmp_path / "app.yaml").write_text(
        APP + "web: !include web.yaml\nhooks: {build: !include {type: string, path: hook.sh}}\n"
    )
    loaded = load(str(tmp_path))
    assert [p.code for p in loaded.problems] == ["unused-service"]
    assert loaded.project is not None
    app, service = loaded.project.apps[0], loaded.project.services[0]
    assert app.web.commands.start == app.hooks.build == "make\n"
    assert service.configuration == {"dir": "conf", "logo": "AAE=", "old": "conf"}


def test_a_key_that_only_the_app_has_is_not_taken_for_a_typing_error(tmp_path):
    text = APP + "workers: {q: {commands: {start: x}, crons: {}}}\n"
    (tmp_path / "app.yaml").write_text(text)
    (problem,) = load(str(tmp_path)).problems
    assert problem.hint.startswith("crons run in the web instance only")


def test_an_item_of_a_list_that_is_refused_does_not_move_those_behind_it(tmp_path):
    rules = (
        "    - {ips: [192.0.2.0/24], ports: [0, 70000, '80', 443]}\n"
        "    - {protocol: udp}\n"
        "    - {domains: [example.com], ips: [192.0.2.0/24, 192.0.2.0/33]}\n"
    )
    (tmp_path / "app.yaml").write_text(APP + "firewall:\n  outbound:\n" + rules)
    said = {(p.code, p.position.line, p.path[2:]) for p in load(str(tmp_path)).problems}
    assert said == {
        ("bad-value", 5, (0, "ports", 0)),
        ("bad-value", 5, (0, "ports", 1)),
        ("wrong-type", 5, (0, "ports", 2)),
        ("bad-value", 6, (1, "protocol")),
        ("conflicting-keys", 7, (2, "domains")),
        ("bad-value", 7, (2, "ips", 1)),
    }
