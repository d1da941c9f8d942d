"""The environment of every process, built from nothing (spec 03): what is not listed here or in
the manifest does not reach a process.

Precedence, last wins: this machine's basics, `<REL>_HOST` variables, the manifest's `env:`
variables, what the platform provides. `.environment` comes after all of them, at run time.
"""

from collections.abc import Mapping
from posixpath import join
from typing import NamedTuple

from paasctl.model.json import Json
from paasctl.model.plan import Kind
from paasctl.model.project import App, Commands, Settings, Worker
from paasctl.plan.circumstances import Circumstances
from paasctl.plan.payloads import (
    Origin,
    build_application,
    encoded,
    web_application,
    worker_application,
)
from paasctl.plan.relationships import relationship_items, service_variables
from paasctl.plan.toolchain import search_path, toolchain_variables
from paasctl.plan.variables import environment_texts, platform_variables

Environment = dict[str, str]


class Runner(NamedTuple):
    """One process that runs with a runtime environment: whose settings, commands and port."""

    kind: Kind
    id: str
    app: App
    settings: Settings
    commands: Commands
    application: Mapping[str, Json]
    port: int | None
    socket: str | None = None


def web_runner(on: Circumstances, app: App) -> Runner:
    """Return the web instance as the one who runs: also its hooks and crons (spec 03.8)."""
    unix = app.web.upstream.socket_family == "unix"
    return Runner(
        kind=Kind.WEB,
        id=app.name,
        app=app,
        settings=app.web.settings,
        commands=app.web.commands,
        application=web_application(app, _origin(on, app)),
        port=None if unix else on.facts.ports.get(app.name),
        socket=join(on.facts.scratch, f"{app.name}.sock") if unix else None,
    )


def worker_runner(on: Circumstances, app: App, worker: Worker, instance: str) -> Runner:
    """Return a worker or one of its replicas; each has a port of its own (decisions 4)."""
    return Runner(
        kind=Kind.WORKER,
        id=instance,
        app=app,
        settings=worker.settings,
        commands=worker.commands,
        application=worker_application(app, worker, _origin(on, app)),
        port=on.facts.ports.get(instance),
    )


def runtime_environment(on: Circumstances, runner: Runner) -> Environment:
    """Return everything that the processes of `runner` see, before `.environment`."""
    relationships = relationship_items(runner.settings.relationships, on.items)
    own = environment_texts(runner.settings.variables)
    environment = _basics(on, runner.app)
    if on.facts.service_variables:
        environment |= service_variables(relationships)
    environment |= own
    environment |= _provided(on, runner.app, runner.settings.variables)
    environment |= {
        "PATH": _path(on, runner.app, own),
        "PLATFORM_APPLICATION": encoded(runner.application),
        "PLATFORM_RELATIONSHIPS": encoded(relationships),
        "PLATFORM_ROUTES": encoded(on.routes),
        "PLATFORM_BRANCH": on.branch,
        "PLATFORM_ENVIRONMENT": on.environment,
        "PLATFORM_ENVIRONMENT_TYPE": on.facts.environment_type,
        "PLATFORM_DIR": on.app_dir(runner.app),
        "PLATFORM_DOCUMENT_ROOT": document_root(on, runner.app),
        "PLATFORM_SMTP_HOST": "",  # empty says: mail is disabled (spec 03.5)
        "PAASCTL_INSTANCE": on.marker(runner.kind, runner.id),
    }
    return environment | _commands(runner.commands) | _address(runner)


def build_environment(on: Circumstances, app: App, instance: str) -> Environment:
    """Return what the build sees: no services, no environment, no port (spec 03.5, 03.6).

    Client libraries take the absence of PLATFORM_ENVIRONMENT for "this is a build".
    """
    own = environment_texts(app.variables)
    app_dir = on.app_dir(app)
    cache = on.state("cache")
    return (
        _basics(on, app)
        | {
            # HOME is the checkout: caches that tools keep in HOME would land in it.
            "XDG_CACHE_HOME": cache,
            "PIP_CACHE_DIR": join(cache, "pip"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "npm_config_cache": join(cache, "npm"),
        }
        | dict(on.facts.network)
        | own
        | _provided(on, app, app.variables)
        | {
            "PATH": _path(on, app, own),
            "CI": "true",
            "PLATFORM_APPLICATION": encoded(build_application(app, _origin(on, app))),
            "PLATFORM_CACHE_DIR": cache,
            "PLATFORM_OUTPUT_DIR": app_dir,
            "PLATFORM_SOURCE_DIR": app_dir,
            "PLATFORM_VENDOR": "upsun" if on.project.flavour == "upsun" else "platformsh",
            "PAASCTL_INSTANCE": on.marker(Kind.HOOK, instance),
        }
    )


def service_environment(on: Circumstances, name: str, directory: str) -> Environment:
    """Return the small environment of a server; `directory` becomes its HOME."""
    facts = on.facts
    return {
        "USER": facts.user,
        "LOGNAME": facts.user,
        "LANG": facts.lang,
        "HOME": directory,
        "PATH": facts.path,
        "TZ": "UTC",
        "PAASCTL_INSTANCE": on.marker(Kind.SERVICE, name),
    }


def document_root(on: Circumstances, app: App) -> str:
    """Return the absolute root of the location `/`, else the last root, else the app directory."""
    roots = {location.path: location.root for location in app.web.locations}
    given = [root for root in roots.values() if root]
    root = roots.get("/") if "/" in roots else (given[-1] if given else None)
    app_dir = on.app_dir(app)
    return join(app_dir, root.strip("/")) if root and root.strip("/") else app_dir


def _origin(on: Circumstances, app: App) -> Origin:
    """Return what the app was made from; another build is another slug, so instances restart."""
    slug = f"{on.facts.identity.project}-{app.name}-{on.tree}-{on.builds[app.name].id}"
    return Origin(on.app_dir(app), on.tree, slug)


def _basics(on: Circumstances, app: App) -> Environment:
    """Return what any process may expect of a machine; the manifest may change all of it."""
    facts = on.facts
    return {
        "USER": facts.user,
        "LOGNAME": facts.user,
        "LANG": facts.lang,
        "HOME": on.app_dir(app),
        "TZ": "UTC",  # containers run in UTC (spec 10.10)
        **toolchain_variables(on, app),
    }


def _provided(
    on: Circumstances, app: App, variables: Mapping[str, Mapping[str, Json]]
) -> Environment:
    """Return the platform's own variables that build and run time share (spec 03.5)."""
    identity = on.facts.identity
    return {
        "PLATFORM_APP_DIR": on.app_dir(app),
        "PLATFORM_APPLICATION_NAME": app.name,  # also in workers (Q9)
        "PLATFORM_PROJECT": identity.project,
        "PLATFORM_PROJECT_ENTROPY": identity.entropy,
        "PLATFORM_TREE_ID": on.tree,
        "PLATFORM_VARIABLES": encoded(platform_variables(variables)),
    }


def _path(on: Circumstances, app: App, own: Environment) -> str:
    """Return PATH: the app's toolchain stands before a PATH of the manifest's own too."""
    return ":".join((*search_path(on, app), own.get("PATH", on.facts.path)))


def _commands(commands: Commands) -> Environment:
    texts = {
        "PLATFORM_APP_COMMAND": commands.start,
        "PLATFORM_PRE_APP_COMMAND": commands.pre_start,
        "PLATFORM_POST_APP_COMMAND": commands.post_start,
    }
    return {name: text for name, text in texts.items() if text is not None}


def _address(runner: Runner) -> Environment:
    """Return PORT or SOCKET, never both (Q10)."""
    if runner.socket is not None:
        return {"SOCKET": runner.socket}
    return {} if runner.port is None else {"PORT": str(runner.port)}
