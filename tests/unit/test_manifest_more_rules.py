"""Rules of the cross check, as a table: what is added to a good project, code, severity, words.

The examples of docs/problems.md show each code once; here are the other ways to each.
"""

import pytest

from paasctl.manifest.load import load

APP = 'name: app\ntype: "python:3.13"\n'
PHP = 'name: app\ntype: "php:8.4"\n'
NODE = 'name: app\ntype: "nodejs:24"\n'
ROUTE = "https://{default}/: {type: upstream, upstream: 'app:http'"
RULE = (
    "web: {commands: {start: x}, locations: {/: {passthru: true, rules: {'%s': {allow: true}}}}}\n"
)
DB = "db: {type: 'mariadb:11.8', disk: 512, configuration: {%s}}\n"
LINK = "relationships: {r: 'db:mysql'}\n"

APPS = {
    "a deprecated runtime": (
        'name: app\ntype: "python:3.12"\n',
        ("old-version", "warning", "deprecated"),
    ),
    "a retired runtime": ('name: app\ntype: "php:7.4"\n', ("old-version", "warning", "no longer")),
    "a runtime that is gone": ('name: app\ntype: "hhvm:3.9"\n', ("old-version", "warning", "hhvm")),
    "a newer runtime": ('name: app\ntype: "php:9.0"\n', ("unknown-version", "warning", '"9.0"')),
    "a small disk": (APP + "disk: 200\n", ("small-disk", "warning", "200 MB")),
    "a root that leaves": (
        PHP + "web: {locations: {/: {root: ../x}}}\n",
        ("path-escape", "error", "leaves the app"),
    ),
    "a rule with an open bracket": (APP + RULE % "[a", ("bad-regex", "error", "never closed")),
    "a rule with a lone star": (APP + RULE % "*.css", ("bad-regex", "error", "nothing to repeat")),
    "former web keys beside locations": (
        PHP + "web: {document_root: /web, locations: {}}\n",
        ("conflicting-keys", "error", "exclude each other"),
    ),
    "former web keys": (
        PHP + "web: {document_root: /web}\n",
        ("former-syntax", "warning", '"document_root"'),
    ),
    "cmd beside commands": (
        APP + "crons: {c: {spec: 'H 1 * * *', cmd: x, commands: {start: y}}}\n",
        ("conflicting-keys", "warning", "no effect"),
    ),
    "cmd": (
        APP + "crons: {c: {spec: 'H 1 * * *', cmd: x}}\n",
        ("former-syntax", "warning", "commands.start"),
    ),
    "a cron every two minutes": (
        APP + "crons: {c: {spec: '*/2 * * * *', cmd: x}}\n",
        ("cron-often", "warning", "5 minutes"),
    ),
    "a cron in bash": (
        APP + "crons: {c: {spec: 'H 1 * * *', cmd: 'source x; y'}}\n",
        ("bash-syntax", "warning", "source"),
    ),
    "pipefail": (
        APP + "hooks: {deploy: 'set -eo pipefail; x | y'}\n",
        ("bash-syntax", "warning", "pipefail"),
    ),
    "commands without set -e": (
        APP + "hooks: {post_deploy: 'x; y'}\n",
        ("hook-goes-on", "warning", "post_deploy"),
    ),
    "a flavour misspelled": (
        PHP + "build: {flavor: compser}\n",
        ("unknown-flavor", "warning", "compser"),
    ),
    "composable without a stack": (
        "name: app\ntype: 'composable:26.05'\n",
        ("missing-key", "error", "stack"),
    ),
    "composable with dependencies": (
        "name: app\ntype: 'composable:26.05'\nstack: ['php@8.4']\ndependencies: {php: {x: '*'}}\n",
        ("without-effect", "warning", "dependencies"),
    ),
    "a runtime nobody composes": (
        "name: app\ntype: 'composable:26.05'\nstack: {runtimes: ['phq@8.4']}\n",
        ("unknown-type", "warning", "phq"),
    ),
    "a composed runtime without a version": (
        "name: app\ntype: 'composable:26.05'\nstack: {runtimes: [php]}\n",
        ("bad-value", "error", "no version"),
    ),
    "a stack that is a number": (APP + "stack: 5\n", ("wrong-type", "error", "the number 5")),
    "ips and domains": (
        APP + "firewall: {outbound: [{ips: [10.0.0.0/8], domains: [a.b]}]}\n",
        ("conflicting-keys", "error", "domains"),
    ),
    "no range": (
        APP + "firewall: {outbound: [{ips: [10.0.0/8]}]}\n",
        ("bad-value", "error", "10.0.0/8"),
    ),
    "port 25": (
        APP + "workers: {w: {commands: {start: x}, firewall: {outbound: [{ports: [25]}]}}}\n",
        ("without-effect", "warning", "port 25"),
    ),
    "no address": (
        APP + "additional_hosts: {h: 1.2.3}\n",
        ("bad-value", "error", "no IP address"),
    ),
    "an address out of range": (
        APP + "web: {additional_hosts: {h: 1.2.3.400}}\n",
        ("bad-value", "error", "1.2.3.400"),
    ),
    "a time zone that leads elsewhere": (
        APP + "timezone: ../../etc/passwd\n",
        ("bad-timezone", "error", "passwd"),
    ),
    "a worker behind npx": (
        NODE + "workers: {w: {commands: {start: 'cd x && npx medusa start'}}}\n",
        ("signals-lost", "warning", "npx"),
    ),
    "commands without a start": (
        APP + "web: {commands: {post_start: x}}\n",
        ("missing-start", "warning", "nothing to start"),
    ),
    "passthru: yes": (
        APP + "web: {commands: {start: x}, locations: {/: {passthru: yes}}}\n",
        ("ambiguous-scalar", "warning", "yes is read as true"),
    ),
    "passthru without a slash": (
        PHP + "web: {locations: {/: {passthru: index.php}}}\n",
        ("bad-value", "error", "starts with /"),
    ),
    "toolstack": ("name: app\ntoolstack: 'php:drupal'\n", ("missing-key", "error", "toolstack")),
    "a mount nobody sees": (
        PHP + "mounts: {uploads: {source: tmp}}\nhooks: {build: x}\n"
        "web: {locations: {/: {root: web}}}\n",
        ("unserved-mount", "note", "uploads"),
    ),
}
SERVICES = {
    "a runtime as a service": ("db: {type: 'php:8.4'}\n", ("bad-value", "error", "is a runtime")),
    "a storage without a host name": (
        "my_files: {type: 'network-storage:1.0', disk: 512}\n",
        ("bad-name", "error", "host name"),
    ),
    "MongoDB on 256 MB": (
        "db: {type: 'mongodb:4.0', disk: 256}\n",
        ("small-disk", "error", "512 MB"),
    ),
    "a privilege nobody has": (
        DB % "schemas: [a], endpoints: {mysql: {privileges: {a: wr}}}",
        ("bad-value", "error", '"wr" is no privilege'),
    ),
    "rights on nothing": (
        DB % "schemas: [a], endpoints: {mysql: {privileges: {b: rw}}}",
        ("undefined-database", "error", '"b"'),
    ),
    "endpoints without schemas": (
        DB % "endpoints: {mysql: {privileges: {main: rw}}}",
        ("missing-key", "error", '"schemas"'),
    ),
    "PostgreSQL's main is there": (
        "db: {type: 'postgresql:17', disk: 512, configuration: "
        "{endpoints: {x: {default_database: main, privileges: {main: rw}}}}}\n",
        None,
    ),
    "another of PostgreSQL": (
        "db: {type: 'postgresql:17', disk: 512, configuration: "
        "{endpoints: {x: {default_database: shop}}}}\n",
        ("undefined-database", "error", '"shop"'),
    ),
    "a core that is not there": (
        "db: {type: 'solr:9.9', disk: 512, configuration: "
        "{cores: {a: {}}, endpoints: {solr: {core: b}}}}\n",
        ("undefined-database", "error", '"b"'),
    ),
    "varnish without VCL": (
        "v: {type: 'varnish:6.0', relationships: {app: 'app:http'}}\n",
        ("missing-key", "error", "no VCL"),
    ),
    "varnish before nothing": (
        "v: {type: 'varnish:6.0', configuration: {vcl: x}}\n",
        ("missing-key", "error", "nothing behind it"),
    ),
    "varnish in a circle": (
        "db: {type: 'varnish:6.0', configuration: {vcl: x}, relationships: {app: 'app:http'}}\n",
        ("cycle", "error", "a circle"),
    ),
}
ROUTES = {
    "a port": (
        "https://{default}:8080/: {type: redirect, to: x}\n",
        ("bad-value", "error", "a port"),
    ),
    "a placeholder": (
        "https://{defualt}/: {type: redirect, to: x}\n",
        ("bad-value", "error", "placeholder"),
    ),
    "a star in the middle": (
        "https://a.*.{default}/: {type: redirect, to: x}\n",
        ("bad-value", "error", "no usable host"),
    ),
    "one route twice": (
        "https://{default}: {type: redirect, to: x}\nhttps://{default}/: {type: redirect, to: x}\n",
        ("duplicate-name", "error", "same route"),
    ),
    "upstream of a redirect": (
        "https://{default}/: {type: redirect, to: x, upstream: 'app:http'}\n",
        ("conflicting-keys", "error", "redirect"),
    ),
    "the cache of a redirect": (
        "https://{default}/: {type: redirect, to: x, cache: {enabled: true}}\n",
        ("conflicting-keys", "error", '"cache"'),
    ),
    "a cache that is neither on nor off": (
        ROUTE + ", cache: {default_ttl: 5}}\n",
        ("missing-key", "error", '"enabled"'),
    ),
    "cookies as a header": (
        ROUTE + ", cache: {enabled: true, headers: [Cookie]}}\n",
        ("bad-value", "error", '"Cookie"'),
    ),
    "the former endpoint": (
        "https://{default}/: {type: upstream, upstream: 'app:php'}\n",
        ("former-syntax", "warning", "app:http"),
    ),
    "a regular expression with a prefix": (
        ROUTE + ", redirects: {paths: {^/a: {to: /b, regexp: true, prefix: true}}}}\n",
        ("conflicting-keys", "error", '"prefix"'),
    ),
    "a suffix of an exact path": (
        ROUTE + ", redirects: {paths: {/a: {to: /b, prefix: false, append_suffix: true}}}}\n",
        ("conflicting-keys", "error", '"append_suffix"'),
    ),
    "no regular expression": (
        ROUTE + ", redirects: {paths: {'/(a': {to: /b, regexp: true}}}}\n",
        ("bad-regex", "error", "never closed"),
    ),
    "a status that is none": (
        ROUTE + ", redirects: {paths: {/a: {to: /b, code: 303}}}}\n",
        ("bad-value", "error", "303"),
    ),
    "a hundred and one routes": (
        "".join(f"https://{n}.{{default}}/: {{type: redirect, to: x}}\n" for n in range(101)),
        ("too-many-routes", "warning", "101"),
    ),
    "routes that do not fit": (
        f"https://{{default}}/: {{type: redirect, to: '{'x' * 140_000}'}}\n",
        ("too-many-routes", "error", "131072"),
    ),
}


def judged(root, files, wanted):
    for path, text in files.items():
        (root / path).write_text(text)
    problems = load(str(root)).problems
    if wanted is None:
        assert [p for p in problems if p.severity == "error"] == []
        return
    code, severity, words = wanted
    found = [p for p in problems if (p.code, p.severity.value) == (code, severity)]
    assert found, problems
    assert any(words in f"{p.message} {p.hint}" for p in found), found
    assert all(p.position is not None for p in found)


@pytest.mark.parametrize("name", APPS)
def test_apps(name, tmp_path):
    text, wanted = APPS[name]
    judged(tmp_path, {"app.yaml": text}, wanted)


@pytest.mark.parametrize("name", SERVICES)
def test_services(name, tmp_path):
    text, wanted = SERVICES[name]
    app = APP + (LINK.replace("mysql", "http") if "circle" in name else "")
    judged(tmp_path, {"app.yaml": app, "services.yaml": text}, wanted)


@pytest.mark.parametrize("name", ROUTES)
def test_routes(name, tmp_path):
    text, wanted = ROUTES[name]
    judged(tmp_path, {"app.yaml": APP, "routes.yaml": text}, wanted)


QUIET = {
    "a hook of one command": "hooks: {build: 'make all'}\n",
    "a hook with a condition": "hooks: {build: 'if [ -f x ]; then make; fi'}\n",
    "a hook that goes on by &&": "hooks: {build: 'a && b && c'}\n",
    "bash in quotes": "hooks: {build: \"bash -c '[[ -f x ]] && source y'\"}\n",
    "a rule of PCRE": RULE % "^/a(?<n>.*)(?i:jpe?g)[^/]$",
    "node itself": "workers: {w: {commands: {start: 'node npm-start.js'}}}\n",
    "a cron with H": "crons: {c: {spec: 'H * * * *', commands: {start: x}}}\n",
    "a cron twice an hour": "crons: {c: {spec: '17,47 * * * *', commands: {start: x}}}\n",
    "NODE_ENV with the rest installed": "variables: {env: {NODE_ENV: production}}\n"
    "hooks: {build: 'npm ci --include=dev && npm run build'}\n",
    "NODE_ENV without a build": "variables: {env: {NODE_ENV: production}}\n",
}


@pytest.mark.parametrize("name", QUIET)
def test_nothing_is_said_of_what_is_right(name, tmp_path):
    (tmp_path / "app.yaml").write_text(NODE + QUIET[name])
    assert load(str(tmp_path)).problems == ()


def test_a_list_of_included_apps(tmp_path):
    for name in ("api", "admin"):
        (tmp_path / name).mkdir()
        text = f"name: {name}\ntype: 'php:8.4'\nsource: {{root: {name}}}\n"
        (tmp_path / name / "app.yaml").write_text(text)
    (tmp_path / ".platform").mkdir()
    (tmp_path / ".platform/applications.yaml").write_text(
        "- !include ../api/app.yaml\n- !include admin/app.yaml\n"
    )
    loaded = load(str(tmp_path))
    assert loaded.problems == ()
    assert [(app.name, app.root) for app in loaded.project.apps] == [
        ("api", "api"),
        ("admin", "admin"),
    ]


def test_a_mistake_in_an_included_app_is_told_in_its_file(tmp_path):
    (tmp_path / "api.yaml").write_text("name: api\ntype: 'php:8.4'\nsize: huge\n")
    (tmp_path / "applications.yaml").write_text("- !include api.yaml\n")
    (problem,) = load(str(tmp_path)).problems
    assert problem.position == ("api.yaml", 3, 7)


def test_an_inherited_relationship_shows_both_places(tmp_path):
    text = APP + "relationships: {db: 'no:mysql'}\nworkers:\n  q: {commands: {start: x}}\n"
    (tmp_path / "app.yaml").write_text(text)
    (problem,) = load(str(tmp_path)).problems
    assert problem.position == ("app.yaml", 3, 21)
    (note,) = problem.notes
    assert note.position == ("app.yaml", 5, 3)
    assert note.message == 'worker "q" inherits this relationship'
