"""The script that builds an app: virtual environment, dependencies, flavour, build hook.

Dependencies come before the hook because it may use them (Q17). The script fails at the first
of its own steps that fails; the hook runs in a shell of its own, where the status of the last
command decides unless it says `set -e` (spec 10.1).
"""

from collections.abc import Mapping
from shlex import quote

from paasctl.model.json import Json
from paasctl.model.project import App
from paasctl.plan.circumstances import Circumstances
from paasctl.plan.toolchain import (
    PYTHON,
    PYTHON_DEPENDENCIES,
    node_prefix,
    virtual_environment,
)

# An environment made for another interpreter is thrown away; the mark is written last, so a half
# made one is thrown away too. `-m venv` wants Python 3: Python 2 needs virtualenv beside it.
ENVIRONMENT = """\
if [ "$(cat {env}/.made-with 2>/dev/null)" != {mark} ]; then
  echo "paasctl: making a virtual environment with {label}"
  rm -rf {env}
  {make}
  printf '%s\\n' {mark} > {env}/.made-with
fi
"""
# Most of the time that `venv` takes is spent on pip. Where nothing in the manifest will call
# it, this stands in until somebody does: it must never be the machine's own pip that answers.
LATE_PIP = """\
  cat > {env}/bin/pip <<'PIP'
#!/bin/sh
here=${{0%/*}}
rm -f "$here/pip" "$here/pip3"
"$here/python" -m ensurepip --upgrade --default-pip >/dev/null && exec "$here/pip" "$@"
PIP
  chmod 755 {env}/bin/pip
  cp {env}/bin/pip {env}/bin/pip3"""


def needs_build(on: Circumstances, app: App) -> bool:
    """Tell whether there is anything to build at all."""
    return bool(
        (app.hooks.build or "").strip()
        or virtual_environment(on, app)
        or node_prefix(on, app)
        or _flavour(on, app)
    )


def build_command(on: Circumstances, app: App) -> tuple[str, ...]:
    """Return the command that builds the app; its working directory is the app root."""
    steps = ["set -e\n", *_environment(on, app), *_python(app), *_node(on, app)]
    steps.append(_flavour(on, app))
    hook = (app.hooks.build or "").strip("\n")
    shell = on.facts.tools.shell
    if hook.strip():
        steps.append(f"exec {quote(shell)} -c {quote(hook)}\n")
    return (shell, "-c", "".join(steps))


def uninstalled(app: App) -> tuple[str, ...]:
    """Return the managers under `dependencies` that are left to the user's own machine."""
    known = {*PYTHON_DEPENDENCIES, "nodejs"}
    return tuple(key for key, value in app.dependencies.items() if value and key not in known)


def _environment(on: Circumstances, app: App) -> list[str]:
    directory = virtual_environment(on, app)
    if directory is None:
        return []
    toolchain = on.app(app).toolchain
    is_python = app.runtime.name == PYTHON
    program = (is_python and toolchain.program) or on.facts.tools.python
    version = toolchain.version if is_python else "the interpreter of paasctl"
    env, interpreter = quote(directory), quote(program)
    wants_pip = bool((app.hooks.build or "").strip()) or _python(app) != []
    if version.startswith("2."):
        make = f"{interpreter} -m virtualenv -q {env}"
    elif wants_pip:
        make = f"{interpreter} -m venv {env}"
    else:
        make = f"{interpreter} -m venv --without-pip {env}\n{LATE_PIP.format(env=env)}"
    mark = f"{program} {version}{' pip' if wants_pip else ''}"
    label = f"Python {version}" if is_python else version
    return [ENVIRONMENT.format(env=env, mark=quote(mark), label=label, make=make)]


def _python(app: App) -> list[str]:
    """Return the step that installs the Python packages under `dependencies`."""
    packages: list[str] = []
    for key in PYTHON_DEPENDENCIES:
        for name, version in _entries(app.dependencies.get(key)).items():
            packages.append(f"{name}{_pip_version(version)}")
    if not packages:
        return []
    return [f"pip install -q {' '.join(quote(package) for package in packages)}\n"]


def _pip_version(version: Json) -> str:
    """Return what pip wants behind a name: nothing for "*", `==1.2` for "1.2", else as it is."""
    text = "" if version is None else str(version).strip()
    if text in ("", "*"):
        return ""
    return text if text[0] in "<>=!~[@" else f"=={text}"


def _node(on: Circumstances, app: App) -> list[str]:
    prefix = node_prefix(on, app)
    if prefix is None:
        return []
    packages = [
        f"{name}@{'latest' if version in (None, '', '*') else version}"
        for name, version in _entries(app.dependencies.get("nodejs")).items()
    ]
    where = quote(prefix)
    names = " ".join(quote(package) for package in packages)
    return [f"mkdir -p {where}\nnpm install --no-audit --no-fund --prefix {where} {names}\n"]


def _flavour(on: Circumstances, app: App) -> str:
    """Return what `build.flavor` does (spec 10.3); only npm's default has something to do here."""
    node = app.runtime.name == "nodejs" and app.build_flavor in (None, "default")
    if not node or not on.app(app).package_json:
        return ""
    # `npm prune` comes first on the platform, where the tree is fresh; here it would take away
    # what the user installed by hand. The checkout's .npmrc is read without being named.
    return "npm install --no-audit --no-fund\n"


def _entries(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}
