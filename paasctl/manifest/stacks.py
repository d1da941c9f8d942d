"""Which kind of app lies in a folder: one function for each language, the first that fits."""

import json
import re
import shlex
import sys
from collections.abc import Callable
from typing import Final

from paasctl.manifest.document import Data
from paasctl.manifest.draft import Draft
from paasctl.manifest.folder import Folder
from paasctl.manifest.plain import as_map, as_text
from paasctl.manifest.versions import RUNTIMES, Standing, standing


def php(folder: Folder) -> Draft | None:
    """composer.json: PHP-FPM behind the folder that has the front controller."""
    if not folder.has("composer.json"):
        return None
    content = folder.json("composer.json")
    asked = as_text(as_map(content.get("require")).get("php")) or ""
    root = next((name for name in ("public", "web") if folder.tree.is_directory(name)), "")
    location: dict[str, Data] = {"root": root, "passthru": "/index.php", "index": ["index.php"]}
    return Draft(runtime("php", asked), flavor="composer", location=location)


def python(folder: Folder) -> Draft | None:
    """requirements.txt, pyproject.toml or manage.py."""
    names = ("requirements.txt", "pyproject.toml", "Pipfile", "manage.py")
    if not any(map(folder.has, names)):
        return None
    installs = {
        "requirements.txt": "pip install -r requirements.txt",
        "pyproject.toml": "pip install .",
    }
    build = tuple(line for name, line in installs.items() if folder.has(name))[:1]
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    kind = runtime("python", folder.text(".python-version"), here)
    return Draft(kind, _python_start(folder), build)


def _python_start(folder: Folder) -> str:
    packages = folder.packages()
    module = next((name for name in ("app", "main", "server") if folder.has(f"{name}.py")), "app")
    if folder.has("manage.py"):
        inner = (name for name in folder.tree.listing("") if folder.has(f"{name}/wsgi.py"))
        project = next(inner, "")
        if "gunicorn" in packages and project:
            return f"gunicorn -b 127.0.0.1:$PORT {project}.wsgi"
        return "python manage.py runserver 127.0.0.1:$PORT"
    if "uvicorn" in packages or "fastapi" in packages:
        return f"uvicorn {module}:app --host 127.0.0.1 --port $PORT"
    if "gunicorn" in packages:
        return f"gunicorn -b 127.0.0.1:$PORT {module}:app"
    if "flask" in packages:
        return f"flask --app {module} run --port $PORT"
    return f"python {module}.py"


def nodejs(folder: Folder) -> Draft | None:
    """package.json: its start script, without npm between the platform and the server."""
    if not folder.has("package.json"):
        return None
    content = folder.json("package.json")
    scripts = as_map(content.get("scripts"))
    engine = as_text(as_map(content.get("engines")).get("node")) or ""
    tool = next((name for name, lock in _LOCKS.items() if folder.has(lock)), "npm")
    build = () if tool == "npm" else (f"{tool} install --frozen-lockfile",)
    if "build" in scripts:
        build = (*build, f"{tool} run build")
    start = _node_start(as_text(scripts.get("start")) or "", as_text(content.get("main")))
    kind = runtime("nodejs", folder.text(".nvmrc") or engine)
    return Draft(kind, start, build, flavor="default" if tool == "npm" else "none")


_LOCKS: Final = {"yarn": "yarn.lock", "pnpm": "pnpm-lock.yaml"}


def _node_start(script: str, main: str | None) -> str:
    if re.search(r"[;&|=<>$]", script):
        return "npm start"
    if not script or script.startswith("node "):
        return script or f"node {main or 'index.js'}"
    return f"node_modules/.bin/{script}"


def ruby(folder: Folder) -> Draft | None:
    """Gemfile: puma where it is there, else rackup."""
    if not folder.has("Gemfile"):
        return None
    start = "bundle exec rackup -o 127.0.0.1 -p $PORT"
    if "puma" in folder.packages():
        start = "bundle exec puma -b tcp://127.0.0.1:$PORT"
    return Draft(runtime("ruby", folder.text(".ruby-version")), start, ("bundle install",))


def golang(folder: Folder) -> Draft | None:
    """go.mod: one program, built from the top."""
    if not folder.has("go.mod"):
        return None
    asked = re.search(r"^go\s+(\S+)", folder.text("go.mod"), re.MULTILINE)
    kind = runtime("golang", asked[1] if asked else "")
    return Draft(kind, "./bin/app", ("go build -o bin/app .",))


def from_commands(folder: Folder) -> Draft | None:
    """Procfile: the language of the programs that it names."""
    for line in folder.procfile().values():
        for word in line.split():
            kind = _PROGRAMS.get(word.rpartition("/")[2])
            if kind is not None:
                return Draft(runtime(kind, ""))
    return None


def from_image(folder: Folder) -> Draft | None:
    """Dockerfile, or a service of the compose file: the image of a language, and its command."""
    for service in map(as_map, folder.composed().values()):
        found = _language(as_text(service.get("image")) or "")
        if found is not None:
            return Draft(found, _words(service.get("command")))
    lines = folder.text("Dockerfile")
    stages = re.findall(r"^FROM\s+(\S+)", lines, re.MULTILINE | re.IGNORECASE)
    found = next(filter(None, map(_language, reversed(stages))), None)
    if found is None:
        return None
    commands = re.findall(r"^CMD\s+(.+)$", lines, re.MULTILINE | re.IGNORECASE)
    try:
        command = json.loads(commands[-1]) if commands else ""
    except ValueError:
        command = commands[-1]
    return Draft(found, _words(command))


def _language(image: str) -> str | None:
    """Return the type with the version that an image stands for."""
    base, _, tag = image.rpartition("/")[2].partition(":")
    kind = _BASES.get(base.lower())
    return None if kind is None else runtime(kind, tag)


def _words(command: Data) -> str:
    """Return a command that Docker takes as a text or as a list of words."""
    if isinstance(command, list):
        return shlex.join(map(str, command))
    return (as_text(command) or "").strip()


_PROGRAMS: Final = {
    **dict.fromkeys(("python", "python3", "gunicorn", "uvicorn", "celery", "flask"), "python"),
    **dict.fromkeys(("node", "npm", "yarn", "pnpm", "npx"), "nodejs"),
    **dict.fromkeys(("bundle", "ruby", "rails", "puma", "sidekiq", "rake"), "ruby"),
    **dict.fromkeys(("php", "composer", "heroku-php-apache2", "heroku-php-nginx"), "php"),
    **dict.fromkeys(("java", "mvn", "gradlew"), "java"),
    **dict.fromkeys(("mix", "elixir"), "elixir"),
    "dotnet": "dotnet",
    "go": "golang",
}
_BASES: Final = {
    "python": "python",
    "node": "nodejs",
    "php": "php",
    "ruby": "ruby",
    "golang": "golang",
    "elixir": "elixir",
    "rust": "rust",
}
STACKS: Final[tuple[Callable[[Folder], Draft | None], ...]] = (
    *(php, python, ruby, golang, nodejs),
    *(from_commands, from_image),
)
"""Node.js behind the other languages: its package.json often only builds the assets of their app.
What only names programs or images comes last."""


def runtime(name: str, asked: str, here: str = "") -> str:
    """Return the type with the version that the project asks for, if the platform has it.

    `here` is taken where the project asks for nothing; else the newest version.
    """
    known = RUNTIMES[name]
    for wanted in (*re.findall(r"\d+(?:\.\d+)*", asked), here):
        parts = wanted.split(".")
        for version in (".".join(parts[:count]) for count in (2, 1)):
            if version and standing(known, version) in (Standing.SUPPORTED, Standing.DEPRECATED):
                return f"{name}:{version}"
    return f"{name}:{known.supported[0]}"
