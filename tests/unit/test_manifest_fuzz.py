"""Mutations of manifests: never an exception, and every problem has a place.

The mutations are drawn from fixed seeds: a failure names the text that makes it. The first
thousand are drawn always; PAASCTL_MUTATIONS=10000 draws as many as that (CI does; 40 s).
"""

import os
import random

import pytest

from paasctl.manifest.load import load
from paasctl.model.problem import Severity

COUNT = int(os.environ.get("PAASCTL_MUTATIONS", "1000"))
CHUNK = 250
APP = """\
name: app
type: "python:3.13"
size: M
disk: 512
relationships:
    database: "db:mysql"
    cache:
mounts:
    var/uploads:
        source: local
        source_path: uploads
    tmp: "shared:files/tmp"
variables: &vars
    env:
        DEBUG: "on"
hooks:
    build: |
        set -e
        pip install -r requirements.txt
    deploy: python migrate.py
web:
    commands: {start: "gunicorn -b 127.0.0.1:$PORT app:app"}
    upstream: {socket_family: tcp}
    variables: *vars
    locations:
        /: {root: public, passthru: true, rules: {'\\.(css|js)$': {allow: true, expires: 1h}}}
workers:
    queue:
        size: S
        commands:
            start: python queue.py
        mounts: {}
crons:
    tick: {spec: "*/5 * * * *", commands: {start: date}, timeout: 60}
timezone: Europe/Paris
firewall: {outbound: [{ips: [192.0.2.0/24], ports: [443]}]}
source: {operations: {update: {command: make}}}
"""
SERVICES = """\
db:
    type: "mariadb:11.8"
    disk: 512
    configuration:
        schemas: [main]
        endpoints: {mysql: {default_schema: main, privileges: {main: admin}}}
cache: {type: "redis:8.0"}
proxy: {type: "varnish:6.0", relationships: {app: "app:http"}, configuration: {vcl: x}}
"""
ROUTES = """\
"https://{default}/":
    type: upstream
    upstream: "app:http"
    cache: {enabled: true, cookies: ["*"]}
    redirects: {paths: {"/old": {to: "/new", code: 301}, "^/a(.*)$": {to: "/b$1", regexp: true}}}
"https://www.{default}/": {type: redirect, to: "https://{default}/"}
"""
FILES = {"app.yaml": APP, "services.yaml": SERVICES, "routes.yaml": ROUTES}
JUNK = (
    *("", "x", "null", "true", "12:30", "-1", "1e9", "[]", "{}", "[{}]", "{a: b}", "a:b", "a: b"),
    *("'", '"', "&vars", "*vars", "*no", "<<: *vars", "!include x", "!archive", "!!python/none x"),
    *("\t", "\x00", "\ud7ff", "é", "|", ">", "?", "- x", "---", "..", "/", "#", "%", "@"),
    *("99999999999999999999", "0o7", ".inf", ".nan", "2001-01-01", "~", "php:8.4", "* * * * *"),
)


def mutated(text, chance):
    """The text with one to three changes to its lines, words or characters."""
    for _ in range(chance.randint(1, 3)):
        lines = text.splitlines(keepends=True) or [""]
        at = chance.randrange(len(lines))
        line = lines[at]
        change = chance.randrange(7)
        if change == 0:
            del lines[at]
        elif change == 1:
            lines.insert(chance.randrange(len(lines) + 1), line)
        elif change == 2:
            lines[at] = "  " * chance.randrange(4) + line.lstrip(" ")
        elif change == 3:
            key, colon, _ = line.partition(":")
            lines[at] = f"{key}{colon} {chance.choice(JUNK)}\n"
        elif change == 4:
            indent = line[: len(line) - len(line.lstrip(" "))]
            lines[at] = f"{indent}{chance.choice(JUNK)}:{line.partition(':')[2] or chr(10)}"
        elif change == 5:
            place = chance.randrange(len(line) + 1)
            lines[at] = line[:place] + chance.choice(JUNK) + line[place:]
        else:
            place = chance.randrange(len(line) + 1)
            lines[at] = line[:place] + line[place + chance.randint(1, 3) :]
        text = "".join(lines)
    return text


@pytest.mark.checklist(16, "mutated")
@pytest.mark.parametrize("seed", range(max(1, COUNT // CHUNK)))
def test_mutations_never_raise_and_every_problem_has_a_place(seed, tmp_path):
    chance = random.Random(seed)
    refused = 0
    for _ in range(CHUNK):
        name = chance.choice(("app.yaml", "app.yaml", "services.yaml", "routes.yaml"))
        text = mutated(FILES[name], chance)
        for other, whole in FILES.items():
            content = (text if other == name else whole).encode("utf-8", "surrogatepass")
            (tmp_path / other).write_bytes(content)
        loaded = load(str(tmp_path))
        errors = [p for p in loaded.problems if p.severity is Severity.ERROR]
        assert (loaded.project is None) == bool(errors), text
        for problem in loaded.problems:
            assert problem.position is not None, text
            assert problem.position.line >= 1, text
            assert problem.position.column >= 1, text
            lines = len((FILES | {name: text})[problem.position.file].splitlines()) + 1
            assert problem.position.line <= lines, text
            assert problem.message, text
        refused += loaded.project is None
    assert CHUNK * 0.2 < refused < CHUNK
