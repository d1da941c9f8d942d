"""Where an app's interpreter and `dependencies` live, and how its processes find them.

Python apps get a private virtual environment, `dependencies` a private prefix for each manager
(decisions 4, "toolchain"): nothing of the user's own is ever written to.
"""

from posixpath import dirname

from paasctl.model.project import App
from paasctl.plan.circumstances import Circumstances

PYTHON = "python"
PYTHON_DEPENDENCIES = ("python3", "python", "python2")


def virtual_environment(on: Circumstances, app: App) -> str | None:
    """Return the directory of the app's virtual environment; None where it needs none."""
    needed = app.runtime.name == PYTHON or any(
        app.dependencies.get(key) for key in PYTHON_DEPENDENCIES
    )
    return on.state("env", app.name) if needed else None


def node_prefix(on: Circumstances, app: App) -> str | None:
    """Return the npm prefix of `dependencies.nodejs`; None where there are none."""
    return on.state("deps", app.name, "nodejs") if app.dependencies.get("nodejs") else None


def search_path(on: Circumstances, app: App) -> tuple[str, ...]:
    """Return the directories that come before the machine's own PATH, most private first."""
    directories: list[str] = []
    environment = virtual_environment(on, app)
    if environment is not None:
        directories.append(f"{environment}/bin")
    prefix = node_prefix(on, app)
    if prefix is not None:
        directories.append(f"{prefix}/node_modules/.bin")
    program = on.app(app).toolchain.program
    if program and app.runtime.name != PYTHON:
        directories.append(dirname(program))
    return tuple(directories)


def toolchain_variables(on: Circumstances, app: App) -> dict[str, str]:
    """Return the variables that tools read to find the app's own place."""
    environment = virtual_environment(on, app)
    variables = {} if environment is None else {"VIRTUAL_ENV": environment}
    if app.runtime.name == PYTHON:
        variables["PYTHONUNBUFFERED"] = "1"  # logs show lines when they happen (decisions 4)
    return variables
