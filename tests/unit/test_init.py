"""`paasctl init`: what is learnt from a folder, written and valid."""

import pytest
import yaml

from paasctl.cli import init
from paasctl.cli.command import Call
from paasctl.cli.exits import Refused
from paasctl.manifest.load import load

FOLDERS = {
    "flask": (
        {"requirements.txt": "Flask>=3\ngunicorn\npsycopg2-binary\n", "app.py": ""},
        ("python", "gunicorn -b 127.0.0.1:$PORT app:app", {"database": "postgresql"}),
    ),
    "fastapi": (
        {"pyproject.toml": '[project]\nname="x"\ndependencies=["fastapi>=0.1"]\n', "main.py": ""},
        ("python", "uvicorn main:app --host 127.0.0.1 --port $PORT", {}),
    ),
    "django": (
        {"manage.py": "", "shop/wsgi.py": "", "requirements.txt": "django\ngunicorn\n"},
        ("python", "gunicorn -b 127.0.0.1:$PORT shop.wsgi", {}),
    ),
    "procfile": (
        {
            "requirements.txt": "celery\n",
            "Procfile": "web: python web.py\nworker: celery -A x worker\n# no: x\nrelease: ./up\n",
        },
        ("python", "python web.py", {}),
    ),
    "node": (
        {
            "package.json": '{"scripts": {"start": "node server.js", "build": "tsc"},'
            '"dependencies": {"ioredis": "5"}, "engines": {"node": ">=22"}}'
        },
        ("nodejs", "node server.js", {"cache": "redis"}),
    ),
    "next": (
        {"package.json": '{"scripts": {"start": "next start"}}', "yarn.lock": ""},
        ("nodejs", "node_modules/.bin/next start", {}),
    ),
    "php": (
        {
            "composer.json": '{"require": {"php": "^8.4"}}',
            "public/index.php": "",
            "package.json": "{}",
        },
        ("php", None, {}),
    ),
    "ruby": (
        {"Gemfile": 'gem "puma"\n', ".ruby-version": "3.4.1\n"},
        ("ruby", "bundle exec puma -b tcp://127.0.0.1:$PORT", {}),
    ),
    "go": ({"go.mod": "module x\n\ngo 1.26\n"}, ("golang", "./bin/app", {})),
    "compose": (
        {
            "go.mod": "module x\n",
            "docker-compose.yml": "services:\n  app: {build: .}\n"
            "  My_DB: {image: 'postgres:16-alpine'}\n"
            "  mq: {image: 'docker.io/library/rabbitmq:3-management'}\n  x: {image: 'acme/x'}\n",
        },
        ("golang", "./bin/app", {"my-db": "postgresql", "mq": "rabbitmq"}),
    ),
    "nothing but a procfile": (
        {"Procfile": "web: bundle exec rackup -p $PORT\njobs: bundle exec sidekiq\n"},
        ("ruby", "bundle exec rackup -p $PORT", {}),
    ),
    "nothing but a dockerfile": (
        {"Dockerfile": 'FROM node:24 AS b\nFROM docker.io/library/python:3.13\nCMD ["a", "b c"]\n'},
        ("python", "a 'b c'", {}),
    ),
    "nothing but a compose file": (
        {
            "compose.yaml": "services:\n  web: {image: 'node:24-alpine', command: node a.js}\n"
            "  db: {image: 'mariadb:11.8'}\n"
        },
        ("nodejs", "node a.js", {"db": "mariadb"}),
    ),
    "broken": (
        {"package.json": "{", "pyproject.toml": "[", "docker-compose.yml": "a: [\n"},
        ("python", "python app.py", {}),
    ),
}


def fill(root, files):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


@pytest.mark.parametrize("flavour", ["platformsh", "upsun", "plain"])
@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_gets_a_manifest_that_is_valid(name, flavour, tmp_path):
    files, (runtime, start, services) = FOLDERS[name]
    fill(tmp_path, files)
    assert init.COMMAND.run(Call({"flavour": flavour}, project=str(tmp_path))) == 0
    loaded = load(str(tmp_path))
    assert [p for p in loaded.problems if p.severity == "error"] == []
    assert loaded.project is not None
    assert loaded.project.flavour == flavour
    (app,) = loaded.project.apps
    assert (app.runtime.name, app.web.commands.start) == (runtime, start)
    assert {service.name: service.type for service in loaded.project.services} == services
    assert {link.service for link in app.web.settings.relationships} == set(services)


def test_versions_that_the_project_asks_for_are_taken_if_the_platform_has_them(tmp_path):
    files, _ = FOLDERS["node"]
    fill(tmp_path, files)
    init.COMMAND.run(Call({}, project=str(tmp_path)))
    assert load(str(tmp_path)).project.apps[0].runtime == ("nodejs", "22")
    fill(tmp_path / "b", {"go.mod": "module x\n\ngo 1.18\n"})
    init.COMMAND.run(Call({}, project=str(tmp_path / "b")))
    assert load(str(tmp_path / "b")).project.apps[0].runtime == ("golang", "1.26")


def test_the_procfile_says_web_workers_and_release(tmp_path):
    fill(tmp_path, FOLDERS["procfile"][0])
    init.COMMAND.run(Call({}, project=str(tmp_path)))
    (app,) = load(str(tmp_path)).project.apps
    assert [(w.name, w.commands.start) for w in app.workers] == [("worker", "celery -A x worker")]
    assert app.hooks.deploy == "set -e\n./up\n"


def test_a_dry_run_writes_nothing(tmp_path, capsys):
    fill(tmp_path, FOLDERS["go"][0])
    init.COMMAND.run(Call({"dry-run": True}, project=str(tmp_path)))
    text = capsys.readouterr().out
    assert text.startswith("# .platform.app.yaml\n# Written by paasctl init, from go.mod\n")
    assert yaml.safe_load(text.partition("# .platform/routes.yaml")[0])["name"] == "app"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["go.mod"]


def test_a_manifest_is_never_replaced(tmp_path):
    fill(tmp_path, {**FOLDERS["go"][0], ".platform.app.yaml": "x"})
    with pytest.raises(Refused, match=r"already: \.platform\.app\.yaml"):
        init.COMMAND.run(Call({}, project=str(tmp_path)))


def test_a_folder_that_says_nothing_is_refused(tmp_path):
    with pytest.raises(Refused, match="what kind of project"):
        init.COMMAND.run(Call({}, project=str(tmp_path)))
