"""What a build depends on, and what has changed since the last one (spec 03.6, 03.7).

A record names each part with a digest, so that a rebuild can say why it happens. The source
code itself is no part: the app runs in the user's own checkout (decisions 4, "when the build
runs").
"""

import json
from typing import NamedTuple

from paasctl.model.host import AppFacts
from paasctl.model.json import Json
from paasctl.model.project import App
from paasctl.plan.digest import digest

DEPENDENCY_FILES = (
    "pyproject.toml setup.py setup.cfg Pipfile Pipfile.lock poetry.lock uv.lock pdm.lock "
    "package.json package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock "
    "bun.lockb composer.json composer.lock Gemfile Gemfile.lock go.mod go.sum Cargo.toml "
    "Cargo.lock mix.exs mix.lock pom.xml build.gradle"
)
"""Files in the app root whose content decides what a build installs; beside them every
`requirements*.txt` there and in `requirements/`."""

Parts = dict[str, str]


class Build(NamedTuple):
    """What a build depends on, and the id that it gets from that."""

    parts: Parts
    id: str


def is_dependency_file(name: str) -> bool:
    """Tell whether a file name in the app root is one that a build depends on."""
    if name.startswith("requirements"):
        return name.endswith((".txt", ".in", ".pip"))
    return name in DEPENDENCY_FILES.split(" ")


def build_of(app: App, facts: AppFacts) -> Build:
    """Return the parts that a build of `app` depends on, each with a digest of its content."""
    keys: dict[str, Json] = {
        "type": f"{app.runtime.name}:{app.runtime.version}",
        "source.root": app.root,
        "hooks.build": app.hooks.build,
        "build.flavor": app.build_flavor,
        "dependencies": _plain(app.dependencies),
        "variables": _plain(app.variables),
        "mounts": [list(mount) for mount in app.mounts],
        "runtime": app.php,
        "stack": app.stack,
    }
    parts = {key: digest(json.dumps(value, sort_keys=True)) for key, value in keys.items()}
    interpreter = f"{facts.toolchain.program} {facts.toolchain.version}"
    parts |= {"the interpreter": digest(interpreter), **facts.sources}
    return Build(parts, digest(json.dumps(parts, sort_keys=True)))


def record_of(parts: Parts) -> str:
    """Return the text that records a finished run which depended on `parts`."""
    return json.dumps({"format": 1, "parts": parts}, indent=1, sort_keys=True) + "\n"


def changed(record: str | None, parts: Parts) -> tuple[str, ...] | None:
    """Return the names of the parts that differ from `record`; None if there is no record.

    A record that cannot be read counts as none: the run is repeated, which is always safe.
    """
    if record is None:
        return None
    try:
        before = json.loads(record)["parts"]
        names = sorted(before.keys() | parts.keys())
        return tuple(name for name in names if before.get(name) != parts.get(name))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def phrase(names: tuple[str, ...]) -> str:
    """Say what changed.

    In: ("a", "b", "c", "d")  Out: "a, b, c and 1 more changed"
    """
    shown = ", ".join(names[:3])
    if len(names) > 3:
        return f"{shown} and {len(names) - 3} more changed"
    return f"{' and '.join(shown.rsplit(', ', 1))} changed"


def _plain(value: object) -> Json:
    """Return mappings as dicts all the way down: what `json` can write."""
    if hasattr(value, "items"):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    assert value is None or isinstance(value, str | int | float | bool)
    return value
